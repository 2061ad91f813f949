"""The error of the embedded servers."""


class EmbeddedStoreError(Exception):
    """An embedded server cannot be started; the message says which, where, why, and what would help."""
