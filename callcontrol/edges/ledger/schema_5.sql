-- Version 5 of the ledger: an estimate says why it is one, on the leg and on what it costs. A constant default is stored once and
-- rewrites no row.

ALTER TABLE legs    ADD COLUMN estimate text NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN estimate text NOT NULL DEFAULT '';

CREATE OR REPLACE VIEW current_charges AS
    SELECT DISTINCT ON (tenant, switch, leg_id, started_day) *
    FROM charges
    ORDER BY tenant, switch, leg_id, started_day, revision DESC;

COMMENT ON COLUMN legs.estimate    IS 'Why answered_at and ended_at are the best known, and what they are taken from; empty: they are the switch''s word. An end that was not reported is the last moment at which the leg was known to live, never later';
COMMENT ON COLUMN charges.estimate IS 'Why the talk time that was charged is an estimate; empty: it is the switch''s word. It never exceeds what is known for sure, and a further revision replaces it when the switch''s word comes';
COMMENT ON COLUMN legs.outcome     IS 'answered (joined to the caller; or an agent who answered and whose caller left first: then bridged_at is null), busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
