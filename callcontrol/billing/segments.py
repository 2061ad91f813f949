"""Segments: the conversations a call's trail tells of, who with whom and from when to when.

Total and tolerant like the rest of the fold: entries told twice count once. A conversation ends with the first of its
two legs, when a party is transferred, or when one of them is joined with another leg: a leg talks with one other at a
time. Where none of that was told it ends with the trail, and is marked as estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from callcontrol.billing.record import LegRecord, SegmentRecord
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import HandedOver
from callcontrol.vocabulary.trail import Bridged, Conversation, JoinedOutside, Parted

_End = tuple[Instant, bool]  # when, and whether that is an estimate


@dataclass(slots=True)
class _Talk:
    """A conversation as it is told of; `leg` is "" for the caller's own, `party` says who is at `other`."""

    began: Instant
    leg: str
    other: str
    party: str = ""
    parted: Instant | None = None

    @property
    def pair(self) -> set[str]:
        """Both legs."""
        return {self.leg, self.other}

    def has(self, leg: str, caller: str) -> bool:
        """Whether this leg is one of the two."""
        return leg in (self.leg or caller, self.other)


@dataclass(slots=True)
class Segments:
    """Takes a trail's conversations in, one entry after the other."""

    _all: list[_Talk] = field(default_factory=list)
    _partings: set[Instant] = field(default_factory=set)

    def hear(self, entry: Conversation | HandedOver, led: str = "") -> None:
        """Take one entry in.

        Args:
            led: the leg that stands in the caller's place by then, "" if none does.
        """
        match entry:
            case HandedOver(at, _, other, partner):
                # It may be told after its parting.
                parted = min((one for one in self._partings if one > at), default=None)
                self._begin(_Talk(at, partner, other, parted=parted))
            case Bridged(at, leg, with_leg):
                self._begin(_Talk(at, with_leg, leg))
            case JoinedOutside(at, leg, party):
                self._begin(_Talk(at, led, leg, party))
            case Parted(at) if at not in self._partings:
                self._partings.add(at)
                self._part(at)

    def _begin(self, talk: _Talk) -> None:
        for place, known in enumerate(self._all):
            if (known.other, known.began) == (talk.other, talk.began):
                return
            if known.pair == talk.pair:
                later = (one.began for one in self._all[place + 1 :] if one.pair & talk.pair)
                over = known.parted or next(later, None)
                if over is None or talk.began < over:
                    return  # told again, by the other leg or at its end
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
    for place, talk in enumerate(talks):
        leg, other = talk.leg or caller, legs.get(talk.other)
        ends = [end for one in (legs.get(leg), other) if (end := _end_of(one)) is not None]
        ends += [(talk.parted, False)] if talk.parted is not None else []
        # Who is joined with another leg has left this one.
        joined = next(
            (one.began for one in talks[place + 1 :] if one.has(leg, caller) or one.has(talk.other, caller)), None
        )
        ends += [(joined, False)] if joined is not None else []
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
