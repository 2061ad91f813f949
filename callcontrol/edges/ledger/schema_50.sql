-- Version 50 of the ledger: webhooks, and the outbox of what is told by them. A row of the outbox is written by the transaction that
-- writes what it tells of. It names that by ids alone: what is sent is read from the ledger when it is sent, so no number stands here.

CREATE TABLE webhooks (
    webhook_id   uuid        CONSTRAINT webhooks_key PRIMARY KEY,
    tenant       text        NOT NULL,
    url          text        NOT NULL,
    events       text[]      NOT NULL CHECK (events <> '{}'),
    secret       bytea       NOT NULL,
    old_secret   bytea,
    old_until    timestamptz NOT NULL DEFAULT 'epoch',
    made_by      text        NOT NULL,
    created_at   timestamptz NOT NULL,
    paused_at    timestamptz,
    failures     integer     NOT NULL DEFAULT 0,
    rest_until   timestamptz NOT NULL DEFAULT 'epoch',
    delivered_at timestamptz,
    trouble      text        NOT NULL DEFAULT ''
);
CREATE INDEX webhooks_by_tenant ON webhooks (tenant, created_at);
COMMENT ON TABLE  webhooks              IS 'Web servers of tenants that are told what happens';
COMMENT ON COLUMN webhooks.tenant       IS 'Whose';
COMMENT ON COLUMN webhooks.url          IS 'Where events are sent, by POST';
COMMENT ON COLUMN webhooks.events       IS 'Words of vocabulary/webhook.py';
COMMENT ON COLUMN webhooks.secret       IS 'What deliveries are signed by, sealed by web.keys';
COMMENT ON COLUMN webhooks.old_secret   IS 'The one before, which signs as well until old_until';
COMMENT ON COLUMN webhooks.old_until    IS 'How long the secret before is good';
COMMENT ON COLUMN webhooks.made_by      IS 'The login, or the account on the host';
COMMENT ON COLUMN webhooks.paused_at    IS 'Nothing is sent since; events wait';
COMMENT ON COLUMN webhooks.failures     IS 'Attempts in a row that the server did not take';
COMMENT ON COLUMN webhooks.rest_until   IS 'After failures nothing is sent to it until then';
COMMENT ON COLUMN webhooks.delivered_at IS 'The last event that it has taken';
COMMENT ON COLUMN webhooks.trouble      IS 'Why the last attempt failed; empty after one that did not';

CREATE TABLE webhook_outbox (
    delivery_id   bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT webhook_outbox_key PRIMARY KEY,
    webhook_id    uuid        NOT NULL,
    tenant        text        NOT NULL,
    event_id      uuid        NOT NULL,
    kind          text        NOT NULL,
    call_id       text        NOT NULL,
    switch        text        NOT NULL DEFAULT '',
    started_day   date,
    about         text        NOT NULL DEFAULT '',
    at            timestamptz NOT NULL DEFAULT now(),
    state         text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts      integer     NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL DEFAULT 'epoch',
    claimed_until timestamptz NOT NULL DEFAULT 'epoch',
    ended_at      timestamptz,
    trouble       text        NOT NULL DEFAULT '',
    written_in    bigint      NOT NULL DEFAULT ledger_transaction(),
    CONSTRAINT webhook_outbox_once UNIQUE (webhook_id, event_id)
);
CREATE INDEX webhook_outbox_waiting ON webhook_outbox (webhook_id, call_id, written_in, delivery_id) WHERE state = 'waiting';
CREATE INDEX webhook_outbox_due ON webhook_outbox (webhook_id, written_in, delivery_id) WHERE state = 'waiting';
CREATE INDEX webhook_outbox_by_age ON webhook_outbox (at);
CREATE INDEX webhook_outbox_dead ON webhook_outbox (tenant, delivery_id) WHERE state = 'dead';
COMMENT ON TABLE  webhook_outbox               IS 'What is to be told to whom, and how it went; kept for webhooks.keep_days';
COMMENT ON COLUMN webhook_outbox.webhook_id    IS 'To whom; no foreign key: what writes a call never fails for it';
COMMENT ON COLUMN webhook_outbox.event_id      IS 'The same for the same event, however often it is written or sent: webhook-id';
COMMENT ON COLUMN webhook_outbox.kind          IS 'A word of vocabulary/webhook.py';
COMMENT ON COLUMN webhook_outbox.call_id       IS 'What is of one call is told in order, one after the other; of a case the call it was opened by';
COMMENT ON COLUMN webhook_outbox.switch        IS 'As calls.switch; of a call';
COMMENT ON COLUMN webhook_outbox.started_day   IS 'As calls.started_day; of a call';
COMMENT ON COLUMN webhook_outbox.about         IS 'Of a sound file its media_id; of a case the MD5 of number and target';
COMMENT ON COLUMN webhook_outbox.at            IS 'When it was written';
COMMENT ON COLUMN webhook_outbox.state         IS 'waiting, delivered, or dead: given up after a day';
COMMENT ON COLUMN webhook_outbox.attempts      IS 'How often it was sent';
COMMENT ON COLUMN webhook_outbox.due_at        IS 'It is sent again then';
COMMENT ON COLUMN webhook_outbox.claimed_until IS 'A sender has it until then';
COMMENT ON COLUMN webhook_outbox.ended_at      IS 'Since when it is delivered or dead';
COMMENT ON COLUMN webhook_outbox.trouble       IS 'Why the last attempt failed, in our words';
COMMENT ON COLUMN webhook_outbox.written_in    IS 'Number of the transaction that wrote it: ledger_transaction()';

CREATE OR REPLACE FUNCTION tell_webhooks_of_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_outbox (webhook_id, tenant, event_id, kind, call_id, switch, started_day)
    SELECT w.webhook_id, c.tenant, md5(concat_ws(E'\n', 'call.ended', c.tenant, c.switch, c.call_id, c.started_day, c.estimated))::uuid,
           'call.ended', c.call_id, c.switch, c.started_day
    FROM webhooks w JOIN changed c ON c.tenant = w.tenant
    WHERE 'call.ended' = ANY (w.events)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_webhooks_of_calls() IS 'call.ended, in the transaction that writes the record; once more where a truer one replaces an estimate';
CREATE TRIGGER calls_are_told AFTER INSERT ON calls REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_webhooks_of_calls();

CREATE OR REPLACE FUNCTION tell_webhooks_of_media() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    word text := CASE NEW.kind WHEN 'talk' THEN 'recording.ready' ELSE 'voicemail.left' END;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'stored' THEN
        RETURN NULL;
    END IF;
    INSERT INTO webhook_outbox (webhook_id, tenant, event_id, kind, call_id, about)
    SELECT w.webhook_id, NEW.tenant, md5(concat_ws(E'\n', word, NEW.tenant, NEW.media_id))::uuid, word, NEW.call_id, NEW.media_id
    FROM webhooks w WHERE w.tenant = NEW.tenant AND word = ANY (w.events)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_webhooks_of_media() IS 'recording.ready and voicemail.left, in the transaction that says that the file is stored';
CREATE TRIGGER media_are_told AFTER INSERT OR UPDATE OF state ON media FOR EACH ROW
    WHEN (NEW.state = 'stored' AND NEW.kind IN ('talk', 'message')) EXECUTE FUNCTION tell_webhooks_of_media();

CREATE INDEX missed_cases_by_opener ON missed_cases (tenant, opened_by);
