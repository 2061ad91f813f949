-- Version 2 of the ledger: queues. What is said in schema.sql holds here too: monthly partitions by started_day, keys that begin
-- with the tenant, column comments as a contract.

CREATE TABLE queue_visits (
    tenant         text        NOT NULL,
    switch         text        NOT NULL,
    call_id        text        NOT NULL,
    started_day    date        NOT NULL,
    visit          smallint    NOT NULL,
    queue          text        NOT NULL,
    ticket         text        NOT NULL,
    entered_at     timestamptz NOT NULL,
    joined_at      timestamptz NOT NULL,
    took_up        text        NOT NULL,
    first_position integer     NOT NULL,
    left_at        timestamptz NOT NULL,
    how            text        NOT NULL,
    wait_ms        bigint      NOT NULL,
    detail         text        NOT NULL,
    agent          text        NOT NULL,
    bridged_at     timestamptz,
    keys           jsonb       NOT NULL,
    wrap_up_until  timestamptz,
    estimated      boolean     NOT NULL,
    written_at     timestamptz NOT NULL DEFAULT now(),
    called_back    boolean     GENERATED ALWAYS AS (took_up = 'callback' AND NOT starts_with(ticket, call_id)) STORED,
    PRIMARY KEY (tenant, switch, call_id, started_day, visit),
    CONSTRAINT queue_visits_visit    CHECK (visit >= 1),
    CONSTRAINT queue_visits_joined   CHECK (joined_at <= entered_at),
    CONSTRAINT queue_visits_left     CHECK (left_at >= entered_at),
    CONSTRAINT queue_visits_wait     CHECK (wait_ms >= 0),
    CONSTRAINT queue_visits_position CHECK (first_position >= 0),
    CONSTRAINT queue_visits_took_up  CHECK (took_up IN ('', 'came_back', 'callback')),
    CONSTRAINT queue_visits_how      CHECK (how ~ '^[a-z_]+$'),
    CONSTRAINT queue_visits_agent    CHECK (agent = '' OR how = 'answered'),
    CONSTRAINT queue_visits_keys     CHECK (jsonb_typeof(keys) = 'array')
) PARTITION BY RANGE (started_day);
CREATE INDEX queue_visits_by_queue ON queue_visits (tenant, queue, started_day);
CREATE INDEX queue_visits_by_agent ON queue_visits (tenant, agent, started_day) WHERE agent <> '';

COMMENT ON TABLE  queue_visits IS 'One row per stay of a call in a queue; a call may stay in several, one after the other';
COMMENT ON COLUMN queue_visits.tenant         IS 'Tenant of the call';
COMMENT ON COLUMN queue_visits.switch         IS 'Switch of the call';
COMMENT ON COLUMN queue_visits.call_id        IS 'The call that waited';
COMMENT ON COLUMN queue_visits.started_day    IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN queue_visits.visit          IS '1 for the call''s first stay in a queue, then counted on';
COMMENT ON COLUMN queue_visits.queue          IS 'The queue, by its key in the YAML';
COMMENT ON COLUMN queue_visits.ticket         IS 'Id of the place: the call''s id and /1, /2, …; in a callback''s call that of the place the customer kept; empty: unknown';
COMMENT ON COLUMN queue_visits.entered_at     IS 'When this call entered the queue, by the worker''s clock, as the other times';
COMMENT ON COLUMN queue_visits.joined_at      IS 'Since when the caller waits: earlier than entered_at if an earlier place was taken up';
COMMENT ON COLUMN queue_visits.took_up        IS 'Which place it is: empty: a new one; came_back: the caller''s own of a moment before; callback: one kept for calling back';
COMMENT ON COLUMN queue_visits.first_position IS 'Position on entry, 1 is next; 0: unknown';
COMMENT ON COLUMN queue_visits.left_at        IS 'When the caller left the queue';
COMMENT ON COLUMN queue_visits.how            IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
COMMENT ON COLUMN queue_visits.wait_ms        IS 'Whole milliseconds from joined_at to left_at: for an answered caller until joined to the agent';
COMMENT ON COLUMN queue_visits.detail         IS 'The agent who answered, the target the caller went to, or whatever else says how';
COMMENT ON COLUMN queue_visits.agent          IS 'The agent who answered; empty: none';
COMMENT ON COLUMN queue_visits.bridged_at     IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN queue_visits.keys           IS 'What the caller pressed while waiting: [{at, key}]';
COMMENT ON COLUMN queue_visits.wrap_up_until  IS 'Planned end of the agent''s wrap-up after it; null: none';
COMMENT ON COLUMN queue_visits.estimated      IS 'How or when the caller left is the best known: it was not reported';
COMMENT ON COLUMN queue_visits.written_at     IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN queue_visits.called_back    IS 'The call is an attempt to call the customer back: an agent was rung first, then the customer, who does not count as one who entered';

CREATE TABLE offers (
    tenant        text        NOT NULL,
    switch        text        NOT NULL,
    call_id       text        NOT NULL,
    started_day   date        NOT NULL,
    visit         smallint    NOT NULL,
    offer         text        NOT NULL,
    agent         text        NOT NULL,
    queue         text        NOT NULL,
    offered_at    timestamptz NOT NULL,
    legs          text[]      NOT NULL,
    ended_at      timestamptz NOT NULL,
    how           text        NOT NULL,
    detail        text        NOT NULL,
    bridged_at    timestamptz,
    parted_at     timestamptz,
    wrap_up_from  timestamptz,
    wrap_up_until timestamptz,
    estimated     boolean     NOT NULL,
    written_at    timestamptz NOT NULL DEFAULT now(),
    offer_ms      numeric(16, 3) GENERATED ALWAYS AS (1000 * extract(epoch FROM ended_at - offered_at)) STORED,
    talk_ms       numeric(16, 3) GENERATED ALWAYS AS (1000 * coalesce(extract(epoch FROM parted_at - bridged_at), 0)) STORED,
    wrap_up_ms    numeric(16, 3) GENERATED ALWAYS AS (1000 * coalesce(extract(epoch FROM wrap_up_until - wrap_up_from), 0)) STORED,
    PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent),
    CONSTRAINT offers_ends    CHECK (ended_at >= offered_at),
    CONSTRAINT offers_how     CHECK (how ~ '^[a-z_]+$'),
    CONSTRAINT offers_talk    CHECK ((bridged_at IS NULL) = (parted_at IS NULL) AND parted_at >= bridged_at),
    CONSTRAINT offers_joined  CHECK (bridged_at IS NULL OR how = 'accepted'),
    CONSTRAINT offers_wrap_up CHECK ((wrap_up_from IS NULL) = (wrap_up_until IS NULL) AND wrap_up_until >= wrap_up_from)
) PARTITION BY RANGE (started_day);
CREATE INDEX offers_by_queue ON offers (tenant, queue, started_day);
CREATE INDEX offers_by_agent ON offers (tenant, agent, started_day);

COMMENT ON TABLE  offers IS 'One row per agent a waiting caller was offered to, each time anew';
COMMENT ON COLUMN offers.tenant        IS 'Tenant of the call';
COMMENT ON COLUMN offers.switch        IS 'Switch of the call';
COMMENT ON COLUMN offers.call_id       IS 'The call that was offered';
COMMENT ON COLUMN offers.started_day   IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN offers.visit         IS 'During which of its stays in queues (queue_visits.visit)';
COMMENT ON COLUMN offers.offer         IS 'Id of the offer; several agents rung at once share it';
COMMENT ON COLUMN offers.agent         IS 'The agent who was offered the caller, by the key in the YAML';
COMMENT ON COLUMN offers.queue         IS 'Queue of the visit';
COMMENT ON COLUMN offers.offered_at    IS 'When the agent''s phone was to ring, by the worker''s clock, as the other times but parted_at';
COMMENT ON COLUMN offers.legs          IS 'leg_ids of the legs that rang (legs.leg_id); none: the agent could not be rung';
COMMENT ON COLUMN offers.ended_at      IS 'When the offer was over for this agent';
COMMENT ON COLUMN offers.how           IS 'accepted, rejected, busy, no_answer, unreachable, caller_gone (the caller left first), answered_elsewhere (another agent was faster) or expired (the end was not reported)';
COMMENT ON COLUMN offers.detail        IS 'Whatever else says how';
COMMENT ON COLUMN offers.bridged_at    IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN offers.parted_at     IS 'End of the agent''s leg (of a callback''s call: of the customer''s), by the switch''s clock; null: never joined';
COMMENT ON COLUMN offers.wrap_up_from  IS 'When the wrap-up after it began; null: none';
COMMENT ON COLUMN offers.wrap_up_until IS 'Its end as it was planned; the agent may have ended or prolonged it';
COMMENT ON COLUMN offers.estimated     IS 'Some end is the best known: it was not reported';
COMMENT ON COLUMN offers.written_at    IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN offers.offer_ms      IS 'Milliseconds from offered_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN offers.talk_ms       IS 'Milliseconds of conversation, bridged_at to parted_at, exact to the microsecond; 0: none';
COMMENT ON COLUMN offers.wrap_up_ms    IS 'Milliseconds of wrap-up as planned, exact to the microsecond; 0: none';

-- What queues make of the tables of version 1.
COMMENT ON COLUMN calls.call_id       IS 'Id of the call: uuid of the caller''s channel; a callback''s call, which has none, has one of its own';
COMMENT ON COLUMN calls.dialled       IS 'The number the caller dialled; of a callback''s call the queue, as queue:support';
COMMENT ON COLUMN calls.answered_at   IS 'When the caller''s channel was answered, by a person or a greeting; null: never, or a callback''s call, which has none';
COMMENT ON COLUMN calls.ended_at      IS 'When the caller''s channel ended; of a callback''s call its last leg';
COMMENT ON COLUMN calls.caller_number IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came. Of a callback''s call: the customer';
COMMENT ON COLUMN calls.outcome       IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow (sent or taken out of a queue, and nothing followed), callback (asked to be called back) or failed';
COMMENT ON COLUMN calls.estimated     IS 'Some leg''s times, or how or when it left a queue, are the best known, not the switch''s or the worker''s word';
COMMENT ON TABLE  legs IS 'One row per leg: the caller''s own channel (position 0; a callback''s call has none) and every attempt to reach a party';
COMMENT ON COLUMN legs.position       IS '0: the caller''s leg; then from 1 in the order in which they were sent out';
