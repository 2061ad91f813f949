"""How long a caller will probably wait, and what of that the caller is told."""

from __future__ import annotations

from callcontrol.vocabulary.queue import Place

US_PER_MS = 1_000
US_PER_MINUTE = 60_000_000


def expected_us(place: Place) -> int | None:
    """The expected wait at this place in microseconds: conversations before this turn, shared among the active agents.

    None where nothing can be said: no conversation was seen yet, no agent is active, or the ticket is not in line.
    """
    if not place.position or not place.handling_ms or not place.active:
        return None
    return place.position * place.handling_ms * US_PER_MS // place.active


def minutes_to_announce(expected: int | None, said: int | None) -> int | None:
    """Whole minutes to announce: rounded up, at least one, never more than was said before.

    Args:
        expected: microseconds; None: unknown, and nothing is said.
        said: the minutes the caller was last told, None if none.
    """
    if expected is None:
        return None
    minutes = max(1, -(-expected // US_PER_MINUTE))
    return minutes if said is None else min(minutes, said)
