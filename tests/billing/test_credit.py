"""What is asked of an account, and when its credit ends: examples, and what holds for any price list."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.charges import Unrated
from callcontrol.billing.credit import ask_again_s, credit_ends_s, lease_us, rate_ahead, span_rungs, units_at
from callcontrol.billing.periods import Calendar
from callcontrol.billing.tariff import Price, PriceRow, Rate, Tariff, Terms, Version
from callcontrol.vocabulary.credit import (
    LARGEST_UNITS,
    UNITS,
    AmountTooLarge,
    Rung,
    SpanReply,
    SpanWord,
    amount_of,
    units_of,
)
from callcontrol.vocabulary.moment import SECOND_US, Instant

NUMBER = "+48601234567"
ANSWERED = Instant(1_790_000_000 * SECOND_US)
HOUR_S = 3600


def tariff(per_minute: str, block_s: int = 1, step_s: int = 1, fee: str = "0") -> Tariff:
    rate = Rate(Decimal(fee), Decimal(per_minute))
    price = Price({"always": rate}, block_s, step_s)
    calendar = Calendar(ZoneInfo("Europe/Warsaw"), "always", ())
    version = Version(Instant(0), Terms(calendar), {"48": PriceRow("48", "Poland", price)})
    return Tariff("retail", "PLN", ZoneInfo("Europe/Warsaw"), (version,))


def granted(units: int, talk_s: int, left: int, legs: int = 1, dry: Instant | None = None) -> SpanReply:
    return SpanReply(SpanWord.GRANTED, units, talk_s, left, legs, dry)


def test_a_first_span_is_asked_for_whole_or_from_ten_seconds_on_with_a_second_more() -> None:
    cent = UNITS // 100
    assert span_rungs(tariff("0.60"), NUMBER, ANSWERED, 0, 30) == (
        Rung(10, 11 * cent),
        Rung(20, 21 * cent),
        Rung(30, 31 * cent),
    )


def test_the_next_one_from_a_second_on_and_what_a_block_holds_costs_no_more() -> None:
    assert span_rungs(tariff("0.60", 60, 60), NUMBER, ANSWERED, 55, 30) == (
        Rung(59, 60 * UNITS // 100),
        Rung(85, 120 * UNITS // 100),
    )


def test_a_number_without_a_price_has_no_span() -> None:
    assert isinstance(span_rungs(tariff("0.60"), "+4420", ANSWERED, 0, 30), Unrated)
    assert isinstance(rate_ahead(tariff("0.60"), "+4420", ANSWERED, 0), Unrated)
    assert isinstance(credit_ends_s(tariff("0.60"), "+4420", ANSWERED, granted(0, 0, 0), 60), Unrated)


@pytest.mark.parametrize(("block_s", "step_s"), [(1, 1), (60, 60), (60, 1), (6, 6)])
def test_a_second_costs_a_sixtieth_of_a_minute_whatever_the_blocks(block_s: int, step_s: int) -> None:
    assert rate_ahead(tariff("0.60", block_s, step_s), NUMBER, ANSWERED, 60) == UNITS // 100


def test_alone_a_leg_has_all_that_is_left_by_its_own_prices() -> None:
    has_a_minute = granted(60 * UNITS // 100, 59, left=90 * UNITS // 100)
    assert credit_ends_s(tariff("0.60", 60, 60), NUMBER, ANSWERED, has_a_minute, HOUR_S) == 119
    assert credit_ends_s(tariff("0.60", 60, 1), NUMBER, ANSWERED, has_a_minute, HOUR_S) == 149
    assert credit_ends_s(tariff("0.60", 60, 1), NUMBER, ANSWERED, has_a_minute, 100) == 100


def test_with_others_it_ends_when_the_account_runs_dry_and_never_before_its_span() -> None:
    dry = Instant(ANSWERED + 80 * SECOND_US)
    assert credit_ends_s(tariff("0.60"), NUMBER, ANSWERED, granted(UNITS, 59, UNITS, 2, dry), HOUR_S) == 80
    assert credit_ends_s(tariff("0.60"), NUMBER, ANSWERED, granted(UNITS, 89, 0, 2, dry), HOUR_S) == 89
    assert credit_ends_s(tariff("0.60"), NUMBER, ANSWERED, granted(UNITS, 89, UNITS, 2), HOUR_S) == HOUR_S


def test_more_is_asked_for_at_half_of_what_is_left() -> None:
    assert ask_again_s(0, 30, 30) == 15
    assert ask_again_s(20.0, 30, 30) == 5
    assert ask_again_s(29.9, 30, 30) == 1
    assert ask_again_s(0, 119, 30) == 15
    assert lease_us(30, ring_s=45) > 75 * SECOND_US


@settings(max_examples=40)
@given(
    st.decimals("0.0001", "9", places=4),
    st.sampled_from([(1, 1), (60, 60), (30, 6), (90, 60)]),
    st.decimals("0", "1", places=2),
    st.integers(0, 600),
    st.integers(1, 120),
)
def test_whatever_the_list_a_leg_that_is_ended_within_its_span_costs_no_more_than_was_reserved(
    per_minute: Decimal, blocks: tuple[int, int], fee: Decimal, from_s: int, span_s: int
) -> None:
    prices = tariff(str(per_minute), *blocks, str(fee))
    found = span_rungs(prices, NUMBER, ANSWERED, from_s, span_s)
    assert not isinstance(found, Unrated)
    assert list(found) == sorted(set(found))
    assert found[-1].talk_s == from_s + span_s
    for rung in found:
        used = units_at(prices, NUMBER, ANSWERED, rung.talk_s + 1)
        assert not isinstance(used, Unrated)
        assert used <= rung.units


def test_amounts_are_whole_units_and_never_too_few() -> None:
    assert units_of(Decimal("10.00")) == 10 * UNITS
    assert units_of(Decimal("0.000000001")) == 1
    assert units_of(Decimal("-0.5")) == -UNITS // 2
    assert amount_of(units_of(Decimal("12.34567891"))) == Decimal("12.34567891")
    assert amount_of(-1) == Decimal("-0.00000001")
    with pytest.raises(AmountTooLarge, match="less than 90000000"):
        units_of(amount_of(LARGEST_UNITS + 1))
