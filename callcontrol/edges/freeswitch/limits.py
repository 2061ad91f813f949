"""What runs into a limit of the event socket is counted, by the limit's name in deploy/README.md."""

from __future__ import annotations

from callcontrol.edges import meters
from callcontrol.edges.freeswitch.failures import LimitReached, WireError


def reached(name: str, limit: int, what: str) -> LimitReached:
    """The error for something of ours that is over a limit."""
    meters.limits_reached_total.labels(name).inc()
    return LimitReached(name=name, limit=limit, what=what)


def exceeded_by_peer(name: str, limit: int, what: str) -> WireError:
    """The error for a frame over a limit: the reader ends the connection."""
    meters.limits_reached_total.labels(name).inc()
    return WireError(what=what, expected=f"{name}={limit}")
