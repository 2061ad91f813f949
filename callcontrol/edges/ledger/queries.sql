-- Every statement of the ledger by name: a line `-- name: what it does`, then the statement.
-- Records come as one JSON array of what billing/record_json.py writes; its times are microseconds since the epoch.
-- {legs: l.NAME} stands for the columns that billing/record.py declares of a table, one after the other: NAME is the column,
-- TYPE its type in the JSON, STORED(x) the stored value of the JSON's x. Only what a statement is about is named in it.

-- write_records: Stores the calls, legs, charges, visits, offers and segments that are not there yet; tells how many calls it was given, whether all was new, and whether an account pays for any leg.
-- Of a leg or call that occurs twice among the records the truer one counts, else the first; visits, offers and segments are
-- those of the call that counts. Records of before there were queues, or segments, have none.
WITH input AS MATERIALIZED (
    SELECT n, call, legs, charges, visits, segments,
           call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, call ->> 'call_id' AS call_id,
           timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond' AS started_at,
           ((timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date
               AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) WITH ORDINALITY AS e (record, n),
         jsonb_to_record(record) AS r (call jsonb, legs jsonb, charges jsonb, visits jsonb, segments jsonb)
), one_per_call AS MATERIALIZED (
    SELECT DISTINCT ON (tenant, switch, call_id, started_day) *
    FROM input
    WHERE call_id IS NOT NULL
    ORDER BY tenant, switch, call_id, started_day, (call ->> 'estimated')::boolean, n
), one_per_leg AS MATERIALIZED (
    SELECT DISTINCT ON (tenant, switch, leg_id, started_day)
        n, tenant, switch, call_id, started_day, l.*,
        ordinal - (legs -> 0 ->> 'direction' = 'a')::integer AS position  -- 0 is the caller's own leg, where there is one
    FROM input,
         ROWS FROM (jsonb_to_recordset(legs) AS (
             {legs: NAME TYPE}
         )) WITH ORDINALITY AS l (
             {legs: NAME}, ordinal
         )
    ORDER BY tenant, switch, leg_id, started_day, estimated, created_at IS NULL, n
), new_calls AS (
    INSERT INTO calls (started_day, {calls: NAME})
    SELECT started_day, {calls: STORED(c.NAME)}
    FROM one_per_call, jsonb_to_record(call) AS c ({calls: NAME TYPE})
    ON CONFLICT DO NOTHING
    RETURNING 1
), new_legs AS (
    INSERT INTO legs (tenant, switch, call_id, started_day, position, {legs: NAME})
    SELECT tenant, switch, call_id, started_day, position, {legs: STORED(NAME)}
    FROM one_per_leg
    ON CONFLICT DO NOTHING
    RETURNING tenant, switch, leg_id, started_day
), given_charges AS MATERIALIZED (
    SELECT n, tenant, switch, call_id, started_day, c.*
    FROM input,
         jsonb_to_recordset(charges) AS c ({charges: NAME TYPE})
), new_charges AS (
    INSERT INTO charges (tenant, switch, call_id, started_day, revision, status, {charges: NAME})
    SELECT
        c.tenant, c.switch, c.call_id, c.started_day,
        1 + coalesce((
            SELECT max(revision) FROM charges o
            WHERE o.tenant = c.tenant AND o.switch = c.switch AND o.leg_id = c.leg_id AND o.started_day = c.started_day
        ), 0),
        CASE WHEN c.amount IS NULL THEN 'unrated' ELSE 'rated' END,
        {charges: STORED(c.NAME)}
    FROM given_charges c
    JOIN one_per_leg USING (n, tenant, switch, leg_id, started_day)
    JOIN new_legs USING (tenant, switch, leg_id, started_day)
), given_visits AS MATERIALIZED (
    SELECT tenant, switch, call_id, started_day, v.*
    FROM one_per_call,
         ROWS FROM (jsonb_to_recordset(visits) AS (
             {queue_visits: NAME TYPE}, offers jsonb
         )) WITH ORDINALITY AS v (
             {queue_visits: NAME}, offers, visit
         )
), given_offers AS MATERIALIZED (
    SELECT tenant, switch, call_id, started_day, visit, queue, o.*
    FROM given_visits,
         jsonb_to_recordset(offers) AS o ({offers: NAME TYPE})
), new_visits AS (
    INSERT INTO queue_visits (tenant, switch, call_id, started_day, visit, {queue_visits: NAME})
    SELECT tenant, switch, call_id, started_day, visit, {queue_visits: STORED(NAME)}
    FROM given_visits
    ON CONFLICT DO NOTHING
    RETURNING 1
), new_offers AS (
    INSERT INTO offers (tenant, switch, call_id, started_day, visit, queue, {offers: NAME})
    SELECT tenant, switch, call_id, started_day, visit, queue, {offers: STORED(NAME)}
    FROM given_offers
    ON CONFLICT DO NOTHING
    RETURNING 1
), given_segments AS MATERIALIZED (
    SELECT tenant, switch, call_id, started_day, s.*
    FROM one_per_call,
         ROWS FROM (jsonb_to_recordset(segments) AS (
             {segments: NAME TYPE}
         )) WITH ORDINALITY AS s (
             {segments: NAME}, segment
         )
), new_segments AS (
    INSERT INTO segments (tenant, switch, call_id, started_day, segment, {segments: NAME})
    SELECT tenant, switch, call_id, started_day, segment, {segments: STORED(NAME)}
    FROM given_segments
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT
    (SELECT count(call_id) FROM input),
    (SELECT count(*) FROM new_calls) = (SELECT count(*) FROM one_per_call)
        AND (SELECT count(*) FROM new_legs) = (SELECT count(*) FROM one_per_leg)
        AND (SELECT count(*) FROM new_visits) = (SELECT count(*) FROM given_visits)
        AND (SELECT count(*) FROM new_offers) = (SELECT count(*) FROM given_offers)
        AND (SELECT count(*) FROM new_segments) = (SELECT count(*) FROM given_segments),
    EXISTS (SELECT 1 FROM given_charges WHERE account <> '');

-- withdraw_estimates: Makes room for truer records: removes estimated rows for which the records have better ones, and voids their charges.
-- With a call go its visits, offers and segments: whatever else was not known of it, the truer record tells. A reconciled record is truer
-- than an estimate, even where it is one in part; a worker's own, exact one is truer than both. A call of which nothing was an
-- estimate gives way as well, once, to a record with a leg that joined it late: a leg written after the call, or one that was
-- told never to have been a channel and has told its end all the same.
WITH input AS MATERIALIZED (
    SELECT legs, call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, call ->> 'call_id' AS call_id,
           (call ->> 'estimated')::boolean AS estimated,
           coalesce((call ->> 'reconciled')::boolean, false) AS reconciled,
           ((timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date
               AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) AS record,
         jsonb_to_record(record) AS r (call jsonb, legs jsonb)
), withdrawn_calls AS (
    DELETE FROM calls c USING input i
    WHERE (NOT i.estimated OR i.reconciled)
      AND (c.tenant, c.switch, c.call_id, c.started_day) = (i.tenant, i.switch, i.call_id, i.started_day)
      AND (c.estimated OR EXISTS (
          SELECT 1 FROM jsonb_to_recordset(i.legs) AS t (leg_id text, created_at bigint)
          JOIN legs l ON (l.tenant, l.switch, l.leg_id, l.started_day) = (i.tenant, i.switch, t.leg_id, i.started_day)
          WHERE l.call_id = c.call_id
            AND (l.written_at > c.written_at OR l.created_at IS NULL AND t.created_at IS NOT NULL)))
    RETURNING c.tenant, c.switch, c.call_id, c.started_day
), withdrawn_visits AS (
    DELETE FROM queue_visits v USING withdrawn_calls w
    WHERE (v.tenant, v.switch, v.call_id, v.started_day) = (w.tenant, w.switch, w.call_id, w.started_day)
), withdrawn_offers AS (
    DELETE FROM offers o USING withdrawn_calls w
    WHERE (o.tenant, o.switch, o.call_id, o.started_day) = (w.tenant, w.switch, w.call_id, w.started_day)
), withdrawn_segments AS (
    DELETE FROM segments s USING withdrawn_calls w
    WHERE (s.tenant, s.switch, s.call_id, s.started_day) = (w.tenant, w.switch, w.call_id, w.started_day)
), withdrawn_legs AS (
    DELETE FROM legs l
    USING input i,
          jsonb_to_recordset(i.legs) AS t (leg_id text, created_at bigint, estimated boolean, reconciled boolean)
    WHERE (l.estimated AND (NOT t.estimated OR (t.reconciled AND NOT l.reconciled))
           -- it was told that it never was a channel, and the channel has told its end all the same
           OR l.created_at IS NULL AND t.created_at IS NOT NULL AND NOT t.estimated)
      AND (l.tenant, l.switch, l.leg_id, l.started_day) = (i.tenant, i.switch, t.leg_id, i.started_day)
    RETURNING l.tenant, l.switch, l.leg_id, l.started_day
)
INSERT INTO charges
SELECT void.*
FROM withdrawn_legs w
CROSS JOIN LATERAL (  -- as current_charges, which would look at all charges there are
    SELECT h AS charge, h.status, h.revision FROM charges h
    WHERE (h.tenant, h.switch, h.leg_id, h.started_day) = (w.tenant, w.switch, w.leg_id, w.started_day)
    ORDER BY h.revision DESC LIMIT 1
) AS c
CROSS JOIN LATERAL jsonb_populate_record(c.charge, jsonb_build_object(  -- the same charge but for these
    'revision', c.revision + 1, 'status', 'void', 'reason', 'the times of the leg were an estimate', 'written_at', now(),
    'amount', NULL, 'currency', '', 'counted_s', 0, 'free_s', 0, 'billed_s', 0, 'fee', NULL, 'parts', jsonb_build_array(),
    'formula', '', 'estimate', ''
)) AS void
WHERE c.status <> 'void';

-- unrated_charges: Charges that hold and have no price, of one tenant or of all: so many, from one on, by day.
SELECT c.started_day, c.tenant, c.switch, c.leg_id, c.call_id, c.number, c.reason
FROM charges c
WHERE c.status = 'unrated' AND (%(tenant)s::text IS NULL OR c.tenant = %(tenant)s)
  AND c.started_day >= %(day)s
  AND (c.started_day, c.tenant, c.switch, c.leg_id) > (%(day)s::date, %(after_tenant)s::text, %(after_switch)s::text, %(after_leg)s::text)
  AND NOT EXISTS (
      SELECT 1 FROM charges h
      WHERE (h.tenant, h.switch, h.leg_id, h.started_day) = (c.tenant, c.switch, c.leg_id, c.started_day)
        AND h.revision > c.revision
  )
ORDER BY c.started_day, c.tenant, c.switch, c.leg_id
LIMIT %(limit)s;

-- lock_charges: Keeps others from appending charges until the end of the transaction: two would draw the same revision.
LOCK TABLE charges IN SHARE ROW EXCLUSIVE MODE;

-- rate_unrated: Appends the charges of some records to legs whose charge that holds has no price; tells to which.
WITH input AS MATERIALIZED (
    SELECT charges, call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, call ->> 'call_id' AS call_id,
           ((timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date
               AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) AS record,
         jsonb_to_record(record) AS r (call jsonb, charges jsonb)
)
INSERT INTO charges (tenant, switch, call_id, started_day, revision, status, {charges: NAME})
SELECT i.tenant, i.switch, i.call_id, i.started_day, h.revision + 1, 'rated', {charges: STORED(c.NAME)}
FROM input i
CROSS JOIN LATERAL jsonb_to_recordset(i.charges) AS c ({charges: NAME TYPE})
CROSS JOIN LATERAL (
    SELECT revision, status FROM charges o
    WHERE (o.tenant, o.switch, o.leg_id, o.started_day) = (i.tenant, i.switch, c.leg_id, i.started_day)
    ORDER BY o.revision DESC LIMIT 1
) AS h
WHERE h.status = 'unrated' AND c.amount IS NOT NULL
RETURNING tenant, switch, leg_id;

-- schema_versions: Whether the schema is there at all.
SELECT to_regclass('schema_version') IS NOT NULL;

-- schema_version: Which version of the schema is there.
SELECT max(version) FROM schema_version;

-- note_schema_version: Remembers that this version is in place.
INSERT INTO schema_version (version) VALUES (%(version)s);

-- lock_schema: Waits until no other process makes or changes tables; holds until the end of the transaction.
SELECT pg_advisory_xact_lock(1667329900, 1);

-- months: The months, as 2026_11, for which every one of some tables has its partition.
SELECT right(child.relname, 7)
FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = ANY (%(tables)s::text[]::regclass[])
GROUP BY 1
HAVING count(*) = cardinality(%(tables)s::text[])
ORDER BY 1;

-- partitions: The tables that are partitions of some tables.
SELECT child.relname
FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = ANY (%(tables)s::text[]::regclass[]);

-- calls_with_leg: The calls that have this channel among their legs.
SELECT DISTINCT call_id FROM legs WHERE leg_id = %(leg_id)s;

-- tenants: All who have calls in some days: from one to the next in the keys, of each month anew.
WITH RECURSIVE names (tenant) AS (
    (SELECT tenant FROM calls
     WHERE started_day BETWEEN coalesce(%(since_day)s::date, '-infinity') AND coalesce(%(until_day)s::date, 'infinity')
     ORDER BY tenant LIMIT 1)
    UNION ALL
    SELECT (
        SELECT tenant FROM calls
        WHERE tenant > names.tenant
          AND started_day BETWEEN coalesce(%(since_day)s::date, '-infinity') AND coalesce(%(until_day)s::date, 'infinity')
        ORDER BY tenant LIMIT 1
    ) FROM names WHERE tenant IS NOT NULL
)
SELECT tenant FROM names WHERE tenant IS NOT NULL;

-- legs_of: The legs of some calls, each with the charge that holds.
SELECT
    l.call_id, l.position, {legs: l.NAME}, l.ring_ms, l.talk_ms, l.total_ms,
    c.status AS "cost status", c.revision AS "cost revision", {charges: c.NAME AS "cost NAME"}
FROM legs l
LEFT JOIN LATERAL (  -- what current_charges says; the view itself would look at all charges there are
    SELECT * FROM charges h
    WHERE (h.tenant, h.switch, h.leg_id, h.started_day) = (l.tenant, l.switch, l.leg_id, l.started_day)
    ORDER BY h.revision DESC LIMIT 1
) AS c ON true
WHERE l.call_id = ANY (%(call_ids)s::text[]) AND l.started_day BETWEEN %(since_day)s AND %(until_day)s
  AND l.tenant = ANY (%(tenants)s::text[])
ORDER BY l.call_id, l.position;

-- visits_of: The stays in queues of some calls.
SELECT
    call_id, visit, {queue_visits: NAME}, called_back
FROM queue_visits
WHERE call_id = ANY (%(call_ids)s::text[]) AND started_day BETWEEN %(since_day)s AND %(until_day)s
  AND tenant = ANY (%(tenants)s::text[]) AND switch = ANY (%(switches)s::text[])
ORDER BY call_id, visit;

-- offers_of: The offers of some calls, visit by visit in the order in which they were made.
SELECT
    call_id, visit, {offers: NAME}, offer_ms, talk_ms, wrap_up_ms
FROM offers
WHERE call_id = ANY (%(call_ids)s::text[]) AND started_day BETWEEN %(since_day)s AND %(until_day)s
  AND tenant = ANY (%(tenants)s::text[]) AND switch = ANY (%(switches)s::text[])
ORDER BY call_id, visit, offered_at, offer, agent;

-- segments_of: The conversations of some calls, in order.
SELECT
    call_id, segment, {segments: NAME}, talk_ms
FROM segments
WHERE call_id = ANY (%(call_ids)s::text[]) AND started_day BETWEEN %(since_day)s AND %(until_day)s
  AND tenant = ANY (%(tenants)s::text[]) AND switch = ANY (%(switches)s::text[])
ORDER BY call_id, segment;

-- legs_beside: Legs of other calls with which a call's parties talked, or whose place they took, within a day of it.
SELECT l.call_id, {legs: l.NAME}
FROM legs l
WHERE l.tenant = %(tenant)s AND l.call_id <> %(call_id)s
  AND (l.leg_id = ANY (%(joined)s::text[]) OR (l.moved_to = ANY (%(own)s::text[]) AND l.moved_to <> ''))
  AND l.started_day BETWEEN %(day)s::date - 1 AND %(day)s::date + 1
ORDER BY l.dialled_at, l.leg_id;

-- queue_statistics: What came of the visits that began, and the offers that were made, in a stretch of time, by queue; see statistics.py.
WITH visits AS (
    SELECT
        queue,
        count(*) FILTER (WHERE NOT called_back) AS entered,
        count(*) FILTER (WHERE NOT called_back AND how = 'answered') AS answered,
        count(*) FILTER (WHERE NOT called_back AND how = 'answered' AND wait_ms <= 1000 * %(in_time_s)s::bigint) AS in_time,
        count(*) FILTER (WHERE NOT called_back AND how = 'abandoned' AND wait_ms >= 1000 * %(short_s)s::bigint) AS abandoned,
        count(*) FILTER (WHERE NOT called_back AND how = 'abandoned' AND wait_ms < 1000 * %(short_s)s::bigint) AS short_abandoned,
        count(*) FILTER (WHERE NOT called_back AND how IN ('overflow_wait', 'overflow_empty', 'overflow_closed', 'key')) AS overflowed,
        count(*) FILTER (WHERE NOT called_back AND how = 'callback') AS callbacks_asked,
        count(*) FILTER (WHERE called_back AND bridged_at IS NOT NULL) AS callbacks_reached,
        count(*) FILTER (WHERE NOT called_back AND how IN ('removed', 'moved')) AS taken_out,
        count(*) FILTER (WHERE NOT called_back AND how = 'failed') AS failed,
        sum(wait_ms) FILTER (WHERE NOT called_back AND how = 'answered') AS answered_wait_ms,
        max(wait_ms) FILTER (WHERE NOT called_back) AS longest_wait_ms
    FROM queue_visits
    WHERE tenant = %(tenant)s AND started_day BETWEEN %(first_day)s AND %(last_day)s
      AND entered_at >= %(start)s AND entered_at < %(end)s
    GROUP BY queue
), offered AS (
    SELECT
        queue,
        count(*) AS offers,
        count(*) FILTER (WHERE how = ANY (%(misses)s::text[])) AS misses,
        count(bridged_at) AS talks,
        floor(sum(talk_ms)) AS talk_ms,
        floor(sum(wrap_up_ms)) AS wrap_up_ms
    FROM offers
    WHERE tenant = %(tenant)s AND started_day BETWEEN %(first_day)s AND %(last_day)s
      AND offered_at >= %(start)s AND offered_at < %(end)s
    GROUP BY queue
)
SELECT
    queue,
    coalesce(entered, 0) AS entered, coalesce(answered, 0) AS answered, coalesce(in_time, 0) AS in_time,
    coalesce(abandoned, 0) AS abandoned, coalesce(short_abandoned, 0) AS short_abandoned,
    coalesce(overflowed, 0) AS overflowed, coalesce(callbacks_asked, 0) AS callbacks_asked,
    coalesce(callbacks_reached, 0) AS callbacks_reached, coalesce(taken_out, 0) AS taken_out, coalesce(failed, 0) AS failed,
    coalesce(offers, 0) AS offers, coalesce(misses, 0) AS misses, coalesce(talks, 0) AS talks,
    coalesce(answered_wait_ms, 0)::bigint AS answered_wait_ms, coalesce(longest_wait_ms, 0) AS longest_wait_ms,
    coalesce(talk_ms, 0)::bigint AS talk_ms, coalesce(wrap_up_ms, 0)::bigint AS wrap_up_ms
FROM visits FULL JOIN offered USING (queue)
ORDER BY queue;

-- menu_statistics: What came of the callers who came into menus in a stretch of time, by menu and by how they left it; see statistics.py.
SELECT
    menu, how, pressed, "to",
    count(*) AS callers,
    sum(silences)::bigint AS silences,
    sum(wrongs)::bigint AS wrongs,
    floor(1000 * extract(epoch FROM sum("left" - entered)))::bigint AS stay_ms,
    floor(1000 * extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY "left" - entered)))::bigint AS median_ms
FROM calls,
     jsonb_to_recordset(menus) AS m (
         menu text, entered timestamptz, "left" timestamptz, how text, pressed text, "to" text, silences bigint, wrongs bigint
     )
WHERE tenant = %(tenant)s AND started_day BETWEEN %(first_day)s AND %(last_day)s AND menus <> '[]'
  AND m.entered >= %(start)s AND m.entered < %(end)s AND menu = coalesce(%(menu)s, menu)
GROUP BY menu, how, pressed, "to"
ORDER BY menu, callers DESC, how, pressed, "to";

-- agent_statistics: What came of the offers made in a stretch of time, by agent and end; see statistics.py.
SELECT
    agent, how, count(*) AS offers, count(bridged_at) AS talks,
    sum(talk_ms) AS talk_ms, sum(wrap_up_ms) AS wrap_up_ms
FROM offers
WHERE tenant = %(tenant)s AND started_day BETWEEN %(first_day)s AND %(last_day)s
  AND offered_at >= %(start)s AND offered_at < %(end)s
GROUP BY agent, how
ORDER BY agent, how;

-- known_legs: Of some legs of a switch those the ledger has; open: their true end is not known yet, or it was told that they
-- never were channels.
SELECT tenant, call_id, leg_id, (estimated OR created_at IS NULL) AND NOT reconciled AS open
FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND switch = %(switch)s AND leg_id = ANY (%(leg_ids)s::text[])
  AND started_day BETWEEN %(first_day)s AND %(last_day)s;

-- stored_calls: Some calls of a switch, whole.
SELECT * FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND switch = %(switch)s AND call_id = ANY (%(call_ids)s::text[])
  AND started_day BETWEEN %(first_day)s AND %(last_day)s;

-- stored_legs: The legs of some calls of a switch, in order.
SELECT * FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND switch = %(switch)s AND call_id = ANY (%(call_ids)s::text[])
  AND started_day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY position, dialled_at, leg_id;

-- stored_visits: The stays in queues of some calls of a switch, in order.
SELECT * FROM queue_visits
WHERE tenant = ANY (%(tenants)s::text[]) AND switch = %(switch)s AND call_id = ANY (%(call_ids)s::text[])
  AND started_day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY visit;

-- stored_offers: The offers of some calls of a switch, in order.
SELECT * FROM offers
WHERE tenant = ANY (%(tenants)s::text[]) AND switch = %(switch)s AND call_id = ANY (%(call_ids)s::text[])
  AND started_day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY visit, offered_at, offer, agent;

-- stored_segments: The conversations of some calls of a switch, in order.
SELECT * FROM segments
WHERE tenant = ANY (%(tenants)s::text[]) AND switch = %(switch)s AND call_id = ANY (%(call_ids)s::text[])
  AND started_day BETWEEN %(first_day)s AND %(last_day)s
ORDER BY segment;

-- lock_reconciling: Whether this transaction may reconcile a switch: one at a time may, until it ends.
SELECT pg_try_advisory_xact_lock(1667329901, hashtext(%(switch)s));

-- write_media: Stores what is known of media, each given once; monotone, as `applied` in callcontrol/vocabulary/media.py.
INSERT INTO media AS m (
    tenant, media_id, kind, state, cause, began_at, changed_at, call_id, channel, switch, path, owner, caller, called,
    agent, length_ms, bytes, sha256, place
)
SELECT tenant, media_id, kind, state, cause, began_at, changed_at, call_id, channel, switch, path, owner, caller, called,
       agent, length_ms, bytes, sha256, place
FROM jsonb_populate_recordset(NULL::media, %(media)s::jsonb)
ON CONFLICT (tenant, media_id) DO UPDATE SET (
    state, cause, changed_at, began_at, kind, call_id, channel, switch, path, owner, caller, called, agent, length_ms,
    bytes, sha256, place
) = (
    SELECT later.state, later.cause, later.changed_at, least(m.began_at, excluded.began_at),
           coalesce(nullif(later.kind, ''), earlier.kind), coalesce(nullif(later.call_id, ''), earlier.call_id),
           coalesce(nullif(later.channel, ''), earlier.channel), coalesce(nullif(later.switch, ''), earlier.switch),
           coalesce(nullif(later.path, ''), earlier.path), coalesce(nullif(later.owner, ''), earlier.owner),
           coalesce(nullif(later.caller, ''), earlier.caller), coalesce(nullif(later.called, ''), earlier.called),
           coalesce(nullif(later.agent, ''), earlier.agent), coalesce(later.length_ms, earlier.length_ms),
           coalesce(later.bytes, earlier.bytes), coalesce(nullif(later.sha256, ''), earlier.sha256),
           coalesce(nullif(later.place, ''), earlier.place)
    FROM (SELECT array_position(%(states)s, excluded.state) > array_position(%(states)s, m.state) AS is_news) AS o,
         LATERAL (SELECT (CASE WHEN is_news THEN excluded ELSE m END).*) AS later,
         LATERAL (SELECT (CASE WHEN is_news THEN m ELSE excluded END).*) AS earlier
);

-- write_media_changes: Stores when and why media came into their states; of one state told twice the first counts.
INSERT INTO media_changes (tenant, media_id, state, at, cause)
SELECT tenant, media_id, state, at, cause FROM jsonb_populate_recordset(NULL::media_changes, %(changes)s::jsonb)
ON CONFLICT DO NOTHING;

-- hold_job: Takes or keeps the lease of some work; no row where another process has it.
INSERT INTO job_leases AS l (name, leased_by, leased_until)
VALUES (%(name)s, %(by)s, clock_timestamp() + %(for_s)s * interval '1 s')
ON CONFLICT (name) DO UPDATE SET leased_by = excluded.leased_by, leased_until = excluded.leased_until
WHERE l.leased_by = excluded.leased_by OR l.leased_until < clock_timestamp()
RETURNING leased_by;

-- claim_media: Takes files that are to be moved, for some time; no other process gets them meanwhile.
UPDATE media m
SET leased_by = %(by)s, leased_until = coalesce(%(now)s::timestamptz, clock_timestamp()) + %(for_s)s * interval '1 s'
FROM (
    SELECT tenant, media_id FROM media
    WHERE state IN ('closed', 'lost') AND switch = ANY (%(switches)s) AND due_at IS NOT NULL
      AND due_at <= coalesce(%(now)s::timestamptz, clock_timestamp()) AND leased_until < coalesce(%(now)s::timestamptz, clock_timestamp())
    ORDER BY due_at, began_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) AS due
WHERE (m.tenant, m.media_id) = (due.tenant, due.media_id)
RETURNING m.*;

-- put_media_off: A file could not be moved, or there is nothing to be done any more (for_s NULL).
UPDATE media
SET tries = tries + 1, trouble = %(why)s, leased_until = 'epoch',
    due_at = coalesce(%(now)s::timestamptz, clock_timestamp()) + %(for_s)s * interval '1 s'
WHERE (tenant, media_id) = (%(tenant)s, %(media_id)s) AND leased_by = %(by)s;

-- settle_media: A file has been moved.
UPDATE media SET tries = 0, trouble = '', leased_until = 'epoch', due_at = NULL
WHERE (tenant, media_id) = (%(tenant)s, %(media_id)s) AND leased_by = %(by)s;

-- wake_media: A file of these was found: whatever was said of it, it is looked at again.
UPDATE media SET due_at = 'epoch'
WHERE switch = %(switch)s AND path = ANY (%(paths)s) AND state = 'lost' AND due_at IS NULL;

-- open_media: Rows that are waiting for their file to be closed, and whether the record of their call is there; the recording of a room goes on without who has begun it.
SELECT m.*, m.owner NOT LIKE 'conference:%%' AND EXISTS (
    SELECT FROM calls c
    WHERE (c.tenant, c.switch, c.call_id) = (m.tenant, m.switch, m.call_id)
      AND c.started_day BETWEEN (m.began_at AT TIME ZONE 'UTC')::date - 2 AND (m.began_at AT TIME ZONE 'UTC')::date + 1
) AS is_over
FROM media m
WHERE m.state IN ('wanted', 'running') AND m.switch = ANY (%(switches)s) AND m.due_at IS NOT NULL
ORDER BY m.began_at
LIMIT %(limit)s;

-- media_paths: Of these paths of a switch those that have a row.
SELECT path FROM media WHERE switch = %(switch)s AND path = ANY (%(paths)s);

-- calls_of_files: The calls of these ids, for files that have no row.
SELECT tenant, switch, call_id, caller_number, started_at, recordings, talks FROM calls
WHERE call_id = ANY (%(call_ids)s) AND started_day BETWEEN %(first_day)s AND %(last_day)s;

-- copies_of_media: Copies on a switch's disk that may go, in the order in which they do; of greetings and prompts, which are played there, only deleted ones.
SELECT tenant, media_id, path, state FROM media
WHERE switch = %(switch)s AND on_switch AND (state = 'deleted' OR state = 'stored' AND kind NOT IN ('greeting', 'prompt'))
ORDER BY state <> 'deleted', kind <> 'talk', changed_at
LIMIT %(limit)s;

-- media_waiting: How many files of each switch wait to be moved, and since when the oldest.
SELECT switch, count(*) AS files, extract(epoch FROM coalesce(%(now)s::timestamptz, clock_timestamp()) - min(changed_at))::float AS oldest_s
FROM media WHERE state = 'closed' AND switch = ANY (%(switches)s) AND due_at IS NOT NULL GROUP BY switch;

-- find_media: Media that match everything given, the latest first.
SELECT * FROM media
WHERE (%(tenant)s::text IS NULL OR tenant = %(tenant)s)
  AND (%(media_id)s::text IS NULL OR media_id = %(media_id)s)
  AND (%(call_id)s::text IS NULL OR call_id = %(call_id)s OR media_id IN (
      SELECT t->>'media_id' FROM calls c, jsonb_array_elements(c.talks) t WHERE c.call_id = %(call_id)s
  ))
  AND (%(number)s::text IS NULL OR caller = %(number)s OR called = %(number)s)
  AND (%(owner)s::text IS NULL OR owner = %(owner)s)
  AND (%(agent)s::text IS NULL OR agent = %(agent)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(since)s::timestamptz IS NULL OR began_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR began_at < %(until)s)
  AND (%(words)s::text IS NULL OR (tenant, media_id) IN (
      SELECT t.tenant, t.media_id FROM transcripts t
      WHERE to_tsvector('simple', t.words) @@ websearch_to_tsquery('simple', %(words)s)
  ))
ORDER BY began_at DESC, media_id
LIMIT %(limit)s;
