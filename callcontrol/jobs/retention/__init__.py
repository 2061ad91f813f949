"""Retention: what is older than its tenant keeps it leaves the ledger, month by month."""
