-- Version 23 of the ledger: what else is known of voicemail boxes than where their messages are. Before, only Redis knew.

CREATE TABLE box_facts (
    tenant text        NOT NULL,
    box    text        NOT NULL,
    what   text        NOT NULL,
    value  text        NOT NULL,
    at     timestamptz NOT NULL,
    CONSTRAINT box_facts_key PRIMARY KEY (tenant, box, what)
);

COMMENT ON TABLE box_facts IS 'Greetings, PIN and the like of voicemail boxes: by this, boxes that Redis has lost are made again';
COMMENT ON COLUMN box_facts.tenant IS 'Whose box';
COMMENT ON COLUMN box_facts.box    IS 'The box';
COMMENT ON COLUMN box_facts.what   IS 'pin; greeting normal, away, busy or name; taken MEDIUM (who deals with a message); word MEDIUM (what was said in front of it)';
COMMENT ON COLUMN box_facts.value  IS 'The slow hash of the PIN, the greeting (JSON), or two texts (JSON): taken by and done by, file and passed on by; empty: there is none';
COMMENT ON COLUMN box_facts.at     IS 'Since when';
