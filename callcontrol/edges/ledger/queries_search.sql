-- What finds calls in the history: search.py puts one statement together of what is asked for. `where_…` are conditions of a
-- call `c` by its own columns. What is about legs, visits and costs stands here twice: `named_…` names all calls it holds for, by
-- an index of its own, in the days that are looked at; `has_…` looks whether it holds for one call. OFFSET 0 keeps the planner
-- from making the former of the latter.

-- search: Calls of some days by all conditions, in order.
SELECT {calls: c.NAME}, c.started_day, c.total_ms, call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) AS type
FROM CALLS
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND CONDITIONS
ORDER BY c.started_day DESC, c.started_at DESC, c.call_id
LIMIT %(limit)s;

-- search_oldest: As search, the earliest first.
SELECT {calls: c.NAME}, c.started_day, c.total_ms, call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) AS type
FROM CALLS
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND CONDITIONS
ORDER BY c.started_day, c.started_at, c.call_id
LIMIT %(limit)s;

-- last_day: The latest day that has calls.
SELECT c.started_day AS day FROM CALLS
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND CONDITIONS
ORDER BY c.started_day DESC, c.started_at DESC LIMIT 1;

-- first_day: The earliest day that has calls.
SELECT c.started_day AS day FROM CALLS
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND CONDITIONS
ORDER BY c.started_day, c.started_at LIMIT 1;

-- search_totals: How many calls match, how many of them had a conversation, and how long those were.
SELECT count(*) AS calls, count(c.bridged_at) AS talks,
       (1000 * coalesce(extract(epoch FROM sum(talk_end(c) - c.bridged_at)), 0))::bigint AS talk_ms
FROM CALLS
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND CONDITIONS;

-- search_costs: What the calls that match cost, by currency.
SELECT k.currency, sum(k.amount) AS amount
FROM CALLS JOIN call_costs k USING (tenant, switch, call_id, started_day)
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
  AND k.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND k.tenant = ANY (%(tenants)s::text[])
  AND CONDITIONS
GROUP BY k.currency
ORDER BY k.currency;

-- where_tenant: Of one tenant.
c.tenant = %(tenant)s;

-- where_tenants: Of any tenant; by name, as indexes begin with it.
c.tenant = ANY (%(tenants)s::text[]);

-- where_since: Arrived at this moment or later.
c.started_at >= %(since)s::timestamptz;

-- where_until: Arrived earlier.
c.started_at < %(until)s::timestamptz;

-- where_after: Behind a place, the latest first.
c.started_at <= %(after_at)s::timestamptz AND (c.started_at < %(after_at)s::timestamptz OR c.call_id > %(after_id)s);

-- where_after_oldest: Behind a place, the earliest first.
c.started_at >= %(after_at)s::timestamptz AND (c.started_at > %(after_at)s::timestamptz OR c.call_id > %(after_id)s);

-- where_call_ids: One of these.
c.call_id = ANY (%(call_ids)s::text[]);

-- where_outcome: With this outcome.
c.outcome = %(outcome)s;

-- where_refusal: A number was not dialled for this reason.
c.refusal = %(refusal)s AND c.refusal <> '';

-- where_survey: The caller answered a survey, with a score from this one to that one.
c.surveys <> '[]' AND c.survey_score BETWEEN coalesce(%(survey_from)s::int, 1) AND coalesce(%(survey_to)s::int, 5);

-- where_type: Of this type.
call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) = %(type)s;

-- where_from_outside: From outside, as reports of peak hours count it.
call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) = ANY (ARRAY['in', 'forwarded', 'missed']);

-- where_hour: Arrived on this day of the week, in this hour of the day, on the clocks of a zone: by whole hours (UTC), as reports
-- count them.
(%(weekday)s::int IS NULL OR extract(isodow FROM date_trunc('hour', c.started_at, 'UTC') AT TIME ZONE %(zone)s) = %(weekday)s::int + 1)
  AND (%(hour)s::int IS NULL OR extract(hour FROM date_trunc('hour', c.started_at, 'UTC') AT TIME ZONE %(zone)s) = %(hour)s::int);

-- where_caller: This number called.
c.caller_number LIKE %(caller)s;

-- named_called: This number was dialled, or the call was carried on to it.
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND dialled LIKE %(called)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND direction = 'b' AND address LIKE %(called)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND direction = 'b' AND target LIKE 'number:' || %(called)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_number: This number called, was dialled, or the call was carried on to it.
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND caller_number LIKE %(number)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND dialled LIKE %(number)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND direction = 'b' AND address LIKE %(number)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND direction = 'b' AND target LIKE 'number:' || %(number)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_extension: This extension called, or a phone of it was rung.
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND caller_extension = %(extension)s AND caller_extension <> ''
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND direction = 'b' AND target = 'extension:' || %(extension)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_reach: One of these extensions called, or a phone of one was rung; or the call was in one of these queues; or one of
-- these agents spoke with the caller.
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND caller_extension = ANY (%(reach_extensions)s::text[]) AND caller_extension <> ''
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND direction = 'b' AND target = ANY (%(reach_targets)s::text[])
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM queue_visits
WHERE tenant = ANY (%(tenants)s::text[]) AND queue = ANY (%(reach_queues)s::text[])
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
UNION ALL
SELECT tenant, switch, call_id, started_day FROM queue_visits
WHERE tenant = ANY (%(tenants)s::text[]) AND agent = ANY (%(reach_agents)s::text[]) AND agent <> ''
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_direction: With a leg to a number of this class.
SELECT tenant, switch, call_id, started_day FROM legs
WHERE tenant = ANY (%(tenants)s::text[]) AND called_direction = %(direction)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_queue: The call was in this queue.
SELECT tenant, switch, call_id, started_day FROM queue_visits
WHERE tenant = ANY (%(tenants)s::text[]) AND queue = %(queue)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_agent: This agent spoke with the caller.
SELECT tenant, switch, call_id, started_day FROM queue_visits
WHERE tenant = ANY (%(tenants)s::text[]) AND agent = %(agent)s AND agent <> ''
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_cost: The call costs so much.
SELECT tenant, switch, call_id, started_day FROM call_costs
WHERE tenant = ANY (%(tenants)s::text[]) AND (%(currency)s::text IS NULL OR currency = %(currency)s)
  AND amount >= coalesce(%(cost_from)s::numeric, 0) AND amount <= coalesce(%(cost_to)s::numeric, 'Infinity')
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_counted_visits: It came into this queue in the period, and left it in one of these ways.
SELECT DISTINCT tenant, switch, call_id, started_day FROM queue_visits
WHERE tenant = ANY (%(tenants)s::text[]) AND queue = %(counted_name)s AND NOT called_back
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
  AND (%(since)s::timestamptz IS NULL OR entered_at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR entered_at < %(until)s)
  AND (%(counted_hows)s::text[] IS NULL OR how = ANY (%(counted_hows)s)) AND wait_ms >= 1000 * %(counted_number)s::bigint
  AND (%(weekday)s::int IS NULL OR extract(isodow FROM date_trunc('hour', entered_at, 'UTC') AT TIME ZONE %(zone)s) = %(weekday)s::int + 1)
  AND (%(hour)s::int IS NULL OR extract(hour FROM date_trunc('hour', entered_at, 'UTC') AT TIME ZONE %(zone)s) = %(hour)s::int);

-- named_counted_offers: It was offered to this agent in the period, and that ended in one of these ways.
SELECT DISTINCT tenant, switch, call_id, started_day FROM offers
WHERE tenant = ANY (%(tenants)s::text[]) AND agent = %(counted_name)s
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
  AND (%(since)s::timestamptz IS NULL OR offered_at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR offered_at < %(until)s)
  AND (%(counted_hows)s::text[] IS NULL OR how = ANY (%(counted_hows)s))
  AND (NOT %(counted_talks)s::boolean OR bridged_at IS NOT NULL);

-- named_counted_rung: A phone of this extension was rung; the extension has answered, or missed it, as extension_counts counts it.
SELECT c.tenant, c.switch, c.call_id, c.started_day FROM calls c JOIN legs l USING (tenant, switch, call_id, started_day)
WHERE c.tenant = ANY (%(tenants)s::text[]) AND l.tenant = ANY (%(tenants)s::text[])
  AND l.direction = 'b' AND l.target = 'extension:' || %(counted_name)s
  AND c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
  AND l.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
GROUP BY c.tenant, c.switch, c.call_id, c.started_day
HAVING %(counted_hows)s::text[] IS NULL
    OR 'answered' = ANY (%(counted_hows)s) AND bool_or(l.leg_id = c.answered_leg)
    OR 'missed' = ANY (%(counted_hows)s) AND bool_and(l.leg_id <> c.answered_leg AND c.bridged_at IS NULL);

-- named_counted_calling: This extension called.
SELECT tenant, switch, call_id, started_day FROM calls
WHERE tenant = ANY (%(tenants)s::text[]) AND caller_extension = %(counted_name)s AND caller_extension <> ''
  AND started_day BETWEEN %(first_day)s::date AND %(last_day)s::date;

-- named_counted_number: It came from outside to this number and had a conversation; who called again within some days, as
-- resolution_counts counts it.
SELECT c.tenant, c.switch, c.call_id, c.started_day FROM calls c
WHERE c.tenant = ANY (%(tenants)s::text[]) AND c.dialled = %(counted_name)s AND c.caller_extension = ''
  AND c.bridged_at IS NOT NULL AND c.caller_number <> '' AND NOT c.caller_anonymous
  AND c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date
  AND (NOT %(counted_again)s::boolean OR EXISTS (
    SELECT 1 FROM calls a
    WHERE a.tenant = c.tenant AND a.caller_number = c.caller_number AND a.caller_extension = '' AND a.dialled NOT LIKE 'queue:%%'
      AND a.started_day BETWEEN c.started_day AND c.started_day + %(counted_number)s::int + 1
      AND a.started_at > c.started_at AND a.started_at <= c.started_at + %(counted_number)s * interval '1 day'));

-- known_calls: Calls that are known by name.
unnest(%(known_tenants)s::text[], %(known_switches)s::text[], %(known_calls)s::text[], %(known_days)s::date[])
    AS w (tenant, switch, call_id, started_day)
JOIN calls c USING (tenant, switch, call_id, started_day);

-- named_few: The first calls that there are by one condition of their own columns.
SELECT c.tenant, c.switch, c.call_id, c.started_day FROM calls c
WHERE c.started_day BETWEEN %(first_day)s::date AND %(last_day)s::date AND CONDITIONS;

-- has_called: This number was dialled, or the call was carried on to it.
(c.dialled LIKE %(called)s OR EXISTS (
    SELECT FROM legs l
    WHERE (l.tenant, l.switch, l.call_id, l.started_day) = (c.tenant, c.switch, c.call_id, c.started_day) AND l.direction = 'b'
      AND (l.address LIKE %(called)s OR l.target LIKE 'number:' || %(called)s) OFFSET 0));

-- has_number: This number called, was dialled, or the call was carried on to it.
(c.caller_number LIKE %(number)s OR c.dialled LIKE %(number)s OR EXISTS (
    SELECT FROM legs l
    WHERE (l.tenant, l.switch, l.call_id, l.started_day) = (c.tenant, c.switch, c.call_id, c.started_day) AND l.direction = 'b'
      AND (l.address LIKE %(number)s OR l.target LIKE 'number:' || %(number)s) OFFSET 0));

-- has_extension: This extension called, or a phone of it was rung.
(c.caller_extension = %(extension)s AND c.caller_extension <> '' OR EXISTS (
    SELECT FROM legs l
    WHERE (l.tenant, l.switch, l.call_id, l.started_day) = (c.tenant, c.switch, c.call_id, c.started_day) AND l.direction = 'b'
      AND l.target = 'extension:' || %(extension)s OFFSET 0));

-- has_reach: As named_reach, of one call.
(c.caller_extension = ANY (%(reach_extensions)s::text[]) AND c.caller_extension <> '' OR EXISTS (
    SELECT FROM legs l
    WHERE (l.tenant, l.switch, l.call_id, l.started_day) = (c.tenant, c.switch, c.call_id, c.started_day) AND l.direction = 'b'
      AND l.target = ANY (%(reach_targets)s::text[]) OFFSET 0) OR EXISTS (
    SELECT FROM queue_visits v
    WHERE (v.tenant, v.switch, v.call_id, v.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
      AND (v.queue = ANY (%(reach_queues)s::text[]) OR v.agent = ANY (%(reach_agents)s::text[]) AND v.agent <> '') OFFSET 0));

-- has_direction: With a leg to a number of this class.
EXISTS (
    SELECT FROM legs l
    WHERE (l.tenant, l.switch, l.call_id, l.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
      AND l.called_direction = %(direction)s OFFSET 0);

-- has_queue: The call was in this queue.
EXISTS (
    SELECT FROM queue_visits v
    WHERE (v.tenant, v.switch, v.call_id, v.started_day) = (c.tenant, c.switch, c.call_id, c.started_day) AND v.queue = %(queue)s OFFSET 0);

-- has_agent: This agent spoke with the caller.
EXISTS (
    SELECT FROM queue_visits v
    WHERE (v.tenant, v.switch, v.call_id, v.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
      AND v.agent = %(agent)s AND v.agent <> '' OFFSET 0);

-- has_cost: The call costs so much.
EXISTS (
    SELECT FROM call_costs k
    WHERE (k.tenant, k.switch, k.call_id, k.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
      AND (%(currency)s::text IS NULL OR k.currency = %(currency)s)
      AND k.amount >= coalesce(%(cost_from)s::numeric, 0) AND k.amount <= coalesce(%(cost_to)s::numeric, 'Infinity') OFFSET 0);

-- costs_of: What some calls cost, by currency.
SELECT call_id, currency, amount FROM call_costs
WHERE call_id = ANY (%(call_ids)s::text[]) AND started_day BETWEEN %(since_day)s AND %(until_day)s
  AND tenant = ANY (%(tenants)s::text[]) AND switch = ANY (%(switches)s::text[])
ORDER BY call_id, currency;
