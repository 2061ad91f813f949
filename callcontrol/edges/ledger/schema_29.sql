-- Version 29 of the ledger: what was reserved of bundles stands with the leg, and counters of bundles count their changes.

ALTER TABLE legs ADD COLUMN bundled text NOT NULL DEFAULT '';
COMMENT ON COLUMN legs.bundled IS 'What was reserved for the leg of bundles, by bundle and month: national 60 0;extras 1.5 (seconds, calls or money): its charge takes no more; empty: nothing was asked for';

COMMENT ON COLUMN charges.allowances IS 'Bundles and discounts that are for the call: [{name, kind, measure, holder, months, size, round, prices, used, beyond?}]: used is what the call takes, or counts as, of each month (seconds, calls or money); the amount is what is owed beyond; beyond is what a minute or a call costs that the bundle does not cover, where the price list does not say it';

ALTER TABLE allowance_counters ADD COLUMN changes bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN allowance_counters.changes IS 'How often used was set: of two states of a counter the one with more changes is the later one';

-- A trigger, so that what a program of before sets is counted as well.
CREATE OR REPLACE FUNCTION note_allowance_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changes := OLD.changes + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER allowance_counters_change BEFORE UPDATE ON allowance_counters
    FOR EACH ROW EXECUTE FUNCTION note_allowance_change();
