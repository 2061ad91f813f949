-- Version 45 of the ledger: a legal hold on all of a tenant's from one moment to another; rows that come while a number is being
-- erased are looked through once for the batch they come with.

ALTER TABLE media_holds ADD COLUMN arrived_from timestamptz, ADD COLUMN arrived_to timestamptz;
ALTER TABLE media_holds DROP CONSTRAINT media_holds_one;
ALTER TABLE media_holds ADD CONSTRAINT media_holds_one CHECK (
    num_nonnulls(nullif(media_id, ''), nullif(call_id, ''), nullif(number, ''), arrived_from) = 1
    AND (arrived_from IS NULL) = (arrived_to IS NULL) AND arrived_from < arrived_to);
COMMENT ON COLUMN media_holds.arrived_from IS 'Everything of the tenant''s from this moment on, to arrived_to: calls by their arrival, files and rows by when they began; null: it is about something else';
COMMENT ON COLUMN media_holds.arrived_to   IS 'The end of that time, which is not held any more; null: as arrived_from';

CREATE OR REPLACE VIEW media_held AS
SELECT m.tenant, m.media_id, h.hold_id, h.held_until, h.held_by, h.why
FROM media m
JOIN media_holds h ON h.tenant = m.tenant AND h.released_at IS NULL AND (h.held_until IS NULL OR h.held_until > now())
 AND (h.media_id = m.media_id OR (h.call_id <> '' AND h.call_id = m.call_id)
      OR (h.number <> '' AND h.number IN (m.caller, m.called))
      OR (m.began_at >= h.arrived_from AND m.began_at < h.arrived_to));

-- Who writes a batch has looked through all of it for the numbers of the erasures that are named in the transaction's setting
-- callcontrol.looked_through, and found none: its rows are not looked through one by one (edges/ledger/forgetting.py).
CREATE OR REPLACE FUNCTION forget_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    looked constant text := current_setting('callcontrol.looked_through', true);
    one  record;
    was  jsonb;
    told text;
    runs text[];
BEGIN
    IF looked = '*' OR NOT EXISTS (SELECT FROM erasures e WHERE e.tenant = NEW.tenant AND e.key IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    was := to_jsonb(NEW);
    SELECT jsonb_object_agg(c.key, c.value)::text INTO told FROM jsonb_each(was) AS c WHERE c.key = ANY (TG_ARGV);
    SELECT array_agg(DISTINCT m.digits[1]) INTO runs
    FROM regexp_matches(told, '(?<![0-9])([0-9]{6,24})(?![0-9])', 'g') AS m (digits);
    FOR one IN
        SELECT r.run, e.pseudonym FROM erasures e, unnest(runs) AS r (run)
        WHERE e.tenant = NEW.tenant AND e.key IS NOT NULL AND sha256(e.key || convert_to(r.run, 'UTF8')) = ANY (e.tags)
    LOOP
        told := regexp_replace(told, '(?<![0-9])(\+|%2B|%2b)?' || one.run || '(?![0-9])', one.pseudonym, 'g');
        NEW := jsonb_populate_record(NEW, without_name(told::jsonb, was, one.pseudonym));
    END LOOP;
    RETURN NEW;
END
$$;
