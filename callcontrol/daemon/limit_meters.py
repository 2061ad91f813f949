"""Counts the limits and loops that calls ran into on their way, as their records say; routing itself counts nothing."""

from __future__ import annotations

from collections.abc import Mapping

from callcontrol.billing.record import CallRecord
from callcontrol.edges import meters
from callcontrol.routing.carrier_loops import LOOP

# How the reason of a station that was passed begins -> the limit, by its name in deploy/README.md.
LIMITS: Mapping[str, str] = {
    "hop limit": "hops",
    "leg limit": "legs_per_call",
    "the queue is full": "length",
}


def count(record: CallRecord) -> None:
    """Count each station of the call's way that a limit or a loop kept it from."""
    for entry in record.path:
        if entry.passed and entry.why.startswith(LOOP):
            meters.carrier_loops_total.labels(record.tenant).inc()
        for reason, limit in LIMITS.items():
            if entry.passed and entry.why.startswith(reason):
                meters.limits_reached_total.labels(limit).inc()
