"""What each fault cost the callers until the next fault. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.truth import CRASH, Blow, Caller, Evidence

FAR_US = 1 << 62
TONE_US = 4_100_000  # how long the last resort plays its tone before it hangs up
ON_THE_WAY_US = 1_000_000  # time from a leg's end to its record on disk, on a busy machine


@dataclass(frozen=True, slots=True)
class Fate:
    """One fault and its cost.

    Attributes:
        recovered_s: until a live worker had every call again; None: not before the next fault.
        taken_s: until new calls were taken again: the arrival of the last one that was not (0: all were).
        slowest_s: the longest a caller waited for the first sign of a worker.
        refused: callers who got the switch's last resort.
        died: calls that ended with the switch.
        estimated: legs whose times are estimates because of the fault.
    """

    blow: Blow
    recovered_s: float | None
    taken_s: float
    slowest_s: float
    refused: int
    died: int
    estimated: int


def fates(evidence: Evidence) -> tuple[Fate, ...]:
    """One for each fault, in order; events before the first fault count for none."""
    blows = sorted(evidence.blows, key=lambda blow: blow.at_us)
    spans = pairwise([*(blow.at_us for blow in blows), FAR_US])
    estimated = _estimated(evidence, blows)
    return tuple(
        _fate(blow, span, evidence.callers, estimated[index])
        for index, (blow, span) in enumerate(zip(blows, spans, strict=True))
    )


def before_all(evidence: Evidence) -> int:
    """Legs that are estimated although there had been no fault yet."""
    return _estimated(evidence, sorted(evidence.blows, key=lambda blow: blow.at_us))[-1]


def _fate(blow: Blow, span: tuple[int, int], callers: tuple[Caller, ...], estimated: int) -> Fate:
    refused = [one for one in callers if one.was_refused and _within(_refused_us(one), span)]
    return Fate(
        blow,
        None if blow.recovered_us is None else max(blow.recovered_us - blow.at_us, 0) / 1e6,
        max([0, *(one.placed_us - blow.at_us for one in refused)]) / 1e6,
        max(_waits_us(callers, span), default=0) / 1e6,
        len(refused),
        sum(one.cause == CRASH and _within(one.ended_us, span) for one in callers),
        estimated,
    )


def _refused_us(caller: Caller) -> int | None:
    """When the switch found no worker for the caller: the tone of the last resort precedes the end."""
    return None if caller.ended_us is None else max(caller.placed_us, caller.ended_us - TONE_US)


def _waits_us(callers: Iterable[Caller], span: tuple[int, int]) -> Iterator[int]:
    """Waiting times of the callers whose first sign of a worker came within this span."""
    for one in callers:
        if one.first_us is not None and _within(one.first_us, span):
            yield one.first_us - one.placed_us


def _within(moment: int | None, span: tuple[int, int]) -> bool:
    return moment is not None and span[0] <= moment < span[1]


def _estimated(evidence: Evidence, blows: list[Blow]) -> Counter[int]:
    """The number of estimated legs by the index of the last fault before the leg's end (-1: before all).

    A leg that ended right before a fault counts for it, because its record was still on the way.
    """
    starts = [blow.at_us for blow in blows]
    ended = {leg.leg_id: leg.ended_us for leg in evidence.legs}
    guessed = (ended.get(row.leg_id) or row.ended_us or 0 for row in evidence.rows if row.estimated)
    return Counter(bisect_right(starts, end_us + ON_THE_WAY_US) - 1 for end_us in guessed)
