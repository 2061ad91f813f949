-- Version 7: a call has an id of its own. The ids in the rows that are there stay.

COMMENT ON COLUMN calls.call_id IS 'Id of the call, no channel''s: those are legs.leg_id. In rows of calls that began before version 7: the uuid of the caller''s channel';
COMMENT ON COLUMN calls.ended_at IS 'When the caller''s channel ended; where a called party was transferred and stayed longer: when that leg ended';
COMMENT ON COLUMN segments.leg_id IS 'The caller''s channel, or the leg of a called party who was transferred; of a callback''s call the agent''s leg. Empty: not known';
