-- A year of made-up calls, a month at a time; what is drawn is repeatable (seed). Shapes as in practice: a few tenants have
-- most calls, a few numbers call all the time, a quarter waits in a queue, a third is forwarded outside and charged.

-- seed: Draws begin here.
SELECT setseed(0.42);

-- make_calls: The calls of a month, still without tables: who called whom, when, through what.
CREATE TEMP TABLE made AS
SELECT
    n, 'tenant' || t AS tenant, 'fs' || (1 + n %% 3) AS switch, gen_random_uuid()::text AS call_id,
    started_at, (started_at AT TIME ZONE 'UTC')::date AS started_day,
    CASE WHEN random() < 0.02 THEN '+4850000' || lpad((n %% 50)::text, 4, '0')
         ELSE '+486' || lpad(floor(2000000 * random())::text, 8, '0') END AS caller,
    '+4822' || lpad((20 * t + floor(20 * random() ^ 2))::text, 7, '0') AS dialled,
    '1' || lpad(floor(60 * random())::text, 2, '0') AS extension,
    '6' || lpad(floor(300000 * random())::text, 8, '0') AS outside,
    random() < 0.25 AS waits, random() < 0.33 AS goes_out, 5 + floor(300 * random()) AS talk_s
FROM (
    SELECT n, floor(%(tenants)s * random() ^ 3)::integer AS t,
           %(first)s::timestamptz + random() * (%(end)s::timestamptz - %(first)s::timestamptz) AS started_at
    FROM generate_series(1, %(calls)s::integer) AS n
    ORDER BY started_at
) AS drawn;

-- drop_made: Makes room for the next month's.
DROP TABLE made;

-- calls: Their rows.
INSERT INTO calls (
    tenant, switch, call_id, started_day, started_at, answered_at, bridged_at, ended_at, worker, caller_number, caller_name,
    caller_anonymous, caller_extension, dialled, outcome, answered_leg, answered_by, path, recordings, notes, estimated
)
SELECT
    tenant, switch, call_id, started_day, started_at, started_at + interval '8 s', started_at + interval '8 s',
    started_at + (8 + talk_s) * interval '1 s', 'host:1', caller, 'Jan Kowalski', false, '', dialled,
    CASE WHEN n %% 10 = 0 THEN 'abandoned' ELSE 'answered' END, '', 'extension:' || extension,
    '[{"at": "2026-01-01T00:00:00Z", "target": "extension:101", "why": "number +48221234567", "source": "tenants/acme.yaml:31"}]',
    '[]', '[]', false
FROM made;

-- legs: The caller's own, a phone's, and for a third one outside.
INSERT INTO legs (
    tenant, switch, leg_id, started_day, call_id, position, direction, target, address, trunk, shown, payer,
    dialled_at, created_at, ringing_at, answered_at, bridged_at, ended_at, cause, outcome, hung_up_by, estimated
)
SELECT
    tenant, switch, CASE position WHEN 0 THEN call_id ELSE call_id || '-' || position END, started_day, call_id, position,
    CASE position WHEN 0 THEN 'a' ELSE 'b' END,
    CASE position WHEN 0 THEN '' WHEN 1 THEN 'extension:' || extension ELSE 'number:+48' || outside END,
    CASE position WHEN 0 THEN dialled WHEN 1 THEN extension ELSE '48' || outside END,
    CASE position WHEN 2 THEN 'carrier-a' ELSE '' END, caller, CASE position WHEN 2 THEN 'extension:' || extension ELSE '' END,
    started_at, started_at, started_at + interval '1 s', started_at + interval '8 s', started_at + interval '8 s',
    started_at + (8 + talk_s) * interval '1 s', 'NORMAL_CLEARING', 'answered', 'caller', false
FROM made CROSS JOIN generate_series(0, 2) AS position
WHERE position < 2 OR goes_out;

-- charges: Of the legs that went outside.
INSERT INTO charges (
    tenant, switch, leg_id, started_day, revision, call_id, status, payer, number, reason, amount, currency, tariff,
    tariff_version, prefix, destination, counted_s, free_s, billed_s, step, fee, vat_percent, parts, formula
)
SELECT
    tenant, switch, call_id || '-2', started_day, 1, call_id, 'rated', 'extension:' || extension, '+48' || outside, '', 0.63,
    'PLN', 'standard', '2026-01-01Z', '486', 'Poland mobile', talk_s, 0, talk_s, '60/60', 0.05, 23,
    '[{"period": "any", "steps": 2, "seconds": 120, "price_per_minute": "0.29", "amount_unrounded": "0.58"}]',
    '61.5 s, up: 62 s; 60/60: 120 s; 0.05 + 120 * 0.29 / 60 = 0.63'
FROM made WHERE goes_out;

-- queue_visits: Of the calls that waited.
INSERT INTO queue_visits (
    tenant, switch, call_id, started_day, visit, queue, ticket, entered_at, joined_at, took_up, first_position, left_at, how,
    wait_ms, detail, agent, bridged_at, keys, estimated
)
SELECT
    tenant, switch, call_id, started_day, 1, 'queue' || n %% 4, call_id || '/1', started_at, started_at, '', 1 + n %% 9,
    started_at + interval '8 s', 'answered', 8000, '', 'agent' || extension, started_at + interval '8 s', '[]', false
FROM made WHERE waits;

-- offers: Two for every visit.
INSERT INTO offers (
    tenant, switch, call_id, started_day, visit, offer, agent, queue, offered_at, legs, ended_at, how, detail,
    bridged_at, parted_at, estimated
)
SELECT
    tenant, switch, call_id, started_day, 1, 'offer-' || o, 'agent' || extension, 'queue' || n %% 4, started_at,
    ARRAY[call_id || '-1'], started_at + interval '8 s', CASE o WHEN 2 THEN 'accepted' ELSE 'no_answer' END, '',
    CASE o WHEN 2 THEN started_at + interval '8 s' END, CASE o WHEN 2 THEN started_at + (8 + talk_s) * interval '1 s' END, false
FROM made CROSS JOIN generate_series(1, 2) AS o WHERE waits;

-- indexes: The definitions of those that are no keys, to be dropped while rows are made and built afterwards.
SELECT c.relname, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE indrelid = ANY (%(tables)s::text[]::regclass[]) AND NOT indisunique
ORDER BY c.relname;

-- some_calls: Calls at random, whose numbers and days are then asked for.
SELECT tenant, call_id, caller_number, dialled, started_at, started_day
FROM calls TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (7) ORDER BY call_id LIMIT %(limit)s;

-- some_legs: Numbers outside that were dialled, at random.
SELECT tenant, target, started_at FROM legs JOIN calls USING (tenant, switch, call_id, started_day)
WHERE legs.trunk <> '' AND legs.call_id = ANY (%(calls)s::text[]) AND legs.tenant = ANY (%(tenants)s::text[])
  AND legs.started_day BETWEEN %(first)s AND %(last)s;

-- size: Bytes on disk of everything.
SELECT pg_database_size(current_database());
