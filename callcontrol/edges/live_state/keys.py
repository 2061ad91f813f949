"""Every Redis key, once. All keys of a tenant carry its hash tag, so that they share one slot of a Redis Cluster."""

from __future__ import annotations

PREFIX = "cc"


def rules(tenant: str) -> str:
    """Hash: `101/busy` -> the rule a subscriber set at run time (JSON), or the mark that he removed it."""
    return f"{PREFIX}:{{{tenant}}}:rules"


def worker(name: str) -> str:
    """String with an expiry: the worker lives."""
    return f"{PREFIX}:worker:{name}"


def calls(tenant: str) -> str:
    """Hash: call id -> the call's value (JSON), from arrival until its record is on disk."""
    return f"{PREFIX}:{{{tenant}}}:calls"
