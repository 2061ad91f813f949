-- Version 43 of the ledger: people who use the API and the panel, their sessions and tokens, and what they did; and the
-- database role by which the web process reads: it owns nothing, and sees one tenant.

CREATE TABLE web_users (
    user_id       uuid        CONSTRAINT web_users_key PRIMARY KEY,
    tenant        text        NOT NULL,
    login         text        NOT NULL CHECK (login = lower(login) AND login <> ''),
    name          text        NOT NULL DEFAULT '',
    roles         text[]      NOT NULL,
    extension     text        NOT NULL DEFAULT '',
    agent         text        NOT NULL DEFAULT '',
    extensions    text[]      NOT NULL DEFAULT '{}',
    queues        text[]      NOT NULL DEFAULT '{}',
    language      text        NOT NULL DEFAULT '',
    password_hash text        NOT NULL DEFAULT '',
    totp          bytea,
    totp_step     bigint      NOT NULL DEFAULT 0,
    recovery      bytea[]     NOT NULL DEFAULT '{}',
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    changed_at    timestamptz NOT NULL DEFAULT now(),
    signed_in_at  timestamptz
);
CREATE UNIQUE INDEX web_users_by_login ON web_users (login);
CREATE INDEX web_users_by_tenant ON web_users (tenant, login);
COMMENT ON TABLE web_users IS 'People who use the API and the panel';
COMMENT ON COLUMN web_users.tenant IS 'Whose; - for operators, who belong to none';
COMMENT ON COLUMN web_users.roles IS 'Words of vocabulary/rights.py';
COMMENT ON COLUMN web_users.extension IS 'The person''s own';
COMMENT ON COLUMN web_users.agent IS 'The person as an agent of queues';
COMMENT ON COLUMN web_users.extensions IS 'Extensions the person looks after';
COMMENT ON COLUMN web_users.queues IS 'Queues the person looks after';
COMMENT ON COLUMN web_users.password_hash IS 'argon2id; empty: no password opens it';
COMMENT ON COLUMN web_users.totp IS 'The secret of the second factor, sealed by web.keys; null: there is none';
COMMENT ON COLUMN web_users.totp_step IS 'The time step of the last code that was taken: each is good once';
COMMENT ON COLUMN web_users.recovery IS 'SHA-256 of each recovery code that is left';

CREATE TABLE web_sessions (
    session_hash bytea       CONSTRAINT web_sessions_key PRIMARY KEY,
    session_id   uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    tenant       text        NOT NULL,
    address      text        NOT NULL,
    browser      text        NOT NULL,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL
);
CREATE INDEX web_sessions_by_user ON web_sessions (user_id);
COMMENT ON TABLE web_sessions IS 'Who is signed in; a row that is deleted is a session that has ended';
COMMENT ON COLUMN web_sessions.session_hash IS 'SHA-256 of the cookie: who reads this table cannot use it';
COMMENT ON COLUMN web_sessions.session_id IS 'For people, to name it';
COMMENT ON COLUMN web_sessions.ends_at IS 'It ends then, however much it is used';

CREATE TABLE web_tokens (
    token_hash bytea       CONSTRAINT web_tokens_key PRIMARY KEY,
    token_id   uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    tenant     text        NOT NULL,
    name       text        NOT NULL,
    rights     text[]      NOT NULL,
    created_at timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz
);
CREATE INDEX web_tokens_by_user ON web_tokens (user_id);
COMMENT ON TABLE web_tokens IS 'Tokens of integrations: each acts for a person, and may do no more than its rights';
COMMENT ON COLUMN web_tokens.token_hash IS 'SHA-256 of the token';
COMMENT ON COLUMN web_tokens.rights IS 'see:calls, change:rules, …';
COMMENT ON COLUMN web_tokens.used_at IS 'Last use, to the minute';

CREATE TABLE web_audit (
    audit_id bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT web_audit_key PRIMARY KEY,
    tenant   text        NOT NULL,
    at       timestamptz NOT NULL,
    who      text        NOT NULL,
    through  text        NOT NULL,
    address  text        NOT NULL,
    what     text        NOT NULL,
    object   text        NOT NULL,
    before   jsonb,
    after    jsonb
);
CREATE INDEX web_audit_by_tenant ON web_audit (tenant, at DESC, audit_id DESC);
COMMENT ON TABLE web_audit IS 'What was done through the API, the panel and `callcontrol users`: rows are only added';
COMMENT ON COLUMN web_audit.tenant IS 'In whose things; of an operator the tenant that was looked into';
COMMENT ON COLUMN web_audit.who IS 'The login; of a token also its name; of a command the account on the host';
COMMENT ON COLUMN web_audit.through IS 'panel, api or command';
COMMENT ON COLUMN web_audit.before IS 'How it was; null where nothing was changed';

CREATE TRIGGER forget_erased BEFORE INSERT ON web_audit FOR EACH ROW EXECUTE FUNCTION forget_erased('object', 'before', 'after');

-- The web process knows no tenant before it knows who asks: these answer about one login, cookie, token or person alone.
CREATE FUNCTION web_user_of(given text) RETURNS SETOF web_users LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT * FROM web_users WHERE login = given
$$;
COMMENT ON FUNCTION web_user_of(text) IS 'The person of a login';
CREATE FUNCTION web_user_by_id(given uuid) RETURNS SETOF web_users LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT * FROM web_users WHERE user_id = given
$$;
COMMENT ON FUNCTION web_user_by_id(uuid) IS 'The person of a session or token';
CREATE FUNCTION web_session_of(given bytea) RETURNS SETOF web_sessions LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT * FROM web_sessions WHERE session_hash = given
$$;
COMMENT ON FUNCTION web_session_of(bytea) IS 'The session of a cookie';
CREATE FUNCTION web_token_of(given bytea) RETURNS SETOF web_tokens LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT * FROM web_tokens WHERE token_hash = given
$$;
COMMENT ON FUNCTION web_token_of(bytea) IS 'The token of a request';
CREATE OR REPLACE FUNCTION web_note(
    at timestamptz, who text, through text, address text, what text, object text, before jsonb, after jsonb
) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO web_audit (tenant, at, who, through, address, what, object, before, after)
    VALUES (current_setting('cc.tenant'), at, who, through, address, what, object, before, after)
$$;
COMMENT ON FUNCTION web_note(timestamptz, text, text, text, text, text, jsonb, jsonb) IS 'Adds a row to web_audit, of the tenant of the connection';

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
        'calls', 'legs', 'charges', 'queue_visits', 'offers', 'segments', 'call_costs', 'call_hours', 'queue_hours',
        'missed_contacts', 'missed_acts', 'missed_cases', 'web_users', 'web_sessions', 'web_tokens', 'web_audit'
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
    GRANT SELECT ON calls, legs, charges, queue_visits, offers, segments, call_costs, call_hours, queue_hours TO callcontrol_web;
    GRANT SELECT ON missed_contacts, missed_acts, missed_cases, web_audit TO callcontrol_web;
    GRANT SELECT (user_id, tenant, login, name, roles, extension, agent, extensions, queues, language, disabled_at, created_at,
                  changed_at, signed_in_at, totp_step, recovery) ON web_users TO callcontrol_web;
    GRANT UPDATE (password_hash, totp_step, recovery, signed_in_at) ON web_users TO callcontrol_web;
    GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON web_sessions TO callcontrol_web;
    GRANT SELECT (token_id, user_id, tenant, name, rights, created_at, ends_at, used_at, revoked_at) ON web_tokens TO callcontrol_web;
    GRANT UPDATE (used_at) ON web_tokens TO callcontrol_web;
    FOREACH one IN ARRAY ARRAY[
        'web_user_of(text)', 'web_user_by_id(uuid)', 'web_session_of(bytea)', 'web_token_of(bytea)',
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
COMMENT ON FUNCTION grant_web() IS 'Gives the role callcontrol_web what the web process needs; says why not, or nothing';

-- Where this user may make no roles, an administrator does: CREATE ROLE callcontrol_web; GRANT callcontrol_web TO …;
-- SELECT grant_web().
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'callcontrol_web') THEN
            CREATE ROLE callcontrol_web NOLOGIN;
        END IF;
        IF NOT pg_has_role(current_user, 'callcontrol_web', 'MEMBER') THEN
            EXECUTE format('GRANT callcontrol_web TO %I', current_user);
        END IF;
    EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
        RAISE NOTICE 'role callcontrol_web: %', SQLERRM;
    END;
    PERFORM grant_web();
END
$$;
