-- add_kiosk: A new link of a wall.
INSERT INTO web_kiosks (link_hash, kiosk_id, tenant, name, queues, made_by, created_at, ends_at)
VALUES (%(hash)s, %(kiosk_id)s, %(tenant)s, %(name)s, %(queues)s, %(made_by)s, %(now)s, %(ends_at)s);

-- kiosk_of_link: The wall of a link, whosever it is.
SELECT kiosk_id, tenant, name, queues, made_by, created_at, ends_at, used_at, revoked_at FROM web_kiosk_of(%(hash)s);

-- kiosks_of: The links of a tenant's walls, the latest first.
SELECT kiosk_id, tenant, name, queues, made_by, created_at, ends_at, used_at, revoked_at FROM web_kiosks
WHERE tenant = %(tenant)s ORDER BY created_at DESC, kiosk_id LIMIT %(limit)s;

-- kiosk_is_used: A link is used, noted to the minute.
UPDATE web_kiosks SET used_at = %(now)s WHERE kiosk_id = %(kiosk_id)s AND tenant = %(tenant)s;

-- revoke_kiosk: A link is good no more; no row: there is none such.
UPDATE web_kiosks SET revoked_at = %(now)s
WHERE kiosk_id = %(kiosk_id)s AND tenant = %(tenant)s AND revoked_at IS NULL RETURNING kiosk_id;
