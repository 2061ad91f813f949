"""Envelope encryption of kept files: a data key for each file, wrapped by a key of its tenant."""
