-- Statements about supervisors. Form as in queries.sql.

-- note_listenings: Stores listenings, in any order and as often as they come: of each the latest state.
INSERT INTO listenings AS l (tenant, listening_id, supervisor, whom, call_id, switch, queue, reason, began_at, ended_at, how, spans, revision)
SELECT tenant, listening_id, supervisor, whom, call_id, switch, queue, reason, began_at, ended_at, how, spans, revision
FROM jsonb_populate_recordset(NULL::listenings, %(listenings)s::jsonb)
ON CONFLICT (tenant, listening_id) DO UPDATE SET
    spans = EXCLUDED.spans, ended_at = EXCLUDED.ended_at, how = EXCLUDED.how, revision = EXCLUDED.revision
WHERE l.revision < EXCLUDED.revision;

-- listenings_of: The latest listenings of a tenant, of one supervisor, of one extension at any time of it, or of one call.
SELECT tenant, listening_id, supervisor, whom, call_id, switch, queue, reason, began_at, ended_at, how, spans, revision
FROM listenings
WHERE tenant = %(tenant)s
  AND (%(supervisor)s::text IS NULL OR supervisor = %(supervisor)s)
  AND (%(whom)s::text IS NULL OR whom = %(whom)s OR spans @> jsonb_build_array(jsonb_build_object('whom', %(whom)s::text)))
  AND (%(call)s::text IS NULL OR call_id = %(call)s)
  AND (%(since)s::timestamptz IS NULL OR began_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR began_at < %(until)s)
ORDER BY began_at DESC, listening_id
LIMIT %(most)s;

-- close_listenings: Closes those whose end was lost with a worker or the live state: ten minutes after the supervisor's own call where that has a row, else a day later with the last that is known. What is told later still counts.
WITH open AS (
    SELECT l.tenant, l.listening_id, l.began_at, l.spans,
        (SELECT max(c.ended_at) FROM calls c
         WHERE c.tenant = l.tenant AND c.call_id = l.listening_id
           AND c.started_day BETWEEN (l.began_at AT TIME ZONE 'UTC')::date - 1 AND (l.began_at AT TIME ZONE 'UTC')::date
        ) AS call_ended,
        (SELECT max(to_timestamp((one ->> 'began')::bigint / 1e6)) FROM jsonb_array_elements(l.spans) AS one) AS last_known
    FROM listenings l
    WHERE l.ended_at IS NULL
), over AS (
    SELECT open.*, greatest(began_at, call_ended, last_known) AS ended FROM open
    WHERE call_ended < now() - interval '10 minutes' OR began_at < now() - interval '1 day'
)
UPDATE listenings l SET
    ended_at = over.ended,
    how = 'failed',
    spans = coalesce(
        (SELECT jsonb_agg(
             CASE WHEN one -> 'ended' = 'null' THEN one || jsonb_build_object('ended', (extract(epoch FROM over.ended) * 1000000)::bigint)
             ELSE one END
             ORDER BY place)
         FROM jsonb_array_elements(l.spans) WITH ORDINALITY AS spans (one, place)),
        '[]')
FROM over
WHERE (l.tenant, l.listening_id) = (over.tenant, over.listening_id);
