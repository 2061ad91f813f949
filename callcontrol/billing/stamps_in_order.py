"""The times of a leg, made of the stamps the switch has told, which may contradict each other."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.moment import Instant


@fast_init
@dataclass(frozen=True, slots=True)
class Times:
    """A leg's times; None where it did not happen."""

    created: Instant | None = None
    ringing: Instant | None = None
    answered: Instant | None = None
    ended: Instant | None = None
    note: str = ""  # what was wrong with the switch's stamps


def in_order(leg_id: str, stamps: Stamps) -> Times:
    """Stamps that contradict each other (a wall clock that jumped) are put in order: the answer stands, and so does
    every end behind it; an end before the answer makes a talk of nothing.

    Ringing after the answer is no contradiction: the switch stamps a channel with the ringing of a leg that is dialled
    for it, long answered or not (switch_channel.c, originator_caller_profile). This channel itself did not ring.
    """
    answered = stamps.answered
    ended = stamps.ended if answered is None else max(answered, stamps.ended)
    created = min(stamps.created, ended if answered is None else answered)
    rang = None if stamps.ringing is None or _is_of_another(stamps.ringing, answered) else stamps.ringing
    ringing = None if rang is None else min(max(rang, created), ended)
    if (created, ringing, ended) == (stamps.created, rang, stamps.ended):
        return Times(created, ringing, answered, ended)
    said = f"created {stamps.created}, ringing {stamps.ringing}, answered {answered}, ended {stamps.ended}"
    return Times(created, ringing, answered, ended, f"stamps of leg {leg_id} out of order: {said}")


def _is_of_another(ringing: Instant, answered: Instant | None) -> bool:
    return answered is not None and ringing > answered
