-- Version 34 of the ledger: exports of missed callers, and receipts. A case changes and is made anew; what an export delivers may
-- not. So whatever a transaction has made of a case is kept, at its end, as a revision of its own, which never changes.

CREATE TABLE missed_revisions (
    tenant         text        NOT NULL,
    number         text        NOT NULL,
    target         text        NOT NULL,
    opened_at      timestamptz NOT NULL,
    revision       integer     NOT NULL,
    is_void        boolean     NOT NULL DEFAULT false,
    opened_by      text        NOT NULL,
    reason         text        NOT NULL,
    due_at         timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    last_missed_at timestamptz NOT NULL,
    missed         integer     NOT NULL,
    tries          integer     NOT NULL,
    first_try_at   timestamptz,
    claimed_by     text        NOT NULL,
    claimed_until  timestamptz,
    closed_at      timestamptz,
    how            text        NOT NULL,
    by             text        NOT NULL,
    why            text        NOT NULL,
    written_in     bigint      NOT NULL DEFAULT ledger_transaction(),
    written_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT missed_revisions_key PRIMARY KEY (tenant, number, target, opened_at, revision),
    CONSTRAINT missed_revisions_revision CHECK (revision >= 1)
);
CREATE INDEX missed_revisions_by_transaction ON missed_revisions (written_in);
COMMENT ON TABLE  missed_revisions                IS 'What missed_cases have been, one row for each change of one: exports deliver these. Written by a trigger at the end of the transaction';
COMMENT ON COLUMN missed_revisions.tenant         IS 'missed_cases.tenant';
COMMENT ON COLUMN missed_revisions.number         IS 'missed_cases.number';
COMMENT ON COLUMN missed_revisions.target         IS 'missed_cases.target';
COMMENT ON COLUMN missed_revisions.opened_at      IS 'missed_cases.opened_at';
COMMENT ON COLUMN missed_revisions.revision       IS '1 for the first row of this case, then counted on; the highest holds';
COMMENT ON COLUMN missed_revisions.is_void        IS 'There is no such case any more: a truer record says that it was not missed, or that it began at another time';
COMMENT ON COLUMN missed_revisions.opened_by      IS 'missed_cases.opened_by';
COMMENT ON COLUMN missed_revisions.reason         IS 'missed_cases.reason';
COMMENT ON COLUMN missed_revisions.due_at         IS 'missed_cases.due_at';
COMMENT ON COLUMN missed_revisions.expires_at     IS 'missed_cases.expires_at';
COMMENT ON COLUMN missed_revisions.last_missed_at IS 'missed_cases.last_missed_at';
COMMENT ON COLUMN missed_revisions.missed         IS 'missed_cases.missed';
COMMENT ON COLUMN missed_revisions.tries          IS 'missed_cases.tries';
COMMENT ON COLUMN missed_revisions.first_try_at   IS 'missed_cases.first_try_at';
COMMENT ON COLUMN missed_revisions.claimed_by     IS 'missed_cases.claimed_by';
COMMENT ON COLUMN missed_revisions.claimed_until  IS 'missed_cases.claimed_until';
COMMENT ON COLUMN missed_revisions.closed_at      IS 'missed_cases.closed_at';
COMMENT ON COLUMN missed_revisions.how            IS 'missed_cases.how';
COMMENT ON COLUMN missed_revisions.by             IS 'missed_cases.by';
COMMENT ON COLUMN missed_revisions.why            IS 'missed_cases.why';
COMMENT ON COLUMN missed_revisions.written_in     IS 'Number of the transaction that wrote this row: by it exports take it';
COMMENT ON COLUMN missed_revisions.written_at     IS 'When';

CREATE OR REPLACE FUNCTION keep_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key  missed_cases;
    held missed_cases;
    last missed_revisions;
    own  constant text[] := '{revision,is_void,written_in,written_at}';
BEGIN
    IF TG_OP = 'DELETE' THEN key := OLD; ELSE key := NEW; END IF;
    SELECT * INTO held FROM missed_cases c
    WHERE (c.tenant, c.number, c.target, c.opened_at) = (key.tenant, key.number, key.target, key.opened_at);
    SELECT * INTO last FROM missed_revisions r
    WHERE (r.tenant, r.number, r.target, r.opened_at) = (key.tenant, key.number, key.target, key.opened_at)
    ORDER BY r.revision DESC LIMIT 1;
    IF held.tenant IS NOT NULL AND (last.tenant IS NULL OR last.is_void OR to_jsonb(held) <> to_jsonb(last) - own) THEN
        INSERT INTO missed_revisions
        SELECT * FROM jsonb_populate_record(NULL::missed_revisions, to_jsonb(held) || jsonb_build_object(
            'revision', coalesce(last.revision, 0) + 1, 'is_void', false,
            'written_in', ledger_transaction(), 'written_at', now()));
    ELSIF held.tenant IS NULL AND last.tenant IS NOT NULL AND NOT last.is_void THEN
        last.revision := last.revision + 1;
        last.is_void := true;
        last.written_in := ledger_transaction();
        last.written_at := now();
        INSERT INTO missed_revisions SELECT last.*;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_case() IS 'Keeps what the transaction has made of a case, once: cases are dropped and made anew within it';
CREATE CONSTRAINT TRIGGER keep_case AFTER INSERT OR UPDATE OR DELETE ON missed_cases
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_case();

INSERT INTO missed_revisions
SELECT p.* FROM missed_cases c, jsonb_populate_record(NULL::missed_revisions, to_jsonb(c) || jsonb_build_object(
    'revision', 1, 'is_void', false, 'written_in', ledger_transaction(), 'written_at', now())) AS p;

ALTER TABLE exports DROP CONSTRAINT exports_what;
ALTER TABLE exports ADD CONSTRAINT exports_what CHECK (what IN ('calls', 'legs', 'charges', 'account_entries', 'missed'));
COMMENT ON COLUMN exports.what IS 'What it delivers: rows of calls, legs, charges, account_entries, or missed (missed_revisions)';

ALTER TABLE export_batches ADD COLUMN confirmed_at  timestamptz;
ALTER TABLE export_batches ADD COLUMN confirmed_by  text NOT NULL DEFAULT '';
ALTER TABLE export_batches ADD COLUMN receipt_fault text NOT NULL DEFAULT '';
ALTER TABLE export_batches ADD CONSTRAINT export_batches_confirmed CHECK ((confirmed_at IS NOT NULL) = (confirmed_by <> ''));
CREATE INDEX export_batches_unconfirmed ON export_batches (export, number) WHERE confirmed_at IS NULL;
COMMENT ON COLUMN export_batches.confirmed_at  IS 'When the receiver has confirmed that it has it, by a receipt; null: not yet';
COMMENT ON COLUMN export_batches.confirmed_by  IS 'Name of the receipt''s file, or who gave the command; empty: not confirmed';
COMMENT ON COLUMN export_batches.receipt_fault IS 'What is wrong with a receipt of it; empty: nothing is';
