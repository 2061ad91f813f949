-- Version 41 of the ledger: a number outside that a phone has dialled by itself is `out`, also in calls of before, whose path is
-- empty then. The index over the type is made anew, a second or two for each million calls, and the hours are counted anew.

SET LOCAL statement_timeout = 0;

DROP INDEX calls_by_type;

CREATE OR REPLACE FUNCTION call_type(caller_extension text, dialled text, outcome text, answered_by text, path jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN dialled LIKE 'queue:%' THEN 'out'
        WHEN caller_extension <> '' AND path -> 0 ->> 'target' ~ '^(number|sip|emergency):' THEN 'out'
        WHEN caller_extension <> '' AND path = '[]' AND answered_by ~ '^(number|sip):' THEN 'out'
        WHEN answered_by LIKE 'number:%' OR answered_by LIKE 'sip:%' THEN 'forwarded'
        WHEN caller_extension <> '' THEN 'internal'
        WHEN answered_by <> '' OR outcome IN ('answered', 'announced', 'changed') THEN 'in'
        ELSE 'missed'
    END
$$;

CREATE INDEX calls_by_type ON calls (tenant, call_type(caller_extension, dialled, outcome, answered_by, path), started_day DESC, started_at DESC);

INSERT INTO hours_to_count
SELECT DISTINCT tenant, date_bin('1 hour', started_at, 'epoch') FROM calls WHERE caller_extension <> '' AND path = '[]';
