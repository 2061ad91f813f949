"""Moves: which leg took which one's place in a conversation, and when a party talked with no other, as a trail tells.

Entries told twice count once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import (
    HandedOver,
    Interrupted,
    InterruptionEntry,
    MoveEntry,
    PickedUp,
    Resumed,
    TookOver,
    Transferred,
)


@dataclass(frozen=True, slots=True)
class InterruptionRecord:
    """A stretch in which a party of the call talked with no other.

    Attributes:
        why: `parked` or `held`.
        leg: the party's.
        ended: when it was over: at the latest with the leg.
        detail: the place; who held.
    """

    why: str
    leg: str
    began: Instant
    ended: Instant
    detail: str = ""


@dataclass(slots=True)
class Moves:
    """Takes a trail's moves in, one entry after the other.

    Attributes:
        to: by leg, the leg that took its place.
        of: by leg, the one whose place it took; of several the first.
    """

    to: dict[str, str] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    _leaving: tuple[str, ...] = ()

    def hear(self, entry: MoveEntry) -> None:
        """Take one entry in."""
        match entry:
            case Transferred(leg=leg) | TookOver(leg=leg):
                self._leaving = (leg,) if leg else ()
            case PickedUp(legs=legs):
                self._leaving = legs
            case HandedOver(leg=leg, to_leg=to_leg):
                self._taken((leg,), to_leg)

    def join(self, leg: str) -> None:
        """The party that is left talks with this leg now; or it is told late when the leg that leaves was bridged."""
        if leg in self._leaving:
            return
        self._taken(self._leaving, leg)
        self._leaving = ()

    def _taken(self, places: tuple[str, ...], leg: str) -> None:
        for place in places:
            if place != leg:
                self.to.setdefault(place, leg)
                self.of.setdefault(leg, place)


@dataclass(slots=True)
class Interruptions:
    """Takes in the stretches in which a party was parked or held."""

    _began: dict[Interrupted, None] = field(default_factory=dict)
    _ended: dict[Resumed, None] = field(default_factory=dict)

    def hear(self, entry: InterruptionEntry) -> None:
        """Take one entry in."""
        if isinstance(entry, Interrupted):
            self._began.setdefault(entry)
        else:
            self._ended.setdefault(entry)

    def records(self, ends: dict[str, Instant], over: Instant) -> tuple[InterruptionRecord, ...]:
        """The stretches in order.

        Args:
            ends: when each leg ended, as far as is known.
            over: when the call ended.
        """
        return tuple(self._records(ends, over))

    def _records(self, ends: dict[str, Instant], over: Instant) -> Iterator[InterruptionRecord]:
        for one in sorted(self._began, key=lambda began: began.at):
            told = [end.at for end in self._ended if (end.why, end.leg) == (one.why, one.leg) and end.at >= one.at]
            following = [next_.at for next_ in self._began if next_.leg == one.leg and next_.at > one.at]
            known = min((*told, *following), default=None)
            end = ends.get(one.leg, over)
            ended = end if known is None else min(known, end)
            yield InterruptionRecord(one.why.value, one.leg, one.at, max(one.at, ended), one.detail)
