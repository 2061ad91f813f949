"""Which PINs are refused, and why."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.pin import LONGEST, weakness

OWN = ("101", "+48221234567", "office")


@pytest.mark.parametrize("pin", ["5927", "8164", "70351", "918273", "4710", "1379" * 2 + "5", "5" * 11 + "6"])
def test_may_be_chosen(pin: str) -> None:
    assert weakness(pin, OWN) == ""


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("", "digits only"),
        ("12a4", "digits only"),
        ("592", "4 to 12 digits"),
        ("5927" * 3 + "1", "4 to 12 digits"),
        ("0000", "one digit"),
        ("777777", "one digit"),
        ("1234", "follow each other"),
        ("45678", "follow each other"),
        ("9876", "follow each other"),
        ("7890", "follow each other"),
        ("2109", "follow each other"),
        ("1212", "same digits"),
        ("594594", "same digits"),
        ("1984", "a year"),
        ("2026", "a year"),
        ("2580", "keypad"),
        ("0852", "keypad"),
        ("4567", "follow each other"),
        ("2345", "follow each other"),
        ("6101", "owner's numbers"),
        ("2212", "owner's numbers"),
        ("221234567", "owner's numbers"),
        ("48221234567", "owner's numbers"),
    ],
)
def test_is_refused(pin: str, why: str) -> None:
    assert why in weakness(pin, OWN)


def test_a_tenant_may_want_longer_ones() -> None:
    assert weakness("5927", shortest=6) == f"a PIN has 6 to {LONGEST} digits"
