-- Version 9 of the ledger: the language a caller was led in. A constant default is stored once and rewrites no row.

ALTER TABLE calls ADD COLUMN language text NOT NULL DEFAULT '';

COMMENT ON COLUMN calls.language IS 'Language the caller was led in last, if one was chosen for the caller (en, pl or ru); empty: the tenant''s own';
