-- Version 20: why a number outside was not dialled, as a word. Of earlier calls only their path tells.

ALTER TABLE calls ADD COLUMN refusal text NOT NULL DEFAULT '';

COMMENT ON COLUMN calls.refusal IS 'Why a number outside was not dialled, the last such reason: no_such_number, emergency, own_number, leads_back, blocked, no_price, on_hold, no_credit, credit_unknown, no_trunk; empty: none';
