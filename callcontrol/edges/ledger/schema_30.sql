-- Version 30 of the ledger: exports, exactly once. Each row tells which transaction wrote it, and a row that gives way to a
-- truer one is kept as it was: so what a batch holds, all that some transactions have written, can never change.
--
-- Rows of before belong to the transaction of this step; nothing is rewritten. Older programs write the number by its default.

-- It builds indexes over years: the writer's limit for a statement is no measure for that.
SET LOCAL statement_timeout = 0;

-- A database that was restored into another cluster counts its transactions anew: callcontrol then replaces this function
-- (schema.py), so that numbers go on behind all that there are.
CREATE OR REPLACE FUNCTION ledger_origin() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 0::bigint';
CREATE OR REPLACE FUNCTION ledger_transaction() RETURNS bigint LANGUAGE sql STABLE
    AS 'SELECT pg_current_xact_id()::text::bigint + ledger_origin()';
CREATE OR REPLACE FUNCTION ledger_watermark() RETURNS bigint LANGUAGE sql STABLE
    AS 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ledger_origin()';
COMMENT ON FUNCTION ledger_transaction() IS 'The number of the transaction under way; it never falls, whatever cluster the database moves to';
COMMENT ON FUNCTION ledger_watermark() IS 'Every transaction with a lower number has ended: nothing more can come of it';

CREATE TABLE ledger_clusters (
    system_identifier bigint      NOT NULL,
    origin            bigint      NOT NULL,
    since             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ledger_clusters_key PRIMARY KEY (system_identifier)
);
INSERT INTO ledger_clusters (system_identifier, origin) SELECT system_identifier, 0 FROM pg_control_system();
COMMENT ON TABLE  ledger_clusters                   IS 'The clusters of Postgres this database has been in; the latest is the one it is in';
COMMENT ON COLUMN ledger_clusters.system_identifier IS 'pg_control_system().system_identifier';
COMMENT ON COLUMN ledger_clusters.origin            IS 'What is added there to the numbers of its transactions: ledger_origin()';
COMMENT ON COLUMN ledger_clusters.since             IS 'Since when';

ALTER TABLE calls           ADD COLUMN written_in bigint NOT NULL DEFAULT ledger_transaction();
ALTER TABLE legs            ADD COLUMN written_in bigint NOT NULL DEFAULT ledger_transaction();
ALTER TABLE charges         ADD COLUMN written_in bigint NOT NULL DEFAULT ledger_transaction();
ALTER TABLE account_entries ADD COLUMN written_in bigint NOT NULL DEFAULT ledger_transaction();
CREATE INDEX calls_by_transaction           ON calls (written_in);
CREATE INDEX legs_by_transaction            ON legs (written_in);
CREATE INDEX charges_by_transaction         ON charges (written_in);
CREATE INDEX account_entries_by_transaction ON account_entries (written_in);
COMMENT ON COLUMN calls.written_in           IS 'Number of the transaction that wrote this row: by it exports take it';
COMMENT ON COLUMN legs.written_in            IS 'As calls.written_in';
COMMENT ON COLUMN charges.written_in         IS 'As calls.written_in';
COMMENT ON COLUMN account_entries.written_in IS 'As calls.written_in';

-- A charge that voids another one is made of its row: the number is its own all the same.
CREATE OR REPLACE FUNCTION charge_is_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written_in := ledger_transaction();
    RETURN NEW;
END $$;
CREATE TRIGGER charge_is_written BEFORE INSERT ON charges
    FOR EACH ROW WHEN (NEW.written_in IS DISTINCT FROM ledger_transaction()) EXECUTE FUNCTION charge_is_written();

CREATE OR REPLACE VIEW current_charges AS
    SELECT DISTINCT ON (tenant, switch, leg_id, started_day) *
    FROM charges
    ORDER BY tenant, switch, leg_id, started_day, revision DESC;

CREATE TABLE withdrawn_rows (
    tenant       text     NOT NULL,
    table_name   text     NOT NULL,
    switch       text     NOT NULL,
    row_id       text     NOT NULL,
    started_day  date     NOT NULL,
    revision     smallint NOT NULL,
    written_in   bigint   NOT NULL,
    withdrawn_in bigint   NOT NULL DEFAULT ledger_transaction(),
    content      jsonb    NOT NULL,
    CONSTRAINT withdrawn_rows_key PRIMARY KEY (tenant, switch, table_name, row_id, started_day, revision),
    CONSTRAINT withdrawn_rows_table CHECK (table_name IN ('calls', 'legs'))
);
CREATE INDEX withdrawn_rows_by_transaction ON withdrawn_rows (written_in);
COMMENT ON TABLE  withdrawn_rows IS 'Rows of calls and legs that have given way to truer ones, as they were: a batch that has had one can be made again';
COMMENT ON COLUMN withdrawn_rows.tenant       IS 'calls.tenant, legs.tenant';
COMMENT ON COLUMN withdrawn_rows.table_name   IS 'calls or legs';
COMMENT ON COLUMN withdrawn_rows.switch       IS 'calls.switch, legs.switch';
COMMENT ON COLUMN withdrawn_rows.row_id       IS 'calls.call_id, legs.leg_id';
COMMENT ON COLUMN withdrawn_rows.started_day  IS 'calls.started_day, legs.started_day';
COMMENT ON COLUMN withdrawn_rows.revision     IS '1 for the first row of this key, then counted on; the row that holds has the next one';
COMMENT ON COLUMN withdrawn_rows.written_in   IS 'calls.written_in, legs.written_in';
COMMENT ON COLUMN withdrawn_rows.withdrawn_in IS 'Number of the transaction that withdrew it';
COMMENT ON COLUMN withdrawn_rows.content      IS 'The row, by its columns';

CREATE OR REPLACE FUNCTION keep_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    id text := to_jsonb(OLD) ->> TG_ARGV[1];
BEGIN
    INSERT INTO withdrawn_rows (tenant, table_name, switch, row_id, started_day, revision, written_in, content)
    SELECT OLD.tenant, TG_ARGV[0], OLD.switch, id, OLD.started_day, 1 + count(*), OLD.written_in, to_jsonb(OLD)
    FROM withdrawn_rows w
    WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (OLD.tenant, OLD.switch, TG_ARGV[0], id, OLD.started_day);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_withdrawn AFTER DELETE ON calls FOR EACH ROW EXECUTE FUNCTION keep_withdrawn('calls', 'call_id');
CREATE TRIGGER keep_withdrawn AFTER DELETE ON legs  FOR EACH ROW EXECUTE FUNCTION keep_withdrawn('legs', 'leg_id');

CREATE TABLE exports (
    export     text        NOT NULL,
    what       text        NOT NULL,
    tenants    text[],
    since      date,
    opened_at  timestamptz NOT NULL DEFAULT now(),
    ran_at     timestamptz,
    failures   integer     NOT NULL DEFAULT 0,
    retry_at   timestamptz,
    trouble    text        NOT NULL DEFAULT '',
    CONSTRAINT exports_key PRIMARY KEY (export),
    CONSTRAINT exports_what CHECK (what IN ('calls', 'legs', 'charges', 'account_entries'))
);
COMMENT ON TABLE  exports IS 'Exports that have run. What is in them does not change: for something else there is another export';
COMMENT ON COLUMN exports.export    IS 'Its name in the configuration; of a tenant''s own TENANT.NAME';
COMMENT ON COLUMN exports.what      IS 'The table whose rows it delivers: calls, legs, charges, account_entries';
COMMENT ON COLUMN exports.tenants   IS 'Whose rows; null: of all tenants';
COMMENT ON COLUMN exports.since     IS 'Rows of this UTC day and later ones; null: all';
COMMENT ON COLUMN exports.opened_at IS 'When it ran first';
COMMENT ON COLUMN exports.ran_at    IS 'When it last had delivered everything it could; null: never';
COMMENT ON COLUMN exports.failures  IS 'How often in a row it has failed since';
COMMENT ON COLUMN exports.retry_at  IS 'After failures: when it is tried again';
COMMENT ON COLUMN exports.trouble   IS 'Why it failed last; empty: it did not';

CREATE TABLE export_batches (
    export          text        NOT NULL,
    number          bigint      NOT NULL,
    from_in         bigint      NOT NULL,
    to_in           bigint      NOT NULL,
    from_day        date        NOT NULL,
    to_day          date        NOT NULL,
    form            jsonb       NOT NULL,
    file            text        NOT NULL,
    bytes           bigint      NOT NULL,
    sha256          text        NOT NULL,
    rows            bigint      NOT NULL,
    manifest        text        NOT NULL,
    manifest_sha256 text        NOT NULL,
    closed_at       timestamptz NOT NULL,
    delivered_at    timestamptz,
    delivered_to    text        NOT NULL DEFAULT '',
    CONSTRAINT export_batches_key PRIMARY KEY (export, number),
    CONSTRAINT export_batches_number CHECK (number >= 1),
    CONSTRAINT export_batches_span CHECK (from_in <= to_in AND from_day < to_day
                                          AND (to_in = from_in + 1 OR from_day = '-infinity' AND to_day = 'infinity')),
    CONSTRAINT export_batches_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$' AND manifest_sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX export_batches_open ON export_batches (export, number) WHERE delivered_at IS NULL;
COMMENT ON TABLE  export_batches IS 'One row per batch. What is in it is fixed here before it leaves; a batch is made again from this row at any time, to the same bytes';
COMMENT ON COLUMN export_batches.export          IS 'exports.export';
COMMENT ON COLUMN export_batches.number          IS '1, 2, 3 … in each export, without a gap';
COMMENT ON COLUMN export_batches.from_in         IS 'It holds the rows that the transactions from this number on have written …';
COMMENT ON COLUMN export_batches.to_in           IS '… up to, not including, this one';
COMMENT ON COLUMN export_batches.from_day        IS 'Where one transaction has written more than goes into a batch: of that one the rows from this UTC day on …';
COMMENT ON COLUMN export_batches.to_day          IS '… up to, not including, this one; else -infinity and infinity';
COMMENT ON COLUMN export_batches.form            IS 'How its file is written, as the configuration said then: {format, columns, zone, separator, decimal, quote_all, header, line_end}';
COMMENT ON COLUMN export_batches.file            IS 'Name of its file; that of its manifest has .manifest.json in place of the ending';
COMMENT ON COLUMN export_batches.bytes           IS 'Size of the file';
COMMENT ON COLUMN export_batches.sha256          IS 'SHA-256 of the file, in hexadecimal digits';
COMMENT ON COLUMN export_batches.rows            IS 'Rows in it';
COMMENT ON COLUMN export_batches.manifest        IS 'Its manifest, to the byte; it names the SHA-256 of the one before';
COMMENT ON COLUMN export_batches.manifest_sha256 IS 'SHA-256 of the manifest';
COMMENT ON COLUMN export_batches.closed_at       IS 'When it was closed';
COMMENT ON COLUMN export_batches.delivered_at    IS 'When file and manifest were where they belong; null: not yet';
COMMENT ON COLUMN export_batches.delivered_to    IS 'Where that is';
