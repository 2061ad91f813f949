-- Version 3 of the ledger: what was completed from the switch's own records of its legs (`callcontrol reconcile`). A constant
-- default is stored once and rewrites no row, so that a ledger of years is brought on at once.

ALTER TABLE calls ADD COLUMN reconciled boolean NOT NULL DEFAULT false;
ALTER TABLE legs  ADD COLUMN reconciled boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN calls.reconciled IS 'Some leg was completed from the switch''s own record of it, after the fact. Together with estimated: no worker''s record came (yet), and of its way nothing else is known; or a stay in a queue is the best known still';
COMMENT ON COLUMN legs.reconciled  IS 'Times and cause are from the switch''s own record of the leg, read after the fact. Together with estimated: no worker''s record tells of the leg, so dialled_at is the switch''s word and target may be unknown';
COMMENT ON COLUMN legs.estimated   IS 'Some time is the best known: of a reconciled leg only dialled_at, of others not the switch''s word';
