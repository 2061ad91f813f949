"""What workers tell each other over a switch, as CUSTOM events of their own: whose a call is, while Redis cannot tell.

Each worker hears what every other one says at a switch. What is said is a command (`wire`) and is read back by `read`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.edges.freeswitch.commands import IDENTITY, block, matching
from callcontrol.edges.freeswitch.wire import SwitchEvent

_WORKER: Final = re.compile(r"[A-Za-z0-9_./:-]{1,256}")

# The events' subclasses, and their headers.
TAKEN_OVER: Final = "callcontrol::taken"
SOUGHT: Final = "callcontrol::sought"
PASSED_ON: Final = "callcontrol::passed"
SUBCLASSES: Final = (TAKEN_OVER, SOUGHT, PASSED_ON)

_WORKER_HEADER: Final = "Callcontrol-Worker"
_CALLS: Final = "Callcontrol-Calls"
_HOW: Final = "Callcontrol-How"
_CHANNEL: Final = "Callcontrol-Channel"
_TAKER: Final = "Callcontrol-Taker"
_BEGUN_AT: Final = "Callcontrol-Begun-At"
_BEGUN_BY: Final = "Callcontrol-Begun-By"


@dataclass(frozen=True, slots=True)
class Taken:
    """This worker has taken these calls over.

    Attributes:
        arrived: their channels have come to it through the dialplan.
    """

    worker: str
    calls: tuple[str, ...]
    arrived: bool = False

    def wire(self) -> bytes:
        """A CUSTOM event; an empty line ends its headers."""
        return block(
            *_head(TAKEN_OVER, self.worker),
            f"{_CALLS}: {','.join(matching(IDENTITY, 'call', call) for call in self.calls)}",
            f"{_HOW}: {'arrived' if self.arrived else 'fetched'}",
        )


@dataclass(frozen=True, slots=True)
class Sought:
    """This channel has come to this worker: which of the others has its call?"""

    worker: str
    channel: str

    def wire(self) -> bytes:
        """As of `Taken`."""
        return block(*_head(SOUGHT, self.worker), f"{_CHANNEL}: {matching(IDENTITY, 'channel', self.channel)}")


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The call of a channel, from the worker that has it to the one that has asked.

    Attributes:
        taker: who has asked.
        call: as it stands, as the live state would have it.
        begun_at: the channel at whose arrival it was begun anew, "" if it was not.
        begun_by: of that, the channel that it was joined with last.
    """

    worker: str
    taker: str
    channel: str
    call: bytes
    begun_at: str = ""
    begun_by: str = ""

    def wire(self) -> bytes:
        """As of `Taken`; the call is the event's body, which may hold any text."""
        begun = {_BEGUN_AT: self.begun_at, _BEGUN_BY: self.begun_by}
        head = block(
            *_head(PASSED_ON, self.worker),
            f"{_TAKER}: {matching(_WORKER, 'worker', self.taker)}",
            f"{_CHANNEL}: {matching(IDENTITY, 'channel', self.channel)}",
            *(f"{name}: {matching(IDENTITY, 'channel', value)}" for name, value in begun.items() if value),
            f"Content-Length: {len(self.call)}",
        )
        return head + self.call


WorkerEvent = Taken | Sought | PassedOn


def read(event: SwitchEvent) -> WorkerEvent | None:
    """What a worker has said; None: it is another event."""
    worker, subclass = event.get(_WORKER_HEADER), event.get("Event-Subclass")
    if subclass == TAKEN_OVER:
        return Taken(worker, tuple(event.get(_CALLS).split(",")), event.get(_HOW) == "arrived")
    if subclass == SOUGHT:
        return Sought(worker, event.get(_CHANNEL))
    if subclass == PASSED_ON:
        begun = event.get(_BEGUN_AT), event.get(_BEGUN_BY)
        return PassedOn(worker, event.get(_TAKER), event.get(_CHANNEL), event.body.encode(), *begun)
    return None


def _head(subclass: str, worker: str) -> tuple[str, ...]:
    return (
        "sendevent CUSTOM",
        f"Event-Subclass: {subclass}",
        f"{_WORKER_HEADER}: {matching(_WORKER, 'worker', worker)}",
    )
