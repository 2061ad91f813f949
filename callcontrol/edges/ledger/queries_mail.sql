-- Every statement about mails by name, as in queries.sql. `now` is the clock of who asks, so that an hour can be told.

-- add_mails: Queues mails that are not there yet; those to dead addresses are dead at once. One row for each that was new.
INSERT INTO mails (
    mail_id, tenant, kind, about, address, source, language, facts, message_id, created_at, expires_at, state, state_at,
    due_at, reason
)
SELECT m.mail_id, m.tenant, m.kind, m.about, m.address, m.source, m.language, m.facts, m.message_id, %(now)s,
       %(expires_at)s, CASE WHEN d.address IS NULL THEN 'queued' ELSE 'dead' END, %(now)s, %(now)s,
       coalesce('the address is dead: ' || d.reason, '')
FROM jsonb_to_recordset(%(mails)s::jsonb) AS m (
    mail_id text, tenant text, kind text, about text, address text, source text, language text, facts jsonb,
    message_id text
)
LEFT JOIN mail_addresses d USING (tenant, address)
ON CONFLICT DO NOTHING
RETURNING mail_id, state;

-- lock_mails: One sender at a time chooses a mail, so that a tenant's rate holds over all of them.
SELECT pg_advisory_xact_lock(1667329902, 0);

-- claim_mail: Takes the mail that has been due longest, of those tenants that may send one this minute; no row: none.
-- An attempt that never ended belongs to a sender that died: whether the server has that mail is not known.
WITH chosen AS (
    SELECT d.mail_id
    FROM jsonb_to_recordset(%(rates)s::jsonb) AS r (tenant text, per_minute integer)
    CROSS JOIN LATERAL (
        SELECT mail_id, due_at FROM mails
        WHERE tenant = r.tenant AND state IN ('queued', 'sending') AND due_at <= %(now)s AND expires_at > %(now)s
        ORDER BY due_at, mail_id
        LIMIT 1
    ) AS d
    WHERE (
        SELECT count(*) FROM mail_attempts a
        WHERE a.tenant = r.tenant AND a.began_at > %(now)s::timestamptz - interval '1 minute'
    ) < r.per_minute
    ORDER BY d.due_at, d.mail_id
    LIMIT 1
), open_attempts AS (
    UPDATE mail_attempts SET ended_at = %(now)s, outcome = 'unsure', answer = 'the sender ended before an answer came'
    WHERE mail_id = (SELECT mail_id FROM chosen) AND ended_at IS NULL
), taken AS (
    UPDATE mails SET state = 'sending', state_at = %(now)s, due_at = %(lease_until)s, leased_by = %(by)s,
                     attempts = attempts + 1
    WHERE mail_id = (SELECT mail_id FROM chosen)
    RETURNING mail_id, tenant, kind, about, address, source, language, facts, message_id, created_at, attempts, refusals
), noted AS (
    INSERT INTO mail_attempts (mail_id, attempt, tenant, began_at)
    SELECT mail_id, attempts, tenant, %(now)s FROM taken
)
SELECT * FROM taken;

-- end_attempt: Notes what came of an attempt.
UPDATE mail_attempts SET ended_at = %(now)s, outcome = %(outcome)s, code = %(code)s, answer = %(answer)s
WHERE mail_id = %(mail_id)s AND attempt = %(attempt)s;

-- settle_mail: The mail's next state, unless another sender has it meanwhile, or it has come back already. What the server
-- has taken is sent, whichever sender has the mail now.
UPDATE mails SET state = %(state)s, state_at = %(now)s, due_at = %(due_at)s, refusals = refusals + %(refused)s,
                 reason = %(reason)s
WHERE mail_id = %(mail_id)s
  AND (attempts = %(attempt)s AND state = 'sending' OR %(state)s = 'sent' AND state IN ('queued', 'sending'));

-- address_dies: Nothing is sent any more to the address of this mail, and what waits for it is dead.
WITH one AS (
    SELECT tenant, address FROM mails WHERE mail_id = %(mail_id)s
), dead AS (
    INSERT INTO mail_addresses (tenant, address, dead_at, reason, mail_id)
    SELECT tenant, address, %(now)s, %(reason)s, %(mail_id)s FROM one
    ON CONFLICT DO NOTHING
)
UPDATE mails m SET state = 'dead', state_at = %(now)s, reason = 'the address is dead: ' || %(reason)s
FROM one
WHERE m.tenant = one.tenant AND m.address = one.address AND m.state = 'queued' AND m.mail_id <> %(mail_id)s;

-- mail_comes_back: The mail has failed after the server had taken it.
UPDATE mails SET state = 'failed', state_at = %(now)s, reason = %(reason)s
WHERE mail_id = %(mail_id)s AND state IN ('queued', 'sending', 'sent')
RETURNING tenant, address;

-- expire_mails: What the server has not taken in its time fails, with what was said last.
UPDATE mails SET state = 'failed', state_at = %(now)s,
                 reason = 'given up: ' || coalesce(nullif(reason, ''), 'no sender has had it')
WHERE state IN ('queued', 'sending') AND expires_at <= %(now)s AND (state = 'queued' OR due_at <= %(now)s)
RETURNING mail_id;

-- forget_mails: Deletes mails that ended long ago, with their attempts.
WITH gone AS (
    DELETE FROM mails WHERE state IN ('sent', 'failed', 'dead') AND state_at < %(before)s RETURNING mail_id
)
DELETE FROM mail_attempts a USING gone WHERE a.mail_id = gone.mail_id;

-- forget_transcripts: What was heard in a file goes with the file.
DELETE FROM transcripts t USING media m
WHERE m.tenant = t.tenant AND m.media_id = t.media_id AND m.state = 'deleted';

-- forget_erased: Where a file was erased with its numbers, the mails that told of it go, too, with their attempts.
WITH gone AS (
    DELETE FROM mails l USING media_deletions d
    WHERE l.kind = 'voicemail' AND l.tenant = d.tenant AND l.about = d.media_id AND d.numbers
      AND d.deleted_at IS NOT NULL
    RETURNING l.mail_id
)
DELETE FROM mail_attempts a USING gone WHERE a.mail_id = gone.mail_id;

-- mail_figures: How many mails there are in each state, and since when the oldest waits that is to be sent.
SELECT state, count(*) AS mails, min(created_at) FILTER (WHERE state IN ('queued', 'sending')) AS oldest
FROM mails GROUP BY state;

-- dead_addresses_count: How many addresses are dead.
SELECT count(*) FROM mail_addresses;

-- find_mails: Mails, the latest first.
SELECT * FROM mails
WHERE (%(tenant)s::text IS NULL OR tenant = %(tenant)s) AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(address)s::text IS NULL OR address = %(address)s) AND (%(source)s::text IS NULL OR source = %(source)s)
ORDER BY created_at DESC, mail_id
LIMIT %(limit)s;

-- one_mail: A mail by the beginning of its id; two rows: it is not clear which is meant.
SELECT * FROM mails WHERE starts_with(mail_id, %(mail_id)s) ORDER BY mail_id LIMIT 2;

-- attempts_of_mail: What was tried with a mail, in order.
SELECT attempt, began_at, ended_at, outcome, code, answer FROM mail_attempts WHERE mail_id = %(mail_id)s ORDER BY attempt;

-- retry_mails: Mails that failed, or were never sent because their address was dead, are due now, with as much time as new ones.
UPDATE mails m SET state = 'queued', state_at = %(now)s, due_at = %(now)s, refusals = 0, expires_at = %(expires_at)s
WHERE m.state IN ('failed', 'dead', 'queued') AND m.mail_id = ANY (%(mail_ids)s)
  AND NOT EXISTS (SELECT FROM mail_addresses d WHERE d.tenant = m.tenant AND d.address = m.address)
RETURNING mail_id;

-- find_dead_addresses: Addresses that are dead, the latest first.
SELECT * FROM mail_addresses WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s ORDER BY dead_at DESC, address;

-- revive_address: Mails are sent to the address again.
DELETE FROM mail_addresses WHERE tenant = %(tenant)s AND address = %(address)s RETURNING address;

-- missed_visits: Stays in a queue that ended between two moments without the caller being served, and that no mail tells of
-- yet; unless a callback was asked for, a message left, or caller and tenant have spoken since, whichever called.
-- A call that went through several queues counts for the last one.
SELECT v.tenant, v.switch, v.call_id, v.visit, v.queue, v.left_at, v.wait_ms, c.caller_number, c.caller_name
FROM queue_visits v
JOIN calls c USING (tenant, switch, call_id, started_day)
WHERE v.tenant = %(tenant)s AND v.queue = %(queue)s
  AND v.started_day >= (%(since)s::timestamptz - interval '1 day')::date AND v.left_at >= %(since)s AND v.left_at < %(until)s
  AND v.how NOT IN ('answered', 'callback') AND NOT v.called_back AND v.wait_ms >= %(short_ms)s
  AND c.answered_by = '' AND c.outcome NOT IN ('answered', 'voicemail', 'callback')
  AND NOT EXISTS (
      SELECT FROM queue_visits later
      WHERE later.tenant = v.tenant AND later.switch = v.switch AND later.call_id = v.call_id
        AND later.started_day = v.started_day AND later.visit > v.visit
  )
  AND NOT (c.caller_number <> '' AND EXISTS (
      SELECT FROM calls again
      WHERE again.tenant = v.tenant AND again.caller_number = c.caller_number AND again.started_at > c.started_at
        AND again.started_day >= v.started_day AND again.bridged_at IS NOT NULL
  ))
  AND NOT (c.caller_number <> '' AND EXISTS (
      SELECT FROM legs back
      WHERE back.tenant = v.tenant AND back.address = c.caller_number AND back.started_day >= v.started_day
        AND back.direction = 'b' AND back.bridged_at > v.left_at
  ))
  AND NOT EXISTS (
      SELECT FROM mails m
      WHERE m.tenant = v.tenant AND m.kind = 'missed' AND m.about = v.call_id || '/' || v.visit
  )
ORDER BY v.left_at, v.call_id, v.visit
LIMIT %(limit)s;

-- messages_to_mail: Messages of a box no mail tells of yet. They are in storage, where every host can read them, unless the
-- mail needs no sound or storage has not had it for long; and they are transcribed, unless nothing is, or it takes too long.
SELECT m.media_id, m.began_at, m.caller, m.length_ms, coalesce(c.caller_name, '') AS name
FROM media m
LEFT JOIN LATERAL (
    SELECT caller_name FROM calls WHERE call_id = m.call_id AND tenant = m.tenant LIMIT 1
) AS c ON true
WHERE m.tenant = %(tenant)s AND m.owner = %(owner)s AND m.kind = 'message' AND m.began_at >= %(since)s
  AND (m.state = 'stored' OR m.state = 'closed' AND (%(without_sound)s OR m.changed_at < %(waited)s))
  AND (NOT %(transcribe)s OR m.changed_at < %(waited)s
       OR EXISTS (SELECT FROM transcripts t WHERE t.tenant = m.tenant AND t.media_id = m.media_id))
  AND NOT EXISTS (SELECT FROM mails l WHERE l.tenant = m.tenant AND l.kind = 'voicemail' AND l.about = m.media_id)
ORDER BY m.began_at, m.media_id
LIMIT %(limit)s;

-- messages_between: Messages that were left in a box within a time.
SELECT m.began_at, m.caller, m.length_ms, coalesce(c.caller_name, '') AS name
FROM media m
LEFT JOIN LATERAL (
    SELECT caller_name FROM calls WHERE call_id = m.call_id AND tenant = m.tenant LIMIT 1
) AS c ON true
WHERE m.tenant = %(tenant)s AND m.owner = %(owner)s AND m.kind = 'message' AND m.state IN ('closed', 'stored')
  AND m.began_at >= %(since)s AND m.began_at < %(until)s
ORDER BY m.began_at, m.media_id
LIMIT %(limit)s;

-- told_everyone: Messages whose mails have all been sent, and of which nothing has followed yet.
SELECT tenant, about, source FROM mails
WHERE kind = 'voicemail' AND NOT followed
GROUP BY tenant, about, source
HAVING bool_and(state = 'sent')
ORDER BY tenant, about
LIMIT %(limit)s;

-- note_followed: What follows on these mails is done.
UPDATE mails SET followed = true WHERE kind = 'voicemail' AND tenant = %(tenant)s AND about = %(about)s;

-- to_transcribe: A message of a box in storage that is not written down yet; the latest first, for its mail waits for it.
SELECT m.media_id FROM media m
WHERE m.tenant = %(tenant)s AND m.owner = ANY (%(owners)s) AND m.kind = 'message' AND m.state = 'stored'
  AND m.began_at >= %(since)s
  AND NOT EXISTS (SELECT FROM transcripts t WHERE t.tenant = m.tenant AND t.media_id = m.media_id)
ORDER BY m.began_at DESC
LIMIT 1;

-- write_transcript: Keeps what was heard; of two that are told the first counts.
INSERT INTO transcripts (tenant, media_id, at, text, words, trouble)
VALUES (%(tenant)s, %(media_id)s, %(at)s, %(text)s, %(words)s, %(trouble)s)
ON CONFLICT DO NOTHING;

-- transcript_of: What was heard in a medium.
SELECT text FROM transcripts WHERE tenant = %(tenant)s AND media_id = %(media_id)s;

-- emergency_calls_to_mail: Emergency calls that no mail tells of yet, each with the leg that was answered, else the last one.
SELECT c.call_id, c.caller_number, c.caller_name, c.caller_extension, l.*, (
    SELECT p.source FROM jsonb_to_recordset(c.path) AS p (target text, source text)
    WHERE p.target = l.target AND p.source <> '' LIMIT 1
) AS source
FROM (
    SELECT DISTINCT ON (switch, call_id, started_day)
           tenant, switch, call_id AS of_call, started_day, target, shown, trunk, answered_at, ended_at, estimated,
           min(dialled_at) OVER (PARTITION BY switch, call_id, started_day) AS called_at
    FROM legs
    WHERE tenant = %(tenant)s AND called_direction = 'emergency'
      AND started_day >= (%(since)s::timestamptz - interval '1 day')::date
    ORDER BY switch, call_id, started_day, answered_at NULLS LAST, position DESC
) AS l
JOIN calls c ON c.tenant = l.tenant AND c.switch = l.switch AND c.call_id = l.of_call AND c.started_day = l.started_day
WHERE c.ended_at >= %(since)s
  AND NOT EXISTS (SELECT FROM mails m WHERE m.tenant = c.tenant AND m.kind = 'emergency' AND m.about = c.call_id)
ORDER BY l.called_at, c.call_id
LIMIT %(limit)s;
