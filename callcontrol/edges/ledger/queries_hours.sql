-- Counts by hour. `given` is a list of stretches of time within an hour each, (tenant, hour, first, last): [first, last).

-- fold_calls: What the calls of the given stretches come to.
SELECT g.tenant, g.hour, t.type, c.outcome, count(*) AS calls, count(c.bridged_at) AS talks,
       floor(1000 * coalesce(extract(epoch FROM sum(c.bridged_at - c.started_at)), 0))::bigint AS wait_ms,
       floor(1000 * coalesce(extract(epoch FROM sum(talk_end(c) - c.bridged_at)), 0))::bigint AS talk_ms
FROM given g
JOIN calls c ON c.tenant = g.tenant AND c.started_at >= g.first AND c.started_at < g.last
    AND c.started_day = (g.hour AT TIME ZONE 'UTC')::date
CROSS JOIN LATERAL call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) AS t (type)
GROUP BY g.tenant, g.hour, t.type, c.outcome;

-- fold_visits: What the stays in queues of the given stretches come to; of calls that arrived a day before at most.
SELECT g.tenant, g.hour, v.queue, v.how, count(*) AS visits, sum(v.wait_ms)::bigint AS wait_ms
FROM given g
JOIN queue_visits v ON v.tenant = g.tenant AND v.entered_at >= g.first AND v.entered_at < g.last
    AND v.started_day BETWEEN (g.hour AT TIME ZONE 'UTC')::date - 1 AND (g.hour AT TIME ZONE 'UTC')::date
WHERE NOT v.called_back
GROUP BY g.tenant, g.hour, v.queue, v.how;

-- lock_counting: Whether this transaction may count hours: one at a time may, until it ends.
SELECT pg_try_advisory_xact_lock(1667329902) AS may;

-- take_marks: Takes the marks of some hours; what is marked from here on is counted in the next round.
WITH chosen AS (
    SELECT tenant, hour FROM hours_to_count GROUP BY tenant, hour ORDER BY hour DESC, tenant LIMIT %(limit)s
)
DELETE FROM hours_to_count h USING chosen s WHERE (h.tenant, h.hour) = (s.tenant, s.hour)
RETURNING h.tenant, h.hour;

-- empty_call_hours: Removes the counts of some hours.
DELETE FROM call_hours h USING unnest(%(tenants)s::text[], %(hours)s::timestamptz[]) AS g (tenant, hour)
WHERE (h.tenant, h.hour) = (g.tenant, g.hour);

-- empty_queue_hours: Removes the counts of some hours.
DELETE FROM queue_hours h USING unnest(%(tenants)s::text[], %(hours)s::timestamptz[]) AS g (tenant, hour)
WHERE (h.tenant, h.hour) = (g.tenant, g.hour);

-- count_calls: Counts the calls of some hours.
WITH given AS (
    SELECT tenant, hour, hour AS first, hour + interval '1 hour' AS last
    FROM unnest(%(tenants)s::text[], %(hours)s::timestamptz[]) AS g (tenant, hour)
)
INSERT INTO call_hours FOLD_CALLS;

-- count_visits: Counts the stays in queues of some hours.
WITH given AS (
    SELECT tenant, hour, hour AS first, hour + interval '1 hour' AS last
    FROM unnest(%(tenants)s::text[], %(hours)s::timestamptz[]) AS g (tenant, hour)
)
INSERT INTO queue_hours FOLD_VISITS;

-- call_hours: A tenant's counts of calls in [start, end): those kept, and of marked hours and pieces of hours from the rows.
WITH given AS (
    SELECT tenant, hour, greatest(hour, %(start)s::timestamptz) AS first, least(hour + interval '1 hour', %(end)s::timestamptz) AS last
    FROM (
        SELECT tenant, hour FROM hours_to_count
        WHERE tenant = %(tenant)s AND hour > %(start)s::timestamptz - interval '1 hour' AND hour < %(end)s::timestamptz
        UNION
        SELECT %(tenant)s::text, edge FROM unnest(%(pieces)s::timestamptz[]) AS edge
    ) AS not_counted
)
SELECT hour, type, outcome, calls, talks, wait_ms, talk_ms FROM call_hours h
WHERE tenant = %(tenant)s AND hour >= %(start)s::timestamptz AND hour < %(end)s::timestamptz
  AND NOT EXISTS (SELECT 1 FROM given g WHERE g.hour = h.hour)
UNION ALL
SELECT hour, type, outcome, calls, talks, wait_ms, talk_ms FROM (FOLD_CALLS) AS counted;

-- queue_hours: A tenant's counts of stays in queues in [start, end), likewise.
WITH given AS (
    SELECT tenant, hour, greatest(hour, %(start)s::timestamptz) AS first, least(hour + interval '1 hour', %(end)s::timestamptz) AS last
    FROM (
        SELECT tenant, hour FROM hours_to_count
        WHERE tenant = %(tenant)s AND hour > %(start)s::timestamptz - interval '1 hour' AND hour < %(end)s::timestamptz
        UNION
        SELECT %(tenant)s::text, edge FROM unnest(%(pieces)s::timestamptz[]) AS edge
    ) AS not_counted
)
SELECT hour, queue, how, visits, wait_ms FROM queue_hours h
WHERE tenant = %(tenant)s AND hour >= %(start)s::timestamptz AND hour < %(end)s::timestamptz
  AND NOT EXISTS (SELECT 1 FROM given g WHERE g.hour = h.hour)
UNION ALL
SELECT hour, queue, how, visits, wait_ms FROM (FOLD_VISITS) AS counted;

-- number_counts: A tenant's calls from outside by the number of the tenant's that was dialled.
SELECT c.dialled AS number, count(*) AS calls,
       count(*) FILTER (WHERE call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) <> 'missed') AS answered,
       count(c.bridged_at) AS talks,
       floor(1000 * coalesce(extract(epoch FROM sum(c.bridged_at - c.started_at)), 0))::bigint AS wait_ms,
       floor(1000 * coalesce(extract(epoch FROM sum(talk_end(c) - c.bridged_at)), 0))::bigint AS talk_ms
FROM calls c
WHERE c.tenant = %(tenant)s AND c.caller_extension = '' AND c.dialled NOT LIKE 'queue:%%'
  AND c.started_day BETWEEN %(first_day)s AND %(last_day)s AND c.started_at >= %(start)s AND c.started_at < %(end)s
GROUP BY c.dialled ORDER BY calls DESC, number;

-- caller_counts: The numbers outside that called a tenant most; not those that were withheld.
SELECT c.caller_number AS number, count(*) AS calls,
       count(*) FILTER (WHERE call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) <> 'missed') AS answered,
       count(c.bridged_at) AS talks,
       floor(1000 * coalesce(extract(epoch FROM sum(c.bridged_at - c.started_at)), 0))::bigint AS wait_ms,
       floor(1000 * coalesce(extract(epoch FROM sum(talk_end(c) - c.bridged_at)), 0))::bigint AS talk_ms
FROM calls c
WHERE c.tenant = %(tenant)s AND c.caller_extension = '' AND c.dialled NOT LIKE 'queue:%%'
  AND c.caller_number <> '' AND NOT c.caller_anonymous
  AND c.started_day BETWEEN %(first_day)s AND %(last_day)s AND c.started_at >= %(start)s AND c.started_at < %(end)s
GROUP BY c.caller_number ORDER BY calls DESC, number LIMIT %(limit)s;

-- extension_counts: What each extension of a tenant was rung for and called, call by call. Its calls are read once, by themselves:
-- how few legs a key of four columns leaves is no planner's to guess.
WITH arrived AS MATERIALIZED (
    SELECT switch, call_id, started_day, answered_leg, bridged_at, caller_extension FROM calls
    WHERE tenant = %(tenant)s AND started_day BETWEEN %(first_day)s AND %(last_day)s
      AND started_at >= %(start)s AND started_at < %(end)s
), rung AS (
    SELECT substr(l.target, 11) AS extension, bool_or(l.leg_id = c.answered_leg) AS answered,
           bool_and(l.leg_id <> c.answered_leg AND c.bridged_at IS NULL) AS missed,
           max(l.ended_at - l.bridged_at) AS talk, min(l.bridged_at - l.dialled_at) AS wait
    FROM arrived c JOIN legs l USING (switch, call_id, started_day)
    WHERE l.tenant = %(tenant)s AND l.started_day BETWEEN %(first_day)s AND %(last_day)s
      AND l.direction = 'b' AND l.target ~>=~ 'extension:' AND l.target ~<~ 'extension;'
    GROUP BY 1, c.switch, c.call_id, c.started_day
), called AS (
    SELECT caller_extension AS extension, count(*) AS out FROM arrived WHERE caller_extension <> '' GROUP BY 1
), counted AS (
    SELECT extension, count(*) AS rung, count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE missed) AS missed,
           floor(1000 * coalesce(extract(epoch FROM sum(wait) FILTER (WHERE answered)), 0))::bigint AS wait_ms,
           floor(1000 * coalesce(extract(epoch FROM sum(talk) FILTER (WHERE answered)), 0))::bigint AS talk_ms
    FROM rung GROUP BY extension
)
SELECT extension, coalesce(rung, 0) AS rung, coalesce(answered, 0) AS answered, coalesce(missed, 0) AS missed,
       coalesce(wait_ms, 0) AS wait_ms, coalesce(talk_ms, 0) AS talk_ms, coalesce(out, 0) AS out
FROM counted FULL JOIN called USING (extension)
ORDER BY extension;

-- resolution_counts: Of the calls from outside that had a conversation: whose number called the tenant again within some days.
WITH arrived AS (
    SELECT dialled, caller_number, caller_anonymous, bridged_at, started_at, count(*) OVER (
        PARTITION BY caller_number ORDER BY started_at
        RANGE BETWEEN interval '1 microsecond' FOLLOWING AND %(days)s * interval '1 day' FOLLOWING) AS later
    FROM calls
    WHERE tenant = %(tenant)s AND caller_extension = '' AND dialled NOT LIKE 'queue:%%' AND caller_number <> ''
      AND started_day BETWEEN %(first_day)s AND %(last_day)s::date + %(days)s + 1 AND started_at >= %(start)s
)
SELECT dialled AS number, count(*) AS talks, count(*) FILTER (WHERE later > 0) AS again
FROM arrived
WHERE bridged_at IS NOT NULL AND NOT caller_anonymous AND started_at < %(end)s
GROUP BY dialled ORDER BY talks DESC, number;

-- class_costs: What the calls of a tenant cost, by class of the numbers.
SELECT h.direction, h.currency, count(*) AS legs, sum(h.counted_s)::bigint AS seconds, sum(h.amount) AS amount
FROM calls c JOIN charges h USING (tenant, switch, call_id, started_day)
WHERE c.tenant = %(tenant)s AND c.started_day BETWEEN %(first_day)s AND %(last_day)s
  AND h.started_day BETWEEN %(first_day)s AND %(last_day)s
  AND c.started_at >= %(start)s AND c.started_at < %(end)s AND h.amount IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM charges later
      WHERE (later.tenant, later.switch, later.leg_id, later.started_day) = (h.tenant, h.switch, h.leg_id, h.started_day)
        AND later.revision > h.revision)
GROUP BY 1, 2 ORDER BY 1, 2;

-- survey_counts: What callers answered to surveys, by whose conversation it was about; of calls that arrived in [start, end).
SELECT s.queue, s.agent, s.score, count(*) AS asked
FROM calls c, jsonb_to_recordset(c.surveys) AS s (queue text, agent text, score int)
WHERE c.tenant = %(tenant)s AND c.started_day BETWEEN %(first_day)s AND %(last_day)s AND c.surveys <> '[]'
  AND c.started_at >= %(start)s AND c.started_at < %(end)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
