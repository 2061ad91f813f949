-- Version 14: what is known beside media: who heard them, what must not be deleted, what shall be, their keys, links.

CREATE TABLE media_hearings (
    tenant   text        NOT NULL,
    media_id text        NOT NULL,
    at       timestamptz NOT NULL,
    who      text        NOT NULL,
    way      text        NOT NULL,
    address  text        NOT NULL DEFAULT '',
    CONSTRAINT media_hearings_key PRIMARY KEY (tenant, media_id, at, who, way),
    CONSTRAINT media_hearings_way CHECK (way IN ('phone', 'link', 'command', 'panel'))
);

COMMENT ON TABLE media_hearings IS 'Who heard or was given which sound file; never changed';
COMMENT ON COLUMN media_hearings.tenant   IS 'Whose file';
COMMENT ON COLUMN media_hearings.media_id IS 'media.media_id';
COMMENT ON COLUMN media_hearings.at       IS 'When it began to be heard';
COMMENT ON COLUMN media_hearings.who      IS 'Who: an extension (extension:101), the address a link was made for, the user of the host who typed a command';
COMMENT ON COLUMN media_hearings.way      IS 'phone, link (of a mail), command, panel';
COMMENT ON COLUMN media_hearings.address  IS 'From where: network address of a browser, host of a command, id of the call from a phone';

CREATE TABLE media_holds (
    hold_id     bigint      GENERATED ALWAYS AS IDENTITY,
    tenant      text        NOT NULL,
    media_id    text        NOT NULL DEFAULT '',
    call_id     text        NOT NULL DEFAULT '',
    number      text        NOT NULL DEFAULT '',
    held_at     timestamptz NOT NULL DEFAULT now(),
    held_until  timestamptz,
    held_by     text        NOT NULL,
    why         text        NOT NULL,
    released_at timestamptz,
    released_by text        NOT NULL DEFAULT '',
    CONSTRAINT media_holds_key PRIMARY KEY (hold_id),
    CONSTRAINT media_holds_one CHECK (num_nonnulls(nullif(media_id, ''), nullif(call_id, ''), nullif(number, '')) = 1),
    CONSTRAINT media_holds_why CHECK (why <> '' AND held_by <> ''),
    CONSTRAINT media_holds_until CHECK (held_until > held_at)
);

COMMENT ON TABLE media_holds IS 'Legal holds: as long as one counts, what it is about is not deleted by anything';
COMMENT ON COLUMN media_holds.hold_id     IS 'Its number';
COMMENT ON COLUMN media_holds.tenant      IS 'Whose files';
COMMENT ON COLUMN media_holds.media_id    IS 'The one file, or empty';
COMMENT ON COLUMN media_holds.call_id     IS 'All files of this call, or empty';
COMMENT ON COLUMN media_holds.number      IS 'All files with this number as caller or other party, later ones too, or empty';
COMMENT ON COLUMN media_holds.held_at     IS 'Since when';
COMMENT ON COLUMN media_holds.held_until  IS 'Until when; NULL: until it is released';
COMMENT ON COLUMN media_holds.held_by     IS 'Who holds it';
COMMENT ON COLUMN media_holds.why         IS 'Why';
COMMENT ON COLUMN media_holds.released_at IS 'When it was released; NULL: it was not';
COMMENT ON COLUMN media_holds.released_by IS 'Who released it';

CREATE VIEW media_held AS
SELECT m.tenant, m.media_id, h.hold_id, h.held_until, h.held_by, h.why
FROM media m
JOIN media_holds h ON h.tenant = m.tenant AND h.released_at IS NULL AND (h.held_until IS NULL OR h.held_until > now())
 AND (h.media_id = m.media_id OR (h.call_id <> '' AND h.call_id = m.call_id)
      OR (h.number <> '' AND h.number IN (m.caller, m.called)));

COMMENT ON VIEW media_held IS 'Files that are held now, with each hold that counts';

-- what retention has to look at
CREATE INDEX media_kept ON media (tenant, kind, began_at) WHERE state IN ('closed', 'stored');

CREATE TABLE media_deletions (
    tenant      text        NOT NULL,
    media_id    text        NOT NULL,
    cause       text        NOT NULL,
    ordered_by  text        NOT NULL,
    numbers     boolean     NOT NULL DEFAULT false,
    ordered_at  timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz NOT NULL DEFAULT now(),
    tries       integer     NOT NULL DEFAULT 0,
    trouble     text        NOT NULL DEFAULT '',
    deleted_at  timestamptz,
    CONSTRAINT media_deletions_key PRIMARY KEY (tenant, media_id),
    CONSTRAINT media_deletions_cause CHECK (cause <> '' AND ordered_by <> '')
);

CREATE INDEX media_deletions_open ON media_deletions (due_at) WHERE deleted_at IS NULL;

COMMENT ON TABLE media_deletions IS 'Deletions that were ordered, and the proof of those carried out';
COMMENT ON COLUMN media_deletions.tenant     IS 'Whose file';
COMMENT ON COLUMN media_deletions.media_id   IS 'media.media_id';
COMMENT ON COLUMN media_deletions.cause      IS 'Why it shall be deleted';
COMMENT ON COLUMN media_deletions.ordered_by IS 'Who ordered it: retention, a user of the host, an extension';
COMMENT ON COLUMN media_deletions.numbers    IS 'Whether the numbers in the row of the file go with it';
COMMENT ON COLUMN media_deletions.ordered_at IS 'When it was ordered';
COMMENT ON COLUMN media_deletions.due_at     IS 'Not to be tried before';
COMMENT ON COLUMN media_deletions.tries      IS 'How often it has failed';
COMMENT ON COLUMN media_deletions.trouble    IS 'Why it failed last, or is waited for';
COMMENT ON COLUMN media_deletions.deleted_at IS 'When storage was asked for the file and had none any more; NULL: it is still to be done';

CREATE TABLE media_keys (
    tenant     text        NOT NULL,
    media_id   text        NOT NULL,
    key_id     text        NOT NULL,
    wrapped    bytea       NOT NULL,
    wrapped_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT media_keys_key PRIMARY KEY (tenant, media_id)
);

CREATE INDEX media_keys_by_key ON media_keys (tenant, key_id);

COMMENT ON TABLE media_keys IS 'The data key of each sealed file, wrapped by a key of its tenant; it counts before the one in the file''s header';
COMMENT ON COLUMN media_keys.tenant     IS 'Whose file';
COMMENT ON COLUMN media_keys.media_id   IS 'media.media_id';
COMMENT ON COLUMN media_keys.key_id     IS 'The key that wraps it: one of the tenant''s media.keys';
COMMENT ON COLUMN media_keys.wrapped    IS 'Nonce, data key and tag, AES-256-GCM';
COMMENT ON COLUMN media_keys.wrapped_at IS 'When it was wrapped by this key';

CREATE TABLE media_links_withdrawn (
    tenant      text        NOT NULL,
    media_id    text        NOT NULL DEFAULT '',
    made_for    text        NOT NULL DEFAULT '',
    withdrawn_at timestamptz NOT NULL DEFAULT now(),
    withdrawn_by text        NOT NULL,
    CONSTRAINT media_links_withdrawn_one CHECK (media_id <> '' OR made_for <> '')
);

CREATE INDEX media_links_withdrawn_by_tenant ON media_links_withdrawn (tenant, media_id, made_for);

COMMENT ON TABLE media_links_withdrawn IS 'Links made before a moment that are good no more';
COMMENT ON COLUMN media_links_withdrawn.tenant       IS 'Whose files';
COMMENT ON COLUMN media_links_withdrawn.media_id     IS 'Of this file; empty: of all that were made for the person';
COMMENT ON COLUMN media_links_withdrawn.made_for     IS 'Made for this person; empty: for any person';
COMMENT ON COLUMN media_links_withdrawn.withdrawn_at IS 'Those made until then';
COMMENT ON COLUMN media_links_withdrawn.withdrawn_by IS 'Who withdrew them';

CREATE TABLE media_erasures (
    tenant    text        NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    erased_by text        NOT NULL,
    why       text        NOT NULL,
    files     integer     NOT NULL,
    held      integer     NOT NULL
);

COMMENT ON TABLE media_erasures IS 'That everything about a number was erased; not which number';
COMMENT ON COLUMN media_erasures.tenant    IS 'Whose files';
COMMENT ON COLUMN media_erasures.erased_at IS 'When it was ordered';
COMMENT ON COLUMN media_erasures.erased_by IS 'Who ordered it';
COMMENT ON COLUMN media_erasures.why       IS 'Why';
COMMENT ON COLUMN media_erasures.files     IS 'How many files were ordered to be deleted';
COMMENT ON COLUMN media_erasures.held      IS 'How many stayed, because they are held';
