"""What fees of a month cost, by what was there on which of its days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.statements.document import Rules, total_of
from callcontrol.billing.statements.fees import Noted, fee_lines, there_now
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.settings import Tenant
from callcontrol.config.statement_settings import Per, VatRounding
from tests.config.folder import TENANT, loaded

RULES = Rules(decimals=2, vat_rounding=VatRounding.TOTAL, prices=PricesAre.NET, vat_percent=Decimal(23))
HAS = """\
queues:
  sales: {agents: [{agent: anna}]}
  support: {agents: [{agent: anna}]}
agents:
  anna: {extension: 101}
bundles:
  national: {minutes: 100, extensions: [101, 102]}
  shared: {minutes: 100, shared: yes}
"""
QUEUES = "queue-service: {name: Queue service, amount: 30.00, per: queue}"


@cache
def tenant_with(fees: str) -> Tenant:
    return loaded(f"{TENANT}{HAS}statements: {{since: 2026-11, currency: PLN, fees: {{{fees}}}}}\n").tenants["acme"]


def lines(fees: str, noted: Noted | None = None) -> list[str]:
    return [
        f"{line.text}: {line.quantity} x {line.unit} = {line.exact} ({line.span or 'all'})"
        for line in fee_lines(tenant_with(fees), "2026-11", noted or {}, RULES, "PLN")
    ]


@pytest.mark.parametrize(
    ("fees", "said"),
    [
        ("a: {name: PBX, amount: 99.00}", ["PBX: 1 x 99.00 = 99.00 (all)"]),
        (QUEUES, ["Queue service: 2 x 30.00 = 60.00 (all)"]),
        ("a: {name: Sales, amount: 30.00, per: queue, of: [sales]}", ["Sales: 1 x 30.00 = 30.00 (all)"]),
        ("a: {name: Seats, amount: 5.55, per: extension}", ["Seats: 2 x 5.55 = 11.10 (all)"]),
        ("a: {name: Numbers, amount: 1, per: number}", ["Numbers: 1 x 1 = 1 (all)"]),
        ("a: {name: Minutes, amount: 10, per: bundle, of: [national]}", ["Minutes: 2 x 10 = 20 (all)"]),
        ("a: {name: Minutes, amount: 10, per: bundle, of: [shared]}", ["Minutes: 1 x 10 = 10 (all)"]),
        ("a: {name: PBX, amount: 30.00, from: 2026-11-10}", ["PBX: 1 x 21.00 = 21.00 (10-30)"]),
        ("a: {name: PBX, amount: 30.00, until: 2026-11-10}", ["PBX: 1 x 10.00 = 10.00 (1-10)"]),
        ("a: {name: PBX, amount: 30.00, from: 2026-11-30, prorated: no}", ["PBX: 1 x 30.00 = 30.00 (30)"]),
        ("a: {name: PBX, amount: 30.00, until: 2026-10-31}", []),
        ("a: {name: PBX, amount: 30.00, from: 2026-12-01}", []),
        ("a: {name: Set-up, amount: 100, once: 2026-11-05}", ["Set-up: 1 x 100 = 100 (5)"]),
        ("a: {name: Set-up, amount: 100, once: 2026-12-05}", []),
        ("a: {name: Goodwill, amount: -20.00, once: 2026-11-05}", ["Goodwill: 1 x -20.00 = -20.00 (5)"]),
        ("a: {name: Euro, amount: 9, currency: EUR}", []),
        # a new price in the middle of the month is a fee that follows on the other
        (
            "a: {name: Old, amount: 30.00, until: 2026-11-14}, b: {name: New, amount: 45.00, from: 2026-11-15}",
            ["Old: 1 x 14.00 = 14.00 (1-14)", "New: 1 x 24.00 = 24.00 (15-30)"],
        ),
    ],
)
def test_fees_by_the_configuration(fees: str, said: list[str]) -> None:
    assert lines(fees) == said


def test_what_came_and_went_in_the_middle_of_a_month_is_paid_for_its_days() -> None:
    noted = {
        Per.QUEUE: {
            date(2026, 10, 31): ("sales",),
            date(2026, 11, 10): ("sales", "support"),
            date(2026, 11, 20): ("night", "support"),
        }
    }
    assert lines(QUEUES, noted=noted) == [
        "Queue service: 1 x 19.00 = 19.00 (1-19)",  # sales
        "Queue service: 1 x 21.00 = 21.00 (10-30)",  # support
        "Queue service: 1 x 11.00 = 11.00 (20-30)",  # night
    ]


def test_days_of_which_nothing_is_noted_are_as_the_noted_day_before_them_or_else_after() -> None:
    noted = {Per.QUEUE: {date(2026, 11, 10): ("sales",), date(2026, 11, 20): ("sales", "support")}}
    assert lines(QUEUES, noted=noted) == [
        "Queue service: 1 x 30.00 = 30.00 (all)",
        "Queue service: 1 x 11.00 = 11.00 (20-30)",
    ]


@given(st.lists(st.integers(1, 28), max_size=6, unique=True), st.integers(1, 100_000))
def test_a_fee_that_changes_hands_again_and_again_costs_what_it_costs_undivided(cuts: list[int], grosze: int) -> None:
    """One after the other there is one queue of another name, on each day one."""
    names, first = "abcdefgh", date(2026, 11, 1)
    noted = {Per.QUEUE: {first: ("a",)}}
    noted[Per.QUEUE] |= {first + timedelta(days=day): (names[n],) for n, day in enumerate(sorted(cuts), 1)}
    amount, tenant = Decimal(grosze) / 100, tenant_with(QUEUES)
    (fee,) = tenant.statements.fees.values()
    fees = {"q": fee.model_copy(update={"amount": amount})}
    tenant = tenant.model_copy(update={"statements": tenant.statements.model_copy(update={"fees": fees})})
    assert total_of(line.exact for line in fee_lines(tenant, "2026-11", noted, RULES, "PLN")) == amount


def test_what_is_there_is_noted_for_what_fees_are_counted_by_alone() -> None:
    assert there_now(tenant_with(QUEUES)) == {Per.QUEUE: ("sales", "support")}
