-- Retention: months that leave the ledger, and rows that are kept no longer.

-- months_attached: Partitions by table and month; whether detaching one was cut short, in which case it is finalised.
SELECT parent.relname AS what, right(child.relname, 7) AS month, child.relname AS name, inhdetachpending AS is_pending
FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid
JOIN pg_class parent ON parent.oid = inhparent
WHERE inhparent = ANY (%(tables)s::text[]::regclass[])
ORDER BY 2, array_position(%(tables)s::text[], parent.relname::text);

-- tables_like: Tables by themselves whose names begin so.
SELECT relname AS name FROM pg_class
WHERE relkind = 'r' AND NOT relispartition AND relnamespace = 'public'::regnamespace AND relname ~ %(pattern)s
ORDER BY relname;

-- retirement_open: The part of a month and table that is leaving, if one is.
SELECT part FROM retired_months
WHERE month = %(month)s AND what = %(what)s AND tenant = %(tenant)s AND gone_at IS NULL;

-- open_retirement: A month of a table begins to leave.
INSERT INTO retired_months (tenant, what, month, part, rows, sums)
SELECT %(tenant)s, %(what)s, %(month)s, 1 + coalesce(max(part), 0), 0, '{}' FROM retired_months
WHERE month = %(month)s AND what = %(what)s AND tenant = %(tenant)s
RETURNING part;

-- close_retirement: It is gone.
UPDATE retired_months
SET rows = %(rows)s, sums = %(sums)s, archive = %(archive)s, sha256 = %(sha256)s, gone_at = clock_timestamp()
WHERE month = %(month)s AND what = %(what)s AND tenant = %(tenant)s AND part = %(part)s;

-- hours_marked: Whether hours of a month are still to be counted; they need its rows.
SELECT EXISTS (
    SELECT FROM hours_to_count
    WHERE hour >= %(first)s::date - interval '1 day' AND hour < %(end)s::date + interval '1 day'
      AND (%(tenant)s = '*' OR tenant = %(tenant)s)
) AS marked;

-- batch_undelivered: A batch of these exports that has rows of days before this one, and has not arrived.
SELECT export, number FROM export_batches
WHERE export = ANY (%(exports)s) AND delivered_at IS NULL AND (manifest::jsonb ->> 'first_day')::date < %(end)s
ORDER BY export, number LIMIT 1;

-- rows_unexported: Whether rows of a month are in no batch of an export yet that has run; rows of other transactions than these.
SELECT EXISTS (
    SELECT FROM WHAT t
    WHERE t.started_day >= %(first)s AND t.started_day < %(end)s
      AND t.written_in >= coalesce((
          SELECT CASE to_day WHEN 'infinity' THEN to_in ELSE from_in END FROM export_batches
          WHERE export = %(export)s ORDER BY number DESC LIMIT 1), 0)
      AND (%(tenants)s::text[] IS NULL OR t.tenant = ANY (%(tenants)s::text[]))
      AND t.started_day >= coalesce(%(since)s::date, '-infinity')
) AND EXISTS (SELECT FROM exports WHERE export = %(export)s) AS waiting;

-- held_calls: Calls that a hold counts for: by its id, by a number of theirs, by a file.
WITH counting AS (
    SELECT tenant, media_id, call_id, number FROM media_holds
    WHERE released_at IS NULL AND (held_until IS NULL OR held_until > now())
)
SELECT tenant, call_id FROM counting WHERE call_id <> ''
UNION SELECT m.tenant, m.call_id FROM counting h JOIN media m USING (tenant, media_id) WHERE m.call_id <> ''
UNION SELECT c.tenant, c.call_id FROM counting h JOIN calls c ON c.tenant = h.tenant AND c.caller_number = h.number WHERE h.number <> ''
UNION SELECT c.tenant, c.call_id FROM counting h JOIN calls c ON c.tenant = h.tenant AND c.dialled = h.number WHERE h.number <> ''
UNION SELECT l.tenant, l.call_id FROM counting h JOIN legs l ON l.tenant = h.tenant AND l.target = 'number:' || h.number WHERE h.number <> ''
UNION SELECT l.tenant, l.call_id FROM counting h JOIN legs l ON l.tenant = h.tenant AND l.address = h.number WHERE h.number <> '';

-- held_times: Of which time everything of a tenant's is held, as days (UTC) from the first to the last.
SELECT hold_id, tenant, arrived_from, arrived_to, held_by, why, (arrived_from AT TIME ZONE 'UTC')::date AS first,
       ((arrived_to - interval '1 microsecond') AT TIME ZONE 'UTC')::date AS last
FROM media_holds
WHERE arrived_from IS NOT NULL AND released_at IS NULL AND (held_until IS NULL OR held_until > now())
ORDER BY hold_id;

-- months_gone_of: Months of a tenant's calls from one day to another that have left the ledger, and in which files they are kept.
SELECT to_char(month, 'YYYY-MM') AS month, string_agg(DISTINCT archive, ', ') FILTER (WHERE archive <> '') AS archives
FROM retired_months
WHERE tenant IN (%(tenant)s, '*') AND month <= %(last)s::date AND month + interval '1 month' > %(first)s::date AND rows > 0
GROUP BY 1 ORDER BY 1;

-- held_numbers: Numbers that a hold counts for.
SELECT hold_id, tenant, number, held_by, why FROM media_holds
WHERE number <> '' AND released_at IS NULL AND (held_until IS NULL OR held_until > now());

-- contacts_over: Numbers with contacts and acts that are kept no longer, so many, and of before when: no case that is kept is cut in two.
WITH known AS (
    SELECT c.tenant, c.number, min(c.at) AS first, coalesce(min(d.cutoff), %(cutoff)s::timestamptz) AS cutoff
    FROM (
        SELECT tenant, number, ended_at AS at FROM missed_contacts WHERE number <> ''
        UNION ALL SELECT tenant, number, at FROM missed_acts
    ) c
    LEFT JOIN jsonb_to_recordset(%(own)s::jsonb) AS d (tenant text, cutoff timestamptz) USING (tenant)
    WHERE NOT (c.tenant || ' ' || c.number) = ANY (%(held)s::text[])
    GROUP BY c.tenant, c.number
), bounded AS (
    SELECT tenant, number, first, least(cutoff, (
        SELECT min(opened_at) FROM missed_cases m
        WHERE (m.tenant, m.number) = (k.tenant, k.number) AND greatest(m.last_missed_at, m.closed_at) >= k.cutoff
    )) AS cutoff
    FROM known k WHERE first < cutoff
)
SELECT tenant, number, cutoff FROM bounded WHERE first < cutoff ORDER BY tenant, number LIMIT %(limit)s;

-- drop_contacts_over: The contacts of these numbers that are kept no longer.
DELETE FROM missed_contacts c USING unnest(%(tenants)s::text[], %(numbers)s::text[], %(cutoffs)s::timestamptz[]) AS g (tenant, number, cutoff)
WHERE (c.tenant, c.number) = (g.tenant, g.number) AND c.ended_at < g.cutoff;

-- drop_acts_over: The acts on these numbers that are kept no longer.
DELETE FROM missed_acts c USING unnest(%(tenants)s::text[], %(numbers)s::text[], %(cutoffs)s::timestamptz[]) AS g (tenant, number, cutoff)
WHERE (c.tenant, c.number) = (g.tenant, g.number) AND c.at < g.cutoff;

-- drop_revisions_over: What cases of these numbers have been that are kept no longer.
DELETE FROM missed_revisions c USING unnest(%(tenants)s::text[], %(numbers)s::text[], %(cutoffs)s::timestamptz[]) AS g (tenant, number, cutoff)
WHERE (c.tenant, c.number) = (g.tenant, g.number) AND c.last_missed_at < g.cutoff AND NOT EXISTS (
    SELECT FROM missed_cases m
    WHERE (m.tenant, m.number, m.target, m.opened_at) = (c.tenant, c.number, c.target, c.opened_at));

-- drop_withheld_over: Contacts of withheld numbers that are kept no longer.
DELETE FROM missed_contacts c USING (
    SELECT m.ctid FROM missed_contacts m
    LEFT JOIN jsonb_to_recordset(%(own)s::jsonb) AS d (tenant text, cutoff timestamptz) USING (tenant)
    WHERE m.number = '' AND m.ended_at < coalesce(d.cutoff, %(cutoff)s::timestamptz) LIMIT %(limit)s
) AS g WHERE c.ctid = g.ctid;

-- accounts_with_old_entries: Accounts whose first entries are kept no longer, locked; up to which number: never the last one.
SELECT a.tenant, a.account, a.currency, f.number AS upto FROM accounts a
LEFT JOIN jsonb_to_recordset(%(own)s::jsonb) AS d (tenant text, cutoff timestamptz) USING (tenant)
JOIN account_entries o ON (o.tenant, o.account, o.currency, o.number) = (a.tenant, a.account, a.currency, a.retired_entries + 1)
    AND o.entered_at < coalesce(d.cutoff, %(cutoff)s::timestamptz)
CROSS JOIN LATERAL (
    SELECT least(a.entries, coalesce(min(e.number) FILTER (WHERE e.entered_at >= coalesce(d.cutoff, %(cutoff)s::timestamptz)
           OR (e.tenant || ' ' || e.call_id) = ANY (%(held)s::text[])), a.entries)) - 1 AS number
    FROM account_entries e WHERE (e.tenant, e.account, e.currency) = (a.tenant, a.account, a.currency)
) AS f
WHERE f.number > a.retired_entries
ORDER BY a.tenant, a.account, a.currency LIMIT %(limit)s FOR UPDATE OF a;

-- retire_entries: Entries of an account up to a number are kept no longer; the next one follows on where the last of them left it.
WITH last AS (
    UPDATE accounts a SET retired_entries = e.number, retired_balance = e.balance FROM account_entries e
    WHERE (a.tenant, a.account, a.currency) = (%(tenant)s, %(account)s, %(currency)s)
      AND (e.tenant, e.account, e.currency, e.number) = (a.tenant, a.account, a.currency, %(upto)s)
)
DELETE FROM account_entries
WHERE (tenant, account, currency) = (%(tenant)s, %(account)s, %(currency)s) AND number <= %(upto)s;

-- retire_uses: What is used of bundles in months that are kept no longer, and the counters that are its sums.
WITH own AS (SELECT * FROM jsonb_to_recordset(%(own)s::jsonb) AS d (tenant text, cutoff text)),
held AS (
    SELECT tenant, to_char(first, 'YYYY-MM') AS first, to_char("end", 'YYYY-MM') AS "end"
    FROM jsonb_to_recordset(%(times)s::jsonb) AS h (tenant text, first date, "end" date)
),
uses AS (
    DELETE FROM allowance_uses u
    WHERE u.month < coalesce((SELECT cutoff FROM own WHERE own.tenant = u.tenant), %(cutoff)s)
      AND NOT EXISTS (SELECT FROM held h WHERE h.tenant = u.tenant AND u.month >= h.first AND u.month < h."end")
)
DELETE FROM allowance_counters u
WHERE u.month < coalesce((SELECT cutoff FROM own WHERE own.tenant = u.tenant), %(cutoff)s)
  AND NOT EXISTS (SELECT FROM held h WHERE h.tenant = u.tenant AND u.month >= h.first AND u.month < h."end");

-- deletes_since: Since when this database is kept by a version that deletes what is kept no longer.
SELECT min(applied_at) AS since FROM schema_version WHERE version >= %(version)s;

-- throw_keys_away: Keys of erasures whose time is over.
UPDATE erasures SET key = NULL, tags = '{}', pseudonym = '' WHERE key IS NOT NULL AND ended_at IS NOT NULL AND key_until < now();

-- erasures_unfinished: How long ago the oldest erasure began that has not ended, in seconds.
SELECT coalesce(extract(epoch FROM now() - min(began_at)), 0)::float8 AS oldest_s FROM erasures WHERE ended_at IS NULL;

-- months_retired: Months of a table of which rows are kept no longer, of these tenants or of all.
SELECT DISTINCT to_char(month, 'YYYY-MM') AS month FROM retired_months
WHERE what = %(what)s AND rows > 0
  AND (%(tenants)s::text[] IS NULL OR tenant = '*' OR tenant = ANY (%(tenants)s::text[]))
ORDER BY 1;

-- entries_retired: How many entries of accounts are kept no longer, of these tenants or of all.
SELECT coalesce(sum(retired_entries), 0)::bigint AS entries FROM accounts
WHERE %(tenants)s::text[] IS NULL OR tenant = ANY (%(tenants)s::text[]);

-- erased_since: Erasures of these tenants, or of all, that have begun since; those that began before may have changed rows since, too.
SELECT erasure_id, tenant, began_at FROM erasures
WHERE (ended_at IS NULL OR ended_at >= %(since)s) AND (%(tenants)s::text[] IS NULL OR tenant = ANY (%(tenants)s::text[]))
ORDER BY erasure_id;
