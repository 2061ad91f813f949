"""The expected wait of a caller, and the minutes that are announced."""

from __future__ import annotations

import pytest

from callcontrol.kinds.targets.queue.expected_wait import expected_us, minutes_to_announce
from callcontrol.vocabulary.queue import Place

MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(position=1, waiting=1, active=1, handling_ms=180_000), 3 * MINUTE),
        (Place(position=4, waiting=9, active=2, handling_ms=180_000), 6 * MINUTE),
        (Place(position=1, waiting=1, active=3, handling_ms=1), 333),
        (Place(position=1, waiting=1, active=1, handling_ms=0), None),
        (Place(position=1, waiting=1, active=0, handling_ms=180_000), None),
        (Place(position=0, waiting=5, active=1, handling_ms=180_000), None),
    ],
)
def test_the_expected_wait(place: Place, expected: int | None) -> None:
    assert expected_us(place) == expected


@pytest.mark.parametrize(
    ("expected", "said", "minutes"),
    [
        (3 * MINUTE, None, 3),
        (3 * MINUTE + 1, None, 4),
        (1, None, 1),
        (0, None, 1),
        (5 * MINUTE, 3, 3),  # never longer than before
        (2 * MINUTE, 3, 2),
        (None, None, None),
        (None, 3, None),
    ],
)
def test_the_minutes_to_announce(expected: int | None, said: int | None, minutes: int | None) -> None:
    assert minutes_to_announce(expected, said) == minutes
