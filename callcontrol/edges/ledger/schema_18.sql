-- Version 18 of the ledger: what has become of messages in their boxes. Before, only Redis knew.

CREATE TABLE message_marks (
    tenant   text        NOT NULL,
    media_id text        NOT NULL,
    box      text        NOT NULL,
    state    text        NOT NULL,
    at       timestamptz NOT NULL,
    CONSTRAINT message_marks_key PRIMARY KEY (tenant, media_id, box),
    CONSTRAINT message_marks_state CHECK (state IN ('new', 'kept', 'deleted'))
);

COMMENT ON TABLE message_marks IS 'What has become of a message in a voicemail box: by this, boxes that Redis has lost are made again';
COMMENT ON COLUMN message_marks.tenant   IS 'As media.tenant';
COMMENT ON COLUMN message_marks.media_id IS 'media.media_id of the message';
COMMENT ON COLUMN message_marks.box      IS 'The box; a message that was passed on has a mark in each';
COMMENT ON COLUMN message_marks.state    IS 'new, kept, or deleted (also where it went to another box)';
COMMENT ON COLUMN message_marks.at       IS 'Since when';
