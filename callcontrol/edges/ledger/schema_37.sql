-- Version 37 of the ledger: statements can be exported.

ALTER TABLE exports DROP CONSTRAINT exports_what;
ALTER TABLE exports ADD CONSTRAINT exports_what
    CHECK (what IN ('calls', 'legs', 'charges', 'account_entries', 'missed', 'statements'));
COMMENT ON COLUMN exports.what IS 'What it delivers: rows of calls, legs, charges, account_entries, statements, or missed (missed_revisions)';
