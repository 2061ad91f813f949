-- Version 33 of the ledger: missed callers. A contact is what a call's row says of who spoke with whom; a case follows from the
-- contacts and acts of its number (billing/missed/cases.py), and is made anew from them whenever one comes.

CREATE TABLE missed_contacts (
    tenant      text        NOT NULL,
    switch      text        NOT NULL,
    call_id     text        NOT NULL,
    number      text        NOT NULL,
    target      text        NOT NULL,
    kind        text        NOT NULL,
    reason      text        NOT NULL DEFAULT '',
    by          text        NOT NULL DEFAULT '',
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    started_day date        NOT NULL,
    due_at      timestamptz,
    expires_at  timestamptz,
    CONSTRAINT missed_contacts_key PRIMARY KEY (tenant, switch, call_id, number),
    CONSTRAINT missed_contacts_kind CHECK (kind IN ('spoke', 'missed', 'reached', 'tried')),
    CONSTRAINT missed_contacts_reason CHECK ((kind = 'missed') = (reason <> '') AND (kind = 'missed') = (due_at IS NOT NULL)
                                           AND (kind = 'missed') = (expires_at IS NOT NULL))
);
CREATE INDEX missed_contacts_by_number ON missed_contacts (tenant, number, ended_at);
CREATE INDEX missed_contacts_by_day ON missed_contacts (started_day);
COMMENT ON TABLE  missed_contacts             IS 'Calls between a number outside and people inside; made anew from the call''s rows when they change';
COMMENT ON COLUMN missed_contacts.tenant      IS 'calls.tenant';
COMMENT ON COLUMN missed_contacts.switch      IS 'calls.switch';
COMMENT ON COLUMN missed_contacts.call_id     IS 'calls.call_id';
COMMENT ON COLUMN missed_contacts.number      IS 'The number outside, E.164; empty: the caller withheld it, which is counted and never merged';
COMMENT ON COLUMN missed_contacts.target      IS 'Of an incoming call the target that the caller wanted';
COMMENT ON COLUMN missed_contacts.kind        IS 'spoke (it called, and people spoke with it), missed (it called in vain), reached (it was called, and they talked), tried (it was called in vain)';
COMMENT ON COLUMN missed_contacts.reason      IS 'Why it was missed (vocabulary/missed.py)';
COMMENT ON COLUMN missed_contacts.by          IS 'Who inside spoke or tried, as a target';
COMMENT ON COLUMN missed_contacts.began_at    IS 'When they began to talk; where they did not, when the call arrived';
COMMENT ON COLUMN missed_contacts.ended_at    IS 'When the call ended';
COMMENT ON COLUMN missed_contacts.started_day IS 'calls.started_day';
COMMENT ON COLUMN missed_contacts.due_at      IS 'Of a missed call: by when a first call back is due, in the tenant''s working time as it was set then';
COMMENT ON COLUMN missed_contacts.expires_at  IS 'Of a missed call: when a case that it opens is given up';

CREATE TABLE missed_acts (
    tenant  text        NOT NULL,
    number  text        NOT NULL,
    target  text        NOT NULL,
    at      timestamptz NOT NULL,
    kind    text        NOT NULL,
    by      text        NOT NULL,
    why     text        NOT NULL DEFAULT '',
    until   timestamptz,
    CONSTRAINT missed_acts_key PRIMARY KEY (tenant, number, target, at, kind, by),
    CONSTRAINT missed_acts_kind CHECK (kind IN ('claim', 'release', 'dismiss')),
    CONSTRAINT missed_acts_explained CHECK (by <> '' AND (kind = 'dismiss') = (why <> '') AND (kind = 'claim') = (until IS NOT NULL))
);
COMMENT ON TABLE  missed_acts        IS 'What people did to cases; appended, never changed. An act is for the case of its number and target that is open at its time';
COMMENT ON COLUMN missed_acts.tenant IS 'Whose case';
COMMENT ON COLUMN missed_acts.number IS 'missed_cases.number';
COMMENT ON COLUMN missed_acts.target IS 'missed_cases.target';
COMMENT ON COLUMN missed_acts.at     IS 'When';
COMMENT ON COLUMN missed_acts.kind   IS 'claim (by will call back), release, dismiss';
COMMENT ON COLUMN missed_acts.by     IS 'Who did it';
COMMENT ON COLUMN missed_acts.why    IS 'Why a case was dismissed';
COMMENT ON COLUMN missed_acts.until  IS 'When a claim ends';

CREATE TABLE missed_cases (
    tenant         text        NOT NULL,
    number         text        NOT NULL,
    target         text        NOT NULL,
    opened_at      timestamptz NOT NULL,
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
    CONSTRAINT missed_cases_key PRIMARY KEY (tenant, number, target, opened_at),
    CONSTRAINT missed_cases_how CHECK (how IN ('', 'reached', 'came_back', 'dismissed') AND (how = '') = (closed_at IS NULL))
);
CREATE INDEX missed_cases_open ON missed_cases (tenant, due_at) WHERE closed_at IS NULL;
-- An expired case is never closed: what is open now is found without all those.
CREATE INDEX missed_cases_unexpired ON missed_cases (expires_at) WHERE closed_at IS NULL;
CREATE INDEX missed_cases_by_opening ON missed_cases (tenant, opened_at);
COMMENT ON TABLE  missed_cases                IS 'Callers from outside whom no person spoke with, and what became of it. One of a number and target is open at a time';
COMMENT ON COLUMN missed_cases.tenant         IS 'Who was called';
COMMENT ON COLUMN missed_cases.number         IS 'Who called, E.164';
COMMENT ON COLUMN missed_cases.target         IS 'Whom the caller wanted';
COMMENT ON COLUMN missed_cases.opened_at      IS 'When the first missed call ended';
COMMENT ON COLUMN missed_cases.opened_by      IS 'calls.call_id of that call';
COMMENT ON COLUMN missed_cases.reason         IS 'Why the latest call was missed (vocabulary/missed.py)';
COMMENT ON COLUMN missed_cases.due_at         IS 'By when a first call back is due, in the tenant''s working time';
COMMENT ON COLUMN missed_cases.expires_at     IS 'When it is given up; one that is still open then has expired';
COMMENT ON COLUMN missed_cases.last_missed_at IS 'When the latest missed call ended';
COMMENT ON COLUMN missed_cases.missed         IS 'How many calls were missed';
COMMENT ON COLUMN missed_cases.tries          IS 'How many calls back were in vain';
COMMENT ON COLUMN missed_cases.first_try_at   IS 'When the first call back was, in vain or not; null: there was none';
COMMENT ON COLUMN missed_cases.claimed_by     IS 'Who has claimed it last';
COMMENT ON COLUMN missed_cases.claimed_until  IS 'Until when that counts';
COMMENT ON COLUMN missed_cases.closed_at      IS 'When it was closed; null: it was not';
COMMENT ON COLUMN missed_cases.how            IS 'reached (called back), came_back (called again, and spoke with people), dismissed; empty: it was not closed';
COMMENT ON COLUMN missed_cases.by             IS 'Who closed it';
COMMENT ON COLUMN missed_cases.why            IS 'Why it was dismissed';

CREATE TABLE missed_progress (
    one     boolean NOT NULL DEFAULT true CHECK (one),
    read_to bigint  NOT NULL,
    CONSTRAINT missed_progress_key PRIMARY KEY (one)
);
COMMENT ON TABLE  missed_progress         IS 'How far the rows of calls have been read for contacts';
COMMENT ON COLUMN missed_progress.one     IS 'There is one row';
COMMENT ON COLUMN missed_progress.read_to IS 'What transactions with lower numbers have written (calls.written_in) has been read';

CREATE TABLE missed_days (
    tenant      text NOT NULL,
    started_day date NOT NULL,
    after       text NOT NULL DEFAULT '',
    CONSTRAINT missed_days_key PRIMARY KEY (tenant, started_day)
);
COMMENT ON TABLE  missed_days             IS 'Days whose calls are still to be read for contacts: those of before, and those someone wants read again';
COMMENT ON COLUMN missed_days.tenant      IS 'calls.tenant';
COMMENT ON COLUMN missed_days.started_day IS 'calls.started_day';
COMMENT ON COLUMN missed_days.after       IS 'Calls with an id up to this one have been read';
