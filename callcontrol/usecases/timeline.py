"""A call's time line: for each leg what it did when. What is drawn for people and given to programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from callcontrol.edges.ledger.past_rows import PastCall, PastLeg
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.target import ExtensionTarget, text_of


class Doing(StrEnum):
    """What a leg does; where two hold at a moment the earlier one here is shown."""

    TALKS = "talks"
    PARKED = "parked"
    HELD = "held"
    QUEUES = "queues"  # waits in a queue
    RINGS = "rings"
    CONNECTED = "connected"  # answered, and talks with no one: announcements, menus, music


@dataclass(frozen=True, slots=True)
class Span:
    """What a leg did from when to when.

    Attributes:
        detail: with whom; which place, or queue.
        segment: of a conversation, its number in the call, from 1; 0: of something else.
    """

    doing: Doing
    began: datetime
    ended: datetime
    detail: str = ""
    segment: int = 0

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        said = {"doing": self.doing.value, "began": self.began, "ended": self.ended, "detail": self.detail}
        return said | ({"segment": self.segment} if self.segment else {})


@dataclass(frozen=True, slots=True)
class LegRow:
    """A leg and its spans in order.

    Attributes:
        name: who is at it.
        call_id: the call that has it: this one, or another.
        moved_from, moved_to: the legs whose place it took, and that took its place; "" for none.
        role: what it is in its own call (vocabulary/leg.py, Role); "": not known.
    """

    leg_id: str
    name: str
    call_id: str
    spans: tuple[Span, ...]
    moved_from: str = ""
    moved_to: str = ""
    role: str = ""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        moved = {"moved_from": self.moved_from, "moved_to": self.moved_to}
        named = {"leg_id": self.leg_id, "name": self.name, "role": self.role, "call_id": self.call_id}
        return {**named, **moved, "spans": [span.plain() for span in self.spans]}


def timeline(call: PastCall) -> tuple[LegRow, ...]:
    """The legs of a call, and those of other calls that its parties talked with, in the order in which they began."""
    beside = call.beside or ()
    took = _took_over(call) | {leg.moved_to: leg.leg_id for leg in (*beside, *call.legs) if leg.moved_to}
    own = tuple(_row(leg, call, took) for leg in call.legs)
    joined = {segment.other_leg for segment in call.segments}
    others = tuple(_other(leg, call, took) for leg in beside if leg.leg_id in joined)
    known = {row.leg_id for row in (*own, *others)}
    unknown = tuple(_unknown(leg, call, took) for leg in sorted(joined) if leg not in known)
    return (*own, *others, *unknown)


def _took_over(call: PastCall) -> dict[str, str]:
    """By leg of another call, the one whose place it took: no other way leads it into a conversation that went on. A
    room is no leg ("").
    """
    own = {"", *(leg.leg_id for leg in call.legs)}
    following = pairwise(call.segments)
    return {now.other_leg: was.other_leg for was, now in following if now.other_leg not in own}


def name_of(leg: PastLeg, call: PastCall) -> str:
    """Who is at a leg of the call."""
    if leg.role == Role.SUPERVISOR and call.caller_extension:
        return text_of(ExtensionTarget(call.caller_extension))
    if leg.direction == "a":
        return f"caller {call.caller_number or call.caller_name or 'unknown'}".strip()
    return str(leg.target or leg.address or leg.leg_id)


def _row(leg: PastLeg, call: PastCall, took: Mapping[str, str]) -> LegRow:
    spans = [*_of_channel(leg), *_talks(leg.leg_id, call)]
    interruptions = (one for one in call.interruptions if one["leg"] == leg.leg_id)
    spans += [Span(Doing(one["why"]), *_times(one), one["detail"]) for one in interruptions]
    if leg.direction == "a":
        spans += [Span(Doing.QUEUES, one.entered_at, one.left_at, one.queue) for one in call.visits]
    moved_from = leg.moved_from or took.get(leg.leg_id, "")
    return LegRow(leg.leg_id, name_of(leg, call), call.call_id, _sorted(spans), moved_from, leg.moved_to, leg.role)


def _other(leg: PastLeg, call: PastCall, took: Mapping[str, str]) -> LegRow:
    """A leg of another call: only what it did in this one."""
    name = leg.target or next((one.party for one in call.segments if one.other_leg == leg.leg_id), "")
    moved_from = leg.moved_from or took.get(leg.leg_id, "")
    spans = _sorted(_talks(leg.leg_id, call))
    return LegRow(leg.leg_id, name or leg.leg_id, leg.call_id, spans, moved_from, leg.moved_to, leg.role)


def _unknown(leg_id: str, call: PastCall, took: Mapping[str, str]) -> LegRow:
    """A leg that was joined and has no row (yet): its own call goes on, or is not known."""
    name = next((one.party for one in call.segments if one.other_leg == leg_id), "")
    return LegRow(leg_id, name or leg_id, "", _sorted(_talks(leg_id, call)), took.get(leg_id, ""))


def _of_channel(leg: PastLeg) -> Iterator[Span]:
    if leg.created_at is None or leg.ended_at is None:
        return
    yield Span(Doing.RINGS, leg.created_at, leg.answered_at or leg.ended_at)
    if leg.answered_at is not None:
        yield Span(Doing.CONNECTED, leg.answered_at, leg.ended_at)


def _talks(leg_id: str, call: PastCall) -> Iterator[Span]:
    names = {leg.leg_id: name_of(leg, call) for leg in call.legs}
    for number, one in enumerate(call.segments, 1):
        if leg_id == one.leg_id:
            yield Span(Doing.TALKS, one.began_at, one.ended_at, one.party or names.get(one.other_leg, ""), number)
        elif leg_id == one.other_leg:
            yield Span(Doing.TALKS, one.began_at, one.ended_at, names.get(one.leg_id, ""), number)


def _times(one: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(one["began"]), datetime.fromisoformat(one["ended"])


def _sorted(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (span.began, span.ended)))
