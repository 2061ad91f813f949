-- Statements about media beside the moving of them: hearings, holds, keys, links, deletions. Form as in queries.sql.

-- note_hearings: Stores hearings; those that are there already stay as they are.
INSERT INTO media_hearings (tenant, media_id, at, who, way, address)
SELECT tenant, media_id, at, who, way, address FROM jsonb_populate_recordset(NULL::media_hearings, %(hearings)s::jsonb)
ON CONFLICT DO NOTHING;

-- note_hearing_by_link: Stores one hearing, unless the same person began to hear the same file a moment ago: a player asks for a file in pieces.
INSERT INTO media_hearings (tenant, media_id, at, who, way, address)
SELECT %(tenant)s, %(media_id)s, %(at)s, %(who)s, %(way)s, %(address)s
WHERE NOT EXISTS (
    SELECT FROM media_hearings
    WHERE tenant = %(tenant)s AND media_id = %(media_id)s AND who = %(who)s AND way = %(way)s
      AND at BETWEEN %(at)s - %(within_s)s * interval '1 second' AND %(at)s
)
ON CONFLICT DO NOTHING
RETURNING media_id;

-- hearings_of: Who heard these files, the first one first.
SELECT tenant, media_id, at, who, way, address FROM media_hearings
WHERE tenant = %(tenant)s AND media_id = ANY(%(media_ids)s) ORDER BY at, who;

-- hold_media: Holds one file, those of a call, those of a number, or everything of a time.
INSERT INTO media_holds (tenant, media_id, call_id, number, arrived_from, arrived_to, held_until, held_by, why)
VALUES (%(tenant)s, %(media_id)s, %(call_id)s, %(number)s, %(arrived_from)s, %(arrived_to)s, %(until)s, %(by)s, %(why)s)
RETURNING hold_id;

-- release_hold: Ends a hold; no row: there is none of this number that counts.
UPDATE media_holds SET released_at = now(), released_by = %(by)s
WHERE hold_id = %(hold_id)s AND tenant = %(tenant)s AND released_at IS NULL
RETURNING hold_id, media_id, call_id, number, arrived_from, arrived_to, why;

-- holds: Holds of a tenant, those that count first.
SELECT hold_id, tenant, media_id, call_id, number, arrived_from, arrived_to, held_at, held_until, held_by, why, released_at, released_by,
       released_at IS NULL AND (held_until IS NULL OR held_until > now()) AS counts,
       (SELECT count(*) FROM media_held h WHERE h.hold_id = media_holds.hold_id)::bigint AS files
FROM media_holds WHERE (%(tenant)s::text IS NULL OR tenant = %(tenant)s)
ORDER BY counts DESC, hold_id;

-- media_once_settled: These files; a change of one that has begun is waited for.
SELECT media_id, state FROM media
WHERE tenant = %(tenant)s AND (media_id = %(media_id)s OR call_id = nullif(%(call_id)s, '')
      OR nullif(%(number)s, '') IN (caller, called)
      OR (began_at >= %(arrived_from)s::timestamptz AND began_at < %(arrived_to)s::timestamptz))
FOR SHARE;

-- note_media_key: Stores the wrapped key of a file.
INSERT INTO media_keys (tenant, media_id, key_id, wrapped) VALUES (%(tenant)s, %(media_id)s, %(key_id)s, %(wrapped)s)
ON CONFLICT (tenant, media_id) DO UPDATE SET key_id = excluded.key_id, wrapped = excluded.wrapped, wrapped_at = now();

-- media_key: The wrapped key of a file, if it has one here.
SELECT key_id, wrapped FROM media_keys WHERE tenant = %(tenant)s AND media_id = %(media_id)s;

-- has_sealed_media: One row if any file of a tenant is sealed.
SELECT media_id FROM media_keys WHERE tenant = %(tenant)s LIMIT 1;

-- media_keys_in_use: How many files each key of a tenant wraps.
SELECT key_id, count(*)::bigint AS files, min(wrapped_at) AS first_at, max(wrapped_at) AS last_at
FROM media_keys WHERE tenant = %(tenant)s GROUP BY key_id ORDER BY key_id;

-- media_keys_to_rewrap: Wrapped keys under another key than this one, locked; at most so many.
SELECT media_id, key_id, wrapped FROM media_keys
WHERE tenant = %(tenant)s AND key_id <> %(in_force)s AND media_id > %(after)s
ORDER BY media_id LIMIT %(limit)s FOR UPDATE;

-- withdraw_links: Lets links made until now be good no more.
INSERT INTO media_links_withdrawn (tenant, media_id, made_for, withdrawn_by)
VALUES (%(tenant)s, %(media_id)s, %(made_for)s, %(by)s);

-- is_link_withdrawn: Whether a link is good no more, by the file, the person, or both.
SELECT EXISTS (
    SELECT FROM media_links_withdrawn
    WHERE tenant = %(tenant)s AND media_id IN ('', %(media_id)s) AND made_for IN ('', %(made_for)s)
      AND withdrawn_at >= %(made_at)s
) AS withdrawn;

-- order_deletions_by_age: Orders what is older than its tenant keeps its kind, and not held; at most so many.
INSERT INTO media_deletions (tenant, media_id, cause, ordered_by)
SELECT m.tenant, m.media_id, format('kept for %%s days, as media.%%s.keep_days says', d.days, m.kind), 'retention'
FROM jsonb_to_recordset(%(kept)s::jsonb) AS d(tenant text, kind text, days integer)
JOIN media m ON m.tenant = d.tenant AND m.kind = d.kind AND m.state IN ('closed', 'stored')
 AND m.began_at < now() - d.days * interval '1 day'
WHERE NOT EXISTS (SELECT FROM media_deletions o WHERE o.tenant = m.tenant AND o.media_id = m.media_id)
  AND NOT EXISTS (SELECT FROM media_held h WHERE h.tenant = m.tenant AND h.media_id = m.media_id)
LIMIT %(limit)s
ON CONFLICT DO NOTHING;

-- order_deletions: Orders these files to be deleted; those that were ordered before are tried again at once.
INSERT INTO media_deletions AS o (tenant, media_id, cause, ordered_by, numbers)
SELECT tenant, media_id, %(cause)s, %(by)s, %(numbers)s FROM media
WHERE tenant = %(tenant)s AND media_id = ANY(%(media_ids)s)
ON CONFLICT (tenant, media_id) DO UPDATE SET due_at = now(), numbers = o.numbers OR excluded.numbers
WHERE o.deleted_at IS NULL
RETURNING media_id;

-- next_deletion: An ordered deletion that is due and can be carried out here, its rows locked until the transaction ends.
SELECT o.tenant, o.media_id, o.cause, o.ordered_by, o.numbers, o.tries, m.kind, m.owner, m.state, m.switch, m.path,
       m.place, m.on_switch
FROM media_deletions o JOIN media m ON m.tenant = o.tenant AND m.media_id = o.media_id
WHERE o.deleted_at IS NULL AND o.due_at <= now() AND m.leased_until <= now()
  AND m.state IN ('closed', 'lost', 'stored', 'deleted')
  AND (m.path = '' OR NOT m.on_switch OR m.switch = ANY(%(switches)s))
  AND NOT EXISTS (SELECT FROM media_held h WHERE h.tenant = m.tenant AND h.media_id = m.media_id)
ORDER BY o.due_at LIMIT 1 FOR UPDATE OF o, m SKIP LOCKED;

-- is_media_held: Whether a hold counts for this file now.
SELECT EXISTS (SELECT FROM media_held WHERE tenant = %(tenant)s AND media_id = %(media_id)s) AS held;

-- prove_deletion: Notes that no copy of a file is left, and forgets its key and what was heard in it.
WITH forgotten AS (DELETE FROM media_keys WHERE tenant = %(tenant)s AND media_id = %(media_id)s),
     untaken AS (
         DELETE FROM box_facts
         WHERE tenant = %(tenant)s AND what IN ('taken ' || %(media_id)s::text, 'word ' || %(media_id)s::text)
     ),
     unheard AS (DELETE FROM transcripts WHERE tenant = %(tenant)s AND media_id = %(media_id)s)
UPDATE media_deletions SET deleted_at = now(), trouble = '' WHERE tenant = %(tenant)s AND media_id = %(media_id)s;

-- let_copy_go: Notes that the switch has no copy of a file.
UPDATE media SET on_switch = false WHERE tenant = %(tenant)s AND media_id = %(media_id)s;

-- blank_numbers: Takes the numbers out of the rows of these files.
UPDATE media SET caller = CASE caller WHEN '' THEN '' ELSE %(blank)s END,
                 called = CASE called WHEN '' THEN '' ELSE %(blank)s END
WHERE tenant = %(tenant)s AND media_id = ANY(%(media_ids)s);

-- put_off_deletion: Notes why a deletion has failed; it is tried again after a while.
UPDATE media_deletions SET tries = tries + 1, trouble = %(trouble)s, due_at = now() + %(wait_s)s * interval '1 second'
WHERE tenant = %(tenant)s AND media_id = %(media_id)s;

-- media_gone: Of these files those that are deleted, or are ordered to be.
SELECT media_id FROM media WHERE media_id = ANY(%(media_ids)s) AND state = 'deleted'
UNION SELECT media_id FROM media_deletions WHERE media_id = ANY(%(media_ids)s);

-- deletions_open: Deletions that are not carried out yet: how many, how many failed, and how long the oldest is overdue (seconds).
SELECT count(*)::bigint AS waiting, count(*) FILTER (WHERE tries > 0)::bigint AS failing,
       coalesce(extract(epoch FROM max(now() - o.ordered_at)), 0)::double precision AS oldest_s
FROM media_deletions o
WHERE deleted_at IS NULL
  AND NOT EXISTS (SELECT FROM media_held h WHERE h.tenant = o.tenant AND h.media_id = o.media_id);

-- media_of_number: Files of a tenant with this number as caller or other party, the oldest first, and why they are held.
SELECT m.tenant, m.media_id, m.kind, m.state, m.cause, m.began_at, m.changed_at, m.call_id, m.owner, m.caller, m.called,
       m.channel, m.agent, m.length_ms, m.switch, m.path, m.place, m.sha256, m.bytes,
       (SELECT string_agg(format('hold %%s by %%s: %%s', hold_id, held_by, why), ' and ' ORDER BY hold_id)
        FROM media_held h WHERE h.tenant = m.tenant AND h.media_id = m.media_id) AS held
FROM media m WHERE m.tenant = %(tenant)s AND %(number)s IN (m.caller, m.called) ORDER BY m.began_at, m.media_id;

-- note_erasure: Notes that everything about a number was erased.
INSERT INTO media_erasures (tenant, erased_by, why, files, held)
VALUES (%(tenant)s, %(by)s, %(why)s, %(files)s, %(held)s);

-- mails_of_number: Mails that name this number as their caller, or in their list of messages, the oldest first; why they may not be changed.
SELECT mail_id, kind, about, address, created_at, state, facts, held.why AS held
FROM mails
LEFT JOIN LATERAL (
    SELECT string_agg(format('hold %%s by %%s: %%s', hold_id, held_by, h.why), ' and ' ORDER BY hold_id) AS why
    FROM media_held h WHERE h.tenant = mails.tenant AND h.media_id = nullif(mails.facts->>'media_id', '')
) AS held ON true
WHERE tenant = %(tenant)s
  AND (facts->>'number' = %(number)s OR facts->'messages' @> jsonb_build_array(jsonb_build_object('number', %(number)s::text)))
ORDER BY created_at, mail_id;

-- blank_mails: Takes this number and the caller's name out of mails; one that was not sent yet is not sent any more.
UPDATE mails SET
    facts = CASE WHEN facts->>'number' = %(number)s THEN facts || %(blank)s ELSE facts END || CASE
        WHEN jsonb_typeof(facts->'messages') = 'array' THEN jsonb_build_object('messages', (
            SELECT coalesce(jsonb_agg(
                CASE WHEN one->>'number' = %(number)s THEN one || %(blank)s ELSE one END ORDER BY place
            ), '[]') FROM jsonb_array_elements(facts->'messages') WITH ORDINALITY AS listed(one, place)
        )) ELSE '{}' END,
    state = CASE WHEN state = 'queued' AND facts->>'number' = %(number)s THEN 'failed' ELSE state END,
    reason = CASE WHEN state = 'queued' AND facts->>'number' = %(number)s THEN 'its caller was erased' ELSE reason END
WHERE mail_id = ANY(%(mail_ids)s);

-- transcripts_of: What was heard in these files.
SELECT media_id, text FROM transcripts WHERE tenant = %(tenant)s AND media_id = ANY(%(media_ids)s);

-- note_message_marks: Stores what has become of messages in boxes; of two marks of a box the later one counts.
INSERT INTO message_marks AS m (tenant, media_id, box, state, at)
SELECT DISTINCT ON (tenant, media_id, box) tenant, media_id, box, state, at
FROM jsonb_populate_recordset(NULL::message_marks, %(marks)s::jsonb) ORDER BY tenant, media_id, box, at DESC
ON CONFLICT (tenant, media_id, box) DO UPDATE SET state = excluded.state, at = excluded.at WHERE m.at < excluded.at;

-- note_box_facts: Stores facts of boxes; of two of the same box and matter the later one counts.
INSERT INTO box_facts AS f (tenant, box, what, value, at)
SELECT DISTINCT ON (tenant, box, what) tenant, box, what, value, at
FROM jsonb_populate_recordset(NULL::box_facts, %(facts)s::jsonb) ORDER BY tenant, box, what, at DESC
ON CONFLICT (tenant, box, what) DO UPDATE SET value = excluded.value, at = excluded.at
WHERE f.at < excluded.at AND (f.value <> excluded.value OR f.what = 'locked');

-- locked_boxes: Boxes of a tenant that were locked since then, by which number.
SELECT box, value AS number, at FROM box_facts WHERE tenant = %(tenant)s AND what = 'locked' AND at >= %(since)s ORDER BY box;

-- blank_locked: Takes a number out of what is known of boxes it has locked.
UPDATE box_facts SET value = '' WHERE tenant = %(tenant)s AND what = 'locked' AND value = %(number)s;

-- facts_of_boxes: Greetings and PINs of the boxes of a tenant.
SELECT box, what, value FROM box_facts
WHERE tenant = %(tenant)s AND (what = 'pin' OR what LIKE 'greeting %%') AND value <> '' ORDER BY box, what;

-- own_messages: The owner of these messages is the box they came to last and are in.
UPDATE media m SET owner = 'voicemail:' || k.box
FROM (
    SELECT DISTINCT ON (tenant, media_id) tenant, media_id, box FROM message_marks
    WHERE (tenant, media_id) IN (
        SELECT tenant, media_id FROM jsonb_populate_recordset(NULL::message_marks, %(marks)s::jsonb)
    ) AND state <> 'deleted'
    ORDER BY tenant, media_id, at DESC
) AS k
WHERE m.tenant = k.tenant AND m.media_id = k.media_id AND m.kind = 'message' AND m.owner <> 'voicemail:' || k.box;

-- messages_of_boxes: Messages that belong in the boxes of these tenants, by tenant and id, after this one: those of a mark that is not deleted, and those of no mark that the record of their call names; of withheld numbers none is shown.
SELECT m.tenant, m.media_id, m.length_ms, m.switch, m.path,
       coalesce(k.box, substr(m.owner, length('voicemail:') + 1)) AS box,
       coalesce(k.state, CASE WHEN EXISTS (
           SELECT FROM media_hearings h WHERE h.tenant = m.tenant AND h.media_id = m.media_id
       ) THEN 'kept' ELSE 'new' END) AS state,
       CASE WHEN c.shown THEN m.caller ELSE '' END AS caller,
       CASE WHEN c.shown AND c.caller_number = m.caller THEN c.caller_name ELSE '' END AS name,
       coalesce((
           SELECT at FROM media_changes r WHERE r.tenant = m.tenant AND r.media_id = m.media_id AND r.state = 'running'
       ), m.began_at) AS began_at,
       k.state IS NULL AS unmarked, taken.value AS taken, word.value AS word
FROM media m
LEFT JOIN LATERAL (
    SELECT box, state FROM message_marks k WHERE k.tenant = m.tenant AND k.media_id = m.media_id
    ORDER BY k.state = 'deleted', k.at DESC LIMIT 1
) k ON true
LEFT JOIN box_facts taken ON taken.tenant = m.tenant AND taken.box = k.box AND taken.what = 'taken ' || m.media_id
LEFT JOIN box_facts word ON word.tenant = m.tenant AND word.box = k.box AND word.what = 'word ' || m.media_id
LEFT JOIN LATERAL (
    SELECT caller_number, caller_name, NOT (caller_anonymous AND caller_number = m.caller) AND m.caller <> %(blank)s AS shown,
           recordings @> jsonb_build_array(jsonb_build_object('path', m.path)) AS names_it
    FROM calls WHERE call_id = m.call_id AND tenant = m.tenant
      AND started_day BETWEEN (m.began_at - interval '2 days')::date AND (m.began_at + interval '1 day')::date
    LIMIT 1
) c ON true
WHERE m.tenant = ANY(%(tenants)s) AND m.kind = 'message' AND m.state IN ('closed', 'stored')
  AND (m.tenant, m.media_id) > (%(after_tenant)s, %(after_id)s)
  AND CASE WHEN k.state IS NULL THEN c.names_it ELSE NOT %(unmarked)s AND k.state <> 'deleted' END
  AND (NOT %(unmarked)s OR m.began_at > now() - %(within_s)s * interval '1 second'
       AND m.changed_at < now() - %(settled_s)s * interval '1 second')
  AND NOT EXISTS (SELECT FROM media_deletions o WHERE o.tenant = m.tenant AND o.media_id = m.media_id)
ORDER BY m.tenant, m.media_id LIMIT %(limit)s;
