-- Version 52 of the ledger: what a leg was in its call. A constant default is stored once and rewrites no row.

ALTER TABLE legs ADD COLUMN role text NOT NULL DEFAULT '';

COMMENT ON COLUMN legs.role IS 'What the leg was in its call: caller, callee (rung for the caller), agent (rung for an offer of a queue), customer (rung because a callback was due), consult (a colleague who was asked before a transfer), supervisor (its caller was at a conversation of another call: listenings.listening_id is this call). Empty: not known, and in rows of before version 52';
