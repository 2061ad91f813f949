"""Calls whose price other billing systems publish, in their tests or documents, priced here: numbers only, as facts.

Where a rule here differs on purpose, the case stands in the second half with the reason.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from callcontrol.billing.charges import Charge, UnratedReason
from callcontrol.billing.rating import rate
from callcontrol.billing.tariff import Tariff
from callcontrol.vocabulary.moment import SECOND_US
from tests.billing.test_rating import tariff_of
from tests.billing.trails import NOON

# facebookarchive/CommunityCellularManager, core/tests/billing_tests.py and core/billing.py
CCM = "CommunityCellularManager"
# cgrates/cgrates, engine/timespans_test.go, rateinterval_test.go, callcost_test.go, eventcost_test.go
CGRATES = "cgrates"
# 2600hz/kazoo, applications/hotornot/test/hon_util_tests.erl, crossbar/doc/rates.md
KAZOO = "kazoo"
# magnussolution/magnusbilling7, wiki/pt_BR/price_calculation.rst
MAGNUS = "magnusbilling7"
# iNextrix/ASTPP, freeswitch/fs/lib/astpp.cdr.php (calc_cost): worked out by its rule
ASTPP = "ASTPP"


class Case(NamedTuple):
    """A row of a price list, what a call of so many seconds costs by it, and where that is written."""

    source: str
    columns: str
    cells: str
    talk_s: int
    amount: str
    terms: tuple[str, ...] = ()


HUNDREDS = ("round_amount,up", "decimals,-2")
CUT = ("round_amount,down", "decimals,0")
BLOCKS = "step,price_per_minute,free_s"
SAME = (
    # units of a block, with and without seconds that are free
    Case(CCM, BLOCKS, "30/30,60,0", 0, "0"),
    Case(CCM, BLOCKS, "1/1,60,0", 5, "5"),
    Case(CCM, BLOCKS, "1/1,60,10", 5, "0"),
    Case(CCM, BLOCKS, "30/30,60,0", 5, "30"),
    Case(CCM, BLOCKS, "60/60,60,0", 5, "60"),
    Case(CCM, BLOCKS, "60/60,60,0", 61, "120"),
    Case(CCM, BLOCKS, "30/30,72,0", 61, "108"),
    Case(CCM, BLOCKS, "60/60,60,10", 61, "60"),
    # an amount that is cut off to whole numbers
    Case(CCM, BLOCKS, "1/1,100,0", 5, "8", CUT),
    Case(CCM, BLOCKS, "1/1,100,7", 107, "166", CUT),
    # five seconds free, rounded up to hundreds
    Case(CCM, BLOCKS, "1/1,200,5", 170, "600", HUNDREDS),
    Case(CCM, BLOCKS, "1/1,100,5", 700, "1200", HUNDREDS),
    Case(CCM, BLOCKS, "1/1,300,5", 190, "1000", HUNDREDS),
    Case(CCM, BLOCKS, "1/1,800,5", 830, "11000", HUNDREDS),
    Case(CCM, BLOCKS, "30/30,600,5", 70, "900", HUNDREDS),
    # a price by the second, and by the minute, for ten minutes; a tenth for a minute
    Case(CGRATES, "step,price_per_minute", "1/1,60", 600, "600"),
    Case(CGRATES, "step,price_per_minute", "1/1,1", 600, "10"),
    Case(CGRATES, "step,price_per_minute", "1/1,0.1", 60, "0.1"),
    # a fee for the connection, and 1 a second
    Case(CGRATES, "step,price_per_minute,connection_fee", "1/1,60,1", 60, "61"),
    # tiers inside a call: 30 s free, 30 s at 0.005, then 60 s at 0.01 a second, and a fee of 0.1
    Case(CGRATES, "step,free_s,price_per_minute,price_per_minute@60,connection_fee", "1/1,30,0.3,0.6,0.1", 120, "0.85"),
    # the first minute whole, then by the second at another price
    Case(CGRATES, "step,price_per_minute,price_per_minute@60,step_s@60", "60/1,0.2,0.1,1", 90, "0.25"),
    Case(CGRATES, "step,price_per_minute,price_per_minute@60,step_s@60", "60/1,0.2,0.1,1", 10, "0.2"),
    # a call costs at most so much
    Case(CGRATES, "step,price_per_minute,connection_fee,maximum_amount", "60/1,5,15,100", 3600, "100"),
    # a surcharge and the first minute; by default minutes, nothing below a threshold
    Case(KAZOO, "step,price_per_minute,connection_fee", "60/60,0.01,0.5", 60, "0.51"),
    Case(KAZOO, "step,price_per_minute,connection_fee", "60/60,0.01,0.5", 1, "0.51"),
    Case(KAZOO, "step,price_per_minute,grace_s", "60/60,0.01,10", 9, "0"),
    Case(KAZOO, "step,price_per_minute,grace_s", "60/60,0.01,10", 10, "0.01"),
    # amounts cut off to ten-thousandths (kazoo_call/src/kapps_call_util.erl)
    Case(KAZOO, "step,price_per_minute", "1/1,0.0115", 59, "0.0113", ("round_amount,down",)),
    # 45 s in a block of 30 and increments of 6: 48 s
    Case(MAGNUS, "step,price_per_minute", "30/6,0.05", 45, "0.04"),
    Case(MAGNUS, "step,price_per_minute", "30/6,0.05", 20, "0.025"),
    # included seconds, a first block and increments behind them; the fee also where all seconds are included
    Case(ASTPP, "step,price_per_minute,free_s,connection_fee", "60/30,0.60,10,0.05", 125, "1.25"),
    Case(ASTPP, "step,price_per_minute,free_s,connection_fee", "60/30,0.60,10,0.05", 8, "0.05"),
    Case(ASTPP, "step,price_per_minute,free_s,connection_fee", "60/30,0.60,10,0.05", 0, "0"),
)


def price(case: Case) -> str:
    charge = rate(listed(case), "+48221234567", NOON, case.talk_s * SECOND_US)
    assert isinstance(charge, Charge)
    return f"{charge.amount.amount.normalize():f}"


def listed(case: Case) -> Tariff:
    return tariff_of(*case.terms, "version,2020-01-01", f"prefix,destination,{case.columns}", f"48,Poland,{case.cells}")


@pytest.mark.parametrize("case", SAME, ids=lambda case: f"{case.source} {case.cells} {case.talk_s} s")
def test_a_call_costs_what_others_say(case: Case) -> None:
    assert price(case) == case.amount


@pytest.mark.parametrize(("number", "prefix"), [("7", "7"), ("78", "78"), ("789", "789"), ("3", "3")])
def test_the_longest_prefix_wins_as_elsewhere(number: str, prefix: str) -> None:
    """CommunityCellularManager, GetPrefixFromNumberTest."""
    rows = [f"{one},to {one},1/1,{one}" for one in ("789", "78", "7", "3")]
    tariff = tariff_of("version,2020-01-01", "prefix,destination,step,price_per_minute", *rows)
    charge = rate(tariff, f"+{number}1235557890", NOON, 60 * SECOND_US)
    assert isinstance(charge, Charge)
    assert charge.prefix == prefix


class Differs(NamedTuple):
    """A case that is priced otherwise here, what the other system says, and why it is not followed."""

    case: Case
    theirs: str
    why: str


DIFFERENT = (
    Differs(
        # Star2Billing/a2billing, common/lib/Class.RateEngine.php: increments count from the beginning of the call
        Case("a2billing", "step,price_per_minute", "90/60,0.60", 100, "1.5"),
        "1.2",
        "steps count from the end of the first block: 90, 150, 210 s; there 100 s are brought to 120",
    ),
    Differs(
        # cgrates#361: each increment is rounded by itself, up to two decimals
        Case(CGRATES, "step,price_per_minute", "10/10,0.01", 60, "0.01"),
        "0.06",
        "nothing is rounded before the end, and the sum once",
    ),
)


@pytest.mark.parametrize("one", DIFFERENT, ids=lambda one: one.why)
def test_where_a_rule_differs_on_purpose(one: Differs) -> None:
    assert price(one.case) == one.case.amount


def test_a_number_without_a_price_is_not_free() -> None:
    """CommunityCellularManager bills nothing where it has no prefix (test_nonexistent_prefix): here no one pays
    nothing for want of a price; the call is not made, or waits for a price.
    """
    tariff = tariff_of("version,2020-01-01", "prefix,destination,step,price_per_minute", "48,Poland,1/1,1")
    found = rate(tariff, "+99991235554567", NOON, 60 * SECOND_US)
    assert not isinstance(found, Charge)
    assert found.reason is UnratedReason.NO_PRICE
