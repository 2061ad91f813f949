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


def queues(tenant: str) -> str:
    """What the keys of the tenant's queues begin with; the rest of each stands in `queue_scripts/`."""
    return f"{PREFIX}:{{{tenant}}}:q"


def inbox(worker: str) -> str:
    """Channel on which a worker hears of offers and notices for its calls that another worker's operation made."""
    return f"{PREFIX}:worker:{worker}"
