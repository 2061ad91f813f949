-- Version 11: a caller may leave a queue because its opening hours ended.

COMMENT ON COLUMN queue_visits.how            IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), overflow_closed (the opening hours ended), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
