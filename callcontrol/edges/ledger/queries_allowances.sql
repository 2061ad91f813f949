-- Bundles and discounts: counted in the transaction that writes the charges, counters locked in the order of their key.

-- charges_to_count: Of the legs of some records the charges that hold, if this transaction wrote them and bundles or discounts have to do with them.
WITH given AS (
    SELECT DISTINCT
        call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, leg ->> 'leg_id' AS leg_id,
        ((timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date
            AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) AS record,
         jsonb_to_record(record) AS r (call jsonb, legs jsonb, charges jsonb),
         jsonb_array_elements(legs || charges) AS leg
)
SELECT
    c.tenant, c.switch, c.leg_id, c.started_day, c.revision, c.status, c.payer, c.number, c.amount, c.currency, c.fee, c.vat_percent,
    c.net, c.gross, c.cost, c.margin, c.parts, c.formula, c.allowances
FROM given
CROSS JOIN LATERAL (
    SELECT * FROM charges o
    WHERE (o.tenant, o.switch, o.leg_id, o.started_day) = (given.tenant, given.switch, given.leg_id, given.started_day)
    ORDER BY o.revision DESC LIMIT 1
) AS c
WHERE c.written_at = now()
  AND (c.allowances <> '[]' OR EXISTS (
      SELECT 1 FROM allowance_uses u
      WHERE (u.tenant, u.switch, u.leg_id, u.started_day) = (given.tenant, given.switch, given.leg_id, given.started_day)
  ))
ORDER BY c.tenant, c.started_day, c.switch, c.leg_id;

-- uses_of_legs: What these legs have used so far.
SELECT u.tenant, u.switch, u.leg_id, u.started_day, u.name, u.holder, u.month, u.used
FROM jsonb_to_recordset(%(legs)s::jsonb) AS g (tenant text, switch text, leg_id text, started_day date)
JOIN allowance_uses u USING (tenant, switch, leg_id, started_day);

-- counters: These counters as they are.
SELECT c.tenant, c.name, c.holder, c.month, c.used, c.changes
FROM allowance_counters c
JOIN jsonb_to_recordset(%(counters)s::jsonb) AS g (tenant text, name text, holder text, month text)
    USING (tenant, name, holder, month);

-- open_counters: Makes these counters where they are missing.
INSERT INTO allowance_counters (tenant, name, holder, month)
SELECT tenant, name, holder, month
FROM jsonb_to_recordset(%(counters)s::jsonb) AS g (tenant text, name text, holder text, month text)
ORDER BY tenant, name, holder, month
ON CONFLICT DO NOTHING;

-- lock_counters: These counters as they are, locked until the end of the transaction.
SELECT c.tenant, c.name, c.holder, c.month, c.used
FROM allowance_counters c
JOIN jsonb_to_recordset(%(counters)s::jsonb) AS g (tenant text, name text, holder text, month text)
    USING (tenant, name, holder, month)
ORDER BY c.tenant, c.name, c.holder, c.month
FOR UPDATE OF c;

-- forget_uses: Takes back what these legs have used so far.
DELETE FROM allowance_uses u
USING jsonb_to_recordset(%(legs)s::jsonb) AS g (tenant text, switch text, leg_id text, started_day date)
WHERE (u.tenant, u.switch, u.leg_id, u.started_day) = (g.tenant, g.switch, g.leg_id, g.started_day);

-- note_uses: What these legs use now.
INSERT INTO allowance_uses (tenant, name, holder, month, switch, leg_id, started_day, used)
SELECT tenant, name, holder, month, switch, leg_id, started_day, used
FROM jsonb_to_recordset(%(uses)s::jsonb) AS g (
    tenant text, name text, holder text, month text, switch text, leg_id text, started_day date, used numeric
);

-- set_counters: How much is used now; a trigger counts the changes.
UPDATE allowance_counters c SET used = g.used
FROM jsonb_to_recordset(%(counters)s::jsonb) AS g (tenant text, name text, holder text, month text, used numeric)
WHERE (c.tenant, c.name, c.holder, c.month) = (g.tenant, g.name, g.holder, g.month)
RETURNING c.tenant, c.name, c.holder, c.month, c.used, c.changes;

-- counters_after: Counters of all tenants since a month, in the order of their keys: so many after one.
SELECT tenant, name, holder, month, used, changes
FROM allowance_counters
WHERE (tenant, name, holder, month) > (%(tenant)s, %(name)s, %(holder)s, %(month)s) AND month >= %(since)s
ORDER BY tenant, name, holder, month
LIMIT %(limit)s;

-- set_counted: Charges that this transaction wrote, with what comes from bundles and discounts.
UPDATE charges c
SET amount = g.amount, net = g.net, gross = g.gross, margin = g.margin, formula = g.formula, allowances = g.allowances
FROM jsonb_to_recordset(%(charges)s::jsonb) AS g (
    tenant text, switch text, leg_id text, started_day date, revision smallint,
    amount numeric, net numeric, gross numeric, margin numeric, formula text, allowances jsonb
)
WHERE (c.tenant, c.switch, c.leg_id, c.started_day, c.revision) = (g.tenant, g.switch, g.leg_id, g.started_day, g.revision)
  AND c.written_at = now();

-- counters_of: The counters of a tenant since a month.
SELECT tenant, name, holder, month, used, changes
FROM allowance_counters
WHERE tenant = %(tenant)s AND month >= %(since)s
ORDER BY name, holder, month;

-- counter_faults: Of a tenant or of all the counters that are not the sum of their uses.
SELECT tenant, name, holder, month, coalesce(c.used, 0) AS used, coalesce(u.used, 0) AS summed
FROM (SELECT * FROM allowance_counters WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s) c
FULL JOIN (
    SELECT tenant, name, holder, month, sum(used) AS used
    FROM allowance_uses
    WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s
    GROUP BY tenant, name, holder, month
) u USING (tenant, name, holder, month)
WHERE coalesce(c.used, 0) <> coalesce(u.used, 0)
ORDER BY 1, 2, 3, 4;
