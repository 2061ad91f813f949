-- Version 8: the row of a call says which of its legs was transferred and stands in the caller's place.

ALTER TABLE calls ADD COLUMN led_leg text NOT NULL DEFAULT '';

-- In calls of version 6 and 7 it is the leg that talked in the place of the caller's channel.
UPDATE calls SET led_leg = moved.leg_id
FROM (
    SELECT DISTINCT ON (s.tenant, s.switch, s.call_id, s.started_day) s.tenant, s.switch, s.call_id, s.started_day, s.leg_id
    FROM segments s
    JOIN legs l USING (tenant, switch, call_id, started_day)
    WHERE l.direction = 'a' AND s.leg_id NOT IN (l.leg_id, '')
    ORDER BY s.tenant, s.switch, s.call_id, s.started_day, s.segment DESC
) moved
WHERE (calls.tenant, calls.switch, calls.call_id, calls.started_day)
    = (moved.tenant, moved.switch, moved.call_id, moved.started_day);

COMMENT ON COLUMN calls.led_leg IS 'The leg of a called party who was transferred, which the call leads in the caller''s place; empty: none was';
