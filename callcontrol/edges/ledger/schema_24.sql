-- Version 24: bundles and discounts by volume: what each charge uses of them, and how much is used.

ALTER TABLE charges ADD COLUMN allowances jsonb NOT NULL DEFAULT '[]';

CREATE OR REPLACE VIEW current_charges AS
    SELECT DISTINCT ON (tenant, switch, leg_id, started_day) *
    FROM charges
    ORDER BY tenant, switch, leg_id, started_day, revision DESC;

COMMENT ON COLUMN charges.allowances IS 'Bundles and discounts that are for the call: [{name, kind, measure, holder, months, size, round, prices, used}]: used is what the call takes, or counts as, of each month (seconds, calls or money); the amount is what is owed beyond';

CREATE TABLE allowance_uses (
    tenant      text           NOT NULL,
    name        text           NOT NULL,
    holder      text           NOT NULL,
    month       text           NOT NULL,
    switch      text           NOT NULL,
    leg_id      text           NOT NULL,
    started_day date           NOT NULL,
    used        numeric(20, 8) NOT NULL,
    CONSTRAINT allowance_uses_key PRIMARY KEY (tenant, switch, leg_id, started_day, name, holder, month)
);

COMMENT ON TABLE  allowance_uses IS 'What the charge that holds of a leg uses of a bundle, or counts as for a discount, in a month';
COMMENT ON COLUMN allowance_uses.tenant      IS 'charges.tenant';
COMMENT ON COLUMN allowance_uses.name        IS 'The bundle or discount';
COMMENT ON COLUMN allowance_uses.holder      IS 'Whose it is: extension:101, or tenant, also where it is shared';
COMMENT ON COLUMN allowance_uses.month       IS 'The month of it that is used, such as 2026-11, in the tenant''s zone';
COMMENT ON COLUMN allowance_uses.switch      IS 'charges.switch';
COMMENT ON COLUMN allowance_uses.leg_id      IS 'charges.leg_id';
COMMENT ON COLUMN allowance_uses.started_day IS 'charges.started_day';
COMMENT ON COLUMN allowance_uses.used        IS 'Seconds, calls or money';

CREATE TABLE allowance_counters (
    tenant text           NOT NULL,
    name   text           NOT NULL,
    holder text           NOT NULL,
    month  text           NOT NULL,
    used   numeric(20, 8) NOT NULL DEFAULT 0,
    CONSTRAINT allowance_counters_key PRIMARY KEY (tenant, name, holder, month),
    CONSTRAINT allowance_counters_used CHECK (used >= 0)
);

COMMENT ON TABLE  allowance_counters IS 'How much is used: the sum of allowance_uses.used, kept in the same transaction';
COMMENT ON COLUMN allowance_counters.tenant IS 'As allowance_uses.tenant, as the next three';
COMMENT ON COLUMN allowance_counters.name   IS 'As allowance_uses.name';
COMMENT ON COLUMN allowance_counters.holder IS 'As allowance_uses.holder';
COMMENT ON COLUMN allowance_counters.month  IS 'As allowance_uses.month';
COMMENT ON COLUMN allowance_counters.used   IS 'Seconds, calls or money';
