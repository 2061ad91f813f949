"""Calls that an account pays for: refused in words before anything is dialled where it has not enough."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from callcontrol.routing import arrival
from callcontrol.routing.explain import explain
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.credit import Standing, units_of
from tests.routing.world import TENANT, facts

OUTSIDE = "+48600100100"
NOT_ENOUGH = ["the credit of tenant is not enough to begin the call"]
JAN = Caller("101", "Jan", extension="101")
PREPAID = TENANT + "credit: {kind: prepaid}\n"
POSTPAID = TENANT + "credit: {kind: postpaid, limit: 50.00}\n"
SHORT = TENANT + "credit: {kind: prepaid, without_redis: short}\n"
ENOUGH = Standing(100, False)  # units: what the world's prices want for a call to begin


@pytest.mark.parametrize(
    ("tenant", "standing", "why"),
    [
        (PREPAID, ENOUGH, []),
        (PREPAID, Standing(99, False), NOT_ENOUGH),
        (PREPAID, Standing(-5, False), NOT_ENOUGH),
        (PREPAID, Standing(10**9, True), ["the account tenant is on hold"]),
        (PREPAID, None, []),  # the reservation brings it from the ledger
        (POSTPAID, Standing(-units_of(Decimal(50)) + 100, False), []),
        (
            POSTPAID,
            Standing(-units_of(Decimal(50)) + 99, False),
            NOT_ENOUGH,
        ),
    ],
)
def test_what_an_account_must_have_left(tenant: str, standing: Standing | None, why: list[str]) -> None:
    assert _refusals(tenant, standing) == why


@pytest.mark.parametrize(
    ("policy", "why"),
    [("refuse", ["the credit of tenant cannot be asked for: Redis is away"]), ("short", []), ("allow", [])],
)
def test_an_account_that_cannot_be_asked(policy: str, why: list[str]) -> None:
    tenant = TENANT + f"credit: {{kind: prepaid, without_redis: {policy}}}\n"
    assert _refusals(tenant, None, degraded="Redis is away") == why


@pytest.mark.parametrize("number", ["112", "102"])
def test_emergency_and_inside_ask_no_account(number: str) -> None:
    assert arrival.credit_wanted(facts("112", tenant=PREPAID, caller=JAN)) == frozenset()
    assert _refusals(PREPAID, Standing(-5, True), number) == []


def test_all_who_may_pay_are_asked_with_their_rules() -> None:
    tenant = PREPAID.replace("'101': {name: Jan}", "'101': {name: Jan, credit: {kind: prepaid}}")
    known = facts(tenant=tenant)
    assert arrival.credit_wanted(known) == {"tenant", "extension:101"}
    assert arrival.credit_wanted(replace(known, credit={"tenant": None, "extension:101": None})) == frozenset()


@pytest.mark.parametrize(
    ("tenant", "standing", "degraded", "told"),
    [
        (
            PREPAID,
            Standing(units_of(Decimal("0.00001")), False, units_of(Decimal("0.5"))),
            "",
            "it has 0.50001 PLN, 0.5 PLN of it reserved; the call could talk 1 min 40 s, by its credit",
        ),
        (
            POSTPAID,
            Standing(units_of(Decimal(-1)), False),
            "",
            "it has -1 PLN, may go down to -50 PLN, 0 PLN of it reserved; the call could talk 240 min 0 s,"
            " by its limit",
        ),
        (PREPAID, None, "", "its balance is not known: Redis does not have it, and asks for it with a call"),
        (SHORT, None, "Redis is away", "its balance is not known: Redis is away"),
    ],
)
def test_explain_tells_what_the_account_has_and_how_long_the_call_could_talk(
    tenant: str, standing: Standing | None, degraded: str, told: str
) -> None:
    known = replace(facts(OUTSIDE, tenant=tenant, caller=JAN), credit={"tenant": standing}, degraded=degraded)
    assert f"{OUTSIDE} is paid by tenant: {told}" in explain(known)
    assert not any("is paid by" in line for line in explain(replace(known, credit={})))


def _refusals(tenant: str, standing: Standing | None, number: str = OUTSIDE, degraded: str = "") -> list[str]:
    known = facts(number, tenant=tenant, caller=JAN)
    decision = arrival.decide(replace(known, credit={"tenant": standing}, degraded=degraded))
    return [entry.why for entry in decision.why if entry.why.startswith(("the credit", "the account"))]
