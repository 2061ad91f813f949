"""Segments: the conversations a call's trail tells of, who with whom and from when to when.

Total and tolerant like the rest of the fold: entries told twice count once. A conversation ends with the first of its
two legs, or when a party is transferred; where none of that was told it ends with the trail, and is marked as
estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from callcontrol.billing.record import LegRecord, SegmentRecord
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Bridged, Conversation, JoinedOutside, Parted

_End = tuple[Instant, bool]  # when, and whether that is an estimate


@dataclass(slots=True)
class _Talk:
    """A conversation as it is told of; `leg` is "" for the caller's own, `party` for whom `other` was sent out to."""

    began: Instant
    leg: str
    other: str
    party: str = ""
    parted: Instant | None = None


@dataclass(slots=True)
class Segments:
    """Takes a trail's conversations in, one entry after the other."""

    _all: list[_Talk] = field(default_factory=list)
    _partings: set[Instant] = field(default_factory=set)

    def hear(self, entry: Conversation) -> None:
        """Take one entry in."""
        match entry:
            case Bridged(at, leg, with_leg):
                self._begin(_Talk(at, with_leg, leg))
            case JoinedOutside(at, leg, party):
                self._begin(_Talk(at, "", leg, party))
            case Parted(at) if at not in self._partings:
                self._partings.add(at)
                self._part(at)

    def _begin(self, talk: _Talk) -> None:
        pair = {talk.leg, talk.other}
        same = (one for one in self._all if {one.leg, one.other} == pair)
        if not any(one.parted is None or one.began == talk.began for one in same):
            self._all.append(talk)

    def _part(self, at: Instant) -> None:
        if self._all and self._all[-1].parted is None:
            self._all[-1].parted = at

    def records(self, caller: str, legs: tuple[LegRecord, ...], last: Instant) -> tuple[SegmentRecord, ...]:
        """The conversations in order.

        Args:
            caller: the caller's channel, "" in a callback.
            legs: all of the call.
            last: when the trail ends.
        """
        talks = sorted(self._all, key=lambda talk: talk.began)
        return tuple(_records(talks, caller, {leg.leg_id: leg for leg in legs}, last))


def _records(talks: list[_Talk], caller: str, legs: dict[str, LegRecord], last: Instant) -> Iterator[SegmentRecord]:
    for talk, following in zip(talks, [*talks[1:], None], strict=False):
        leg, other = talk.leg or caller, legs.get(talk.other)
        ends = [end for one in (legs.get(leg), other) if (end := _end_of(one)) is not None]
        ends += [(talk.parted, False)] if talk.parted is not None else []
        # A caller who is joined with another leg has left this one.
        ends += [(following.began, False)] if following is not None and following.leg == talk.leg else []
        ended, is_estimate = min(ends, default=(last, True))
        party = talk.party or (other.to if other is not None else "")
        yield SegmentRecord(leg, talk.other, party, talk.began, max(talk.began, ended), is_estimate)


def _end_of(leg: LegRecord | None) -> _End | None:
    return None if leg is None or leg.ended is None else (leg.ended, leg.estimated)


def with_ends(segment: SegmentRecord, before: tuple[LegRecord, ...], now: tuple[LegRecord, ...]) -> SegmentRecord:
    """A conversation whose end was an estimate, with the true end of the leg it was read off.

    Args:
        before: the call's legs as they were known until now.
    """
    if not segment.estimated:
        return segment
    guessed = {leg.leg_id for leg in before if leg.leg_id in (segment.leg_id, segment.other_leg) and leg.estimated}
    ends = [end for leg in now if leg.leg_id in guessed and (end := _end_of(leg)) is not None]
    if not ends:
        return segment
    ended, is_estimate = min(ends)
    return replace(segment, ended=max(segment.began, ended), estimated=is_estimate)
