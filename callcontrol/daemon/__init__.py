"""Floor 6: the running process."""
