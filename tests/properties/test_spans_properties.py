"""Credit arithmetic agrees with the charge that is written in the end, for every price list and call."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.charges import Charge, Unrated, UnratedReason
from callcontrol.billing.rating import rate
from callcontrol.billing.spans import MAX_TALK_S, affordable_s, price_of_span
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from
from callcontrol.vocabulary.money import BadMoney, Money, money_from
from tests.properties.test_rating_properties import (
    NUMBER,
    as_csv,
    charge_of,
    settings_of_list,
    starts,
    talks,
    tariff_of,
    written_rows,
)

amounts = st.one_of(st.decimals(0, 5, places=4), st.decimals(0, 2000, places=4)).map(lambda one: Money(one, "PLN"))
NOON = instant_from("2026-11-23T12:00:00+01:00")


@settings(max_examples=40)
@given(settings_of_list(), written_rows(), starts, talks)
def test_the_price_up_to_here_is_the_charge_of_a_call_that_ends_here(
    terms: dict[str, str], row: dict[str, str], answered: Instant, talk_us: int
) -> None:
    tariff = tariff_of(as_csv(terms, [row]))
    assert price_of_span(tariff, NUMBER, answered, talk_us) == charge_of(tariff, answered, talk_us).amount


@settings(max_examples=40)
@given(settings_of_list(), written_rows(), starts, amounts, st.integers(0, 20_000))
def test_what_is_affordable_costs_no_more_and_a_second_further_does(
    terms: dict[str, str], row: dict[str, str], answered: Instant, amount: Money, limit_s: int
) -> None:
    tariff = tariff_of(as_csv(terms, [row]))
    seconds = affordable_s(tariff, NUMBER, answered, amount, limit_s)
    assert isinstance(seconds, int)
    assert 0 <= seconds <= limit_s
    assert charge_of(tariff, answered, seconds * SECOND_US).amount <= amount
    assert seconds == limit_s or charge_of(tariff, answered, (seconds + 1) * SECOND_US).amount > amount


@pytest.mark.parametrize(
    ("step", "amount", "seconds"),
    [
        ("60/60", "0.59", 0),
        ("60/60", "0.60", 60),
        ("60/60", "1.7999", 120),
        ("60/1", "0.61", 61),
        ("30/6", "0.36", 36),
        ("1/1", "0", 0),
        ("1/1", "-5", 0),
        ("1/1", "0.01", 1),
        ("1/1", "10", 1000),
        ("1/1", "26784", MAX_TALK_S),
        ("1/1", "26783.99", MAX_TALK_S - 1),
    ],
)
def test_seconds_for_an_amount(step: str, amount: str, seconds: int) -> None:
    row = {"prefix": "48", "destination": "P", "step": step, "price_per_minute": "0.60"}
    text = ["tariff,x", "currency,PLN", "version,2020-01-01", ",".join(row), ",".join(row.values())]
    tariff = tariff_of("\n".join(text))
    assert affordable_s(tariff, NUMBER, NOON, money_from(amount, "PLN")) == seconds


def test_a_number_without_a_price_is_told_and_currencies_are_not_compared() -> None:
    tariff = tariff_of(
        "tariff,x\ncurrency,PLN\nversion,2020-01-01\nprefix,destination,step,price_per_minute\n48,P,1/1,1"
    )
    for found in (
        affordable_s(tariff, "+49301234567", NOON, money_from("1", "PLN")),
        price_of_span(tariff, "+49301234567", NOON, SECOND_US),
    ):
        assert isinstance(found, Unrated)
        assert found.reason is UnratedReason.NO_PRICE
    with pytest.raises(BadMoney, match="two currencies"):
        affordable_s(tariff, NUMBER, NOON, money_from("1", "EUR"))
    free = rate(tariff, NUMBER, NOON, 0)
    assert isinstance(free, Charge)
    assert free.amount.amount == Decimal(0)
