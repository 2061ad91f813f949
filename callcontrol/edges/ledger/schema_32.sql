-- Version 32 of the ledger: calls and stays in queues counted by hour, without a number or a name of a person. An hour of which a row
-- came, went or changed is marked in the same transaction, whichever statement wrote it; the job counts it anew from the
-- rows. Until it has, reports count that hour themselves: what they say is always what the rows say.

-- It marks every hour of years: the writer's limit for a statement is no measure for that.
SET LOCAL statement_timeout = 0;

CREATE TABLE hours_to_count (
    tenant text        NOT NULL,
    hour   timestamptz NOT NULL
);
CREATE INDEX hours_to_count_by_hour ON hours_to_count (tenant, hour);
COMMENT ON TABLE  hours_to_count IS 'Hours whose counts are not those of the rows any more; the same one may stand here several times, so that no writer waits for another';
COMMENT ON COLUMN hours_to_count.tenant IS 'As calls.tenant';
COMMENT ON COLUMN hours_to_count.hour   IS 'The hour (UTC), by its beginning';

CREATE TABLE call_hours (
    tenant  text        NOT NULL,
    hour    timestamptz NOT NULL,
    type    text        NOT NULL,
    outcome text        NOT NULL,
    calls   bigint      NOT NULL,
    talks   bigint      NOT NULL,
    wait_ms bigint      NOT NULL,
    talk_ms bigint      NOT NULL,
    CONSTRAINT call_hours_key PRIMARY KEY (tenant, hour, type, outcome)
);
COMMENT ON TABLE  call_hours IS 'Calls counted by the hour in which they arrived; can be counted anew from calls at any time';
COMMENT ON COLUMN call_hours.tenant  IS 'As calls.tenant';
COMMENT ON COLUMN call_hours.hour    IS 'The hour (UTC), by its beginning';
COMMENT ON COLUMN call_hours.type    IS 'As call_type says';
COMMENT ON COLUMN call_hours.outcome IS 'As calls.outcome';
COMMENT ON COLUMN call_hours.calls   IS 'How many calls';
COMMENT ON COLUMN call_hours.talks   IS 'How many of them had a conversation';
COMMENT ON COLUMN call_hours.wait_ms IS 'Of those: whole milliseconds from arrival to the first conversation, the sum';
COMMENT ON COLUMN call_hours.talk_ms IS 'Of those: whole milliseconds from there to the end of the call, the sum';

CREATE TABLE queue_hours (
    tenant  text        NOT NULL,
    hour    timestamptz NOT NULL,
    queue   text        NOT NULL,
    how     text        NOT NULL,
    visits  bigint      NOT NULL,
    wait_ms bigint      NOT NULL,
    CONSTRAINT queue_hours_key PRIMARY KEY (tenant, hour, queue, how)
);
COMMENT ON TABLE  queue_hours IS 'Stays of callers in queues counted by the hour in which they entered, without the calls that call back; can be counted anew from queue_visits at any time';
COMMENT ON COLUMN queue_hours.tenant  IS 'As queue_visits.tenant';
COMMENT ON COLUMN queue_hours.hour    IS 'The hour (UTC), by its beginning';
COMMENT ON COLUMN queue_hours.queue   IS 'As queue_visits.queue';
COMMENT ON COLUMN queue_hours.how     IS 'As queue_visits.how';
COMMENT ON COLUMN queue_hours.visits  IS 'How many stays';
COMMENT ON COLUMN queue_hours.wait_ms IS 'Whole milliseconds waited, the sum';

CREATE OR REPLACE FUNCTION mark_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO hours_to_count SELECT DISTINCT tenant, date_bin(''1 hour'', %I, ''epoch'') FROM changed', TG_ARGV[0]);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION mark_hours() IS 'Marks the hours of the rows that came, went or changed; its argument is the column that says when a row was';

CREATE TRIGGER calls_come   AFTER INSERT ON calls REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('started_at');
CREATE TRIGGER calls_go     AFTER DELETE ON calls REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('started_at');
CREATE TRIGGER calls_change AFTER UPDATE ON calls REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('started_at');
CREATE TRIGGER visits_come   AFTER INSERT ON queue_visits REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('entered_at');
CREATE TRIGGER visits_go     AFTER DELETE ON queue_visits REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('entered_at');
CREATE TRIGGER visits_change AFTER UPDATE ON queue_visits REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('entered_at');
CREATE TRIGGER visits_change_to AFTER UPDATE ON queue_visits REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_hours('entered_at');

INSERT INTO hours_to_count
SELECT tenant, date_bin('1 hour', started_at, 'epoch') FROM calls GROUP BY 1, 2
UNION
SELECT tenant, date_bin('1 hour', entered_at, 'epoch') FROM queue_visits GROUP BY 1, 2;
