"""The class of a number that is dialled."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.direction import Direction, direction_of


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("+48221234567", "PL", Direction.NATIONAL),
        ("+48600700800", "PL", Direction.MOBILE),
        ("+48600700800", "DE", Direction.INTERNATIONAL),
        ("+48701234567", "PL", Direction.PREMIUM),
        ("+48701234567", "DE", Direction.PREMIUM),
        ("+979123456789", "PL", Direction.PREMIUM),  # premium rate of no country
        ("+48801123456", "PL", Direction.SHARED),
        ("+48800123456", "PL", Direction.FREEPHONE),
        ("+80012345678", "PL", Direction.FREEPHONE),  # freephone of no country
        ("+4980012345678", "PL", Direction.INTERNATIONAL),
        ("+881612345678", "PL", Direction.SATELLITE),
        ("+870773112345", "PL", Direction.SATELLITE),
        ("+88213123456789", "PL", Direction.SATELLITE),
        ("+447012345678", "PL", Direction.SPECIAL),  # a personal number, dear wherever it rings
        ("+48999999999", "PL", Direction.SPECIAL),  # of no range that is given out
        ("+18765550123", "US", Direction.INTERNATIONAL),  # Jamaica shares +1
        ("+12125550123", "US", Direction.NATIONAL),
        ("+77012345678", "RU", Direction.INTERNATIONAL),  # Kazakhstan shares +7
        ("112", "PL", Direction.EMERGENCY),
        ("19115", "PL", Direction.SPECIAL),
        ("116111", "PL", Direction.FREEPHONE),
        ("", "PL", Direction.SPECIAL),
        ("nonsense", "PL", Direction.SPECIAL),
    ],
)
def test_what_a_number_is_to_a_tenant_of_a_country(number: str, region: str, expected: Direction) -> None:
    assert direction_of(number, region) is expected


def test_an_emergency_number_of_the_tenants_own_is_one() -> None:
    assert direction_of("9999", "PL", ("9999",)) is Direction.EMERGENCY
