-- Statements. What a document knows are the charges of transactions below its to_in; what holds of a leg then is the
-- highest revision of these.

-- lock_statements: This transaction alone closes statements of the tenant, until its end.
SELECT pg_advisory_xact_lock(1667329902, hashtext(%(tenant)s));

-- statement_calls: What has changed of a tenant's calls of a month in what transactions from from_in to to_in have written, by class, currency and VAT.
WITH written AS (
    SELECT DISTINCT h.switch, h.leg_id, h.started_day
    FROM charges h
    WHERE h.tenant = %(tenant)s AND h.started_day BETWEEN %(first_day)s AND %(last_day)s
      AND h.written_in >= %(from_in)s AND h.written_in < %(to_in)s
), held AS (
    SELECT DISTINCT ON (h.switch, h.leg_id, h.started_day)
        1 AS sign, h.switch, h.leg_id, h.started_day, h.call_id, h.status, h.direction, h.currency, h.vat_percent, h.net, h.amount,
        h.allowances, h.counted_s, h.billed_s
    FROM charges h JOIN written USING (switch, leg_id, started_day)
    WHERE h.tenant = %(tenant)s AND h.started_day BETWEEN %(first_day)s AND %(last_day)s AND h.written_in < %(to_in)s
    ORDER BY h.switch, h.leg_id, h.started_day, h.revision DESC
), held_before AS (
    SELECT DISTINCT ON (h.switch, h.leg_id, h.started_day)
        -1 AS sign, h.switch, h.leg_id, h.started_day, h.call_id, h.status, h.direction, h.currency, h.vat_percent, h.net, h.amount,
        h.allowances, h.counted_s, h.billed_s
    FROM charges h JOIN written USING (switch, leg_id, started_day)
    WHERE h.tenant = %(tenant)s AND h.started_day BETWEEN %(first_day)s AND %(last_day)s AND h.written_in < %(from_in)s
    ORDER BY h.switch, h.leg_id, h.started_day, h.revision DESC
)
SELECT
    m.direction, m.currency, m.vat_percent,
    CASE
        WHEN m.allowances -> 0 ->> 'prices' <> '' THEN m.allowances -> 0 ->> 'prices'
        WHEN m.net IS NULL THEN ''
        WHEN m.net = m.amount THEN 'net'
        ELSE 'gross'
    END AS prices,
    sum(m.sign)::bigint AS quantity, sum(m.sign * m.counted_s)::bigint AS talk_s, sum(m.sign * m.billed_s)::bigint AS billed_s,
    sum(m.sign * m.amount) AS exact
FROM (SELECT * FROM held UNION ALL SELECT * FROM held_before) m
JOIN calls c ON (c.tenant, c.switch, c.call_id, c.started_day) = (%(tenant)s, m.switch, m.call_id, m.started_day)
WHERE m.status = 'rated' AND c.started_day BETWEEN %(first_day)s AND %(last_day)s
  AND c.started_at >= %(start)s AND c.started_at < %(end)s
GROUP BY 1, 2, 3, 4
ORDER BY 2, 1, 3, 4;

-- statement_unrated: Legs of a month that have no price, as transactions below to_in have written them.
SELECT count(*) AS legs
FROM (
    SELECT DISTINCT ON (h.switch, h.leg_id, h.started_day) h.switch, h.call_id, h.started_day, h.status
    FROM charges h
    WHERE h.tenant = %(tenant)s AND h.started_day BETWEEN %(first_day)s AND %(last_day)s AND h.written_in < %(to_in)s
    ORDER BY h.switch, h.leg_id, h.started_day, h.revision DESC
) m
JOIN calls c ON (c.tenant, c.switch, c.call_id, c.started_day) = (%(tenant)s, m.switch, m.call_id, m.started_day)
WHERE m.status = 'unrated' AND c.started_day BETWEEN %(first_day)s AND %(last_day)s
  AND c.started_at >= %(start)s AND c.started_at < %(end)s;

-- statement_bundles: What is used of a tenant's bundles of a month.
SELECT name, holder, used
FROM allowance_counters
WHERE tenant = %(tenant)s AND month = %(month)s AND used <> 0
ORDER BY name, holder;

-- statement_accounts: What was entered in a tenant's accounts up to the end of a month: before it by account, in it by kind.
SELECT account, kind, sum(amount) AS amount
FROM (
    SELECT account, CASE WHEN entered_at < %(start)s THEN '' ELSE kind END AS kind, amount
    FROM account_entries
    WHERE tenant = %(tenant)s AND currency = %(currency)s AND entered_at < %(end)s
    UNION ALL
    SELECT account, '', retired_balance FROM accounts
    WHERE tenant = %(tenant)s AND currency = %(currency)s AND retired_entries > 0
) e
GROUP BY 1, 2
ORDER BY 1, 2;

-- statements_of: Documents of a tenant, in order; of a month, or of all.
SELECT number, to_in, document, sha256, closed_by, closed_at
FROM statements
WHERE tenant = %(tenant)s AND (%(month)s::text IS NULL OR month = %(month)s)
ORDER BY number;

-- closed_months: Months of a tenant since one that have a statement.
SELECT DISTINCT month FROM statements WHERE tenant = %(tenant)s AND month >= %(since)s AND kind = 'statement' ORDER BY month;

-- closed_zones: On the clocks of which zone some months of a tenant were closed.
SELECT DISTINCT ON (month) month, document::jsonb ->> 'zone' AS zone
FROM statements WHERE tenant = %(tenant)s AND month = ANY (%(months)s) AND kind = 'statement'
ORDER BY month, number;

-- next_statement: The number of the tenant's next document, and the database's clock.
SELECT coalesce(max(number), 0) + 1 AS number, clock_timestamp() AS now FROM statements WHERE tenant = %(tenant)s;

-- add_statement: A document is closed.
INSERT INTO statements (
    tenant, number, kind, month, currency, corrects, net, vat, gross, to_in, shape, document, sha256, closed_by, closed_at
) VALUES (
    %(tenant)s, %(number)s, %(kind)s, %(month)s, %(currency)s, %(corrects)s, %(net)s, %(vat)s, %(gross)s, %(to_in)s, %(shape)s,
    %(document)s, %(sha256)s, %(closed_by)s, %(closed_at)s
);

-- add_statement_line: One of its lines.
INSERT INTO statement_lines (
    tenant, number, line, section, name, label, vat_percent, prices, quantity, talk_s, billed_s, unit, span, exact, amount, vat
) VALUES (
    %(tenant)s, %(number)s, %(line)s, %(section)s, %(name)s, %(label)s, %(vat_percent)s, %(prices)s, %(quantity)s, %(talk_s)s,
    %(billed_s)s, %(unit)s, %(span)s, %(exact)s, %(amount)s, %(vat)s
);

-- statement_line_faults: Documents whose lines in the table are not as many, or not as much, as in the document.
SELECT s.number
FROM statements s LEFT JOIN statement_lines l USING (tenant, number)
WHERE s.tenant = %(tenant)s
GROUP BY s.tenant, s.number
HAVING count(l.line) <> jsonb_array_length((s.document::jsonb) -> 'lines')
    OR coalesce(sum(l.amount), 0) <> (
        SELECT coalesce(sum((one ->> 'amount')::numeric), 0) FROM jsonb_array_elements((s.document::jsonb) -> 'lines') one)
ORDER BY 1;

-- statement_tenants: Tenants that have documents.
SELECT DISTINCT tenant FROM statements ORDER BY 1;

-- note_fee_day: What was there on a day; added to what is noted already.
INSERT INTO fee_days AS d (tenant, per, day, names) VALUES (%(tenant)s, %(per)s, %(day)s, %(names)s)
ON CONFLICT (tenant, per, day) DO UPDATE
SET names = ARRAY(SELECT DISTINCT name FROM unnest(d.names || excluded.names) AS name ORDER BY name)
WHERE NOT d.names @> excluded.names;

-- fee_days: What is noted of a tenant up to a day, of each kind from the last day before another one on.
SELECT per, day, names
FROM fee_days d
WHERE tenant = %(tenant)s AND day <= %(last_day)s
  AND day >= coalesce(
      (SELECT max(b.day) FROM fee_days b WHERE b.tenant = d.tenant AND b.per = d.per AND b.day <= %(first_day)s), '-infinity')
ORDER BY per, day;

-- first_fee_days: Of each kind the first that is noted of a tenant.
SELECT DISTINCT ON (per) per, day, names FROM fee_days WHERE tenant = %(tenant)s ORDER BY per, day;
