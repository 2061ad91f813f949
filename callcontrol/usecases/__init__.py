"""Floor 8: what people do and look at, once: commands, the HTTP API and pages call these functions."""
