"""Classes of numbers."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.direction import direction_of
from callcontrol.vocabulary.number_class import NumberClass, class_of


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("+48600700800", "PL", NumberClass.NATIONAL),
        ("+48221234567", "PL", NumberClass.NATIONAL),
        ("+48221234567", "DE", NumberClass.ABROAD),
        ("+48701234567", "PL", NumberClass.PREMIUM),
        ("+48701234567", "DE", NumberClass.PREMIUM),
        ("+499001234567", "DE", NumberClass.PREMIUM),
        ("+48801123456", "PL", NumberClass.SPECIAL),
        ("+48999999999", "PL", NumberClass.SPECIAL),
        ("+18765550123", "US", NumberClass.ABROAD),  # Jamaica shares +1
        ("+12125550123", "US", NumberClass.NATIONAL),
        ("112", "PL", NumberClass.SPECIAL),
        ("", "PL", NumberClass.SPECIAL),
        ("nonsense", "PL", NumberClass.SPECIAL),
    ],
)
def test_what_a_number_is_to_a_tenant_of_a_country(number: str, region: str, expected: NumberClass) -> None:
    assert class_of(number, direction_of(number, region)) is expected
