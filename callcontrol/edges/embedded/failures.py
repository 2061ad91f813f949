"""What an embedded server's caller can be told."""


class EmbeddedStoreError(Exception):
    """An embedded server cannot be had; the message says which, where, why, and what would help."""
