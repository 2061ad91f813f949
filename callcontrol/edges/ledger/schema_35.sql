-- Version 35 of the ledger: statements of a tenant's months, notes that correct them, and what fees are counted by.

CREATE TABLE statements (
    tenant     text           NOT NULL,
    number     bigint         NOT NULL,
    kind       text           NOT NULL,
    month      text           NOT NULL,
    currency   text           NOT NULL,
    corrects   bigint,
    net        numeric(20, 8) NOT NULL,
    vat        numeric(20, 8) NOT NULL,
    gross      numeric(20, 8) NOT NULL,
    to_in      bigint         NOT NULL,
    shape      integer        NOT NULL,
    document   text           NOT NULL,
    sha256     text           NOT NULL,
    closed_by  text           NOT NULL,
    closed_at  timestamptz    NOT NULL,
    written_in bigint         NOT NULL DEFAULT ledger_transaction(),
    CONSTRAINT statements_key PRIMARY KEY (tenant, number),
    CONSTRAINT statements_number CHECK (number >= 1),
    CONSTRAINT statements_kind CHECK (kind IN ('statement', 'note') AND (kind = 'note') = (corrects IS NOT NULL)),
    CONSTRAINT statements_month CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' AND currency ~ '^[A-Z]{3}$'),
    CONSTRAINT statements_total CHECK (net + vat = gross),
    CONSTRAINT statements_corrects FOREIGN KEY (tenant, corrects) REFERENCES statements (tenant, number),
    CONSTRAINT statements_document CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    CONSTRAINT statements_explained CHECK (closed_by <> '')
);
CREATE UNIQUE INDEX statements_once ON statements (tenant, month, currency) WHERE kind = 'statement';
CREATE INDEX statements_by_month ON statements (tenant, month);
CREATE INDEX statements_by_transaction ON statements (written_in);
COMMENT ON TABLE  statements            IS 'One row per closed statement or note of correction. Rows are never changed or deleted (trigger): what comes later is a further note';
COMMENT ON COLUMN statements.tenant     IS 'Who is told';
COMMENT ON COLUMN statements.number     IS '1, 2, 3 … in each tenant, without a gap';
COMMENT ON COLUMN statements.kind       IS 'statement: of a month and currency, there is one; note: what has changed of one since';
COMMENT ON COLUMN statements.month      IS 'Whose calls and fees it is about, such as 2026-11, by the tenant''s clocks: a call belongs to the month in which it arrived';
COMMENT ON COLUMN statements.currency   IS 'ISO 4217 letters';
COMMENT ON COLUMN statements.corrects   IS 'Of a note the number of its statement';
COMMENT ON COLUMN statements.net        IS 'What is owed without VAT; of a note the difference, as the next two';
COMMENT ON COLUMN statements.vat        IS 'VAT';
COMMENT ON COLUMN statements.gross      IS 'net + vat';
COMMENT ON COLUMN statements.to_in      IS 'It knows the charges that transactions with lower numbers have written (charges.written_in): those of the same month and currency that are written later come in a note';
COMMENT ON COLUMN statements.shape      IS 'Version of the document''s form';
COMMENT ON COLUMN statements.document   IS 'All of it, as one line of JSON (callcontrol/billing/statements/document.py)';
COMMENT ON COLUMN statements.sha256     IS 'SHA-256 of the document in UTF-8, in hexadecimal digits';
COMMENT ON COLUMN statements.closed_by  IS 'Who closed it: a person, or callcontrol by its timer';
COMMENT ON COLUMN statements.closed_at  IS 'When';
COMMENT ON COLUMN statements.written_in IS 'As calls.written_in';

CREATE TABLE statement_lines (
    tenant      text           NOT NULL,
    number      bigint         NOT NULL,
    line        integer        NOT NULL,
    section     text           NOT NULL,
    name        text           NOT NULL,
    label       text           NOT NULL,
    vat_percent numeric(6, 3),
    prices      text           NOT NULL,
    quantity    bigint         NOT NULL,
    talk_s      bigint         NOT NULL,
    billed_s    bigint         NOT NULL,
    unit        numeric(20, 8),
    span        text           NOT NULL,
    exact       numeric(20, 8) NOT NULL,
    amount      numeric(20, 8) NOT NULL,
    vat         numeric(20, 8),
    written_in  bigint         NOT NULL DEFAULT ledger_transaction(),
    CONSTRAINT statement_lines_key PRIMARY KEY (tenant, number, line),
    CONSTRAINT statement_lines_of FOREIGN KEY (tenant, number) REFERENCES statements (tenant, number),
    CONSTRAINT statement_lines_line CHECK (line >= 1),
    CONSTRAINT statement_lines_section CHECK (section IN ('calls', 'fees')),
    CONSTRAINT statement_lines_prices CHECK (prices IN ('net', 'gross'))
);
CREATE INDEX statement_lines_by_transaction ON statement_lines (written_in);
COMMENT ON TABLE  statement_lines             IS 'The lines of each document, as they stand in it; never changed';
COMMENT ON COLUMN statement_lines.tenant      IS 'statements.tenant';
COMMENT ON COLUMN statement_lines.number      IS 'statements.number';
COMMENT ON COLUMN statement_lines.line        IS '1, 2, 3 … in each document';
COMMENT ON COLUMN statement_lines.section     IS 'calls: all calls to a class of numbers; fees';
COMMENT ON COLUMN statement_lines.name        IS 'Of calls the class of their numbers (charges.direction), of a fee its name in the configuration';
COMMENT ON COLUMN statement_lines.label       IS 'Of a fee what the statement calls it';
COMMENT ON COLUMN statement_lines.vat_percent IS 'VAT rate; null: none is known, and none is worked out';
COMMENT ON COLUMN statement_lines.prices      IS 'net or gross: whether amounts are without VAT';
COMMENT ON COLUMN statement_lines.quantity    IS 'Calls (legs that have a price), or how many times the fee';
COMMENT ON COLUMN statement_lines.talk_s      IS 'Of calls the seconds talked: charges.counted_s';
COMMENT ON COLUMN statement_lines.billed_s    IS 'Of calls the seconds of all started steps: charges.billed_s';
COMMENT ON COLUMN statement_lines.unit        IS 'Of a fee what one of them costs on these days';
COMMENT ON COLUMN statement_lines.span        IS 'Of a fee its days of the month; empty: all';
COMMENT ON COLUMN statement_lines.exact       IS 'The sum before it is rounded: of calls that of charges.amount';
COMMENT ON COLUMN statement_lines.amount      IS 'The sum, to the smallest unit of the currency';
COMMENT ON COLUMN statement_lines.vat         IS 'Where VAT is rounded by line, that of this one; else null';
COMMENT ON COLUMN statement_lines.written_in  IS 'As calls.written_in';

CREATE OR REPLACE FUNCTION statement_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed: a closed statement stays as it is, corrections are notes', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER statement_is_closed BEFORE UPDATE OR DELETE ON statements
    FOR EACH ROW EXECUTE FUNCTION statement_is_closed();
CREATE TRIGGER statement_is_closed BEFORE UPDATE OR DELETE ON statement_lines
    FOR EACH ROW EXECUTE FUNCTION statement_is_closed();
CREATE TRIGGER statements_stay BEFORE TRUNCATE ON statements
    FOR EACH STATEMENT EXECUTE FUNCTION statement_is_closed();
CREATE TRIGGER statements_stay BEFORE TRUNCATE ON statement_lines
    FOR EACH STATEMENT EXECUTE FUNCTION statement_is_closed();

-- Lines are written in the transaction of their statement: no line comes to a closed one.
CREATE OR REPLACE FUNCTION statement_has_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'statements' THEN
        IF NEW.number <> 1 + (SELECT coalesce(max(s.number), 0) FROM statements s WHERE s.tenant = NEW.tenant) THEN
            RAISE EXCEPTION 'statement % of % would leave a gap', NEW.number, NEW.tenant
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM statements s
        WHERE s.tenant = NEW.tenant AND s.number = NEW.number AND s.written_in = ledger_transaction()
    ) THEN
        RAISE EXCEPTION 'statement % of % is closed', NEW.number, NEW.tenant USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_has_number BEFORE INSERT ON statements
    FOR EACH ROW EXECUTE FUNCTION statement_has_number();
CREATE TRIGGER statement_has_number BEFORE INSERT ON statement_lines
    FOR EACH ROW EXECUTE FUNCTION statement_has_number();

CREATE TABLE fee_days (
    tenant text   NOT NULL,
    per    text   NOT NULL,
    day    date   NOT NULL,
    names  text[] NOT NULL,
    CONSTRAINT fee_days_key PRIMARY KEY (tenant, per, day),
    CONSTRAINT fee_days_per CHECK (per ~ '^[a-z]+$')
);
COMMENT ON TABLE  fee_days        IS 'What of a tenant''s was there on a day that fees are counted by; a row for each day on which the job ran';
COMMENT ON COLUMN fee_days.tenant IS 'Whose';
COMMENT ON COLUMN fee_days.per    IS 'extension, queue, agent, number, bundle (NAME of HOLDER)';
COMMENT ON COLUMN fee_days.day    IS 'Day of the tenant''s clocks';
COMMENT ON COLUMN fee_days.names  IS 'All that was there at any time of the day, in order';
