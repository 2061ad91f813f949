"""Parked callers: who waits at which place of a tenant's, and who is taking the caller there."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class Taker:
    """A phone of the tenant's that takes a parked caller.

    Attributes:
        call, worker: the call by which it does so, and the worker that has it.
        channel, switch: the phone's channel, and where that is.
        extension: whose phone it is.
    """

    call: str
    channel: str
    switch: str
    extension: str
    worker: str = ""


@dataclass(frozen=True, slots=True)
class RingingCall:
    """A call that rings at a phone, and may be picked up.

    Attributes:
        worker: the worker that has it.
        switch: where its caller's channel is.
        since: since when the phone has rung.
    """

    call: str
    worker: str
    switch: str
    since: Instant


@dataclass(frozen=True, slots=True)
class ParkedCaller:
    """A place that is taken.

    Attributes:
        place: its number.
        lot: the parking lot it is one of.
        call: the call that has it.
        channel, switch: the channel that waits there, and where that is; "" where a place is only kept for a parker.
        worker: the worker that has the call.
        since: when it was taken.
        by: the extension that has parked the caller, "" where none has.
        number: the caller's, as shown.
        held_for: the extension that is about to park a caller there and knows the place already; "": it is taken.
    """

    place: str
    lot: str
    call: str
    channel: str
    switch: str
    worker: str
    since: Instant
    by: str = ""
    number: str = ""
    held_for: str = ""
