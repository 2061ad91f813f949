-- Version 44 of the ledger: who listened to whose conversation, as a supervisor.

CREATE TABLE listenings (
    tenant       text        NOT NULL,
    listening_id text        NOT NULL,
    supervisor   text        NOT NULL,
    whom         text        NOT NULL,
    call_id      text        NOT NULL,
    switch       text        NOT NULL,
    queue        text        NOT NULL,
    reason       text        NOT NULL,
    began_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    how          text,
    spans        jsonb       NOT NULL,
    revision     integer     NOT NULL,
    CONSTRAINT listenings_key PRIMARY KEY (tenant, listening_id),
    CONSTRAINT listenings_how CHECK (how IN ('hung_up', 'call_ended', 'out_of_scope', 'withdrawn', 'taken_over', 'failed')),
    CONSTRAINT listenings_over CHECK ((ended_at IS NULL) = (how IS NULL))
);

CREATE INDEX listenings_by_day ON listenings (tenant, began_at DESC);
CREATE INDEX listenings_by_call ON listenings (tenant, call_id);

COMMENT ON TABLE listenings IS 'Each time that a supervisor listened to a conversation, whispered, barged in or took it over';
COMMENT ON COLUMN listenings.tenant       IS 'Whose people';
COMMENT ON COLUMN listenings.listening_id IS 'calls.call_id of the supervisor''s own call';
COMMENT ON COLUMN listenings.supervisor   IS 'Who: an extension (extension:101)';
COMMENT ON COLUMN listenings.whom         IS 'Whose conversation it was at first: an extension; spans have those that followed';
COMMENT ON COLUMN listenings.call_id      IS 'calls.call_id of the call that was listened to';
COMMENT ON COLUMN listenings.switch       IS 'At which switch';
COMMENT ON COLUMN listenings.queue        IS 'The queue of the conversation, '''' for none';
COMMENT ON COLUMN listenings.reason       IS 'Why, as the supervisor has said; '''' where none was given';
COMMENT ON COLUMN listenings.began_at     IS 'When the right was checked and it began, by the worker''s clock';
COMMENT ON COLUMN listenings.ended_at     IS 'When it was over; null: it goes on, or the end is still to come';
COMMENT ON COLUMN listenings.how          IS 'hung_up (the supervisor), call_ended, out_of_scope (the caller went where the supervisor has no right), withdrawn (the right), taken_over, failed';
COMMENT ON COLUMN listenings.spans        IS '[{mode, whom, began, ended}]: listen, whisper or barge, from when to when (microseconds since the epoch), in order';
COMMENT ON COLUMN listenings.revision     IS 'Of two states of a listening the higher one is true';

CREATE TRIGGER forget_erased BEFORE INSERT ON listenings FOR EACH ROW EXECUTE FUNCTION forget_erased('supervisor', 'whom', 'reason', 'spans');
