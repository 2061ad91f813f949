-- Version 17: words of transcripts are found whatever letters are written large, also where the database's locale knows only
-- ASCII. No transcript was written by version 15.

DROP INDEX transcripts_words;
ALTER TABLE transcripts ADD COLUMN words text NOT NULL DEFAULT '';
CREATE INDEX transcripts_words ON transcripts USING gin (to_tsvector('simple', words));

COMMENT ON COLUMN transcripts.words IS 'The text in small letters (Unicode case folding), for searching';
COMMENT ON COLUMN mail_attempts.outcome IS 'sent, refused (for good), deferred (for now), unsure (the connection was lost after DATA, or the sender died), away (the server, or the storage of the sound, could not be reached); empty: not yet';
