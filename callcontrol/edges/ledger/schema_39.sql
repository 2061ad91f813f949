-- Version 39 of the ledger: names go with numbers that were erased, in documents, too.

CREATE OR REPLACE FUNCTION without_names(told jsonb, pseudonym text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE jsonb_typeof(told) WHEN 'object' THEN
        told
        || CASE WHEN told ? 'name' AND told ->> 'number' = pseudonym THEN '{"name": ""}' ELSE '{}' END::jsonb
        || CASE WHEN told ? 'caller_name' AND told ->> 'caller_number' = pseudonym THEN '{"caller_name": ""}' ELSE '{}' END::jsonb
        || CASE WHEN jsonb_typeof(told -> 'messages') = 'array' THEN jsonb_build_object('messages', (
               SELECT coalesce(jsonb_agg(
                   CASE WHEN one ->> 'number' = pseudonym THEN one || '{"name": ""}' ELSE one END ORDER BY place), '[]')
               FROM jsonb_array_elements(told -> 'messages') WITH ORDINALITY AS m (one, place)))
           ELSE '{}' END
    ELSE told END
$$;
COMMENT ON FUNCTION without_names(jsonb, text) IS 'A document without the names that went with the number: of a mail, of a row that gave way';

CREATE OR REPLACE FUNCTION without_name(kept jsonb, was jsonb, pseudonym text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT kept
        || CASE WHEN was ? 'caller_name' AND kept ->> 'caller_number' = pseudonym THEN '{"caller_name": ""}' ELSE '{}' END::jsonb
        || CASE WHEN kept ? 'facts' THEN jsonb_build_object('facts', without_names(kept -> 'facts', pseudonym)) ELSE '{}' END
        || CASE WHEN kept ? 'content' THEN jsonb_build_object('content', without_names(kept -> 'content', pseudonym)) ELSE '{}' END
$$;
COMMENT ON FUNCTION without_name(jsonb, jsonb, text) IS 'A row''s columns without the name that went with the number';

-- Its variable had a name that PL/pgSQL uses itself.
CREATE OR REPLACE FUNCTION without_erased(told text, key bytea, tags bytea[], pseudonym text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    run text;
BEGIN
    FOR run IN SELECT DISTINCT digits[1] FROM regexp_matches(told, '(?<![0-9])([0-9]{6,24})(?![0-9])', 'g') AS m (digits) LOOP
        IF sha256(key || convert_to(run, 'UTF8')) = ANY (tags) THEN
            told := regexp_replace(told, '(?<![0-9])(\+|%2B|%2b)?' || run || '(?![0-9])', pseudonym, 'g');
        END IF;
    END LOOP;
    RETURN told;
END
$$;
