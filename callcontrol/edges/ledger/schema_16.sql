-- Version 16: the recording of a call's conversations. A constant default is stored once and rewrites no row.

ALTER TABLE calls ADD COLUMN talks jsonb NOT NULL DEFAULT '[]',
                  ADD CONSTRAINT calls_talks CHECK (jsonb_typeof(talks) = 'array');

COMMENT ON COLUMN calls.talks IS 'What was decided and done about recording the conversations of the call, in order: [{at, what, why, media_id, source}]; at: ISO time; what: never, announce, on_demand (what was decided), objected, started, paused, resumed, ended, lost; why: the rule that decided it, who asked for it, or what has ended it; media_id: media.media_id of the recording; source: file:line of what decided it';
