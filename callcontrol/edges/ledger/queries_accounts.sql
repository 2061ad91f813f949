-- Accounts with credit. An account's row is locked before an entry is numbered, in the order of the key where there are several.

-- charge_changes: Of the legs of some records the charges that an account pays: what each revision changes, and whether it is entered.
-- A revision changes what the one before has charged, in its currency, and what it charges itself.
WITH given AS (
    SELECT DISTINCT
        call ->> 'tenant' AS tenant, call ->> 'switch' AS switch, leg ->> 'leg_id' AS leg_id,
        ((timestamptz 'epoch' + (call ->> 'started_at')::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date
            AS started_day
    FROM jsonb_array_elements(%(records)s::jsonb) AS record,
         jsonb_to_record(record) AS r (call jsonb, legs jsonb, charges jsonb),
         jsonb_array_elements(legs || charges) AS leg
), revisions AS (
    SELECT
        tenant, switch, leg_id, started_day, c.revision, c.call_id, c.status, c.amount, c.currency, c.destination, c.reason,
        lag(c.amount) OVER leg AS amount_before, lag(c.currency) OVER leg AS currency_before,
        -- the first that is not empty
        (array_agg(c.account) FILTER (WHERE c.account <> '') OVER (leg ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))[1]
            AS account
    FROM given
    CROSS JOIN LATERAL (  -- leg by leg: a join would look at all charges there are
        SELECT revision, call_id, status, amount, currency, destination, reason, account FROM charges o
        WHERE (o.tenant, o.switch, o.leg_id, o.started_day) = (given.tenant, given.switch, given.leg_id, given.started_day)
        OFFSET 0
    ) AS c
    WINDOW leg AS (PARTITION BY tenant, switch, leg_id, started_day ORDER BY c.revision)
), changes AS (
    SELECT
        r.*, p.currency AS in_currency, sum(p.part) AS change,
        format('%%s/%%s/%%s/%%s', switch, leg_id, started_day, revision) AS key
    FROM revisions r
    CROSS JOIN LATERAL (VALUES (currency_before, amount_before), (currency, -amount)) AS p (currency, part)
    WHERE account IS NOT NULL AND p.currency <> '' AND p.part IS NOT NULL
    GROUP BY tenant, switch, leg_id, started_day, revision, call_id, status, amount, r.currency, destination, reason,
             amount_before, currency_before, account, p.currency
)
SELECT
    c.tenant, c.account, c.in_currency AS currency, switch, leg_id, started_day, revision, call_id, change AS amount, c.key,
    CASE WHEN status = 'void' THEN 'void' WHEN coalesce(amount_before, 0) = 0 THEN 'charge' ELSE 'correction' END AS kind,
    coalesce(nullif(CASE status WHEN 'rated' THEN destination ELSE reason END, ''), status) AS reason,
    e.key IS NOT NULL AS is_entered
FROM changes c
LEFT JOIN LATERAL (  -- leg by leg, by the only index that has it: others would be read as far as they have the account
    SELECT o.account, o.currency, o.key FROM account_entries o
    WHERE (o.tenant, o.leg_id) = (c.tenant, c.leg_id) AND o.leg_id <> ''
    OFFSET 0
) AS e ON (e.account, e.currency, e.key) = (c.account, c.in_currency, c.key)
ORDER BY c.tenant, c.account, c.in_currency, c.started_day, c.switch, c.leg_id, c.revision;

-- open_accounts: Makes these accounts where they are missing.
INSERT INTO accounts (tenant, account, currency)
SELECT * FROM unnest(%(tenants)s::text[], %(accounts)s::text[], %(currencies)s::text[]) AS a (tenant, account, currency)
ORDER BY tenant, account, currency
ON CONFLICT DO NOTHING;

-- lock_accounts: These accounts as they are, locked until the end of the transaction.
SELECT a.tenant, a.account, a.currency, a.entries, a.balance, a.on_hold
FROM accounts a
JOIN unnest(%(tenants)s::text[], %(accounts)s::text[], %(currencies)s::text[]) AS g (tenant, account, currency)
    USING (tenant, account, currency)
ORDER BY a.tenant, a.account, a.currency
FOR UPDATE OF a;

-- entry_with_key: What was entered with this key.
SELECT number, kind, amount, balance, on_hold, reason, entered_by, key, call_id, entered_at
FROM account_entries
WHERE (tenant, account, currency, key) = (%(tenant)s, %(account)s, %(currency)s, %(key)s);

-- enter: Adds entries to accounts that are locked, numbers them in the order given, and brings the accounts on.
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset(%(entries)s::jsonb) AS e (
        tenant text, account text, currency text, n bigint, kind text, amount numeric, on_hold boolean, reason text,
        entered_by text, key text, call_id text, switch text, leg_id text, started_day date, revision smallint
    )
), entered AS (
    INSERT INTO account_entries (
        tenant, account, currency, number, kind, amount, balance, on_hold, reason, entered_by, key, call_id, switch, leg_id,
        started_day, revision
    )
    SELECT
        tenant, account, currency, a.entries + row_number() OVER so_far, g.kind, g.amount,
        a.balance + sum(g.amount) OVER so_far, coalesce(g.on_hold, a.on_hold), g.reason, g.entered_by, g.key, g.call_id,
        g.switch, g.leg_id, g.started_day, g.revision
    FROM given g
    JOIN accounts a USING (tenant, account, currency)
    WINDOW so_far AS (PARTITION BY tenant, account, currency ORDER BY g.n)
    RETURNING tenant, account, currency, number, kind, amount, balance, on_hold, reason, entered_by, key, call_id, entered_at
), last AS (
    SELECT DISTINCT ON (tenant, account, currency) tenant, account, currency, number, balance, on_hold
    FROM entered
    ORDER BY tenant, account, currency, number DESC
), brought_on AS (
    UPDATE accounts a SET entries = l.number, balance = l.balance, on_hold = l.on_hold
    FROM last l
    WHERE (a.tenant, a.account, a.currency) = (l.tenant, l.account, l.currency)
)
SELECT * FROM entered ORDER BY tenant, account, currency, number;

-- accounts_after: Accounts as they are, in the order of their keys: so many after one.
SELECT tenant, account, currency, entries, balance, on_hold
FROM accounts
WHERE (tenant, account, currency) > (%(tenant)s, %(account)s, %(currency)s)
ORDER BY tenant, account, currency
LIMIT %(limit)s;

-- account: One account as it is; no row: it has no entry yet.
SELECT tenant, account, currency, entries, balance, on_hold
FROM accounts
WHERE (tenant, account, currency) = (%(tenant)s, %(account)s, %(currency)s);

-- accounts_of: The accounts of a tenant.
SELECT tenant, account, currency, entries, balance, on_hold
FROM accounts
WHERE tenant = %(tenant)s
ORDER BY account, currency;

-- entries: What was entered into an account in a stretch of time, in order, with what its charges were for.
SELECT
    e.number, e.kind, e.amount, e.balance, e.on_hold, e.reason, e.entered_by, e.key, e.call_id, e.entered_at,
    coalesce(c.number, '') AS called, coalesce(c.billed_s, 0) AS billed_s
FROM account_entries e
LEFT JOIN charges c ON (c.tenant, c.switch, c.leg_id, c.started_day, c.revision)
    = (e.tenant, e.switch, e.leg_id, e.started_day, e.revision)
WHERE (e.tenant, e.account, e.currency) = (%(tenant)s, %(account)s, %(currency)s)
  AND e.entered_at >= coalesce(%(since)s::timestamptz, '-infinity')
  AND e.entered_at < coalesce(%(until)s::timestamptz, 'infinity')
ORDER BY e.number
LIMIT %(limit)s;

-- latest_entries: The same, the latest first, below a number.
SELECT
    e.number, e.kind, e.amount, e.balance, e.on_hold, e.reason, e.entered_by, e.key, e.call_id, e.entered_at,
    coalesce(c.number, '') AS called, coalesce(c.billed_s, 0) AS billed_s
FROM account_entries e
LEFT JOIN charges c ON (c.tenant, c.switch, c.leg_id, c.started_day, c.revision)
    = (e.tenant, e.switch, e.leg_id, e.started_day, e.revision)
WHERE (e.tenant, e.account, e.currency) = (%(tenant)s, %(account)s, %(currency)s)
  AND e.entered_at >= coalesce(%(since)s::timestamptz, '-infinity')
  AND e.entered_at < coalesce(%(until)s::timestamptz, 'infinity')
  AND (%(before)s::bigint IS NULL OR e.number < %(before)s)
ORDER BY e.number DESC
LIMIT %(limit)s;

-- account_faults: Of a tenant or of all the entries that do not follow on the one before, and accounts that are not where their last entry is.
WITH entries AS (
    SELECT
        tenant, account, currency, number, amount, e.balance, e.on_hold,
        coalesce(lag(number) OVER before, a.retired_entries, 0) AS number_before,
        coalesce(lag(e.balance) OVER before, nullif(a.retired_balance, 0), 0) AS balance_before,
        lead(number) OVER before IS NULL AS is_last
    FROM account_entries e
    LEFT JOIN accounts a USING (tenant, account, currency)
    WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s
    WINDOW before AS (PARTITION BY tenant, account, currency ORDER BY number)
)
SELECT
    tenant, account, currency, coalesce(e.number, 0) AS number,
    CASE
        WHEN e.number IS NULL THEN format('has the balance %%s and no entry', a.balance)
        WHEN e.number <> e.number_before + 1 THEN format('follows on entry %%s', e.number_before)
        WHEN e.balance <> e.balance_before + e.amount
            THEN format('leaves %%s, where %%s and %%s would be right', e.balance, e.balance_before, e.amount)
        ELSE format('is the last and leaves %%s, the account has entry %%s and %%s', e.balance, a.entries, a.balance)
    END AS fault
FROM (SELECT * FROM accounts WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s) a
FULL JOIN entries e USING (tenant, account, currency)
WHERE e.number IS NULL AND (a.balance <> 0 OR a.entries <> 0)
   OR e.number <> e.number_before + 1
   OR e.balance <> e.balance_before + e.amount
   OR e.is_last AND (a.entries, a.balance, a.on_hold) IS DISTINCT FROM (e.number, e.balance, e.on_hold)
ORDER BY 1, 2, 3, 4;

-- booked_legs: Of these legs those of which a record has come.
SELECT leg_id FROM legs
WHERE tenant = %(tenant)s AND leg_id = ANY (%(legs)s) AND started_day >= %(day)s;
