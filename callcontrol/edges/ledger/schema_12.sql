-- Version 12 of the ledger: the menus a caller was in. A constant default is stored once and rewrites no row.

ALTER TABLE calls ADD COLUMN menus jsonb NOT NULL DEFAULT '[]',
                  ADD CONSTRAINT calls_menus CHECK (jsonb_typeof(menus) = 'array');

COMMENT ON COLUMN calls.menus IS 'The menus the caller was in, in order: [{menu, entered, left, how, pressed, to, silences, wrongs, estimated}]; entered, left: ISO times; how: key, dialled (an extension''s number), silence, wrong, hung_up or gone (taken elsewhere); pressed: the keys that led on; to: where to, as a target; silences, wrongs: how often nothing was pressed, or something that leads nowhere; estimated: its end was not told';
