-- The ledger: calls, their legs, their charges. The column comments are a contract with everything that reads these tables.
--
-- Each table is partitioned by the month of started_day, the UTC day on which the call arrived: a value that never changes, so
-- that a leg written twice meets itself. There is no default partition: months are made ahead (partitions.py), and by the
-- writer where a record is older. Keys begin with the tenant, by which the tables can be distributed.
--
-- This is version 1, and it stays as it is: a database of before is brought on by what followed, schema_2.sql, which a new one
-- gets as well.

CREATE TABLE schema_version (
    version    integer     PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE  schema_version            IS 'Which schema this database has: the highest version';
COMMENT ON COLUMN schema_version.version    IS 'Version of the tables, from 1';
COMMENT ON COLUMN schema_version.applied_at IS 'When the version was put in place';

CREATE TABLE calls (
    tenant           text        NOT NULL,
    switch           text        NOT NULL,
    call_id          text        NOT NULL,
    started_day      date        NOT NULL,
    started_at       timestamptz NOT NULL,
    answered_at      timestamptz,
    bridged_at       timestamptz,
    ended_at         timestamptz NOT NULL,
    worker           text        NOT NULL,
    caller_number    text        NOT NULL,
    caller_name      text        NOT NULL,
    caller_anonymous boolean     NOT NULL,
    caller_extension text        NOT NULL,
    dialled          text        NOT NULL,
    outcome          text        NOT NULL,
    answered_leg     text        NOT NULL,
    answered_by      text        NOT NULL,
    path             jsonb       NOT NULL,
    recordings       jsonb       NOT NULL,
    notes            jsonb       NOT NULL,
    estimated        boolean     NOT NULL,
    written_at       timestamptz NOT NULL DEFAULT now(),
    total_ms         numeric(16, 3) GENERATED ALWAYS AS (1000 * extract(epoch FROM ended_at - started_at)) STORED,
    PRIMARY KEY (tenant, switch, call_id, started_day),
    CONSTRAINT calls_day       CHECK (started_day = (started_at AT TIME ZONE 'UTC')::date),
    CONSTRAINT calls_ends      CHECK (ended_at >= started_at),
    CONSTRAINT calls_answer    CHECK (answered_at BETWEEN started_at AND ended_at),
    CONSTRAINT calls_outcome   CHECK (outcome ~ '^[a-z_]+$'),
    CONSTRAINT calls_documents CHECK (jsonb_typeof(path) = 'array' AND jsonb_typeof(recordings) = 'array'
                                      AND jsonb_typeof(notes) = 'array')
) PARTITION BY RANGE (started_day);
CREATE INDEX calls_by_dialled ON calls (tenant, dialled, started_day);
CREATE INDEX calls_by_caller  ON calls (tenant, caller_number, started_day);
CREATE INDEX calls_by_start   ON calls (started_day, started_at);

COMMENT ON TABLE  calls IS 'One row per call: one caller''s visit, from its arrival to its end';
COMMENT ON COLUMN calls.tenant           IS 'Whose call it is; empty if no tenant has the dialled number';
COMMENT ON COLUMN calls.switch           IS 'The FreeSWITCH that carried it, by its name in callcontrol.yaml';
COMMENT ON COLUMN calls.call_id          IS 'Id of the call: uuid of the caller''s channel';
COMMENT ON COLUMN calls.started_day      IS 'UTC day of started_at; decides the partition, never changes';
COMMENT ON COLUMN calls.started_at       IS 'When the call reached callcontrol, by the worker''s clock';
COMMENT ON COLUMN calls.answered_at      IS 'When the caller''s channel was answered, by a person or a greeting; null: never';
COMMENT ON COLUMN calls.bridged_at       IS 'When the caller was first bridged; null: never';
COMMENT ON COLUMN calls.ended_at         IS 'When the caller''s channel ended';
COMMENT ON COLUMN calls.worker           IS 'The callcontrol process the call arrived at';
COMMENT ON COLUMN calls.caller_number    IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came';
COMMENT ON COLUMN calls.caller_name      IS 'Display name of the caller, cleaned';
COMMENT ON COLUMN calls.caller_anonymous IS 'The caller asked for privacy: the number is kept for the record and never shown to the called party';
COMMENT ON COLUMN calls.caller_extension IS 'The tenant''s own extension that called; empty: from outside';
COMMENT ON COLUMN calls.dialled          IS 'The number the caller dialled';
COMMENT ON COLUMN calls.outcome          IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow or failed';
COMMENT ON COLUMN calls.answered_leg     IS 'leg_id of the first leg that was joined to the caller; empty: none';
COMMENT ON COLUMN calls.answered_by      IS 'Target of that leg, such as extension:101; empty: none';
COMMENT ON COLUMN calls.path             IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it';
COMMENT ON COLUMN calls.recordings       IS 'What was recorded: [{at, box, path}]; path: on the switch';
COMMENT ON COLUMN calls.notes            IS 'Whatever else explains the call: [{at, what}]';
COMMENT ON COLUMN calls.estimated        IS 'Some leg''s times are the best known, not the switch''s word';
COMMENT ON COLUMN calls.written_at       IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN calls.total_ms         IS 'Milliseconds from started_at to ended_at, exact to the microsecond';

CREATE TABLE legs (
    tenant      text        NOT NULL,
    switch      text        NOT NULL,
    leg_id      text        NOT NULL,
    started_day date        NOT NULL,
    call_id     text        NOT NULL,
    position    smallint    NOT NULL,
    direction   text        NOT NULL,
    target      text        NOT NULL,
    address     text        NOT NULL,
    trunk       text        NOT NULL,
    shown       text        NOT NULL,
    payer       text        NOT NULL,
    dialled_at  timestamptz NOT NULL,
    created_at  timestamptz,
    ringing_at  timestamptz,
    answered_at timestamptz,
    bridged_at  timestamptz,
    ended_at    timestamptz,
    cause       text        NOT NULL,
    outcome     text        NOT NULL,
    hung_up_by  text        NOT NULL,
    estimated   boolean     NOT NULL,
    written_at  timestamptz NOT NULL DEFAULT now(),
    ring_ms     numeric(16, 3) GENERATED ALWAYS AS (1000 * extract(epoch FROM coalesce(answered_at, ended_at) - ringing_at)) STORED,
    talk_ms     numeric(16, 3) GENERATED ALWAYS AS (1000 * coalesce(extract(epoch FROM ended_at - answered_at), 0)) STORED,
    total_ms    numeric(16, 3) GENERATED ALWAYS AS (1000 * coalesce(extract(epoch FROM ended_at - created_at), 0)) STORED,
    PRIMARY KEY (tenant, switch, leg_id, started_day),
    CONSTRAINT legs_position  CHECK (position >= 0),
    CONSTRAINT legs_direction CHECK (direction IN ('a', 'b')),
    CONSTRAINT legs_channel   CHECK ((created_at IS NULL) = (ended_at IS NULL)),
    CONSTRAINT legs_ringing   CHECK (ringing_at BETWEEN created_at AND coalesce(answered_at, ended_at)),
    CONSTRAINT legs_answer    CHECK (answered_at BETWEEN created_at AND ended_at),
    CONSTRAINT legs_ends      CHECK (ended_at >= created_at),
    CONSTRAINT legs_outcome   CHECK (outcome ~ '^[a-z_]+$'),
    CONSTRAINT legs_ender     CHECK (hung_up_by IN ('', 'caller', 'callee', 'switch'))
) PARTITION BY RANGE (started_day);
CREATE INDEX legs_by_call    ON legs (tenant, call_id, started_day);
CREATE INDEX legs_by_address ON legs (tenant, address, started_day);

COMMENT ON TABLE  legs IS 'One row per leg: the caller''s own channel (position 0) and every attempt to reach a party';
COMMENT ON COLUMN legs.tenant      IS 'Tenant of the call';
COMMENT ON COLUMN legs.switch      IS 'The FreeSWITCH that carried it; (switch, leg_id) identifies a leg';
COMMENT ON COLUMN legs.leg_id      IS 'uuid of the channel';
COMMENT ON COLUMN legs.started_day IS 'UTC day on which the leg''s call arrived; decides the partition, never changes';
COMMENT ON COLUMN legs.call_id     IS 'The call it belongs to';
COMMENT ON COLUMN legs.position    IS '0: the caller''s leg; then in the order in which they were sent out';
COMMENT ON COLUMN legs.direction   IS 'a: the caller''s own channel; b: a channel callcontrol sent out';
COMMENT ON COLUMN legs.target      IS 'What rang: extension:101, number:+48…, sip:…; empty for the caller''s leg';
COMMENT ON COLUMN legs.address     IS 'SIP account, number or URI that was dialled; on the caller''s leg the number dialled';
COMMENT ON COLUMN legs.trunk       IS 'Trunk it went out through; empty: internal';
COMMENT ON COLUMN legs.shown       IS 'Number shown to the called party, or anonymous; on the caller''s leg the caller''s own';
COMMENT ON COLUMN legs.payer       IS 'Who is billed: extension:101 (owner of the forwarding rule) or tenant; empty: not billed';
COMMENT ON COLUMN legs.dialled_at  IS 'When callcontrol sent it out, by the worker''s clock; on the caller''s leg when the call arrived';
COMMENT ON COLUMN legs.created_at  IS 'When the channel came to be, by the switch''s clock, as the next ones; null: it never did';
COMMENT ON COLUMN legs.ringing_at  IS 'When the far end began to ring or sent early media; null: it did not';
COMMENT ON COLUMN legs.answered_at IS 'When the far end answered; null: it did not';
COMMENT ON COLUMN legs.bridged_at  IS 'When the leg was joined to the caller, by the worker''s clock; null: never';
COMMENT ON COLUMN legs.ended_at    IS 'When the channel ended; null: it never came to be';
COMMENT ON COLUMN legs.cause       IS 'FreeSWITCH''s hangup cause; empty: unknown';
COMMENT ON COLUMN legs.outcome     IS 'answered, busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
COMMENT ON COLUMN legs.hung_up_by  IS 'caller, callee, switch (a limit, a cancel, our command); empty: unknown';
COMMENT ON COLUMN legs.estimated   IS 'Some time is the best known, not the switch''s word';
COMMENT ON COLUMN legs.written_at  IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN legs.ring_ms     IS 'Milliseconds of ringing, exact to the microsecond; null: it did not ring';
COMMENT ON COLUMN legs.talk_ms     IS 'Milliseconds from answer to end, exact to the microsecond; 0: not answered';
COMMENT ON COLUMN legs.total_ms    IS 'Milliseconds the channel lived, exact to the microsecond; 0: it never came to be';

CREATE TABLE charges (
    tenant         text        NOT NULL,
    switch         text        NOT NULL,
    leg_id         text        NOT NULL,
    started_day    date        NOT NULL,
    revision       smallint    NOT NULL,
    call_id        text        NOT NULL,
    status         text        NOT NULL,
    payer          text        NOT NULL,
    number         text        NOT NULL,
    reason         text        NOT NULL,
    amount         numeric(20, 8),
    currency       text        NOT NULL,
    tariff         text        NOT NULL,
    tariff_version timestamptz,
    prefix         text        NOT NULL,
    destination    text        NOT NULL,
    counted_s      integer     NOT NULL,
    free_s         integer     NOT NULL,
    billed_s       integer     NOT NULL,
    step           text        NOT NULL,
    fee            numeric(20, 8),
    vat_percent    numeric(6, 3),
    parts          jsonb       NOT NULL,
    formula        text        NOT NULL,
    written_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, switch, leg_id, started_day, revision),
    CONSTRAINT charges_revision CHECK (revision >= 1),
    CONSTRAINT charges_status   CHECK (status IN ('rated', 'unrated', 'void')),
    CONSTRAINT charges_amount   CHECK ((status = 'rated') = (amount IS NOT NULL) AND amount >= 0),
    CONSTRAINT charges_currency CHECK (currency ~ '^[A-Z]{3}$' OR amount IS NULL),
    CONSTRAINT charges_reason   CHECK ((status = 'rated') = (reason = '')),
    CONSTRAINT charges_seconds  CHECK (counted_s >= 0 AND free_s BETWEEN 0 AND counted_s AND billed_s >= 0)
) PARTITION BY RANGE (started_day);
CREATE INDEX charges_by_call  ON charges (tenant, call_id, started_day);
CREATE INDEX charges_by_payer ON charges (tenant, payer, started_day);
CREATE INDEX charges_unrated  ON charges (started_day) WHERE status = 'unrated';

COMMENT ON TABLE  charges IS 'What a leg cost, with everything needed to redo it by hand. Rows are never changed: a correction is a further revision, and the highest one holds (view current_charges)';
COMMENT ON COLUMN charges.tenant         IS 'Tenant of the call';
COMMENT ON COLUMN charges.switch         IS 'Switch of the leg';
COMMENT ON COLUMN charges.leg_id         IS 'The leg that is charged';
COMMENT ON COLUMN charges.started_day    IS 'UTC day on which the leg''s call arrived; decides the partition';
COMMENT ON COLUMN charges.revision       IS '1 for the first charge of the leg, then counted on';
COMMENT ON COLUMN charges.call_id        IS 'The call it belongs to';
COMMENT ON COLUMN charges.status         IS 'rated; unrated: no price, a case for a person; void: an earlier revision was wrong and nothing is owed';
COMMENT ON COLUMN charges.payer          IS 'Who pays: extension:101 or tenant';
COMMENT ON COLUMN charges.number         IS 'The number that was priced, in normal form';
COMMENT ON COLUMN charges.reason         IS 'Why there is no amount; empty for rated';
COMMENT ON COLUMN charges.amount         IS 'What is owed without VAT, rounded once by the price list''s rule; null unless rated';
COMMENT ON COLUMN charges.currency       IS 'ISO 4217 letters; empty unless rated';
COMMENT ON COLUMN charges.tariff         IS 'Name of the price list';
COMMENT ON COLUMN charges.tariff_version IS 'valid_from of the version in force when the leg was answered';
COMMENT ON COLUMN charges.prefix         IS 'The longest prefix of number in that version';
COMMENT ON COLUMN charges.destination    IS 'What the price list calls that prefix';
COMMENT ON COLUMN charges.counted_s      IS 'Talk time as whole seconds, by the list''s rule';
COMMENT ON COLUMN charges.free_s         IS 'Seconds of these that cost nothing';
COMMENT ON COLUMN charges.billed_s       IS 'Seconds of all started steps';
COMMENT ON COLUMN charges.step           IS 'First block and step in seconds: 60/1';
COMMENT ON COLUMN charges.fee            IS 'Connection fee within amount';
COMMENT ON COLUMN charges.vat_percent    IS 'VAT rate of the list, for information; null: not given';
COMMENT ON COLUMN charges.parts          IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}]; numbers with decimals are text';
COMMENT ON COLUMN charges.formula        IS 'The way from talk time to amount';
COMMENT ON COLUMN charges.written_at     IS 'When this row was written';

CREATE VIEW current_charges AS
    SELECT DISTINCT ON (tenant, switch, leg_id, started_day) *
    FROM charges
    ORDER BY tenant, switch, leg_id, started_day, revision DESC;
COMMENT ON VIEW current_charges IS 'The charge that holds for each leg: its highest revision';
