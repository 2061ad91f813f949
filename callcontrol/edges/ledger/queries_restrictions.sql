-- Restrictions of payers: only ever added to.

-- note_restrictions: Stores restrictions and releases, as often as they come.
INSERT INTO restrictions (tenant, payer, "limit", at, level, classes, until, by, why)
SELECT tenant, payer, "limit", at, level, classes, until, by, why
FROM jsonb_to_recordset(%(restrictions)s::jsonb) AS r (
    tenant text, payer text, "limit" text, at timestamptz, level text, classes text[], until timestamptz, by text, why text
)
ON CONFLICT DO NOTHING;

-- restrictions_in_force: Of each payer and limit the latest, if it has not ended by this moment.
SELECT * FROM (
    SELECT DISTINCT ON (tenant, payer, "limit") tenant, payer, "limit", at, level, classes, until, by, why
    FROM restrictions
    ORDER BY tenant, payer, "limit", at DESC
) AS latest
WHERE until IS NULL OR until > %(now)s;

-- restrictions_of: The latest restrictions and releases of a tenant, or of one payer of it, the latest first.
SELECT tenant, payer, "limit", at, level, classes, until, by, why
FROM restrictions
WHERE tenant = %(tenant)s AND (%(payer)s::text IS NULL OR payer = %(payer)s)
ORDER BY at DESC
LIMIT %(most)s;
