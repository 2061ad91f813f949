-- What trunks cost.

-- trunk_costs: What the legs of each trunk have cost since a moment, by the carriers' price lists, over all tenants; by currency.
SELECT l.trunk, c.cost_currency AS currency, sum(c.cost) AS cost
FROM current_charges c
JOIN legs l USING (tenant, switch, leg_id, started_day)
WHERE c.started_day >= %(first_day)s AND l.started_day >= %(first_day)s
  AND l.answered_at >= %(since)s AND c.cost IS NOT NULL
GROUP BY l.trunk, c.cost_currency
ORDER BY l.trunk, c.cost_currency;
