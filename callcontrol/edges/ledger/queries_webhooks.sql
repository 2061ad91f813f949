-- Webhooks: who is told, and the outbox. What is sent is read by webhook_call, webhook_case and webhook_media.

-- tell_cases: Cases of missed callers that were opened or closed, to those who want to know.
INSERT INTO webhook_outbox (webhook_id, tenant, event_id, kind, call_id, about)
SELECT w.webhook_id, c.tenant, md5(concat_ws(E'\n', c.kind, c.tenant, c.number, c.target, c.opened_at, c.closed_at))::uuid, c.kind,
       c.opened_by, md5(c.number || E'\n' || c.target)
FROM webhooks w
JOIN jsonb_to_recordset(%(cases)s::jsonb)
    AS c (tenant text, number text, target text, opened_by text, opened_at timestamptz, closed_at timestamptz, kind text)
    ON c.tenant = w.tenant AND c.kind = ANY (w.events)
ON CONFLICT DO NOTHING;

-- add_webhook: A new one.
INSERT INTO webhooks (webhook_id, tenant, url, events, secret, made_by, created_at)
VALUES (%(webhook_id)s, %(tenant)s, %(url)s, %(events)s, %(secret)s, %(made_by)s, %(now)s);

-- webhooks_of: Those of a tenant, with what waits and what is dead.
SELECT w.webhook_id, w.tenant, w.url, w.events, w.made_by, w.created_at, w.paused_at, w.delivered_at, w.trouble,
       (SELECT count(*) FROM webhook_outbox o WHERE o.webhook_id = w.webhook_id AND o.state = 'waiting') AS waiting,
       (SELECT count(*) FROM webhook_outbox o WHERE o.webhook_id = w.webhook_id AND o.tenant = w.tenant AND o.state = 'dead') AS dead
FROM webhooks w WHERE w.tenant = %(tenant)s ORDER BY w.created_at, w.webhook_id;

-- lock_webhooks: No two are added to a tenant at the same time.
SELECT pg_advisory_xact_lock(hashtextextended('callcontrol webhooks ' || %(tenant)s, 0));

-- change_webhook: Another address, other events.
UPDATE webhooks SET url = %(url)s, events = %(events)s, failures = 0, rest_until = 'epoch'
WHERE tenant = %(tenant)s AND webhook_id = %(webhook_id)s;

-- rotate_webhook: Another secret; the one before signs as well for a while.
UPDATE webhooks SET old_secret = secret, old_until = %(old_until)s, secret = %(secret)s
WHERE tenant = %(tenant)s AND webhook_id = %(webhook_id)s;

-- pause_webhook: Nothing is sent to it any more; null: it is again.
UPDATE webhooks SET paused_at = %(paused_at)s, failures = 0, rest_until = 'epoch'
WHERE tenant = %(tenant)s AND webhook_id = %(webhook_id)s;

-- remove_webhook: It is gone, with what waits for it.
WITH gone AS (DELETE FROM webhooks WHERE tenant = %(tenant)s AND webhook_id = %(webhook_id)s RETURNING webhook_id)
DELETE FROM webhook_outbox o USING gone WHERE o.webhook_id = gone.webhook_id;

-- test_webhook: An event that says nothing.
INSERT INTO webhook_outbox (webhook_id, tenant, event_id, kind, call_id)
VALUES (%(webhook_id)s, %(tenant)s, %(event_id)s::uuid, 'test', (%(event_id)s::uuid)::text);

-- webhook_deliveries: What was to be told to one of them, the latest first.
SELECT delivery_id, event_id, kind, call_id, at, state, attempts, due_at, ended_at, trouble FROM webhook_outbox
WHERE tenant = %(tenant)s AND webhook_id = %(webhook_id)s AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(before)s::bigint IS NULL OR delivery_id < %(before)s)
ORDER BY delivery_id DESC LIMIT %(limit)s;

-- replay_webhook: What was given up is sent again.
UPDATE webhook_outbox SET state = 'waiting', attempts = 0, due_at = 'epoch', claimed_until = 'epoch', ended_at = NULL, at = %(now)s
WHERE tenant = %(tenant)s AND webhook_id = %(webhook_id)s AND state = 'dead'
  AND (%(delivery_id)s::bigint IS NULL OR delivery_id = %(delivery_id)s);

-- webhooks_due: Those that something is due for, of transactions that are all over.
SELECT w.webhook_id FROM webhooks w
WHERE w.paused_at IS NULL AND w.rest_until <= %(now)s AND EXISTS (
    SELECT FROM webhook_outbox o WHERE o.webhook_id = w.webhook_id AND o.state = 'waiting' AND o.due_at <= %(now)s
      AND o.claimed_until <= %(now)s AND o.written_in < ledger_watermark());

-- claim_deliveries: The next ones of one webhook, of each call the first alone.
WITH next AS (
    SELECT o.delivery_id FROM webhook_outbox o JOIN webhooks w USING (webhook_id)
    WHERE o.webhook_id = %(webhook_id)s AND o.state = 'waiting' AND o.due_at <= %(now)s AND o.claimed_until <= %(now)s
      AND o.written_in < ledger_watermark() AND w.paused_at IS NULL AND w.rest_until <= %(now)s
      AND NOT EXISTS (
          SELECT FROM webhook_outbox e WHERE e.webhook_id = o.webhook_id AND e.call_id = o.call_id AND e.state = 'waiting'
            AND (e.written_in, e.delivery_id) < (o.written_in, o.delivery_id))
    ORDER BY o.written_in, o.delivery_id LIMIT %(limit)s
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE webhook_outbox o SET claimed_until = %(until)s, attempts = o.attempts + 1
FROM next, webhooks w WHERE o.delivery_id = next.delivery_id AND w.webhook_id = o.webhook_id
RETURNING o.delivery_id, o.webhook_id, o.tenant, o.event_id, o.kind, o.call_id, o.switch, o.started_day, o.about, o.at, o.attempts,
          w.url, w.secret, w.old_secret, w.old_until;

-- settle_delivery: What came of an attempt; nothing, where another sender has it meanwhile.
UPDATE webhook_outbox SET state = %(state)s, due_at = %(due_at)s, claimed_until = 'epoch', trouble = %(trouble)s,
       ended_at = CASE WHEN %(state)s = 'waiting' THEN NULL ELSE %(now)s::timestamptz END
WHERE delivery_id = %(delivery_id)s AND attempts = %(attempts)s AND state = 'waiting';

-- webhook_answered: How the server is.
UPDATE webhooks SET failures = CASE WHEN %(is_taken)s THEN 0 ELSE failures + 1 END,
       rest_until = CASE WHEN %(is_taken)s OR NOT %(is_away)s THEN 'epoch'
                    ELSE %(now)s::timestamptz + least(60, 2 ^ least(failures, 10)) * interval '1 second' END,
       delivered_at = CASE WHEN %(is_taken)s THEN %(now)s::timestamptz ELSE delivered_at END, trouble = %(trouble)s
WHERE webhook_id = %(webhook_id)s;

-- forget_deliveries: What was written long ago, and what belongs to no webhook any more.
DELETE FROM webhook_outbox WHERE delivery_id IN (
    SELECT o.delivery_id FROM webhook_outbox o WHERE o.at < %(before)s
    UNION ALL
    SELECT o.delivery_id FROM webhook_outbox o
    WHERE o.state = 'waiting' AND NOT EXISTS (SELECT FROM webhooks w WHERE w.webhook_id = o.webhook_id)
    LIMIT %(limit)s);

-- webhook_figures: What waits, how old the oldest is of those that are not paused, and what is dead.
SELECT count(*) FILTER (WHERE o.state = 'waiting') AS waiting, count(*) FILTER (WHERE o.state = 'dead') AS dead,
       coalesce(extract(epoch FROM %(now)s::timestamptz - min(o.at) FILTER (WHERE o.state = 'waiting' AND w.paused_at IS NULL)), 0)::float8
           AS oldest_s
FROM webhook_outbox o JOIN webhooks w USING (webhook_id) WHERE o.state IN ('waiting', 'dead');

-- webhook_call: A call, as it is told.
SELECT c.call_id, c.switch, c.caller_number AS "from", c.caller_name AS from_name, c.dialled AS "to", c.caller_extension AS from_extension,
       c.started_at, c.answered_at, c.bridged_at, c.ended_at, c.outcome, c.answered_by, c.estimated,
       call_type(c.caller_extension, c.dialled, c.outcome, c.answered_by, c.path) AS type
FROM calls c
WHERE c.tenant = %(tenant)s AND c.switch = %(switch)s AND c.call_id = %(call_id)s AND c.started_day = %(started_day)s;

-- webhook_case: A case of a missed caller, as it is told.
SELECT number, target, opened_by AS call_id, opened_at, reason, due_at, missed, tries, closed_at, how, by FROM missed_cases
WHERE tenant = %(tenant)s AND opened_by = %(call_id)s AND md5(number || E'\n' || target) = %(about)s;

-- webhook_media: A sound file, as it is told.
SELECT media_id, kind, call_id, owner, caller AS "from", called AS "to", agent, began_at, length_ms, bytes, sha256 FROM media
WHERE tenant = %(tenant)s AND media_id = %(about)s AND state <> 'deleted';
