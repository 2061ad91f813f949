-- Version 42 of the ledger: where a conversation moved. Constant defaults are stored once and rewrite no row; the index holds only
-- legs whose place another one took.

ALTER TABLE legs ADD COLUMN moved_from text NOT NULL DEFAULT '',
                 ADD COLUMN moved_to   text NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN interruptions jsonb NOT NULL DEFAULT '[]',
                  ADD CONSTRAINT calls_interruptions CHECK (jsonb_typeof(interruptions) = 'array');

CREATE INDEX legs_moved ON legs (moved_to) WHERE moved_to <> '';

COMMENT ON COLUMN legs.moved_from      IS 'The leg whose place it took in a conversation, as its call knows it: by a transfer, or as another phone picked the call up; empty: none. After an attended transfer the call of the party who was transferred knows it alone: there that leg names this one in moved_to';
COMMENT ON COLUMN legs.moved_to        IS 'The leg that took its place in a conversation, of this call or of another one (legs.leg_id); empty: none did. Always empty in rows of before version 42';
COMMENT ON COLUMN calls.interruptions         IS 'Stretches in which a party of the call talked with no other, in order: [{why, leg, began, ended, detail}]; why: parked or held; leg: the party''s; began, ended: ISO times; detail: the parking place, or who held. Always empty in rows of before version 42';
COMMENT ON COLUMN segments.leg_id      IS 'The caller''s channel, or the leg that took its place; of a callback''s call, which has none, the agent''s leg. Empty: not known';
COMMENT ON COLUMN segments.ended_at    IS 'When they did no more: the end of the leg that ended first, when a party was transferred, or when one of them was joined with another leg';
