"""Busy lamps: what a key of a phone shows of an extension or of a parking place (RFC 4235, and RFC 3863)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcontrol.vocabulary.moment import Instant


class Light(StrEnum):
    """What a lamp shows."""

    DARK = "dark"  # nothing goes on there, or there is nothing of this number
    RINGING = "ringing"
    BUSY = "busy"  # the extension is on a call, a caller is parked at the place
    UNDISTURBED = "undisturbed"  # the extension is on no call, and lets none ring


@dataclass(frozen=True, slots=True)
class LampWatch:
    """A phone's subscription.

    Attributes:
        tenant, number: whose extension or parking place it watches.
        until: when it ends, unless it is renewed.
    """

    tenant: str
    number: str
    until: Instant


@dataclass(frozen=True, slots=True)
class BusyLeg:
    """An extension is on a call by this leg.

    Attributes:
        is_ringing: its phone rings, and was not answered yet.
    """

    extension: str
    leg: str
    is_ringing: bool
