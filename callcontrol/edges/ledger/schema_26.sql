-- Version 26 of the ledger: emergency calls are told by mail, and found without a look at all other legs.

CREATE INDEX legs_of_emergency_calls ON legs (tenant, started_day) WHERE called_direction = 'emergency';

COMMENT ON COLUMN mails.kind IS 'voicemail (a message was left), missed (a caller left a queue unserved), daily (summary of a box), locked (a box was locked after too many wrong PINs), emergency (an emergency number was called)';
COMMENT ON COLUMN calls.path IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it; of an emergency call where the phone stands: location workshop';

COMMENT ON COLUMN mails.facts IS 'What its words are made of: {place, number, name, at, length_ms, wait_ms, new, media_id, attach, day, messages, called, extension, shown, trunk, answered_at, ended_at, estimated}; times in microseconds since the epoch';
