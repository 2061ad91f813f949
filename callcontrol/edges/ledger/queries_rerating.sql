-- Charges are made anew by the price lists in force now.

-- charges_in_force: Charges with a price that hold, of legs answered in a stretch of time: of one list or of all, so many, from one on, by day.
SELECT
    c.started_day, c.tenant, c.switch, c.leg_id, c.call_id, c.number, c.reason,
    c.revision, c.tariff, c.amount, c.currency, c.net, c.gross, c.cost, c.cost_currency, c.formula
FROM charges c
JOIN legs l USING (tenant, switch, leg_id, started_day)
WHERE c.status = 'rated'
  AND (%(tenant)s::text IS NULL OR c.tenant = %(tenant)s)
  AND (%(tariff)s::text IS NULL OR c.tariff = %(tariff)s)
  AND c.started_day BETWEEN %(first_day)s AND %(last_day)s
  AND l.answered_at >= %(from)s AND l.answered_at < %(to)s
  AND (c.started_day, c.tenant, c.switch, c.leg_id) > (%(day)s::date, %(after_tenant)s::text, %(after_switch)s::text, %(after_leg)s::text)
  AND NOT EXISTS (
      SELECT 1 FROM charges h
      WHERE (h.tenant, h.switch, h.leg_id, h.started_day) = (c.tenant, c.switch, c.leg_id, c.started_day)
        AND h.revision > c.revision
  )
ORDER BY c.started_day, c.tenant, c.switch, c.leg_id
LIMIT %(limit)s;

-- rerate_charges: Appends the charges of some records, each as the next revision of the one it was compared with, if that one holds still; tells to which.
WITH input AS MATERIALIZED (
    SELECT charges, call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, call ->> 'call_id' AS call_id,
           ((timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date
               AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) AS record,
         jsonb_to_record(record) AS r (call jsonb, charges jsonb)
), compared AS (
    SELECT * FROM jsonb_to_recordset(%(revisions)s::jsonb) AS e (tenant text, switch text, leg_id text, started_day date, revision smallint)
)
INSERT INTO charges (tenant, switch, call_id, started_day, revision, status, {charges: NAME})
SELECT i.tenant, i.switch, i.call_id, i.started_day, h.revision + 1, 'rated', {charges: STORED(c.NAME)}
FROM input i
CROSS JOIN LATERAL jsonb_to_recordset(i.charges) AS c ({charges: NAME TYPE})
JOIN compared k
    ON (k.tenant, k.switch, k.leg_id, k.started_day) = (i.tenant, i.switch, c.leg_id, i.started_day)
CROSS JOIN LATERAL (
    SELECT revision, status FROM charges o
    WHERE (o.tenant, o.switch, o.leg_id, o.started_day) = (i.tenant, i.switch, c.leg_id, i.started_day)
    ORDER BY o.revision DESC LIMIT 1
) AS h
WHERE h.status = 'rated' AND h.revision = k.revision AND c.amount IS NOT NULL
RETURNING tenant, switch, leg_id;
