"""A number is found however it is written, and no other one is taken for it."""

from __future__ import annotations

import re

import pytest

from callcontrol.vocabulary.written_forms import NotErasable, written_forms

FORMS = written_forms("+48500100200", prefixes=["9"])


@pytest.mark.parametrize(
    "text",
    [
        "+48500100200",
        "48500100200",
        "0048500100200",
        "500100200",
        "0500100200",
        "9500100200",
        "948500100200",
        "number:+48500100200",
        "sip:+48500100200@carrier.example",
        "tel:%2B48500100200",
        "*21*500100200#",
        '{"number": "+48500100200", "at": 1}',
    ],
)
def test_it_is_found_and_replaced(text: str) -> None:
    assert FORMS.is_in(text)
    told = FORMS.replaced(text, "erased-x")
    assert "500100200" not in told
    assert "erased-x" in told
    assert "+" not in told or text.startswith("tel")


@pytest.mark.parametrize(
    "text",
    ["+485001002001", "+49500100200", "1500100200", "5001002", "a48500100200b1500100200"[12:], "", "500 100 200"],
)
def test_others_are_not_taken_for_it(text: str) -> None:
    assert not FORMS.is_in(text)
    assert FORMS.replaced(text, "erased-x") == text


@pytest.mark.parametrize("text", ["500 100 200", "(+48) 500-100-200", "0048 500.100.200", "500100200"])
def test_people_write_signs_between_digits(text: str) -> None:
    assert re.search(FORMS.pattern_of_people, text)


@pytest.mark.parametrize("number", ["112", "19115", "500100200", "", "+48"])
def test_what_is_no_international_number_is_refused(number: str) -> None:
    with pytest.raises(NotErasable):
        written_forms(number)


def test_the_prefix_of_its_country_counts() -> None:
    assert "88123456789" in written_forms("+78123456789").digits  # 8 before numbers of another town in Russia
