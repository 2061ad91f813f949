-- Version 38 of the ledger: surveys after a conversation. A constant default is stored once and rewrites no row; the index holds
-- only calls that were asked.

ALTER TABLE calls ADD COLUMN surveys jsonb NOT NULL DEFAULT '[]',
                  ADD COLUMN survey_score smallint,
                  ADD CONSTRAINT calls_surveys CHECK (jsonb_typeof(surveys) = 'array'),
                  ADD CONSTRAINT calls_survey_score CHECK (survey_score BETWEEN 1 AND 5);

CREATE INDEX calls_surveyed ON calls (tenant, started_day DESC, started_at DESC) WHERE surveys <> '[]';

COMMENT ON COLUMN calls.surveys      IS 'What the caller was asked after a conversation, in order: [{survey, ended, how, score, queue, agent}]; ended: ISO time of the answer, or when it was clear that there is none; how: answered, silence, wrong (a key that is no answer), hung_up or gone (taken elsewhere); score: 1 to 5, 5 is the best, null: no answer; queue, agent: whose conversation it was about, empty where the call did not come from one';
COMMENT ON COLUMN calls.survey_score IS 'The last answer of these, 1 to 5, 5 is the best; null: there is none';
