-- Version 15 of the ledger: mails, what was tried with each, addresses that are dead, and what was heard in messages.

CREATE TABLE mails (
    mail_id    text        NOT NULL,
    tenant     text        NOT NULL,
    kind       text        NOT NULL,
    about      text        NOT NULL,
    address    text        NOT NULL,
    source     text        NOT NULL,
    language   text        NOT NULL,
    facts      jsonb       NOT NULL,
    message_id text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    state      text        NOT NULL,
    state_at   timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    refusals   integer     NOT NULL DEFAULT 0,
    leased_by  text        NOT NULL DEFAULT '',
    reason     text        NOT NULL DEFAULT '',
    followed   boolean     NOT NULL DEFAULT false,
    CONSTRAINT mails_key PRIMARY KEY (mail_id),
    CONSTRAINT mails_once UNIQUE (tenant, kind, about, address),
    CONSTRAINT mails_state CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dead')),
    CONSTRAINT mails_reason CHECK (state NOT IN ('failed', 'dead') OR reason <> ''),
    CONSTRAINT mails_facts CHECK (jsonb_typeof(facts) = 'object')
);
CREATE INDEX mails_due ON mails (tenant, due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX mails_by_time ON mails (tenant, created_at);
CREATE INDEX mails_by_address ON mails (tenant, address, created_at);
CREATE INDEX mails_to_follow ON mails (kind, tenant, about) WHERE NOT followed;

COMMENT ON TABLE mails IS 'One row per mail and address: what it tells, and what has become of it';
COMMENT ON COLUMN mails.mail_id    IS 'Its id, made of tenant, kind, about and address; part of its Message-ID and of its return address';
COMMENT ON COLUMN mails.tenant     IS 'In whose name it is sent';
COMMENT ON COLUMN mails.kind       IS 'voicemail (a message was left), missed (a caller left a queue unserved), daily (summary of a box)';
COMMENT ON COLUMN mails.about      IS 'What it tells of: media.media_id, or call and visit, or box and day';
COMMENT ON COLUMN mails.address    IS 'To whom';
COMMENT ON COLUMN mails.source     IS 'Whose mail it is, as a target: voicemail:anna, queue:sales';
COMMENT ON COLUMN mails.language   IS 'Language of its words';
COMMENT ON COLUMN mails.facts      IS 'What its words are made of: {place, number, name, at, length_ms, wait_ms, new, media_id, attach, day, messages}; times in microseconds since the epoch';
COMMENT ON COLUMN mails.message_id IS 'Its Message-ID, the same in every attempt';
COMMENT ON COLUMN mails.created_at IS 'When it was queued; its Date';
COMMENT ON COLUMN mails.expires_at IS 'When it fails if the server has not taken it until then';
COMMENT ON COLUMN mails.state      IS 'queued, sending (a sender has it until due_at), sent (the server has taken it), failed (refused for good, bounced, or given up), dead (not sent: the address is dead)';
COMMENT ON COLUMN mails.state_at   IS 'Since when';
COMMENT ON COLUMN mails.due_at     IS 'When a sender may take it next';
COMMENT ON COLUMN mails.attempts   IS 'How often it was offered to the server';
COMMENT ON COLUMN mails.refusals   IS 'How often it was not taken for the time being: the next pause is longer';
COMMENT ON COLUMN mails.leased_by  IS 'The sender that had it last';
COMMENT ON COLUMN mails.reason     IS 'What was said last: the answer of the server, or why it failed';
COMMENT ON COLUMN mails.followed   IS 'What follows on a mail that was sent has been done (the message is kept, or gone)';

CREATE TABLE mail_attempts (
    mail_id  text        NOT NULL,
    attempt  integer     NOT NULL,
    tenant   text        NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome  text        NOT NULL DEFAULT '',
    code     integer     NOT NULL DEFAULT 0,
    answer   text        NOT NULL DEFAULT '',
    CONSTRAINT mail_attempts_key PRIMARY KEY (mail_id, attempt),
    CONSTRAINT mail_attempts_outcome CHECK (outcome IN ('', 'sent', 'refused', 'deferred', 'unsure', 'away'))
);
CREATE INDEX mail_attempts_by_time ON mail_attempts (tenant, began_at);

COMMENT ON TABLE mail_attempts IS 'One row per attempt to hand a mail to the server';
COMMENT ON COLUMN mail_attempts.mail_id  IS 'mails.mail_id';
COMMENT ON COLUMN mail_attempts.attempt  IS '1 for the first';
COMMENT ON COLUMN mail_attempts.tenant   IS 'As mails.tenant';
COMMENT ON COLUMN mail_attempts.began_at IS 'When a sender took the mail';
COMMENT ON COLUMN mail_attempts.ended_at IS 'When the server had answered; null: not yet';
COMMENT ON COLUMN mail_attempts.outcome  IS 'sent, refused (for good), deferred (for now), unsure (the connection was lost after DATA, or the sender died), away (no server); empty: not yet';
COMMENT ON COLUMN mail_attempts.code     IS 'Code of the reply; 0: none came';
COMMENT ON COLUMN mail_attempts.answer   IS 'The reply, or what went wrong';

CREATE TABLE mail_addresses (
    tenant  text        NOT NULL,
    address text        NOT NULL,
    dead_at timestamptz NOT NULL,
    reason  text        NOT NULL,
    mail_id text        NOT NULL,
    CONSTRAINT mail_addresses_key PRIMARY KEY (tenant, address)
);

COMMENT ON TABLE mail_addresses IS 'Addresses to which nothing is sent any more, until they are revived';
COMMENT ON COLUMN mail_addresses.tenant  IS 'Whose mails came back';
COMMENT ON COLUMN mail_addresses.address IS 'The address';
COMMENT ON COLUMN mail_addresses.dead_at IS 'Since when';
COMMENT ON COLUMN mail_addresses.reason  IS 'What its server has said';
COMMENT ON COLUMN mail_addresses.mail_id IS 'The mail that came back';

CREATE TABLE transcripts (
    tenant   text        NOT NULL,
    media_id text        NOT NULL,
    at       timestamptz NOT NULL,
    text     text        NOT NULL,
    trouble  text        NOT NULL DEFAULT '',
    CONSTRAINT transcripts_key PRIMARY KEY (tenant, media_id)
);
CREATE INDEX transcripts_words ON transcripts USING gin (to_tsvector('simple', text));

COMMENT ON TABLE transcripts IS 'What a program has heard in media';
COMMENT ON COLUMN transcripts.tenant   IS 'As media.tenant';
COMMENT ON COLUMN transcripts.media_id IS 'media.media_id';
COMMENT ON COLUMN transcripts.at       IS 'When it was written down';
COMMENT ON COLUMN transcripts.text     IS 'The words; empty: none, or the program failed';
COMMENT ON COLUMN transcripts.trouble  IS 'Why there are none; empty: the program has run';
