-- People of the API and the panel (schema_43.sql). What a function answers for is asked before it is known who asks.

-- user_of_login: The person of a login.
SELECT * FROM web_user_of(%(login)s);

-- user_by_id: The person of a session or a token.
SELECT * FROM web_user_by_id(%(user_id)s::uuid);

-- session_of_cookie: The session of a cookie.
SELECT * FROM web_session_of(%(hash)s);

-- token_of_request: The token of a request.
SELECT * FROM web_token_of(%(hash)s);

-- begin_session: Someone has signed in.
INSERT INTO web_sessions (session_hash, session_id, user_id, tenant, address, browser, created_at, seen_at, ends_at)
VALUES (%(hash)s, %(session_id)s, %(user_id)s, %(tenant)s, %(address)s, %(browser)s, %(now)s, %(now)s, %(ends_at)s);

-- session_is_used: A session is used, noted to the minute.
UPDATE web_sessions SET seen_at = %(now)s WHERE session_hash = %(hash)s AND tenant = %(tenant)s;

-- end_session: Someone signs out.
DELETE FROM web_sessions WHERE session_hash = %(hash)s AND tenant = %(tenant)s;

-- end_sessions_of: All sessions of a person end; with `session_id` this one.
DELETE FROM web_sessions
WHERE user_id = %(user_id)s AND tenant = %(tenant)s AND (%(session_id)s::uuid IS NULL OR session_id = %(session_id)s::uuid);

-- drop_ended_sessions: Sessions that are over.
DELETE FROM web_sessions WHERE tenant = %(tenant)s AND (ends_at <= %(now)s OR seen_at <= %(idle_since)s);

-- sessions_of: The sessions of a person, the latest first.
SELECT session_id, address, browser, created_at, seen_at, ends_at FROM web_sessions
WHERE user_id = %(user_id)s AND tenant = %(tenant)s ORDER BY seen_at DESC;

-- take_code: Spend a code of the second factor; no row: it, or a later one, was spent before.
UPDATE web_users SET totp_step = %(step)s WHERE user_id = %(user_id)s AND tenant = %(tenant)s AND totp_step < %(step)s
RETURNING user_id;

-- take_recovery: Spend a recovery code; no row: it was spent before, or is none.
UPDATE web_users SET recovery = array_remove(recovery, %(hash)s)
WHERE user_id = %(user_id)s AND tenant = %(tenant)s AND %(hash)s = ANY (recovery)
RETURNING user_id;

-- user_signed_in: When, and the password's hash, which may be a new one of the same password.
UPDATE web_users SET signed_in_at = %(now)s, password_hash = %(password_hash)s
WHERE user_id = %(user_id)s AND tenant = %(tenant)s;

-- token_is_used: A token is used, noted to the minute.
UPDATE web_tokens SET used_at = %(now)s WHERE token_id = %(token_id)s AND tenant = %(tenant)s;

-- note_act: What was done, of the tenant of the connection.
SELECT web_note(%(at)s, %(who)s, %(through)s, %(address)s, %(what)s, %(object)s, %(before)s::jsonb, %(after)s::jsonb);

-- note_command: What was done by the ledger's own user: by a command, or to people.
INSERT INTO web_audit (tenant, at, who, through, address, what, object, before, after)
VALUES (%(tenant)s, %(at)s, %(who)s, %(through)s, %(address)s, %(what)s, %(object)s, %(before)s::jsonb, %(after)s::jsonb);

-- acts_noted: What was done in a tenant, the latest first, behind a place.
SELECT audit_id, at, who, through, address, what, object, before, after FROM web_audit
WHERE tenant = %(tenant)s AND (%(before_id)s::bigint IS NULL OR audit_id < %(before_id)s)
  AND (%(since)s::timestamptz IS NULL OR at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
  AND (%(who)s = '' OR who = %(who)s OR starts_with(who, %(who)s || ', token '))
  AND (%(what)s = '' OR strpos(lower(what), lower(%(what)s)) > 0) AND (%(object)s = '' OR strpos(object, %(object)s) > 0)
ORDER BY audit_id DESC LIMIT %(limit)s;

-- users_of: The people of a tenant, by login; without one all there are.
SELECT user_id, tenant, login, name, roles, extension, agent, extensions, queues, language, disabled_at, created_at, changed_at,
       signed_in_at, has_password, has_second_factor
FROM web_users WHERE %(tenant)s::text IS NULL OR tenant = %(tenant)s ORDER BY tenant, login;

-- add_user: A new person; no row: the login is taken.
INSERT INTO web_users (user_id, tenant, login, name, roles, extension, agent, extensions, queues, language)
VALUES (%(user_id)s, %(tenant)s, %(login)s, %(name)s, %(roles)s, %(extension)s, %(agent)s, %(extensions)s, %(queues)s, %(language)s)
ON CONFLICT (login) DO NOTHING
RETURNING user_id;

-- change_user: What a person is.
UPDATE web_users
SET name = %(name)s, roles = %(roles)s, extension = %(extension)s, agent = %(agent)s, extensions = %(extensions)s,
    queues = %(queues)s, language = %(language)s, changed_at = now()
WHERE user_id = %(user_id)s;

-- disable_user: Whether the person may sign in.
UPDATE web_users SET disabled_at = %(at)s, changed_at = now() WHERE user_id = %(user_id)s;

-- set_password: A new password's hash.
UPDATE web_users SET password_hash = %(password_hash)s, changed_at = now() WHERE user_id = %(user_id)s;

-- set_second_factor: A new secret and recovery codes, or none.
UPDATE web_users SET totp = %(totp)s, totp_step = 0, recovery = %(recovery)s, changed_at = now() WHERE user_id = %(user_id)s;

-- remove_user: The person, with sessions and tokens.
WITH sessions AS (DELETE FROM web_sessions WHERE user_id = %(user_id)s), tokens AS (DELETE FROM web_tokens WHERE user_id = %(user_id)s),
     links AS (DELETE FROM web_links WHERE user_id = %(user_id)s)
DELETE FROM web_users WHERE user_id = %(user_id)s;

-- add_token: A new token.
INSERT INTO web_tokens (token_hash, token_id, user_id, tenant, name, rights, created_at, ends_at)
VALUES (%(hash)s, %(token_id)s, %(user_id)s, %(tenant)s, %(name)s, %(rights)s, %(now)s, %(ends_at)s);

-- tokens_of: The tokens of a person, the latest first.
SELECT token_id, name, rights, created_at, ends_at, used_at, revoked_at FROM web_tokens
WHERE user_id = %(user_id)s ORDER BY created_at DESC;

-- revoke_token: A token is good no more; no row: there is none such.
UPDATE web_tokens SET revoked_at = %(now)s
WHERE token_id = %(token_id)s AND user_id = %(user_id)s AND revoked_at IS NULL RETURNING token_id;

-- tokens_of_tenant: The tokens of all people of a tenant, by person, the latest first.
SELECT u.login, t.token_id, t.name, t.rights, t.created_at, t.ends_at, t.used_at, t.revoked_at
FROM web_tokens t JOIN web_users u USING (user_id)
WHERE t.tenant = %(tenant)s AND (%(login)s = '' OR u.login = %(login)s) ORDER BY u.login, t.created_at DESC;

-- lock_people: Until the end of the transaction this one alone changes people of the tenant.
SELECT pg_advisory_xact_lock(hashtext('callcontrol people'), hashtext(%(tenant)s));

-- others_with_role: How many people of a tenant have a role and may sign in, besides one.
SELECT count(*) AS others FROM web_users
WHERE tenant = %(tenant)s AND %(role)s = ANY (roles) AND disabled_at IS NULL AND user_id <> %(user_id)s;

-- add_link: A link for a person, in place of the one before.
INSERT INTO web_links (link_hash, user_id, tenant, second_factor, made_by, created_at, ends_at)
VALUES (%(hash)s, %(user_id)s, %(tenant)s, %(second_factor)s, %(made_by)s, %(now)s, %(ends_at)s)
ON CONFLICT (user_id) DO UPDATE
SET link_hash = excluded.link_hash, second_factor = excluded.second_factor, made_by = excluded.made_by,
    created_at = excluded.created_at, ends_at = excluded.ends_at;

-- link_of: Whose link this is; no row: it was used, or is too old.
SELECT user_id, second_factor, made_by FROM web_links WHERE link_hash = %(hash)s AND ends_at > %(now)s;

-- take_link: Use a link up; no row: it was used, or is too old.
DELETE FROM web_links WHERE link_hash = %(hash)s AND ends_at > %(now)s RETURNING user_id, second_factor, made_by;

-- drop_old_links: Links that are too old.
DELETE FROM web_links WHERE ends_at <= %(now)s;

-- drop_links_of: The links of a person.
DELETE FROM web_links WHERE user_id = %(user_id)s;

-- set_language: The language of the panel.
UPDATE web_users SET language = %(language)s, changed_at = now() WHERE user_id = %(user_id)s;

-- has_second_factor: Whether a second factor is asked for.
SELECT has_second_factor FROM web_users WHERE user_id = %(user_id)s AND tenant = %(tenant)s;

-- user_of_identity: The person of an identity at a tenant's provider, who is still here.
SELECT u.user_id FROM web_identities i JOIN web_users u ON u.user_id = i.user_id AND u.tenant = i.tenant
WHERE i.tenant = %(tenant)s AND i.issuer = %(issuer)s AND i.subject = %(subject)s;

-- link_identity: From now on this identity is this person's; one whose person has gone is another's.
INSERT INTO web_identities (tenant, issuer, subject, user_id, created_at)
VALUES (%(tenant)s, %(issuer)s, %(subject)s, %(user_id)s, %(now)s)
ON CONFLICT (tenant, issuer, subject) DO UPDATE SET user_id = EXCLUDED.user_id, created_at = EXCLUDED.created_at
WHERE NOT EXISTS (SELECT FROM web_users u WHERE u.user_id = web_identities.user_id AND u.tenant = web_identities.tenant);
