"""What a leg costs that bundles cover, before it is over: as its charge will be counted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.bundles import counted
from callcontrol.billing.costs import rate_record
from callcontrol.billing.covers import CoveredLeg
from callcontrol.billing.fold import fold
from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.record import ChargeRecord
from callcontrol.billing.tariff import Tariff
from callcontrol.vocabulary.bundle_counter import BundleCounter, amount_of_parts, parts_of
from callcontrol.vocabulary.bundled import Bundled
from callcontrol.vocabulary.credit import UNITS
from callcontrol.vocabulary.moment import SECOND_US
from tests.billing.test_bundles import BY_SECOND, HEADER, LIST, tenant_with
from tests.billing.test_rating import tariff_of
from tests.billing.trails import NOON, forwarded

NUMBER = "+48601234567"
S = 10_000  # parts of a second
CENT = UNITS // 100
SIXTY = tariff_of(*HEADER, "48,Poland,1/1,0,0.60")


def leg_with(block: str, tariff: Tariff = SIXTY, payer: str = "extension:101") -> CoveredLeg:
    book = PriceBook(tariff, tenant=tenant_with(block))
    found = book.covered("acme", payer, NUMBER, "mobile", NOON)
    assert found is not None
    return found


MINUTES = "bundles: {b: {minutes: 100}}"


def test_what_is_left_covers_the_first_seconds_and_money_the_rest() -> None:
    leg = leg_with(MINUTES)
    assert [(cover.counter, cover.size) for cover in leg.covers] == [
        (BundleCounter("acme", "b", "extension:101", "2026-11"), 6000 * S)
    ]
    assert leg.price(30 * SECOND_US, [6000 * S]) == (0, (30 * S,))
    assert leg.price(30 * SECOND_US, [20 * S]) == (10 * CENT, (20 * S,))
    assert leg.price(30 * SECOND_US, [-5]) == (30 * CENT, (0,))


def test_without_money_it_may_talk_as_long_as_its_bundle_is() -> None:
    leg = leg_with(MINUTES)
    # the second that the switch may be late is kept
    assert leg.ends_s(0, [50 * S], 7200) == 49
    assert leg.ends_s(10 * CENT, [50 * S], 7200) == 59
    assert leg.ends_s(0, [0], 7200) == 0
    assert leg.ends_s(0, [6000 * S], 300) == 300


def test_a_span_is_of_the_bundle_as_far_as_it_leads_and_then_of_money() -> None:
    rungs = leg_with(MINUTES).rungs(0, 30, [15 * S])
    assert [(rung.talk_s, rung.units, rung.parts) for rung in rungs] == [
        (10, 0, (11 * S,)),
        (20, 6 * CENT, (15 * S,)),
        (30, 16 * CENT, (15 * S,)),
    ]
    assert leg_with(MINUTES).rate_ahead(0, [6000 * S]) == 0
    assert leg_with(MINUTES).rate_ahead(0, [0]) == CENT


def test_months_calls_and_money_have_counters_of_their_own() -> None:
    leg = leg_with("bundles: {b: {calls: 5, shared: yes, carry_over: 1, since: 2026-10}, m: {money: 2.00}}")
    assert [cover.counter[1:] for cover in leg.covers] == [
        ("b", "tenant", "2026-10"),
        ("b", "tenant", "2026-11"),
        ("m", "extension:101", "2026-11"),
    ]
    assert leg.price(60 * SECOND_US, [0, S, 2 * S]) == (0, (0, S, 0))
    assert leg.price(60 * SECOND_US, [0, 0, S // 2]) == (10 * CENT, (0, 0, S // 2))
    free = (0, S, S // 2)
    assert leg.text_of(free) == "b 0 1;m 0.5"
    assert leg.free_of("b 0 1;m 0.5") == free
    assert leg.free_of("m 0.5") == (0, 0, S // 2)
    assert leg.free_of("b 1;m 0.5 3") == (0, 0, 0)  # the bundles were others then


def test_a_leg_that_no_bundle_is_for_is_none() -> None:
    tenant = tenant_with("bundles: {b: {minutes: 100, directions: [national]}}")
    assert PriceBook(SIXTY, tenant=tenant).covered("acme", "extension:101", NUMBER, "mobile", NOON) is None
    assert PriceBook(SIXTY).covered("acme", "extension:101", NUMBER, "mobile", NOON) is None
    assert PriceBook(SIXTY, tenant=tenant).covered("acme", "extension:101", "+4420", "national", NOON) is None
    assert PriceBook(SIXTY, tenant=tenant).is_covered(NUMBER, NOON, "extension:101", "national")


@pytest.mark.parametrize(
    ("block", "left_s", "amount", "said"),
    [
        # 119 s; 60 s covered, 59 s at 0.15 a minute, and the fee
        ("bundles: {b: {minutes: 100, beyond: 0.15}}", 60, "0.2475", "beyond it 0.15 a minute"),
        ("bundles: {b: {minutes: 100, beyond: 0.15}}", 0, "0.3975", "b is used up, beyond it 0.15 a minute"),
        ("bundles: {b: {minutes: 100, beyond: 0}}", 0, "0.1000", "beyond it 0 a minute"),
        ("bundles: {b: {calls: 1, beyond: 0.25}}", 0, "0.2500", "beyond it 0.25 a call"),
        ("bundles: {b: {calls: 1, beyond: 0.25}}", 1, "0", "b: 1 call covered"),
    ],
)
def test_what_a_bundle_does_not_cover_may_have_a_price_of_its_own(
    block: str, left_s: int, amount: str, said: str
) -> None:
    charge = charge_of(block, 119, BY_SECOND)
    (allowance,) = charge.allowances
    used = {("b", "extension:101", "2026-11"): Decimal(allowance.size) - left_s}
    done = counted(charge, used)
    assert (str(done.amount), said in done.formula) == (amount, True)


def charge_of(block: str, talk_s: float, tariff: Tariff, reserved: str = "") -> ChargeRecord:
    trail = [*forwarded(talk_s=talk_s)]
    leg = next(entry.leg_id for entry in trail if entry.kind == "dialled" and entry.trunk)
    call = fold([*trail, Bundled(NOON, leg, reserved)] if reserved else trail)
    legs = tuple(replace(one, called_direction="mobile") if one.is_external else one for one in call.legs)
    (charge,) = rate_record(replace(call, legs=legs), PriceBook(tariff, tenant=tenant_with(block))).charges
    return charge


@pytest.mark.parametrize(
    ("reserved", "used", "takes"),
    [
        ("b 40", "0", "40"),  # more is left, and reserved for others
        ("b 400", "0", "119"),
        ("b 40", "5990", "10"),  # a call without a reservation took it
        ("", "0", "119"),
        ("other 40", "0", "119"),
    ],
)
def test_a_charge_takes_what_was_reserved_for_its_leg(reserved: str, used: str, takes: str) -> None:
    charge = charge_of(MINUTES, 119, BY_SECOND, reserved)
    done = counted(charge, {("b", "extension:101", "2026-11"): Decimal(used)})
    assert done.allowances[0].used == takes


BLOCKS = (
    MINUTES,
    "bundles: {b: {minutes: 100, beyond: 0.15}}",
    "bundles: {b: {minutes: 1, carry_over: 1, since: 2026-10}, m: {money: 0.30}}",
    "bundles: {m: {money: 0.30}, b: {calls: 1, beyond: 2}}",
)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(BLOCKS),
    st.sampled_from([SIXTY, LIST, BY_SECOND]),
    st.integers(1, 400),
    st.lists(st.integers(0, 90 * S), min_size=3, max_size=3),
)
def test_a_leg_costs_what_its_charge_comes_to_and_never_less_the_longer_it_is(
    block: str, tariff: Tariff, talk_s: int, left: list[int]
) -> None:
    leg = leg_with(block, tariff)
    free = [min(left[n], cover.size) for n, cover in enumerate(leg.covers)]
    price = leg.price(talk_s * SECOND_US, free)
    assert all(took <= room for took, room in zip(price.parts, free, strict=True))
    assert leg.price((talk_s + 7) * SECOND_US, free).units >= price.units
    assert leg.price(talk_s * SECOND_US, [one // 2 for one in free]).units >= price.units
    # what was reserved is what the charge is counted by, whatever else is left
    done = counted(charge_of(block, talk_s, tariff, leg.text_of(price.parts)), {})
    assert done.amount == Decimal(price.units) / UNITS
    used = [Decimal(one) for allowance in done.allowances for one in allowance.used.split()]
    assert tuple(map(parts_of, used)) == price.parts
    assert [amount_of_parts(one) for one in price.parts] == used
