-- Version 31: what payers have spent, by class of number and quarter of an hour; filled with what the last ten weeks have charged.

CREATE TABLE spending (
    tenant    text           NOT NULL,
    payer     text           NOT NULL,
    since     timestamptz    NOT NULL,
    direction text           NOT NULL,
    currency  text           NOT NULL,
    amount    numeric(20, 8) NOT NULL,
    CONSTRAINT spending_key PRIMARY KEY (tenant, payer, since, direction, currency)
);

COMMENT ON TABLE  spending IS 'Sums of the charges that hold (current_charges), kept in the transaction that writes these; limits go by them';
COMMENT ON COLUMN spending.tenant    IS 'charges.tenant';
COMMENT ON COLUMN spending.payer     IS 'charges.payer; *: all payers of the tenant together';
COMMENT ON COLUMN spending.since     IS 'Beginning of the quarter of an hour in which the call arrived (calls.started_at): every zone''s hours and days are whole ones of these';
COMMENT ON COLUMN spending.direction IS 'charges.direction';
COMMENT ON COLUMN spending.currency  IS 'charges.currency';
COMMENT ON COLUMN spending.amount    IS 'What was charged';

INSERT INTO spending (tenant, payer, since, direction, currency, amount)
SELECT c.tenant, p.payer, date_bin('15 minutes', k.started_at, 'epoch'), c.direction, c.currency, sum(c.amount)
FROM current_charges c
JOIN calls k ON (k.tenant, k.switch, k.call_id, k.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
CROSS JOIN LATERAL (VALUES (c.payer), ('*')) AS p (payer)
WHERE c.amount > 0 AND p.payer <> '' AND c.started_day > current_date - 70
GROUP BY 1, 2, 3, 4, 5;
