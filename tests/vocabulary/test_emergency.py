"""Emergency numbers of countries and tenants."""

from __future__ import annotations

import re

import pytest

from callcontrol.vocabulary.emergency import emergency_called, emergency_pattern, is_emergency
from callcontrol.vocabulary.phone_number import REGIONS


@pytest.mark.parametrize(
    ("digits", "region", "expected"),
    [
        ("112", "PL", True),
        ("997", "PL", True),
        ("999", "PL", True),
        ("110", "PL", False),
        ("110", "DE", True),
        ("911", "US", True),
        ("911", "GB", False),
        ("1122", "PL", False),
        ("+112", "PL", False),
        ("", "PL", False),
        ("112\n", "PL", False),
    ],
)
def test_emergency_numbers_are_those_of_the_country(digits: str, region: str, expected: bool) -> None:
    assert is_emergency(digits, region) is expected


def test_a_tenant_may_have_more() -> None:
    assert is_emergency("5555", "PL", ("5555",))
    assert emergency_called("5555", "PL", ("5555",)) == "5555"


@pytest.mark.parametrize(
    ("dialled", "region", "expected"),
    [("112", "PL", "112"), ("1122", "PL", "112"), ("1121", "BR", ""), ("113", "PL", ""), ("+1122", "PL", "")],
)
def test_further_digits_behind_it_are_carried_where_the_country_does(dialled: str, region: str, expected: str) -> None:
    assert emergency_called(dialled, region) == expected


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_every_country_has_some(region: str) -> None:
    assert re.fullmatch(r"[0-9|()?:\[\]\\d-]+", emergency_pattern(region))
