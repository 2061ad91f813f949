"""What one viewer of a live stream is told, event by event, and whether that can be right. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from callcontrol.vocabulary.moment import SECOND_US, instant_from

# A look at Redis that has begun before Redis died may be told so much later.
LATE_US: Final = 2 * SECOND_US
NUMBERS: Final = ("snapshot", "change")
MOST_FAULTS: Final = 20
# Told to be done; 410: once before, and its secret is not told again.
DONE: Final = (200, 201, 410)

Rows = dict[str, Mapping[str, Any]]
# From when to when Redis was away (clock of the run, microseconds).
Away = tuple[int, int]


@dataclass(slots=True)
class Viewer:
    """The state as a page has it.

    Attributes:
        kind: the last thing told: snapshot, change, stale, …; "gone" without a stream.
        told: moment and kind of each event with numbers, and of each `stale`.
        faults: what cannot be right.
        resumed: how often it went on where it was, without a snapshot.
    """

    epoch: str = ""
    number: int = 0
    kind: str = "gone"
    queues: Rows = field(default_factory=dict)
    agents: Rows = field(default_factory=dict)
    told: list[tuple[int, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    resumed: int = 0
    is_new: bool = True

    @property
    def last_id(self) -> str:
        """Where it goes on; "" where it has nothing yet."""
        return f"{self.epoch}-{self.number}" if self.epoch else ""

    def opened(self) -> None:
        """A stream begins."""
        self.is_new = True

    def gone(self) -> None:
        """The stream has ended."""
        self.kind = "gone"

    def take(self, event: bytes, now_us: int) -> None:
        """One event, as it was sent."""
        if event.startswith(b":"):
            self.kind, self.resumed, self.is_new = "change", self.resumed + 1, False
            return
        fields = dict(line.split(": ", 1) for line in event.decode().split("\n"))
        kind, told = fields["event"], orjson.loads(fields["data"])
        if kind == "beat":
            return
        if self.is_new and kind == "change":
            self._wrong(f"a stream begins with a change: {fields.get('id')}")
        self.kind, self.is_new = kind, False
        self.told.append((now_us, kind))
        if kind == "stale":
            if instant_from(told["since"]) > instant_from(told["at"]):
                self._wrong(f"stale since a moment to come: {told}")
        elif kind in NUMBERS:
            self._numbers(kind, fields["id"], told)

    def _numbers(self, kind: str, event_id: str, told: Mapping[str, Any]) -> None:
        epoch, _, number = event_id.partition("-")
        if kind == "change" and (epoch, int(number)) != (self.epoch, self.number + 1):
            self._wrong(f"{event_id} follows on {self.last_id}")
        if kind == "snapshot":
            self.queues, self.agents = {}, {}
        self.epoch, self.number = epoch, int(number)
        self.queues |= {one["queue"]: one for one in told["queues"]}
        self.agents |= {one["agent"]: one for one in told["agents"]}

    def _wrong(self, what: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(what)


def told_while_away(viewer: Viewer, away: Iterable[Away]) -> list[str]:
    """Numbers that were told as those of now while no one could know them, and streams that were not told so."""
    wrong = []
    for begin, end in away:
        inside = [(at, kind) for at, kind in viewer.told if begin + LATE_US <= at < end]
        wrong += [
            f"{kind} {(at - begin) / SECOND_US:.1f} s after Redis had died" for at, kind in inside if kind in NUMBERS
        ]
    return wrong


def not_told_stale(viewers: Iterable[Viewer]) -> list[int]:
    """The viewers, by number, that still show numbers as those of now."""
    return [number for number, one in enumerate(viewers) if one.kind in NUMBERS]


def differs(viewer: Viewer, queues: Rows, agents: Rows) -> list[str]:
    """The rows that the viewer has otherwise than they are, where what a moment changes is left out."""
    shown = [(viewer.queues, queues), (viewer.agents, agents)]
    names = [name for had, are in shown for name in {*had, *are} if _plain(had.get(name)) != _plain(are.get(name))]
    return sorted(names)


def _plain(row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if row is None else dict(row)


@dataclass(slots=True)
class Deed:
    """Something asked for under one key: how often it was sent, and what was answered at last (0: nothing)."""

    key: str
    sent: int = 0
    status: int = 0
    code: str = ""


def deeds_wrong(deeds: Iterable[Deed], done: Mapping[str, int]) -> list[str]:
    """Deeds that were done twice, or told to be done and were not, or refused and were done.

    Args:
        done: how often the ledger has each.
    """
    wrong = []
    for deed in deeds:
        times = done.get(deed.key, 0)
        if times > 1:
            wrong.append(f"{deed.key} is done {times} times, sent {deed.sent} times")
        elif deed.status in DONE and times == 0:
            wrong.append(f"{deed.key} is told to be done, and is not")
        elif deed.status in (400, 403, 404, 422) and times:
            wrong.append(f"{deed.key} was refused with {deed.status}, and is done")
    return wrong
