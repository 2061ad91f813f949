-- Version 47 of the ledger: what a caller says to a survey is no conversation. Hours that had such calls are counted anew.

CREATE OR REPLACE FUNCTION talk_end(c calls) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN c.surveys = '[]' THEN c.ended_at ELSE coalesce((
        SELECT max(s.ended_at) FROM segments s
        WHERE (s.tenant, s.switch, s.call_id, s.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)), c.ended_at) END
$$;
COMMENT ON FUNCTION talk_end(calls) IS 'When the conversations of a call were over: where a survey followed, the end of the last one, else the call''s';

INSERT INTO hours_to_count
SELECT DISTINCT tenant, date_bin('1 hour', started_at, 'epoch') FROM calls WHERE surveys <> '[]' AND NOT is_retired(tenant, 'calls', started_day);
