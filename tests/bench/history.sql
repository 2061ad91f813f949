-- A year of made-up calls, a month at a time; what is drawn is repeatable (seed). Shapes as in practice: a few tenants have
-- most calls, a few numbers call all the time, a quarter waits in a queue, a third is forwarded outside and charged, every
-- twelfth caller from outside is asked how it was.

-- seed: Draws begin here.
SELECT setseed(0.42);

-- make_calls: The calls of a month, still without tables: who called whom, when, through what, and what came of it.
CREATE TEMP TABLE made AS
SELECT
    *, way = 'from outside' AND fate < 0.25 AS waits, way = 'out' OR way = 'from outside' AND outcome = 'answered' AND fate > 0.67 AS goes_out
FROM (
    SELECT
        n, (%(names)s::text[])[1 + t] AS tenant, 'fs' || (1 + n %% 3) AS switch, gen_random_uuid()::text AS call_id,
        started_at, (started_at AT TIME ZONE 'UTC')::date AS started_day, fate,
        CASE WHEN kind < 0.7 THEN 'from outside' WHEN kind < 0.92 THEN 'out' ELSE 'inside' END AS way,
        CASE WHEN random() < 0.02 THEN '+4850000' || lpad((n %% 50)::text, 4, '0')
             ELSE '+486' || lpad(floor(2000000 * random())::text, 8, '0') END AS caller,
        '+4822' || lpad((20 * t + floor(20 * random() ^ 2))::text, 7, '0') AS number,
        '1' || lpad(floor(60 * random())::text, 2, '0') AS extension,
        '6' || lpad(floor(300000 * random())::text, 8, '0') AS outside,
        CASE WHEN class < 0.6 THEN 'mobile' WHEN class < 0.85 THEN 'national' WHEN class < 0.95 THEN 'international'
             WHEN class < 0.97 THEN 'freephone' WHEN class < 0.999 THEN 'shared' ELSE 'premium' END AS class,
        CASE WHEN ends < 0.75 THEN 'answered' WHEN ends < 0.85 THEN 'abandoned' WHEN ends < 0.9 THEN 'no_answer'
             WHEN ends < 0.94 THEN 'voicemail' WHEN ends < 0.97 THEN 'busy' WHEN ends < 0.999 THEN 'unavailable' ELSE 'rejected' END AS outcome,
        5 + floor(300 * random()) AS talk_s
    FROM (
        SELECT n, floor(cardinality(%(names)s::text[]) * random() ^ %(bent)s)::integer AS t, random() AS kind, random() AS class, random() AS ends, random() AS fate,
               %(first)s::timestamptz + random() * (%(end)s::timestamptz - %(first)s::timestamptz) AS started_at
        FROM generate_series(1, %(calls)s::integer) AS n
        ORDER BY started_at
    ) AS drawn
) AS known;

-- drop_made: Makes room for the next month's.
DROP TABLE made;

-- calls: Their rows.
INSERT INTO calls (
    tenant, switch, call_id, started_day, started_at, answered_at, bridged_at, ended_at, worker, caller_number, caller_name,
    caller_anonymous, caller_extension, dialled, outcome, answered_leg, answered_by, path, recordings, notes, estimated, refusal, surveys, survey_score
)
SELECT
    tenant, switch, call_id, started_day, started_at,
    CASE WHEN outcome IN ('answered', 'voicemail') THEN started_at + interval '8 s' END,
    CASE WHEN outcome = 'answered' THEN started_at + interval '8 s' END,
    started_at + (8 + CASE WHEN outcome IN ('answered', 'voicemail') THEN talk_s ELSE 0 END) * interval '1 s', 'host:1',
    CASE way WHEN 'from outside' THEN caller ELSE extension END, 'Jan Kowalski', false, CASE way WHEN 'from outside' THEN '' ELSE extension END,
    CASE way WHEN 'from outside' THEN number WHEN 'out' THEN '+48' || outside ELSE '101' END, outcome, '',
    CASE WHEN outcome <> 'answered' THEN '' WHEN goes_out THEN 'number:+48' || outside ELSE 'extension:' || extension END,
    jsonb_build_array(jsonb_build_object(
        'at', '2026-01-01T00:00:00Z', 'target', CASE way WHEN 'out' THEN 'number:+48' || outside ELSE 'extension:101' END,
        'why', 'number +48221234567', 'source', 'tenants/acme.yaml:31')),
    '[]', '[]', false, CASE WHEN outcome = 'rejected' THEN 'blocked' ELSE '' END,
    CASE WHEN is_asked THEN jsonb_build_array(jsonb_build_object(
        'survey', 'service', 'ended', '2026-01-01T00:00:00Z', 'how', CASE WHEN score IS NULL THEN 'silence' ELSE 'answered' END,
        'score', score, 'queue', 'queue' || n %% 4, 'agent', 'agent' || extension)) ELSE '[]' END,
    CASE WHEN is_asked THEN score END
FROM made
CROSS JOIN LATERAL (SELECT waits AND outcome = 'answered' AND fate < 0.08 AS is_asked, nullif(n %% 11 %% 6, 0) AS score) AS asked;

-- legs: The caller's own, a phone's, and one outside of those that go there.
INSERT INTO legs (
    tenant, switch, leg_id, started_day, call_id, position, direction, target, address, trunk, shown, payer,
    dialled_at, created_at, ringing_at, answered_at, bridged_at, ended_at, cause, outcome, hung_up_by, estimated, called_direction
)
SELECT
    tenant, switch, CASE position WHEN 0 THEN call_id ELSE call_id || '-' || position END, started_day, call_id, position,
    CASE position WHEN 0 THEN 'a' ELSE 'b' END,
    CASE position WHEN 0 THEN '' WHEN 1 THEN 'extension:' || extension ELSE 'number:+48' || outside END,
    CASE position WHEN 0 THEN number WHEN 1 THEN extension ELSE '48' || outside END,
    CASE position WHEN 2 THEN 'carrier-a' ELSE '' END, caller, CASE position WHEN 2 THEN 'extension:' || extension ELSE '' END,
    started_at, started_at, started_at + interval '1 s', started_at + interval '8 s', started_at + interval '8 s',
    started_at + (8 + talk_s) * interval '1 s', 'NORMAL_CLEARING', 'answered', 'caller', false,
    CASE position WHEN 2 THEN class ELSE '' END
FROM made CROSS JOIN generate_series(0, 2) AS position
WHERE position = 0 OR position = 1 AND way <> 'out' OR position = 2 AND goes_out;

-- charges: Of the legs outside that were answered.
INSERT INTO charges (
    tenant, switch, leg_id, started_day, revision, call_id, status, payer, number, reason, amount, currency, tariff,
    tariff_version, prefix, destination, counted_s, free_s, billed_s, step, fee, vat_percent, parts, formula, direction
)
SELECT
    tenant, switch, call_id || '-2', started_day, 1, call_id, 'rated', 'extension:' || extension, '+48' || outside, '',
    round((0.05 + talk_s * CASE class WHEN 'premium' THEN 4 WHEN 'international' THEN 1.2 ELSE 0.29 END / 60)::numeric, 2),
    'PLN', 'standard', '2026-01-01Z', '486', 'Poland mobile', talk_s, 0, talk_s, '60/60', 0.05, 23,
    '[{"period": "any", "steps": 2, "seconds": 120, "price_per_minute": "0.29", "amount_unrounded": "0.58"}]',
    '61.5 s, up: 62 s; 60/60: 120 s; 0.05 + 120 * 0.29 / 60 = 0.63', class
FROM made WHERE goes_out AND outcome = 'answered';

-- call_costs: What the calls cost: the trigger that keeps them is off meanwhile.
INSERT INTO call_costs (tenant, switch, call_id, started_day, currency, amount)
SELECT tenant, switch, call_id, started_day, currency, sum(amount) FROM charges
WHERE started_day >= %(first)s::date AND started_day < %(end)s::date GROUP BY 1, 2, 3, 4, 5;

-- queue_visits: Of the calls that waited.
INSERT INTO queue_visits (
    tenant, switch, call_id, started_day, visit, queue, ticket, entered_at, joined_at, took_up, first_position, left_at, how,
    wait_ms, detail, agent, bridged_at, keys, estimated
)
SELECT
    tenant, switch, call_id, started_day, 1, 'queue' || n %% 4, call_id || '/1', started_at, started_at, '', 1 + n %% 9,
    started_at + interval '8 s', CASE outcome WHEN 'answered' THEN 'answered' ELSE 'abandoned' END, 8000, '',
    CASE outcome WHEN 'answered' THEN 'agent' || extension ELSE '' END, CASE outcome WHEN 'answered' THEN started_at + interval '8 s' END, '[]', false
FROM made WHERE waits;

-- offers: Two for every visit that was answered.
INSERT INTO offers (
    tenant, switch, call_id, started_day, visit, offer, agent, queue, offered_at, legs, ended_at, how, detail,
    bridged_at, parted_at, estimated
)
SELECT
    tenant, switch, call_id, started_day, 1, 'offer-' || o, 'agent' || extension, 'queue' || n %% 4, started_at,
    ARRAY[call_id || '-1'], started_at + interval '8 s', CASE o WHEN 2 THEN 'accepted' ELSE 'no_answer' END, '',
    CASE o WHEN 2 THEN started_at + interval '8 s' END, CASE o WHEN 2 THEN started_at + (8 + talk_s) * interval '1 s' END, false
FROM made CROSS JOIN generate_series(1, 2) AS o WHERE waits AND outcome = 'answered';

-- call_hours: Of the month, as they are counted hour by hour.
INSERT INTO call_hours (tenant, hour, type, outcome, calls, talks, wait_ms, talk_ms)
SELECT tenant, date_bin('1 hour', started_at, 'epoch'), call_type(caller_extension, dialled, outcome, answered_by, path), outcome,
       count(*), count(bridged_at), 8000 * count(bridged_at),
       (1000 * coalesce(extract(epoch FROM sum(ended_at - bridged_at)), 0))::bigint
FROM calls WHERE started_day >= %(first)s::date AND started_day < %(end)s::date GROUP BY 1, 2, 3, 4;

-- queue_hours: Of the month, likewise.
INSERT INTO queue_hours (tenant, hour, queue, how, visits, wait_ms)
SELECT tenant, date_bin('1 hour', entered_at, 'epoch'), queue, how, count(*), sum(wait_ms) FROM queue_visits
WHERE started_day >= %(first)s::date AND started_day < %(end)s::date GROUP BY 1, 2, 3, 4;

-- missed_cases: Of the callers from outside with whom no one spoke: half called back, some came back, many were given up.
INSERT INTO missed_cases (
    tenant, number, target, opened_at, opened_by, reason, due_at, expires_at, last_missed_at, missed, tries, first_try_at,
    claimed_by, claimed_until, closed_at, how, by, why
)
SELECT
    tenant, caller, CASE WHEN waits THEN 'queue:queue' || n %% 4 ELSE 'extension:' || extension END, started_at, call_id,
    CASE WHEN waits THEN 'abandoned_in_queue' ELSE 'no_answer' END, started_at + interval '4 h', started_at + interval '7 days',
    started_at, 1, 0, CASE WHEN how IN ('reached', 'dismissed') THEN started_at + interval '1 h' END, '', NULL,
    CASE WHEN how <> '' THEN started_at + interval '2 h' END, how, CASE WHEN how <> '' THEN 'ewa' ELSE '' END,
    CASE how WHEN 'dismissed' THEN 'wrong number' ELSE '' END
FROM (
    SELECT *, (ARRAY['reached', 'reached', 'came_back', 'dismissed', '', ''])[1 + n %% 6] AS how
    FROM made WHERE way = 'from outside' AND outcome IN ('abandoned', 'no_answer', 'busy')
) AS missed
ON CONFLICT DO NOTHING;

-- spending: Of the month, as it is counted charge by charge.
INSERT INTO spending (tenant, payer, since, direction, currency, amount)
SELECT m.tenant, p.payer, date_bin('15 minutes', m.started_at, 'epoch'), m.class, 'PLN', sum(k.amount)
FROM made m JOIN call_costs k USING (tenant, switch, call_id, started_day)
CROSS JOIN LATERAL (VALUES ('extension:' || m.extension), ('*')) AS p (payer)
WHERE k.started_day >= %(first)s::date AND k.started_day < %(end)s::date GROUP BY 1, 2, 3, 4, 5;

-- account_entries: An entry for each charge of one tenant's, whose credit pays for all.
INSERT INTO account_entries (
    tenant, account, currency, number, kind, amount, balance, on_hold, reason, entered_by, key, call_id, switch, leg_id, started_day,
    revision, entered_at
)
SELECT tenant, 'tenant', currency, row_number() OVER in_time, 'charge', -amount, 1e6 - sum(amount) OVER in_time, false, destination,
       'callcontrol', switch || '/' || leg_id || '/' || started_day || '/' || revision, call_id, switch, leg_id, started_day, revision,
       started_day + (hashtext(leg_id) & 65535) * interval '1 s'
FROM charges WHERE tenant = %(tenant)s AND amount > 0 WINDOW in_time AS (ORDER BY started_day, hashtext(leg_id) & 65535, leg_id);

-- accounts: Where the entries have left it.
INSERT INTO accounts (tenant, account, currency, entries, balance)
SELECT tenant, account, currency, max(number), min(balance) FROM account_entries GROUP BY 1, 2, 3;

-- web_audit: What a tenant's people did in the year: a thousand acts a day.
INSERT INTO web_audit (tenant, at, who, through, address, what, object, before, after)
SELECT (%(names)s::text[])[1 + n %% 5], %(first)s::timestamptz + n * interval '86 s', 'person' || n %% 40, 'panel', '192.0.2.' || n %% 250,
       (ARRAY['heard', 'rule set', 'signed in', 'password set'])[1 + n %% 4], 'extension:1' || n %% 60, NULL,
       CASE WHEN n %% 3 = 0 THEN jsonb_build_object('target', 'number:+48600700800', 'on', true) END
FROM generate_series(0, 365000) AS n;

-- indexes: The definitions of those that are no keys, to be dropped while rows are made and built afterwards.
SELECT c.relname, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE indrelid = ANY (%(tables)s::text[]::regclass[]) AND NOT indisunique
ORDER BY c.relname;

-- some_calls: Calls at random, whose numbers and days are then asked for.
SELECT tenant, call_id, caller_number, dialled, started_at, started_day
FROM calls TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (7)
WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s ORDER BY call_id LIMIT %(limit)s;

-- some_legs: Numbers outside that were dialled, at random.
SELECT tenant, target, started_at FROM legs JOIN calls USING (tenant, switch, call_id, started_day)
WHERE legs.trunk <> '' AND legs.call_id = ANY (%(calls)s::text[]) AND legs.tenant = ANY (%(tenants)s::text[])
  AND legs.started_day BETWEEN %(first)s AND %(last)s;

-- size: Bytes on disk of everything.
SELECT pg_database_size(current_database());
