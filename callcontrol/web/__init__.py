"""Floor 9: the HTTP API, one process of their own; no call needs it."""
