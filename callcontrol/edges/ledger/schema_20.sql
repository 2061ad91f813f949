-- Version 20: why a number outside was not dialled, as a word. Of earlier calls only their path tells.

ALTER TABLE calls ADD COLUMN refusal text NOT NULL DEFAULT '';

COMMENT ON COLUMN calls.refusal IS 'Why a number outside was not dialled, the last such reason, a word of vocabulary/refusal_reason.py: no_such_number, not_allowed, pin_needed, blocked, no_price, no_credit, no_trunk, …; empty: none';
