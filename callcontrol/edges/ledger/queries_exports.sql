-- Exports. A batch holds the rows that some transactions have written: written_in in [from_in, to_in), of days in
-- [from_day, to_day), `of_day` of each. Rows that gave way since are taken from withdrawn_rows. `replaces_batch` is the number of the batch
-- that has the revision before.

-- rows_of_calls: Calls that some transactions have written, as they wrote them.
SELECT
    v.*,
    CASE WHEN v.revision > 1 THEN (
        SELECT coalesce(
            (SELECT b.number FROM export_batches b
             WHERE b.export = %(export)s AND b.number < %(number)s AND w.written_in >= b.from_in AND w.written_in < b.to_in
               AND w.started_day >= b.from_day AND w.started_day < b.to_day),
            CASE WHEN w.written_in >= %(from_in)s THEN %(number)s::bigint END)
        FROM withdrawn_rows w
        WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (v.tenant, v.switch, 'calls', v.call_id, v.started_day)
          AND w.revision = v.revision - 1
    ) END AS replaces_batch
FROM (
    SELECT r.started_day, r.started_day AS of_day, {calls: r.NAME}, r.total_ms, r.written_at, r.written_in,
           1 + (SELECT count(*) FROM withdrawn_rows w
                WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (r.tenant, r.switch, 'calls', r.call_id, r.started_day)
                  AND w.withdrawn_in <= r.written_in) AS revision
    FROM calls r
    WHERE r.written_in >= %(from_in)s AND r.written_in < %(to_in)s AND r.started_day >= %(from_day)s AND r.started_day < %(to_day)s
    UNION ALL
    SELECT p.started_day, p.started_day, {calls: p.NAME}, p.total_ms, p.written_at, w.written_in, w.revision
    FROM withdrawn_rows w, jsonb_populate_record(NULL::calls, w.content) AS p
    WHERE w.table_name = 'calls'
      AND w.written_in >= %(from_in)s AND w.written_in < %(to_in)s AND w.started_day >= %(from_day)s AND w.started_day < %(to_day)s
) AS v
WHERE (%(tenants)s::text[] IS NULL OR v.tenant = ANY (%(tenants)s::text[]))
  AND v.started_day >= coalesce(%(since)s::date, '-infinity');

-- rows_of_legs: Legs that some transactions have written, as they wrote them.
SELECT
    v.*,
    CASE WHEN v.revision > 1 THEN (
        SELECT coalesce(
            (SELECT b.number FROM export_batches b
             WHERE b.export = %(export)s AND b.number < %(number)s AND w.written_in >= b.from_in AND w.written_in < b.to_in
               AND w.started_day >= b.from_day AND w.started_day < b.to_day),
            CASE WHEN w.written_in >= %(from_in)s THEN %(number)s::bigint END)
        FROM withdrawn_rows w
        WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (v.tenant, v.switch, 'legs', v.leg_id, v.started_day)
          AND w.revision = v.revision - 1
    ) END AS replaces_batch
FROM (
    SELECT r.tenant, r.switch, r.call_id, r.started_day, r.started_day AS of_day, r.position, {legs: r.NAME}, r.ring_ms, r.talk_ms, r.total_ms,
           r.written_at, r.written_in,
           1 + (SELECT count(*) FROM withdrawn_rows w
                WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (r.tenant, r.switch, 'legs', r.leg_id, r.started_day)
                  AND w.withdrawn_in <= r.written_in) AS revision
    FROM legs r
    WHERE r.written_in >= %(from_in)s AND r.written_in < %(to_in)s AND r.started_day >= %(from_day)s AND r.started_day < %(to_day)s
    UNION ALL
    SELECT p.tenant, p.switch, p.call_id, p.started_day, p.started_day, p.position, {legs: p.NAME}, p.ring_ms, p.talk_ms, p.total_ms,
           p.written_at, w.written_in, w.revision
    FROM withdrawn_rows w, jsonb_populate_record(NULL::legs, w.content) AS p
    WHERE w.table_name = 'legs'
      AND w.written_in >= %(from_in)s AND w.written_in < %(to_in)s AND w.started_day >= %(from_day)s AND w.started_day < %(to_day)s
) AS v
WHERE (%(tenants)s::text[] IS NULL OR v.tenant = ANY (%(tenants)s::text[]))
  AND v.started_day >= coalesce(%(since)s::date, '-infinity');

-- rows_of_charges: Charges that some transactions have written, each with what its leg's and its call's row said when it was written.
SELECT
    c.tenant, c.switch, c.call_id, c.started_day, c.started_day AS of_day, c.revision, c.status, {charges: c.NAME},
    c.written_in, c.written_at,
    k.started_at, k.caller_number, k.caller_extension, k.dialled,
    l.target, l.trunk, l.dialled_at, l.answered_at, l.ended_at,
    CASE WHEN c.revision > 1 THEN (
        SELECT coalesce(
            (SELECT b.number FROM export_batches b
             WHERE b.export = %(export)s AND b.number < %(number)s AND o.written_in >= b.from_in AND o.written_in < b.to_in
               AND o.started_day >= b.from_day AND o.started_day < b.to_day),
            CASE WHEN o.written_in >= %(from_in)s THEN %(number)s::bigint END)
        FROM charges o
        WHERE (o.tenant, o.switch, o.leg_id, o.started_day) = (c.tenant, c.switch, c.leg_id, c.started_day)
          AND o.revision = c.revision - 1
    ) END AS replaces_batch
FROM charges c
LEFT JOIN LATERAL (
    SELECT r.target, r.trunk, r.dialled_at, r.answered_at, r.ended_at, r.written_in, 32767 AS revision FROM legs r
    WHERE (r.tenant, r.switch, r.leg_id, r.started_day) = (c.tenant, c.switch, c.leg_id, c.started_day)
      AND r.written_in <= c.written_in
    UNION ALL
    SELECT p.target, p.trunk, p.dialled_at, p.answered_at, p.ended_at, w.written_in, w.revision
    FROM withdrawn_rows w, jsonb_populate_record(NULL::legs, w.content) AS p
    WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (c.tenant, c.switch, 'legs', c.leg_id, c.started_day)
      AND w.written_in <= c.written_in
    ORDER BY written_in DESC, revision DESC
    LIMIT 1
) AS l ON true
LEFT JOIN LATERAL (
    SELECT r.started_at, r.caller_number, r.caller_extension, r.dialled, r.written_in, 32767 AS revision FROM calls r
    WHERE (r.tenant, r.switch, r.call_id, r.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
      AND r.written_in <= c.written_in
    UNION ALL
    SELECT p.started_at, p.caller_number, p.caller_extension, p.dialled, w.written_in, w.revision
    FROM withdrawn_rows w, jsonb_populate_record(NULL::calls, w.content) AS p
    WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (c.tenant, c.switch, 'calls', c.call_id, c.started_day)
      AND w.written_in <= c.written_in
    ORDER BY written_in DESC, revision DESC
    LIMIT 1
) AS k ON true
WHERE c.written_in >= %(from_in)s AND c.written_in < %(to_in)s AND c.started_day >= %(from_day)s AND c.started_day < %(to_day)s
  AND (%(tenants)s::text[] IS NULL OR c.tenant = ANY (%(tenants)s::text[]))
  AND c.started_day >= coalesce(%(since)s::date, '-infinity');

-- rows_of_account_entries: Entries of accounts that some transactions have made.
SELECT
    e.tenant, e.account, e.currency, e.number, e.kind, e.amount, e.balance, e.on_hold, e.reason, e.entered_by, e.key, e.call_id,
    e.switch, e.leg_id, e.started_day, e.revision, e.entered_at, e.written_in,
    (e.entered_at AT TIME ZONE 'UTC')::date AS of_day
FROM account_entries e
WHERE e.written_in >= %(from_in)s AND e.written_in < %(to_in)s
  AND (e.entered_at AT TIME ZONE 'UTC')::date >= %(from_day)s AND (e.entered_at AT TIME ZONE 'UTC')::date < %(to_day)s
  AND (%(tenants)s::text[] IS NULL OR e.tenant = ANY (%(tenants)s::text[]))
  AND (e.entered_at AT TIME ZONE 'UTC')::date >= coalesce(%(since)s::date, '-infinity');

-- rows_of_statements: Statements and notes that some transactions have closed.
SELECT
    s.tenant, s.number, s.kind, s.month, s.currency, s.corrects, s.net, s.vat, s.gross, s.shape, s.document, s.sha256, s.closed_by,
    s.closed_at, s.closed_at AS written_at, s.written_in, (s.closed_at AT TIME ZONE 'UTC')::date AS of_day
FROM statements s
WHERE s.written_in >= %(from_in)s AND s.written_in < %(to_in)s
  AND (s.closed_at AT TIME ZONE 'UTC')::date >= %(from_day)s AND (s.closed_at AT TIME ZONE 'UTC')::date < %(to_day)s
  AND (%(tenants)s::text[] IS NULL OR s.tenant = ANY (%(tenants)s::text[]))
  AND (s.closed_at AT TIME ZONE 'UTC')::date >= coalesce(%(since)s::date, '-infinity');

-- rows_of_missed: What some transactions have made of missed callers' cases.
SELECT
    m.tenant, m.number, m.target, m.opened_at, m.revision,
    CASE WHEN m.is_void THEN 'void' WHEN m.closed_at IS NULL THEN 'open' ELSE 'closed' END AS status,
    m.opened_by, m.reason, m.due_at, m.expires_at, m.last_missed_at, m.missed, m.tries, m.first_try_at, m.claimed_by, m.claimed_until,
    m.closed_at, m.how, m.by, m.why, m.written_at, m.written_in, (m.opened_at AT TIME ZONE 'UTC')::date AS of_day,
    CASE WHEN m.revision > 1 THEN (
        SELECT coalesce(
            (SELECT b.number FROM export_batches b
             WHERE b.export = %(export)s AND b.number < %(number)s AND o.written_in >= b.from_in AND o.written_in < b.to_in
               AND (o.opened_at AT TIME ZONE 'UTC')::date >= b.from_day AND (o.opened_at AT TIME ZONE 'UTC')::date < b.to_day),
            CASE WHEN o.written_in >= %(from_in)s THEN %(number)s::bigint END)
        FROM missed_revisions o
        WHERE (o.tenant, o.number, o.target, o.opened_at) = (m.tenant, m.number, m.target, m.opened_at)
          AND o.revision = m.revision - 1
    ) END AS replaces_batch
FROM missed_revisions m
WHERE m.written_in >= %(from_in)s AND m.written_in < %(to_in)s
  AND (m.opened_at AT TIME ZONE 'UTC')::date >= %(from_day)s AND (m.opened_at AT TIME ZONE 'UTC')::date < %(to_day)s
  AND (%(tenants)s::text[] IS NULL OR m.tenant = ANY (%(tenants)s::text[]))
  AND (m.opened_at AT TIME ZONE 'UTC')::date >= coalesce(%(since)s::date, '-infinity');

-- waiting_charges: Charges that some transactions have written, without what a file says of their legs and calls.
SELECT c.written_at FROM charges c
WHERE c.written_in >= %(from_in)s AND c.written_in < %(to_in)s AND c.started_day >= %(from_day)s AND c.started_day < %(to_day)s
  AND (%(tenants)s::text[] IS NULL OR c.tenant = ANY (%(tenants)s::text[]))
  AND c.started_day >= coalesce(%(since)s::date, '-infinity');

-- is_elsewhere: Whether the database is in another cluster than when it was looked at last.
SELECT (SELECT system_identifier FROM pg_control_system())
    IS DISTINCT FROM (SELECT system_identifier FROM ledger_clusters ORDER BY since DESC LIMIT 1);

-- highest_transaction: The highest number of a transaction that rows, batches or statements have.
SELECT greatest(
    0, (SELECT max(written_in) FROM calls), (SELECT max(written_in) FROM legs), (SELECT max(written_in) FROM charges),
    (SELECT max(written_in) FROM account_entries), (SELECT max(withdrawn_in) FROM withdrawn_rows),
    (SELECT max(written_in) FROM missed_revisions), (SELECT max(written_in) FROM statements),
    (SELECT max(to_in) FROM export_batches), (SELECT max(to_in) FROM statements));

-- note_cluster: The database is in this cluster now.
INSERT INTO ledger_clusters (system_identifier, origin) SELECT system_identifier, %(origin)s FROM pg_control_system()
ON CONFLICT (system_identifier) DO UPDATE SET origin = excluded.origin, since = now();

-- lock_export: Whether this transaction alone closes batches of the export; until its end.
SELECT pg_try_advisory_xact_lock(1667329901, hashtext(%(export)s)) AS is_held;

-- watermark: Every transaction with a lower number has ended; and the database's clock.
SELECT ledger_watermark() AS watermark, clock_timestamp() AS now;

-- open_export: Makes the row of an export that runs for the first time.
INSERT INTO exports (export, what, tenants, since) VALUES (%(export)s, %(what)s, %(tenants)s::text[], %(since)s)
ON CONFLICT DO NOTHING;

-- export_named: An export as it is known.
SELECT export, what, tenants, since, opened_at, ran_at, failures, retry_at, trouble, clock_timestamp() AS now
FROM exports WHERE export = %(export)s;

-- export_ran: An export has delivered everything it could.
UPDATE exports SET ran_at = clock_timestamp(), failures = 0, retry_at = NULL, trouble = '' WHERE export = %(export)s;

-- export_failed: An export has failed once more; it is tried again after so many seconds.
UPDATE exports
SET failures = failures + 1, retry_at = clock_timestamp() + %(after_s)s * interval '1 s', trouble = %(trouble)s
WHERE export = %(export)s;

-- last_batch: The last batch of an export.
SELECT number, from_in, to_in, from_day::text, to_day::text, manifest_sha256
FROM export_batches WHERE export = %(export)s ORDER BY number DESC LIMIT 1;

-- add_batch: A batch is closed.
INSERT INTO export_batches (
    export, number, from_in, to_in, from_day, to_day, form, file, bytes, sha256, rows, manifest, manifest_sha256, closed_at
) VALUES (
    %(export)s, %(number)s, %(from_in)s, %(to_in)s, %(from_day)s, %(to_day)s, %(form)s, %(file)s, %(bytes)s, %(sha256)s, %(rows)s,
    %(manifest)s, %(manifest_sha256)s, %(closed_at)s
);

-- batches: Batches of an export from one number to another, in order.
SELECT
    number, from_in, to_in, from_day::text, to_day::text, form, file, bytes, sha256, rows, manifest, manifest_sha256, closed_at,
    delivered_at, delivered_to, confirmed_at, confirmed_by, receipt_fault
FROM export_batches
WHERE export = %(export)s AND number BETWEEN %(first)s AND %(last)s
ORDER BY number;

-- undelivered: Numbers of the batches of an export that are not delivered, in order.
SELECT number FROM export_batches WHERE export = %(export)s AND delivered_at IS NULL ORDER BY number;

-- batch_delivered: File and manifest are where they belong.
UPDATE export_batches SET delivered_at = coalesce(delivered_at, clock_timestamp()), delivered_to = %(to)s
WHERE export = %(export)s AND number = %(number)s;

-- unconfirmed: Batches that were delivered and are not confirmed, in order: the oldest and the latest, if there are many.
WITH u AS (
    SELECT number, file, manifest_sha256, receipt_fault FROM export_batches
    WHERE export = %(export)s AND confirmed_at IS NULL AND delivered_at IS NOT NULL
)
(SELECT * FROM u ORDER BY number LIMIT %(limit)s)
UNION
(SELECT * FROM u ORDER BY number DESC LIMIT %(limit)s)
ORDER BY number;

-- confirm_batch: The receiver has it; no row where that is known, or it was not delivered.
UPDATE export_batches SET confirmed_at = clock_timestamp(), confirmed_by = %(by)s, receipt_fault = ''
WHERE export = %(export)s AND number = %(number)s AND confirmed_at IS NULL AND delivered_at IS NOT NULL
RETURNING number;

-- receipt_is_wrong: A receipt of a batch says something else.
UPDATE export_batches SET receipt_fault = %(fault)s
WHERE export = %(export)s AND number = %(number)s AND confirmed_at IS NULL;

-- receipts_missing: How many batches were delivered and are not confirmed, when the first of them was delivered, of how many the
-- receipt is wrong, and the database's clock.
SELECT count(*) AS batches, min(delivered_at) AS oldest, count(*) FILTER (WHERE receipt_fault <> '') AS wrong, clock_timestamp() AS now
FROM export_batches WHERE export = %(export)s AND confirmed_at IS NULL AND delivered_at IS NOT NULL;
