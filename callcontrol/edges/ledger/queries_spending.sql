-- What payers have spent: counted in the transaction that writes the charges.

-- count_spending: Adds what this transaction has charged for the legs of some records, and takes off what it has charged otherwise before.
WITH given AS (
    SELECT DISTINCT
        call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, leg ->> 'leg_id' AS leg_id, t.started_at,
        (t.started_at AT TIME ZONE 'UTC')::date AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) AS record,
         jsonb_to_record(record) AS r (call jsonb, legs jsonb, charges jsonb),
         jsonb_array_elements(legs || charges) AS leg,
         LATERAL (SELECT timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AS t (started_at)
), changes AS (
    SELECT g.tenant, p.payer, date_bin('15 minutes', g.started_at, 'epoch') AS since, p.direction, p.currency, sum(p.part) AS amount
    FROM given g
    CROSS JOIN LATERAL (  -- leg by leg: a join would look at all charges there are
        SELECT payer, direction, currency, amount, written_at, lag(payer) OVER so_far AS payer_before,
               lag(direction) OVER so_far AS direction_before, lag(currency) OVER so_far AS currency_before,
               lag(amount) OVER so_far AS amount_before
        FROM charges o
        WHERE (o.tenant, o.switch, o.leg_id, o.started_day) = (g.tenant, g.switch, g.leg_id, g.started_day)
        WINDOW so_far AS (ORDER BY revision)
        OFFSET 0
    ) AS c
    CROSS JOIN LATERAL (VALUES
        (c.payer_before, c.direction_before, c.currency_before, -c.amount_before),
        (c.payer, c.direction, c.currency, c.amount),
        ('*', c.direction_before, c.currency_before, -c.amount_before),
        ('*', c.direction, c.currency, c.amount)
    ) AS p (payer, direction, currency, part)
    WHERE c.written_at = now() AND p.part <> 0 AND p.payer <> ''
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO spending AS s (tenant, payer, since, direction, currency, amount)
SELECT * FROM changes WHERE amount <> 0 ORDER BY tenant, payer, since, direction, currency
ON CONFLICT (tenant, payer, since, direction, currency) DO UPDATE SET amount = s.amount + EXCLUDED.amount;

-- spent: What these payers have spent since the beginnings of the hour, the day and the month, by class and currency.
SELECT
    g.tenant, g.payer, s.direction, s.currency,
    sum(s.amount) AS month,
    coalesce(sum(s.amount) FILTER (WHERE s.since >= g.day), 0) AS day,
    coalesce(sum(s.amount) FILTER (WHERE s.since >= g.hour), 0) AS hour
FROM jsonb_to_recordset(%(payers)s::jsonb) AS g (
    tenant text, payer text, hour timestamptz, day timestamptz, month timestamptz
)
JOIN spending s ON s.tenant = g.tenant AND s.payer = g.payer AND s.since >= g.month
GROUP BY 1, 2, 3, 4;

-- spending_of_charges: What spending has to be by the charges that hold, of a tenant.
SELECT p.payer, date_bin('15 minutes', k.started_at, 'epoch') AS since, c.direction, c.currency, sum(c.amount) AS amount
FROM current_charges c
JOIN calls k ON (k.tenant, k.switch, k.call_id, k.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)
CROSS JOIN LATERAL (VALUES (c.payer), ('*')) AS p (payer)
WHERE c.tenant = %(tenant)s AND c.amount > 0 AND p.payer <> ''
GROUP BY 1, 2, 3, 4;

-- spending_of: What spending is, of a tenant.
SELECT payer, since, direction, currency, amount FROM spending WHERE tenant = %(tenant)s AND amount <> 0;

-- spent_in_hours: What these payers have spent in each of these hours, and since when they spend anything at all.
SELECT
    g.tenant, g.payer, g.begin, coalesce(sum(s.amount), 0) AS amount, coalesce(s.currency, '') AS currency, f.first
FROM jsonb_to_recordset(%(hours)s::jsonb) AS g (tenant text, payer text, "begin" timestamptz)
CROSS JOIN LATERAL (SELECT min(o.since) AS first FROM spending o WHERE (o.tenant, o.payer) = (g.tenant, g.payer)) AS f
LEFT JOIN spending s
    ON (s.tenant, s.payer) = (g.tenant, g.payer) AND s.since >= g.begin AND s.since < g.begin + interval '1 hour'
GROUP BY g.tenant, g.payer, g.begin, s.currency, f.first;

-- prune_spending: Removes what no limit and no usual hour goes by any more.
DELETE FROM spending WHERE since < %(before)s;
