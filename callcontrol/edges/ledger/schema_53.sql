-- Version 53 of the ledger: webhooks, without their secrets, and what is spent are read behind the wall; the end of a call's
-- conversations is looked for in its segments only where a survey followed.

-- What has a subquery is called for each row: this one stands by itself, so that the other becomes a part of the statement.
CREATE OR REPLACE FUNCTION talk_end_before_survey(c calls) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT max(s.ended_at) FROM segments s
        WHERE (s.tenant, s.switch, s.call_id, s.started_day) = (c.tenant, c.switch, c.call_id, c.started_day)), c.ended_at)
$$;
COMMENT ON FUNCTION talk_end_before_survey(calls) IS 'When the last conversation of a call was over; without any, when the call was';
CREATE OR REPLACE FUNCTION talk_end(c calls) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN c.surveys = '[]' THEN c.ended_at ELSE talk_end_before_survey(c) END
$$;

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
        'missed_contacts', 'missed_acts', 'missed_cases', 'accounts', 'account_entries', 'statements', 'allowance_counters', 'spending',
        'web_users', 'web_sessions', 'web_tokens', 'web_audit', 'web_kiosks', 'webhooks', 'webhook_outbox'
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
    GRANT SELECT ON accounts, account_entries, statements, allowance_counters, spending TO callcontrol_web;
    GRANT SELECT ON missed_contacts, missed_acts, missed_cases, web_audit TO callcontrol_web;
    GRANT SELECT (user_id, tenant, login, name, roles, extension, agent, extensions, queues, language, disabled_at, created_at,
                  changed_at, signed_in_at, totp_step, recovery, has_password, has_second_factor) ON web_users TO callcontrol_web;
    GRANT UPDATE (password_hash, totp_step, recovery, signed_in_at) ON web_users TO callcontrol_web;
    GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON web_sessions TO callcontrol_web;
    GRANT SELECT (token_id, user_id, tenant, name, rights, created_at, ends_at, used_at, revoked_at) ON web_tokens TO callcontrol_web;
    GRANT UPDATE (used_at) ON web_tokens TO callcontrol_web;
    GRANT SELECT (kiosk_id, tenant, name, queues, made_by, created_at, ends_at, used_at, revoked_at) ON web_kiosks TO callcontrol_web;
    GRANT INSERT, UPDATE (used_at, revoked_at) ON web_kiosks TO callcontrol_web;
    GRANT SELECT (webhook_id, tenant, url, events, old_until, made_by, created_at, paused_at, failures, rest_until, delivered_at, trouble)
        ON webhooks TO callcontrol_web;
    GRANT SELECT ON webhook_outbox TO callcontrol_web;
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
