-- Version 27 of the ledger: ten million calls are found by whatever is known of them, in milliseconds: deploy/README.md says
-- which index serves which filter. Calls of before are found as those of today are.

-- It may build indexes of years: the writer's limit for a statement is no measure for that.
SET LOCAL statement_timeout = 0;

-- The type is no column: it follows from what a call has, also one of before, and one that is corrected later.
CREATE OR REPLACE FUNCTION call_type(caller_extension text, dialled text, outcome text, answered_by text, path jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN dialled LIKE 'queue:%' THEN 'out'
        WHEN caller_extension <> '' AND path -> 0 ->> 'target' ~ '^(number|sip|emergency):' THEN 'out'
        WHEN answered_by LIKE 'number:%' OR answered_by LIKE 'sip:%' THEN 'forwarded'
        WHEN caller_extension <> '' THEN 'internal'
        WHEN answered_by <> '' OR outcome IN ('answered', 'announced', 'changed') THEN 'in'
        ELSE 'missed'
    END
$$;
COMMENT ON FUNCTION call_type(text, text, text, text, jsonb) IS 'The type of a call, each has one: out (a phone of the tenant''s called a number outside, or a customer was called back), forwarded (answered by a number outside: of a rule, a target or an agent), internal (a phone of the tenant''s called, and it stayed inside), in (from outside, and answered: by a person, an announcement, a star code), missed (from outside, and no person and no announcement answered: also with a message left)';

DROP INDEX calls_by_caller, calls_by_dialled, legs_by_address, legs_by_number;

-- text_pattern_ops: by the whole number, and by how it begins, whatever the database's locale
CREATE INDEX calls_by_caller    ON calls (tenant, caller_number text_pattern_ops, started_day DESC, started_at DESC);
CREATE INDEX calls_by_dialled   ON calls (tenant, dialled text_pattern_ops, started_day DESC, started_at DESC);
CREATE INDEX calls_by_extension ON calls (tenant, caller_extension, started_day DESC, started_at DESC) WHERE caller_extension <> '';
CREATE INDEX calls_by_outcome   ON calls (tenant, outcome, started_day DESC, started_at DESC);
CREATE INDEX calls_by_refusal   ON calls (tenant, refusal, started_day DESC, started_at DESC) WHERE refusal <> '';
CREATE INDEX calls_by_type      ON calls (tenant, call_type(caller_extension, dialled, outcome, answered_by, path), started_day DESC, started_at DESC);

-- the address of a caller's own leg is what the caller dialled: calls_by_dialled
CREATE INDEX legs_by_address ON legs (tenant, address text_pattern_ops, started_day DESC) WHERE direction = 'b';
CREATE INDEX legs_by_target  ON legs (tenant, target text_pattern_ops, started_day DESC) WHERE direction = 'b';
CREATE INDEX legs_by_class   ON legs (tenant, called_direction, started_day DESC) WHERE called_direction <> '';

-- What a call costs: the sum of the charges that hold. Each charge adds the difference to the revision before, in whatever
-- order transactions commit, so the sum never drifts, whichever statement writes charges.
CREATE TABLE call_costs (
    tenant      text           NOT NULL,
    switch      text           NOT NULL,
    call_id     text           NOT NULL,
    started_day date           NOT NULL,
    currency    text           NOT NULL,
    amount      numeric(20, 8) NOT NULL,
    CONSTRAINT call_costs_key PRIMARY KEY (tenant, switch, call_id, started_day, currency)
);
COMMENT ON TABLE  call_costs IS 'What each call costs, by currency: the sum of charges.amount of the charges that hold; kept by a trigger of charges, in the same transaction';
COMMENT ON COLUMN call_costs.tenant      IS 'As calls.tenant';
COMMENT ON COLUMN call_costs.switch      IS 'As calls.switch';
COMMENT ON COLUMN call_costs.call_id     IS 'As calls.call_id';
COMMENT ON COLUMN call_costs.started_day IS 'As calls.started_day';
COMMENT ON COLUMN call_costs.currency    IS 'ISO 4217 letters';
COMMENT ON COLUMN call_costs.amount      IS 'The sum; 0 too where every charge was withdrawn';

INSERT INTO call_costs
SELECT tenant, switch, call_id, started_day, currency, sum(amount)
FROM current_charges WHERE amount IS NOT NULL
GROUP BY tenant, switch, call_id, started_day, currency;

CREATE INDEX call_costs_by_day    ON call_costs (tenant, started_day, currency, amount);
CREATE INDEX call_costs_by_amount ON call_costs (tenant, currency, amount, started_day);

CREATE OR REPLACE FUNCTION add_call_costs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO call_costs AS k (tenant, switch, call_id, started_day, currency, amount)
    SELECT n.tenant, n.switch, d.call_id, n.started_day, d.currency, sum(d.amount)
    FROM added n
    LEFT JOIN charges p ON (p.tenant, p.switch, p.leg_id, p.started_day) = (n.tenant, n.switch, n.leg_id, n.started_day)
        AND p.revision = n.revision - 1
    CROSS JOIN LATERAL (VALUES (n.call_id, n.currency, n.amount), (p.call_id, p.currency, -p.amount)) AS d (call_id, currency, amount)
    WHERE d.amount IS NOT NULL
    GROUP BY n.tenant, n.switch, d.call_id, n.started_day, d.currency
    ORDER BY n.tenant, n.switch, d.call_id, n.started_day, d.currency  -- all transactions lock rows in this order
    ON CONFLICT (tenant, switch, call_id, started_day, currency) DO UPDATE SET amount = k.amount + excluded.amount;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION add_call_costs() IS 'Keeps call_costs';

CREATE TRIGGER charges_add_costs AFTER INSERT ON charges REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION add_call_costs();
