-- Version 21: charges tell net and gross, and what the carrier asks for the leg. Of earlier ones neither is known.

ALTER TABLE charges ADD COLUMN net           numeric(20, 8);
ALTER TABLE charges ADD COLUMN gross         numeric(20, 8);
ALTER TABLE charges ADD COLUMN cost          numeric(20, 8);
ALTER TABLE charges ADD COLUMN cost_currency text NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN cost_formula  text NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN margin        numeric(20, 8);

CREATE OR REPLACE VIEW current_charges AS
    SELECT DISTINCT ON (tenant, switch, leg_id, started_day) *
    FROM charges
    ORDER BY tenant, switch, leg_id, started_day, revision DESC;

COMMENT ON COLUMN charges.amount        IS 'What is owed, rounded once by the price list''s rule: without VAT, unless the list says that its prices are gross (then amount = gross); null unless rated';
COMMENT ON COLUMN charges.number        IS 'The number that was priced, in normal form; of a caller''s own leg the number of ours that was called';
COMMENT ON COLUMN charges.net           IS 'The amount without VAT; null: the list does not say whether its prices are net or gross';
COMMENT ON COLUMN charges.gross         IS 'The amount with VAT; null as net';
COMMENT ON COLUMN charges.cost          IS 'What the carrier asks for the leg, without VAT, by the price list of its trunk; null: the trunk has none, or no price in it';
COMMENT ON COLUMN charges.cost_currency IS 'ISO 4217 letters; empty without a cost';
COMMENT ON COLUMN charges.cost_formula  IS 'The way to the cost, as formula, behind the name of the list';
COMMENT ON COLUMN charges.margin        IS 'net (amount, where net is not known) less cost; null: one of them is not known, or the currencies differ';
COMMENT ON COLUMN charges.direction     IS 'Class of the number: the price list''s own word for it, else legs.called_direction';
COMMENT ON COLUMN charges.parts         IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}], and from_s where the price holds only from that second of the call on; numbers with decimals are text';
