-- Version 36 of the ledger: retention and erasure. What is older than its tenant keeps it goes by months, and numbers that
-- people want forgotten are replaced everywhere (edges/register says where they can be).

CREATE TABLE retired_months (
    tenant     text        NOT NULL,
    what       text        NOT NULL,
    month      date        NOT NULL,
    part       smallint    NOT NULL,
    rows       bigint      NOT NULL,
    sums       jsonb       NOT NULL,
    archive    text        NOT NULL DEFAULT '',
    sha256     text        NOT NULL DEFAULT '',
    began_at   timestamptz NOT NULL DEFAULT now(),
    gone_at    timestamptz,
    CONSTRAINT retired_months_key PRIMARY KEY (month, what, tenant, part),
    CONSTRAINT retired_months_month CHECK (month = date_trunc('month', month)::date),
    CONSTRAINT retired_months_sums CHECK (jsonb_typeof(sums) = 'object')
);
COMMENT ON TABLE  retired_months          IS 'Rows that are kept no longer: of a month and table, of one tenant or of all. The proof that they are gone; hours of such months are not counted anew';
COMMENT ON COLUMN retired_months.tenant   IS 'Whose rows; *: those of all tenants, the partition as a whole';
COMMENT ON COLUMN retired_months.what     IS 'The table: calls, legs, charges, queue_visits, offers, segments';
COMMENT ON COLUMN retired_months.month    IS 'The first day of the month (UTC) of started_day';
COMMENT ON COLUMN retired_months.part     IS '1, then counted on: rows that came after, from a host that was off for long, or were held';
COMMENT ON COLUMN retired_months.rows     IS 'How many';
COMMENT ON COLUMN retired_months.sums     IS 'What they came to: {column: {currency or unit: text}}';
COMMENT ON COLUMN retired_months.archive  IS 'The file they are kept in, with its folder; empty: none';
COMMENT ON COLUMN retired_months.sha256   IS 'SHA-256 of that file';
COMMENT ON COLUMN retired_months.began_at IS 'When they were taken out of the ledger';
COMMENT ON COLUMN retired_months.gone_at  IS 'When they were gone; null: not yet, the partition waits for its archive';

ALTER TABLE accounts ADD COLUMN retired_entries bigint         NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN retired_balance numeric(20, 8) NOT NULL DEFAULT 0;
COMMENT ON COLUMN accounts.retired_entries IS 'Entries up to this number are kept no longer';
COMMENT ON COLUMN accounts.retired_balance IS 'The balance after that entry: the next one follows on it';

CREATE OR REPLACE FUNCTION is_retired(of_tenant text, of_table text, of_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM retired_months
        WHERE month = date_trunc('month', of_day)::date AND what = of_table AND tenant IN (of_tenant, '*')
    )
$$;
COMMENT ON FUNCTION is_retired(text, text, date) IS 'Whether rows of this tenant, table and day are kept no longer';

-- Hours of months that are retired are not counted anew: their rows are gone, their counts stay.
CREATE OR REPLACE FUNCTION mark_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO hours_to_count SELECT tenant, hour FROM ('
        'SELECT DISTINCT tenant, date_bin(''1 hour'', %I, ''epoch'') AS hour, started_day FROM changed) AS c'
        ' WHERE NOT is_retired(tenant, %L, started_day) GROUP BY tenant, hour',
        TG_ARGV[0], TG_TABLE_NAME);
    RETURN NULL;
END
$$;

-- What is retired gives way to no truer row: it is not kept as withdrawn.
CREATE OR REPLACE FUNCTION keep_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    id text := to_jsonb(OLD) ->> TG_ARGV[1];
BEGIN
    IF is_retired(OLD.tenant, TG_ARGV[0], OLD.started_day) THEN
        RETURN NULL;
    END IF;
    INSERT INTO withdrawn_rows (tenant, table_name, switch, row_id, started_day, revision, written_in, content)
    SELECT OLD.tenant, TG_ARGV[0], OLD.switch, id, OLD.started_day, 1 + count(*), OLD.written_in, to_jsonb(OLD)
    FROM withdrawn_rows w
    WHERE (w.tenant, w.switch, w.table_name, w.row_id, w.started_day) = (OLD.tenant, OLD.switch, TG_ARGV[0], id, OLD.started_day);
    RETURN NULL;
END
$$;

CREATE TABLE erasures (
    erasure_id bigint      GENERATED ALWAYS AS IDENTITY,
    tenant     text        NOT NULL,
    hash       text        NOT NULL,
    pseudonym  text        NOT NULL,
    key        bytea,
    tags       bytea[]     NOT NULL,
    key_until  timestamptz NOT NULL,
    erased_by  text        NOT NULL,
    why        text        NOT NULL,
    began_at   timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    told       jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT erasures_key PRIMARY KEY (erasure_id),
    CONSTRAINT erasures_explained CHECK (erased_by <> '' AND why <> ''),
    CONSTRAINT erasures_told CHECK (jsonb_typeof(told) = 'object')
);
CREATE INDEX erasures_with_key ON erasures (tenant) WHERE key IS NOT NULL;
COMMENT ON TABLE  erasures            IS 'That everything about a number was erased, by whom and when; not which number';
COMMENT ON COLUMN erasures.erasure_id IS 'Its number, as the person who asked is told';
COMMENT ON COLUMN erasures.tenant     IS 'Whose rows';
COMMENT ON COLUMN erasures.hash       IS 'SHA-256 of key and number in hexadecimal digits; without the key it leads to no number';
COMMENT ON COLUMN erasures.pseudonym  IS 'What stands in the place of the number, made by chance; empty once the key is gone';
COMMENT ON COLUMN erasures.key        IS 'Made by chance; null: it was thrown away, and what comes later with the number is not known by it any more';
COMMENT ON COLUMN erasures.tags       IS 'SHA-256 of key and each written form of the number: rows that come later lose it (forget_erased); empty once the key is gone';
COMMENT ON COLUMN erasures.key_until  IS 'When the key is thrown away: records of calls that ran, and of hosts that were off, have come by then';
COMMENT ON COLUMN erasures.erased_by  IS 'Who did it';
COMMENT ON COLUMN erasures.why        IS 'Why';
COMMENT ON COLUMN erasures.began_at   IS 'Since when rows that come lose the number';
COMMENT ON COLUMN erasures.ended_at   IS 'When it was nowhere any more but where told says; null: it was cut short, the same command goes on with it';
COMMENT ON COLUMN erasures.told       IS 'What was found: {rows: {table: rows}, files, held, exports: [batches that had it], …}';

CREATE OR REPLACE FUNCTION without_erased(told text, key bytea, tags bytea[], pseudonym text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    run text;
BEGIN
    FOR run IN SELECT DISTINCT found[1] FROM regexp_matches(told, '(?<![0-9])([0-9]{6,24})(?![0-9])', 'g') AS found LOOP
        IF sha256(key || convert_to(run, 'UTF8')) = ANY (tags) THEN
            told := regexp_replace(told, '(?<![0-9])(\+|%2B|%2b)?' || run || '(?![0-9])', pseudonym, 'g');
        END IF;
    END LOOP;
    RETURN told;
END
$$;
COMMENT ON FUNCTION without_erased(text, bytea, bytea[], text) IS 'The text with the pseudonym in place of each number that has one of the tags';

-- A number that was erased comes again: with the record of a call that ran, with one from a spool. Arguments: the columns that can have it.
CREATE OR REPLACE FUNCTION forget_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one  record;
    was  jsonb;
    told text;
    kept text;
BEGIN
    FOR one IN SELECT e.key, e.tags, e.pseudonym FROM erasures e WHERE e.tenant = NEW.tenant AND e.key IS NOT NULL LOOP
        was := to_jsonb(NEW);
        SELECT jsonb_object_agg(c.key, c.value)::text INTO told FROM jsonb_each(was) AS c WHERE c.key = ANY (TG_ARGV);
        kept := without_erased(told, one.key, one.tags, one.pseudonym);
        IF kept IS DISTINCT FROM told THEN
            NEW := jsonb_populate_record(NEW, without_name(kept::jsonb, was, one.pseudonym));
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION without_name(kept jsonb, was jsonb, pseudonym text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT kept
        || CASE WHEN was ? 'caller_name' AND kept ->> 'caller_number' = pseudonym THEN '{"caller_name": ""}' ELSE '{}' END::jsonb
        || CASE WHEN kept #>> '{facts,number}' = pseudonym
                THEN jsonb_build_object('facts', (kept -> 'facts') || '{"name": ""}') ELSE '{}' END
$$;
COMMENT ON FUNCTION without_name(jsonb, jsonb, text) IS 'A row''s columns without the name that went with the number';

CREATE TRIGGER forget_erased BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION forget_erased('caller_number', 'dialled', 'answered_by', 'path', 'recordings', 'notes', 'menus', 'talks');
CREATE TRIGGER forget_erased BEFORE INSERT ON legs FOR EACH ROW EXECUTE FUNCTION forget_erased('target', 'address', 'shown');
CREATE TRIGGER forget_erased BEFORE INSERT ON charges FOR EACH ROW EXECUTE FUNCTION forget_erased('number', 'reason', 'prefix', 'formula', 'cost_formula');
CREATE TRIGGER forget_erased BEFORE INSERT ON queue_visits FOR EACH ROW EXECUTE FUNCTION forget_erased('detail', 'keys');
CREATE TRIGGER forget_erased BEFORE INSERT ON offers FOR EACH ROW EXECUTE FUNCTION forget_erased('detail');
CREATE TRIGGER forget_erased BEFORE INSERT ON segments FOR EACH ROW EXECUTE FUNCTION forget_erased('party');
CREATE TRIGGER forget_erased BEFORE INSERT ON withdrawn_rows FOR EACH ROW EXECUTE FUNCTION forget_erased('content');
CREATE TRIGGER forget_erased BEFORE INSERT ON media FOR EACH ROW EXECUTE FUNCTION forget_erased('cause', 'caller', 'called', 'trouble');
CREATE TRIGGER forget_erased BEFORE INSERT ON media_changes FOR EACH ROW EXECUTE FUNCTION forget_erased('cause');
CREATE TRIGGER forget_erased BEFORE INSERT ON media_hearings FOR EACH ROW EXECUTE FUNCTION forget_erased('who', 'address');
CREATE TRIGGER forget_erased BEFORE INSERT ON mails FOR EACH ROW EXECUTE FUNCTION forget_erased('address', 'reason', 'facts');
CREATE TRIGGER forget_erased BEFORE INSERT ON mail_attempts FOR EACH ROW EXECUTE FUNCTION forget_erased('answer');
CREATE TRIGGER forget_erased BEFORE INSERT ON mail_addresses FOR EACH ROW EXECUTE FUNCTION forget_erased('address', 'reason');
CREATE TRIGGER forget_erased BEFORE INSERT ON box_facts FOR EACH ROW EXECUTE FUNCTION forget_erased('value');
CREATE TRIGGER forget_erased BEFORE INSERT ON missed_contacts FOR EACH ROW EXECUTE FUNCTION forget_erased('number', 'target', 'by');
CREATE TRIGGER forget_erased BEFORE INSERT ON missed_cases FOR EACH ROW EXECUTE FUNCTION forget_erased('number', 'target', 'by', 'why', 'claimed_by');
CREATE TRIGGER forget_erased BEFORE INSERT ON missed_revisions FOR EACH ROW EXECUTE FUNCTION forget_erased('number', 'target', 'by', 'why', 'claimed_by');
CREATE TRIGGER forget_erased BEFORE INSERT ON missed_acts FOR EACH ROW EXECUTE FUNCTION forget_erased('number', 'target', 'by', 'why');
CREATE TRIGGER forget_erased BEFORE INSERT ON restrictions FOR EACH ROW EXECUTE FUNCTION forget_erased('why');
CREATE TRIGGER forget_erased BEFORE INSERT ON account_entries FOR EACH ROW EXECUTE FUNCTION forget_erased('reason', 'key');
CREATE TRIGGER forget_erased BEFORE INSERT ON transcripts FOR EACH ROW EXECUTE FUNCTION forget_erased('text', 'words', 'trouble');
