-- missed_progress: How far calls have been read, locked until the transaction ends; no row: never, or another process reads.
SELECT read_to FROM missed_progress FOR UPDATE SKIP LOCKED;

-- begin_missed: Begin to read: whatever is written from now on, and the calls of the days before.
WITH begun AS (
    INSERT INTO missed_progress (read_to) VALUES (ledger_watermark()) ON CONFLICT DO NOTHING RETURNING read_to
)
INSERT INTO missed_days (tenant, started_day)
SELECT DISTINCT tenant, started_day FROM calls, begun WHERE started_day >= %(first_day)s
ON CONFLICT DO NOTHING;

-- calls_written_since: The calls that the next transactions have written, of at least so many calls if there are as many, and
-- up to which transaction that is.
WITH watermark AS MATERIALIZED (SELECT ledger_watermark() AS number),
written AS (
    (SELECT written_in FROM calls, watermark
     WHERE written_in >= %(from_in)s AND written_in < watermark.number ORDER BY written_in LIMIT %(limit)s)
    UNION ALL
    (SELECT written_in FROM legs, watermark
     WHERE written_in >= %(from_in)s AND written_in < watermark.number ORDER BY written_in LIMIT %(limit)s)
),
upto AS (
    SELECT coalesce((SELECT max(written_in) + 1 FROM (SELECT written_in FROM written ORDER BY written_in LIMIT %(limit)s) AS w),
                    (SELECT number FROM watermark)) AS number
)
SELECT upto.number AS read_to, found.*
FROM upto LEFT JOIN LATERAL (
    SELECT tenant, switch, call_id, started_day FROM calls WHERE written_in >= %(from_in)s AND written_in < upto.number
    UNION
    SELECT tenant, switch, call_id, started_day FROM legs WHERE written_in >= %(from_in)s AND written_in < upto.number
) AS found ON true;

-- missed_read_to: What these transactions have written has been read.
UPDATE missed_progress SET read_to = %(read_to)s;

-- missed_day: A day that is still to be read; the calls of none other are as old.
SELECT tenant, started_day, after FROM missed_days ORDER BY started_day DESC, tenant LIMIT 1 FOR UPDATE SKIP LOCKED;

-- calls_of_day: The next calls of a day.
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = %(tenant)s AND started_day = %(started_day)s AND call_id > %(after)s
ORDER BY call_id LIMIT %(limit)s;

-- missed_day_read: The calls of a day up to this one have been read.
UPDATE missed_days SET after = %(after)s WHERE tenant = %(tenant)s AND started_day = %(started_day)s;

-- missed_day_done: A day has been read.
DELETE FROM missed_days WHERE tenant = %(tenant)s AND started_day = %(started_day)s;

-- read_days_again: The calls of these days are to be read again.
INSERT INTO missed_days (tenant, started_day)
SELECT DISTINCT tenant, started_day FROM calls
WHERE tenant = %(tenant)s AND started_day BETWEEN %(first_day)s AND %(last_day)s
ON CONFLICT ON CONSTRAINT missed_days_key DO UPDATE SET after = '';

-- lock_numbers: Nothing else changes the cases of these numbers until the transaction ends. In order, so that no two wait for
-- each other.
SELECT count(pg_advisory_xact_lock(1667330409, hashtext(key)))
FROM (SELECT DISTINCT key FROM unnest(%(keys)s::text[]) AS key ORDER BY key) AS locked;

-- drop_contacts: The contacts of these calls, which are made anew; whose they were.
DELETE FROM missed_contacts
WHERE (tenant, switch, call_id) IN (
    SELECT * FROM unnest(%(tenants)s::text[], %(switches)s::text[], %(call_ids)s::text[]))
RETURNING tenant, number;

-- add_contacts: Contacts.
INSERT INTO missed_contacts (tenant, switch, call_id, number, target, kind, reason, by, began_at, ended_at, started_day, due_at, expires_at)
SELECT tenant, switch, call_id, number, target, kind, reason, by, began_at, ended_at, started_day, due_at, expires_at
FROM jsonb_to_recordset(%(contacts)s::jsonb) AS c (
    tenant text, switch text, call_id text, number text, target text, kind text, reason text, by text,
    began_at timestamptz, ended_at timestamptz, started_day date, due_at timestamptz, expires_at timestamptz);

-- contacts_of_numbers: All contacts of these numbers.
SELECT tenant, call_id, number, target, kind, reason, by, began_at, ended_at, due_at, expires_at FROM missed_contacts
WHERE (tenant, number) IN (SELECT * FROM unnest(%(tenants)s::text[], %(numbers)s::text[])) AND number <> '';

-- acts_of_numbers: All acts on cases of these numbers.
SELECT tenant, number, target, at, kind, by, why, until FROM missed_acts
WHERE (tenant, number) IN (SELECT * FROM unnest(%(tenants)s::text[], %(numbers)s::text[]));

-- cases_of_numbers: The cases of these numbers as they stand.
SELECT * FROM missed_cases
WHERE (tenant, number) IN (SELECT * FROM unnest(%(tenants)s::text[], %(numbers)s::text[]))
ORDER BY tenant, number, opened_at, target;

-- drop_cases: The cases of these numbers, which are made anew.
DELETE FROM missed_cases WHERE (tenant, number) IN (SELECT * FROM unnest(%(tenants)s::text[], %(numbers)s::text[]));

-- add_cases: Cases.
INSERT INTO missed_cases
SELECT * FROM jsonb_populate_recordset(NULL::missed_cases, %(cases)s::jsonb);

-- add_act: What a person did to a case.
INSERT INTO missed_acts (tenant, number, target, at, kind, by, why, until)
VALUES (%(tenant)s, %(number)s, %(target)s, %(at)s, %(kind)s, %(by)s, %(why)s, %(until)s)
ON CONFLICT DO NOTHING;

-- cases_wanted: Cases of a tenant, those that are due first first.
SELECT * FROM missed_cases
WHERE tenant = %(tenant)s
  AND (%(number)s::text IS NULL OR number = %(number)s)
  AND (%(target)s::text IS NULL OR target = %(target)s)
  AND (%(targets)s::text[] IS NULL OR target = ANY (%(targets)s))
  AND (%(is_open)s::boolean IS NULL OR (closed_at IS NULL AND expires_at > %(now)s) = %(is_open)s)
  AND (NOT %(overdue)s OR (first_try_at IS NULL AND due_at <= %(now)s))
  AND (%(since)s::timestamptz IS NULL OR opened_at >= %(since)s)
  AND (%(opened_by)s::text IS NULL OR opened_by = %(opened_by)s)
ORDER BY due_at, number, target
LIMIT %(limit)s;

-- cases_wanted_latest: The same, those that were opened last first.
SELECT * FROM missed_cases
WHERE tenant = %(tenant)s
  AND (%(number)s::text IS NULL OR number = %(number)s)
  AND (%(target)s::text IS NULL OR target = %(target)s)
  AND (%(targets)s::text[] IS NULL OR target = ANY (%(targets)s))
  AND (%(is_open)s::boolean IS NULL OR (closed_at IS NULL AND expires_at > %(now)s) = %(is_open)s)
  AND (NOT %(overdue)s OR (first_try_at IS NULL AND due_at <= %(now)s))
  AND (%(since)s::timestamptz IS NULL OR opened_at >= %(since)s)
  AND (%(opened_by)s::text IS NULL OR opened_by = %(opened_by)s)
ORDER BY opened_at DESC, number, target
LIMIT %(limit)s;

-- missed_counts: How many cases are open, how many of them have no try though it is due, and how old the oldest is, in seconds.
SELECT count(*) AS open,
       count(*) FILTER (WHERE first_try_at IS NULL AND due_at <= %(now)s) AS overdue,
       coalesce(extract(epoch FROM %(now)s - min(opened_at)), 0)::float8 AS oldest_s
FROM missed_cases WHERE closed_at IS NULL AND expires_at > %(now)s;

-- numbers_with_contacts: The numbers a tenant has contacts of: the next so many.
SELECT DISTINCT number FROM missed_contacts
WHERE tenant = %(tenant)s AND number > %(after)s ORDER BY number LIMIT %(limit)s;

-- count_missed: How many cases a number has.
SELECT count(*) AS cases FROM missed_cases WHERE tenant = %(tenant)s AND number = %(number)s;

-- forget_missed: Erases the cases of a number, and what they were made of.
WITH contacts AS (DELETE FROM missed_contacts WHERE tenant = %(tenant)s AND number = %(number)s),
acts AS (DELETE FROM missed_acts WHERE tenant = %(tenant)s AND number = %(number)s),
revisions AS (DELETE FROM missed_revisions WHERE tenant = %(tenant)s AND number = %(number)s)
DELETE FROM missed_cases WHERE tenant = %(tenant)s AND number = %(number)s;

-- case_counts: What became of cases that opened in [start, end), by target and (null) of all: how many were called back, and when.
SELECT target, count(*) AS cases,
       count(*) FILTER (WHERE how = '' AND expires_at > %(now)s) AS open,
       count(*) FILTER (WHERE how = 'reached') AS reached,
       count(*) FILTER (WHERE how = 'came_back') AS came_back,
       count(first_try_at) AS tried,
       count(*) FILTER (WHERE first_try_at <= due_at) AS in_time,
       count(*) FILTER (WHERE first_try_at IS NOT NULL OR due_at <= least(closed_at, %(now)s::timestamptz)) AS owed,
       floor(1000 * extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY first_try_at - opened_at)))::bigint AS first_try_ms,
       floor(1000 * extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (ORDER BY first_try_at - opened_at)))::bigint AS first_try_90_ms,
       floor(1000 * extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (
           ORDER BY CASE WHEN how = 'reached' THEN closed_at - opened_at END)))::bigint AS reached_ms,
       floor(1000 * extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (
           ORDER BY CASE WHEN how = 'reached' THEN closed_at - opened_at END)))::bigint AS reached_90_ms
FROM missed_cases
WHERE tenant = %(tenant)s AND opened_at >= %(start)s AND opened_at < %(end)s
GROUP BY GROUPING SETS ((target), ())
HAVING count(*) > 0
ORDER BY target NULLS LAST;
