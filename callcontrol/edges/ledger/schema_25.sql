-- Version 25 of the ledger: that a voicemail box was locked is kept, and told by mail.

COMMENT ON COLUMN mails.kind IS 'voicemail (a message was left), missed (a caller left a queue unserved), daily (summary of a box), locked (a box was locked after too many wrong PINs)';
COMMENT ON COLUMN box_facts.what IS 'pin; locked (after too many wrong PINs); greeting normal, away, busy or name; taken MEDIUM (who deals with a message); word MEDIUM (what was said in front of it)';
COMMENT ON COLUMN box_facts.value IS 'The slow hash of the PIN, the number that entered the last wrong one, the greeting (JSON), or two texts (JSON): taken by and done by, file and passed on by; empty: there is none';
