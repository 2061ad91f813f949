-- Version 10 of the ledger: what a caller has asked for by keys. Constant defaults are stored once and rewrite no row.

ALTER TABLE calls ADD COLUMN demand   text     NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN priority smallint NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN label    text     NOT NULL DEFAULT '';

COMMENT ON COLUMN calls.demand   IS 'Skills the caller asked for by keys, each with the least level, in alphabetical order: german>=1,russian>=2; empty: none';
COMMENT ON COLUMN calls.priority IS 'Priority the caller got by keys, 0 to 10; the queue may have given a higher one';
COMMENT ON COLUMN calls.label    IS 'What the call was about, as a key said: one of the tenant''s labels; empty: none did';
