-- Erasing a number: what begins, goes on and ends an erasure. The statements over each table follow from the register.

-- lock_erasures: One process at a time begins an erasure of a tenant's.
SELECT pg_advisory_xact_lock(1667330435, hashtext(%(tenant)s));

-- erasures_active: Erasures of a tenant whose keys are there still.
SELECT erasure_id, tenant, hash, pseudonym, key, tags, ended_at, told FROM erasures
WHERE tenant = %(tenant)s AND key IS NOT NULL ORDER BY erasure_id DESC;

-- begin_erasure: From its end on, rows that come lose the number.
INSERT INTO erasures (tenant, hash, pseudonym, key, tags, key_until, erased_by, why)
VALUES (%(tenant)s, %(hash)s, %(pseudonym)s, %(key)s, %(tags)s, now() + %(days)s * interval '1 day', %(by)s, %(why)s)
RETURNING erasure_id;

-- erase_again: It is done once more: the key stays for as long from now on.
UPDATE erasures SET ended_at = NULL, key_until = greatest(key_until, now() + %(days)s * interval '1 day')
WHERE erasure_id = %(erasure_id)s;

-- note_told: What was found so far.
UPDATE erasures SET told = %(told)s WHERE erasure_id = %(erasure_id)s;

-- end_erasure: It is done.
UPDATE erasures SET told = %(told)s, ended_at = clock_timestamp() WHERE erasure_id = %(erasure_id)s;

-- erasures_listed: Every erasure, the latest first.
SELECT erasure_id, tenant, hash, erased_by, why, began_at, ended_at, key IS NOT NULL AS has_key, key_until, told
FROM erasures WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s ORDER BY erasure_id DESC;

-- own_transaction: The number of the transaction that asks.
SELECT ledger_transaction() AS number;

-- dismiss_cases: Open cases of a number that was erased: it cannot be called back.
INSERT INTO missed_acts (tenant, number, target, at, kind, by, why)
SELECT tenant, number, target, %(now)s, 'dismiss', %(by)s, 'its number was erased'
FROM missed_cases WHERE tenant = %(tenant)s AND number = %(pseudonym)s AND closed_at IS NULL AND expires_at > %(now)s
ON CONFLICT DO NOTHING;

-- archives_of: Archives that can have rows of a tenant's, the oldest first.
SELECT tenant, what, month, part, archive, sha256 FROM retired_months
WHERE archive <> '' AND tenant IN (%(tenant)s, '*') AND gone_at IS NOT NULL
ORDER BY month, what, tenant, part;

-- archive_rewritten: A month's archive is another file now.
UPDATE retired_months SET archive = %(archive)s, sha256 = %(sha256)s
WHERE month = %(month)s AND what = %(what)s AND tenant = %(tenant)s AND part = %(part)s;

-- keys_of_erasures: Erasures whose keys are there still.
SELECT tenant, key, tags FROM erasures WHERE key IS NOT NULL;

-- note_looked_through: The rows of this transaction have no number that was erased.
SELECT set_config('callcontrol.looked_through', '*', true);
