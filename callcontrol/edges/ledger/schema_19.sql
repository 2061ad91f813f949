-- Version 19: the class of each number that was dialled, in its leg and in its charge. It is not known of earlier ones.

ALTER TABLE legs ADD COLUMN called_direction text NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN direction text NOT NULL DEFAULT '';

COMMENT ON COLUMN legs.called_direction IS 'Class of the number dialled: internal (of this system), emergency, national, mobile, international, premium, satellite, shared, freephone, special; empty: no number outside was dialled, or it is not known';
COMMENT ON COLUMN charges.direction     IS 'As legs.called_direction';
