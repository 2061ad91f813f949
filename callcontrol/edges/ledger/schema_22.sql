-- Version 22 of the ledger: accounts with credit, and every entry in them.

ALTER TABLE charges ADD COLUMN account text NOT NULL DEFAULT '';
COMMENT ON COLUMN charges.account IS 'The account that pays: extension:101 or tenant; empty: none, nothing limits what the payer spends. Of later revisions that of the leg''s first one counts';

CREATE TABLE accounts (
    tenant    text           NOT NULL,
    account   text           NOT NULL,
    currency  text           NOT NULL,
    entries   bigint         NOT NULL DEFAULT 0,
    balance   numeric(20, 8) NOT NULL DEFAULT 0,
    on_hold   boolean        NOT NULL DEFAULT false,
    opened_at timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT accounts_key PRIMARY KEY (tenant, account, currency),
    CONSTRAINT accounts_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT accounts_balance CHECK (abs(balance) <= 90000000)
);

COMMENT ON TABLE  accounts IS 'One row per account: where its last entry has left it. Each change goes with an entry in the same transaction';
COMMENT ON COLUMN accounts.tenant    IS 'Whose it is';
COMMENT ON COLUMN accounts.account   IS 'tenant, or the extension whose own it is: extension:101';
COMMENT ON COLUMN accounts.currency  IS 'ISO 4217 letters; an account is in one currency, and charges in another open another one';
COMMENT ON COLUMN accounts.entries   IS 'Number of its last entry: so many there are, numbered without a gap';
COMMENT ON COLUMN accounts.balance   IS 'Sum of all its entries, as in the last one';
COMMENT ON COLUMN accounts.on_hold   IS 'No new calls: a person has said so; as in the last entry';
COMMENT ON COLUMN accounts.opened_at IS 'When it had its first entry';

CREATE TABLE account_entries (
    tenant      text           NOT NULL,
    account     text           NOT NULL,
    currency    text           NOT NULL,
    number      bigint         NOT NULL,
    kind        text           NOT NULL,
    amount      numeric(20, 8) NOT NULL,
    balance     numeric(20, 8) NOT NULL,
    on_hold     boolean        NOT NULL,
    reason      text           NOT NULL,
    entered_by  text           NOT NULL,
    key         text           NOT NULL,
    call_id     text           NOT NULL DEFAULT '',
    switch      text           NOT NULL DEFAULT '',
    leg_id      text           NOT NULL DEFAULT '',
    started_day date,
    revision    smallint,
    entered_at  timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT account_entries_key PRIMARY KEY (tenant, account, currency, number),
    CONSTRAINT account_entries_once UNIQUE (tenant, account, currency, key),
    CONSTRAINT account_entries_number CHECK (number >= 1),
    CONSTRAINT account_entries_kind CHECK (kind IN ('top_up', 'charge', 'void', 'correction', 'fee', 'hold', 'release')),
    CONSTRAINT account_entries_amount CHECK ((kind IN ('hold', 'release')) = (amount = 0)),
    CONSTRAINT account_entries_leg CHECK ((leg_id = '') = (revision IS NULL) AND (leg_id = '') = (started_day IS NULL)),
    CONSTRAINT account_entries_explained CHECK (reason <> '' AND entered_by <> '')
);
CREATE INDEX account_entries_by_leg ON account_entries (tenant, leg_id) WHERE leg_id <> '';
CREATE INDEX account_entries_by_time ON account_entries (tenant, account, currency, entered_at);

COMMENT ON TABLE  account_entries IS 'Every entry of every account. Rows are never changed or deleted: a mistake is made good by a further entry. balance is the running total of amount by number, which anyone can redo';
COMMENT ON COLUMN account_entries.tenant      IS 'As accounts.tenant, as the next two';
COMMENT ON COLUMN account_entries.account     IS 'As accounts.account';
COMMENT ON COLUMN account_entries.currency    IS 'As accounts.currency';
COMMENT ON COLUMN account_entries.number      IS 'The receipt number: 1, 2, 3 … in each account, without a gap';
COMMENT ON COLUMN account_entries.kind        IS 'top_up: money came in; charge: a leg was charged; void: a charge was withdrawn; correction: by a person, or of a charge; fee; hold, release: no new calls from here on, and again';
COMMENT ON COLUMN account_entries.amount      IS 'What the balance changes by: below 0 for what is spent; 0 for hold and release';
COMMENT ON COLUMN account_entries.balance     IS 'The balance after it: that of the entry before, and amount';
COMMENT ON COLUMN account_entries.on_hold     IS 'Whether the account is on hold after it';
COMMENT ON COLUMN account_entries.reason      IS 'Why; of a charge what the price list calls the destination';
COMMENT ON COLUMN account_entries.entered_by  IS 'Who entered it: a person, or callcontrol for what follows from a record';
COMMENT ON COLUMN account_entries.key         IS 'What is entered again with the same key is entered once; of a charge its switch, leg, day and revision';
COMMENT ON COLUMN account_entries.call_id     IS 'The call of the charge; empty: it is about no charge, as the next ones';
COMMENT ON COLUMN account_entries.switch      IS 'charges.switch';
COMMENT ON COLUMN account_entries.leg_id      IS 'charges.leg_id';
COMMENT ON COLUMN account_entries.started_day IS 'charges.started_day';
COMMENT ON COLUMN account_entries.revision    IS 'charges.revision: amount is the difference to the revision before';
COMMENT ON COLUMN account_entries.entered_at  IS 'When the transaction began that entered it';
