-- Version 49 of the ledger: links of walls, which show the queues they are made for and nothing else.

CREATE TABLE web_kiosks (
    link_hash  bytea       CONSTRAINT web_kiosks_key PRIMARY KEY,
    kiosk_id   uuid        NOT NULL,
    tenant     text        NOT NULL,
    name       text        NOT NULL,
    queues     text[]      NOT NULL CHECK (queues <> '{}'),
    made_by    text        NOT NULL,
    created_at timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz
);
CREATE INDEX web_kiosks_by_tenant ON web_kiosks (tenant, created_at DESC);
COMMENT ON TABLE web_kiosks IS 'Links of walls: who has one sees these queues now, without signing in';
COMMENT ON COLUMN web_kiosks.link_hash IS 'SHA-256 of the secret in the link: who reads this table cannot use it';
COMMENT ON COLUMN web_kiosks.name IS 'Where it hangs, in words';
COMMENT ON COLUMN web_kiosks.queues IS 'The queues it shows, by name';
COMMENT ON COLUMN web_kiosks.made_by IS 'The login';
COMMENT ON COLUMN web_kiosks.used_at IS 'Last use, to the minute';

CREATE FUNCTION web_kiosk_of(given bytea) RETURNS SETOF web_kiosks LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT * FROM web_kiosks WHERE link_hash = given
$$;
COMMENT ON FUNCTION web_kiosk_of(bytea) IS 'The wall of a link';

-- What the role may read and write. A later version that has more for it replaces this function, and calls it.
CREATE OR REPLACE FUNCTION grant_web() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    one text;
BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RETURN 'views read as their owner before Postgres 15';
    ELSIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'callcontrol_web') THEN
        RETURN 'there is no role callcontrol_web';
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO callcontrol_web', current_schema());
    FOREACH one IN ARRAY ARRAY[
        'calls', 'legs', 'charges', 'queue_visits', 'offers', 'segments', 'call_costs', 'call_hours', 'queue_hours', 'hours_to_count',
        'missed_contacts', 'missed_acts', 'missed_cases', 'accounts', 'account_entries', 'statements', 'allowance_counters',
        'web_users', 'web_sessions', 'web_tokens', 'web_audit', 'web_kiosks'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', one);
        EXECUTE format('DROP POLICY IF EXISTS everyone_else ON %I', one);
        EXECUTE format('DROP POLICY IF EXISTS web_sees_one_tenant ON %I', one);
        -- Other roles that were granted a table read it as before.
        EXECUTE format('CREATE POLICY everyone_else ON %I USING (true) WITH CHECK (true)', one);
        EXECUTE format(
            'CREATE POLICY web_sees_one_tenant ON %I AS RESTRICTIVE TO callcontrol_web '
            'USING (tenant = current_setting(''cc.tenant'', true)) WITH CHECK (tenant = current_setting(''cc.tenant'', true))', one);
    END LOOP;
    GRANT SELECT ON calls, legs, charges, queue_visits, offers, segments, call_costs, call_hours, queue_hours,
        hours_to_count TO callcontrol_web;
    GRANT SELECT ON accounts, account_entries, statements, allowance_counters TO callcontrol_web;
    GRANT SELECT ON missed_contacts, missed_acts, missed_cases, web_audit TO callcontrol_web;
    GRANT SELECT (user_id, tenant, login, name, roles, extension, agent, extensions, queues, language, disabled_at, created_at,
                  changed_at, signed_in_at, totp_step, recovery, has_password, has_second_factor) ON web_users TO callcontrol_web;
    GRANT UPDATE (password_hash, totp_step, recovery, signed_in_at) ON web_users TO callcontrol_web;
    GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON web_sessions TO callcontrol_web;
    GRANT SELECT (token_id, user_id, tenant, name, rights, created_at, ends_at, used_at, revoked_at) ON web_tokens TO callcontrol_web;
    GRANT UPDATE (used_at) ON web_tokens TO callcontrol_web;
    GRANT SELECT (kiosk_id, tenant, name, queues, made_by, created_at, ends_at, used_at, revoked_at) ON web_kiosks TO callcontrol_web;
    GRANT INSERT, UPDATE (used_at, revoked_at) ON web_kiosks TO callcontrol_web;
    FOREACH one IN ARRAY ARRAY[
        'web_user_of(text)', 'web_user_by_id(uuid)', 'web_session_of(bytea)', 'web_token_of(bytea)', 'web_kiosk_of(bytea)',
        'web_note(timestamptz, text, text, text, text, text, jsonb, jsonb)'
    ] LOOP
        -- Last of all what a session makes for itself, which it could otherwise put in front of the tables.
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', one, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO callcontrol_web', one);
    END LOOP;
    RETURN '';
END
$$;
SELECT grant_web();
