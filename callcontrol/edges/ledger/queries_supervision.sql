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
