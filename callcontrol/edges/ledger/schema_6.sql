-- Version 6 of the ledger: conversations. What is said in schema.sql holds here too: monthly partitions by started_day, keys
-- that begin with the tenant, column comments as a contract. Calls of before have no rows here; their ids stay valid.

CREATE TABLE segments (
    tenant      text        NOT NULL,
    switch      text        NOT NULL,
    call_id     text        NOT NULL,
    started_day date        NOT NULL,
    segment     smallint    NOT NULL,
    leg_id      text        NOT NULL,
    other_leg   text        NOT NULL,
    party       text        NOT NULL,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    estimated   boolean     NOT NULL,
    written_at  timestamptz NOT NULL DEFAULT now(),
    talk_ms     numeric(16, 3) GENERATED ALWAYS AS (1000 * extract(epoch FROM ended_at - began_at)) STORED,
    PRIMARY KEY (tenant, switch, call_id, started_day, segment),
    CONSTRAINT segments_segment CHECK (segment >= 1),
    CONSTRAINT segments_ends    CHECK (ended_at >= began_at)
) PARTITION BY RANGE (started_day);
CREATE INDEX segments_by_party ON segments (tenant, party, started_day) WHERE party <> '';

-- A call is found by any of its channels.
CREATE INDEX legs_by_id ON legs (leg_id);

COMMENT ON TABLE  segments IS 'One row per conversation of a call: who heard whom, from when to when; a call may have several, one after the other';
COMMENT ON COLUMN segments.tenant      IS 'Tenant of the call';
COMMENT ON COLUMN segments.switch      IS 'Switch of the call';
COMMENT ON COLUMN segments.call_id     IS 'The call';
COMMENT ON COLUMN segments.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN segments.segment     IS '1 for the call''s first conversation, then counted on';
COMMENT ON COLUMN segments.leg_id      IS 'The caller''s channel; of a callback''s call, which has none, the agent''s leg. Empty: not known';
COMMENT ON COLUMN segments.other_leg   IS 'The leg it was joined with (legs.leg_id): of this call, or, after an attended transfer, of the call by which the transferor asked';
COMMENT ON COLUMN segments.party       IS 'Who was at other_leg, as a target: extension:101, number:+48…, sip:…; after an attended transfer as far as is known';
COMMENT ON COLUMN segments.began_at    IS 'When the two first heard each other';
COMMENT ON COLUMN segments.ended_at    IS 'When they did no more: the end of the leg that ended first, or when a party was transferred';
COMMENT ON COLUMN segments.estimated   IS 'The end is the best known';
COMMENT ON COLUMN segments.written_at  IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN segments.talk_ms     IS 'Milliseconds of conversation, exact to the microsecond';
