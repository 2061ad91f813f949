-- Version 13: media, the kept sound files. A row is there before its file; callcontrol/vocabulary/media.py says how
-- changes make a row. Times of a lease and of the next try are the database's own clock's.

CREATE TABLE media (
    tenant       text        NOT NULL,
    media_id     text        NOT NULL,
    kind         text        NOT NULL DEFAULT '',
    state        text        NOT NULL,
    cause        text        NOT NULL DEFAULT '',
    began_at     timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    call_id      text        NOT NULL DEFAULT '',
    channel      text        NOT NULL DEFAULT '',
    switch       text        NOT NULL DEFAULT '',
    path         text        NOT NULL DEFAULT '',
    owner        text        NOT NULL DEFAULT '',
    caller       text        NOT NULL DEFAULT '',
    called       text        NOT NULL DEFAULT '',
    agent        text        NOT NULL DEFAULT '',
    length_ms    bigint,
    bytes        bigint,
    sha256       text        NOT NULL DEFAULT '',
    place        text        NOT NULL DEFAULT '',
    on_switch    boolean     NOT NULL DEFAULT true,
    tries        integer     NOT NULL DEFAULT 0,
    trouble      text        NOT NULL DEFAULT '',
    due_at       timestamptz DEFAULT 'epoch',
    leased_by    text        NOT NULL DEFAULT '',
    leased_until timestamptz NOT NULL DEFAULT 'epoch',
    CONSTRAINT media_key PRIMARY KEY (tenant, media_id),
    CONSTRAINT media_kind CHECK (kind IN ('', 'message', 'greeting', 'talk', 'prompt')),
    CONSTRAINT media_state CHECK (state IN ('wanted', 'running', 'closed', 'lost', 'stored', 'deleted')),
    CONSTRAINT media_stored CHECK (state <> 'stored' OR place <> '' AND sha256 <> '' AND bytes IS NOT NULL),
    CONSTRAINT media_lost CHECK (state <> 'lost' OR cause <> ''),
    CONSTRAINT media_sizes CHECK (length_ms >= 0 AND bytes >= 0 AND tries >= 0)
);

-- what the media job has to work on, by the switch whose folder it sees
CREATE INDEX media_on_their_way ON media (switch, due_at) WHERE state NOT IN ('stored', 'deleted') AND due_at IS NOT NULL;
CREATE INDEX media_copies ON media (switch, changed_at) WHERE on_switch AND state IN ('stored', 'deleted');
-- what is looked for
CREATE INDEX media_by_time ON media (tenant, began_at);
CREATE INDEX media_by_owner ON media (tenant, owner, began_at);
CREATE INDEX media_by_call ON media (tenant, call_id);
CREATE INDEX media_by_caller ON media (tenant, caller, began_at);
CREATE INDEX media_by_path ON media (switch, path);

COMMENT ON TABLE media IS 'One row per kept sound file: message, greeting, talk recording, prompt';
COMMENT ON COLUMN media.tenant       IS 'Whose';
COMMENT ON COLUMN media.media_id     IS 'Its id: that of its call, and a number';
COMMENT ON COLUMN media.kind         IS 'message (left in a box), greeting (of a box), talk (a conversation), prompt; empty: not told yet';
COMMENT ON COLUMN media.state        IS 'wanted (about to be recorded), running, closed (the file lies on the switch), lost (there is no file), stored (in storage, checksum read back), deleted (no copy exists)';
COMMENT ON COLUMN media.cause        IS 'Why it came into this state';
COMMENT ON COLUMN media.began_at     IS 'When it was wanted, or first heard of';
COMMENT ON COLUMN media.changed_at   IS 'When it came into this state';
COMMENT ON COLUMN media.call_id      IS 'calls.call_id; empty for what no call made';
COMMENT ON COLUMN media.channel      IS 'What was recorded: legs.leg_id';
COMMENT ON COLUMN media.switch       IS 'On whose disk the file was made';
COMMENT ON COLUMN media.path         IS 'The switch''s own path of the file';
COMMENT ON COLUMN media.owner        IS 'Whose file it is, as a target: voicemail:anna, queue:sales, extension:101';
COMMENT ON COLUMN media.caller       IS 'Number of the caller';
COMMENT ON COLUMN media.called       IS 'Number of the other party of a talk';
COMMENT ON COLUMN media.agent        IS 'The agent who talked';
COMMENT ON COLUMN media.length_ms    IS 'How long it sounds';
COMMENT ON COLUMN media.bytes        IS 'Bytes of the file as it was stored';
COMMENT ON COLUMN media.sha256       IS 'Its checksum in hex';
COMMENT ON COLUMN media.place        IS 'Its name in storage';
COMMENT ON COLUMN media.on_switch    IS 'Whether the switch''s copy is still there';
COMMENT ON COLUMN media.tries        IS 'How often moving it has failed';
COMMENT ON COLUMN media.trouble      IS 'Why moving it failed last';
COMMENT ON COLUMN media.due_at       IS 'Not to be worked on before; NULL: there is nothing to be done';
COMMENT ON COLUMN media.leased_by    IS 'The process that works on it now';
COMMENT ON COLUMN media.leased_until IS 'Until when no other process does';

CREATE TABLE media_changes (
    tenant   text        NOT NULL,
    media_id text        NOT NULL,
    state    text        NOT NULL,
    at       timestamptz NOT NULL,
    cause    text        NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT media_changes_key PRIMARY KEY (tenant, media_id, state)
);

COMMENT ON TABLE media_changes IS 'One row per state a medium came into; of one state told twice the first counts';
COMMENT ON COLUMN media_changes.tenant   IS 'Whose';
COMMENT ON COLUMN media_changes.media_id IS 'media.media_id';
COMMENT ON COLUMN media_changes.state    IS 'As media.state';
COMMENT ON COLUMN media_changes.at       IS 'When it came into the state';
COMMENT ON COLUMN media_changes.cause    IS 'Why';
COMMENT ON COLUMN media_changes.noted_at IS 'When this row was written';

CREATE TABLE job_leases (
    name         text        NOT NULL,
    leased_by    text        NOT NULL,
    leased_until timestamptz NOT NULL,
    CONSTRAINT job_leases_key PRIMARY KEY (name)
);

COMMENT ON TABLE job_leases IS 'Work of the media job that one process at a time does, of however many hosts';
COMMENT ON COLUMN job_leases.name         IS 'Which work';
COMMENT ON COLUMN job_leases.leased_by    IS 'The process that does it';
COMMENT ON COLUMN job_leases.leased_until IS 'Until when, unless it says so again';
