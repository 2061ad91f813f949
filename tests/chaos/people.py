"""The callers: a number of calls a second, each of a random kind, with a unique number."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gevent
from gevent.event import Event

from callcontrol.edges import clock
from callcontrol.simulator.callers import Call
from callcontrol.simulator.client import SimulatorClient
from tests.chaos.truth import ASKS

LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Kind:
    """A reason to call: how many of a hundred have it, the number dialled, and how the caller behaves.

    Attributes:
        presses: keys, and how many seconds after the answer: once more where the menu may be heard anew.
    """

    share: int
    to: str
    behaves: Callable[[random.Random], Mapping[str, float]] = lambda chance: {}
    presses: tuple[tuple[float, str], ...] = ()


def _patience(chance: random.Random) -> Mapping[str, float]:
    """Every fifth caller hangs up while waiting."""
    return {"hangup_after_s": chance.uniform(4.0, 12.0)} if chance.random() < 0.2 else {}


def _short_patience(chance: random.Random) -> Mapping[str, float]:
    return {"hangup_after_s": chance.uniform(15.0, 25.0)}


KINDS: Mapping[str, Kind] = {
    "forwarded": Kind(24, "48222000001"),
    "busy, forwarded": Kind(12, "48222000002"),
    "busy": Kind(10, "48222000003"),
    "not answered, next": Kind(12, "48222000004"),
    "to a mobile": Kind(9, "48222000005"),
    "group": Kind(8, "48222000006"),
    "voicemail": Kind(2, "48222000007", lambda chance: {"speaks_s": chance.uniform(0.5, 2.0)}),
    "queue": Kind(6, "48222000008", _patience),
    "hours, queue": Kind(2, "48222000011", _patience),
    "closed, voicemail": Kind(2, "48222000012", lambda chance: {"speaks_s": chance.uniform(0.5, 2.0)}),
    "menu, queue": Kind(3, "48222000010", _patience, presses=((0.8, "1"), (6.0, "1"), (11.0, "1"))),
    "menu, menu, phone": Kind(3, "48222000010", presses=((0.5, "22"), (6.0, "22"), (11.0, "22"))),
    "moved": Kind(6, "48222000013"),
    "slow queue": Kind(1, "48222000009", _short_patience),
}


class People:
    """Calls all the time, until told to stop.

    Args:
        per_s: calls a second.
    """

    def __init__(self, switch: SimulatorClient, per_s: float, chance: random.Random) -> None:
        self._switch = switch
        self._per_s = per_s
        self._chance = chance
        self._over = Event()
        self._may_call = Event()
        self._may_call.set()
        self._count = 0

    def run(self) -> None:
        """Place calls until `stop`; overdue calls are placed at once, as far as the machine is fast enough."""
        due_s = clock.monotonic()
        while not self._over.is_set():
            if not self._may_call.wait(LOOK_S):
                due_s = clock.monotonic()  # calls that were not placed meanwhile are dropped
                continue
            while due_s <= clock.monotonic() and self._may_call.is_set() and not self._over.is_set():
                self._place()
                due_s += 1 / self._per_s
            gevent.sleep(LOOK_S)

    def stop(self) -> None:
        """Place no more calls."""
        self._over.set()

    def wait_with_calling(self) -> None:
        """The switch is gone: place no calls for now."""
        self._may_call.clear()

    def go_on_calling(self) -> None:
        """The switch is back: place calls again."""
        self._may_call.set()

    def _place(self) -> None:
        self._count += 1
        (kind,) = self._chance.choices(list(KINDS.values()), [kind.share for kind in KINDS.values()])
        how = kind.behaves(self._chance)
        self._switch.place(
            Call(
                kind.to,
                number=f"+4851{self._count:07}",
                hangup_after_s=how.get("hangup_after_s"),
                speaks_s=how.get("speaks_s"),
                digits=kind.presses,
            )
        )


def kind_of(number: str) -> str:
    """The first kind of call with this number."""
    return next((name for name, kind in KINDS.items() if kind.to == number), ASKS)
