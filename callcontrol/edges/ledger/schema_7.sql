-- Version 7: a call has an id of its own. The ids in the rows that are there stay.

COMMENT ON COLUMN calls.call_id IS 'Id of the call, no channel''s: those are legs.leg_id. In rows of calls that began before version 7: the uuid of the caller''s channel';
