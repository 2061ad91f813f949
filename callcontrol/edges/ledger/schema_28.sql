-- Version 28: what payers may not do outside for a time: every restriction and every release, with who said so and why.

CREATE TABLE restrictions (
    tenant   text        NOT NULL,
    payer    text        NOT NULL,
    "limit"  text        NOT NULL,
    at       timestamptz NOT NULL,
    level    text        NOT NULL,
    classes  text[]      NOT NULL,
    until    timestamptz,
    by       text        NOT NULL,
    why      text        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT restrictions_key PRIMARY KEY (tenant, payer, "limit", at)
);

COMMENT ON TABLE restrictions IS 'What payers may not do outside for a time: a row for each restriction and each release, never changed; of one payer and limit the latest holds';
COMMENT ON COLUMN restrictions.tenant   IS 'Whose payer';
COMMENT ON COLUMN restrictions.payer    IS 'extension:101, or tenant: all its payers';
COMMENT ON COLUMN restrictions."limit"  IS 'The limit that was passed, such as money_per_day/premium; by-hand: a person has restricted the payer';
COMMENT ON COLUMN restrictions.at       IS 'Since when';
COMMENT ON COLUMN restrictions.level    IS 'warn, ask_pin, block_class, block_outgoing; released: a person lets the payer call, and the limit does not act until the end';
COMMENT ON COLUMN restrictions.classes  IS 'Classes of numbers that it is for (calls.direction); empty: all';
COMMENT ON COLUMN restrictions.until    IS 'When it ends; null: when a person ends it';
COMMENT ON COLUMN restrictions.by       IS 'limit, or a person, such as jan (command)';
COMMENT ON COLUMN restrictions.why      IS 'The limit, its value and what was seen; a person''s reason';
COMMENT ON COLUMN restrictions.noted_at IS 'When the row was written';
