"""What a single call may cost, and how long it may last."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.limits import longest_call_s
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.call_price import ABOUT_A_EURO, CallPrice
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.refusal_reason import RefusalReason
from tests.routing.test_extension import ring
from tests.routing.world import TENANT, Priced, facts

PHONE = Caller("101", "Jan", extension="101")
MOBILE, BERLIN, IRIDIUM = "+48600700800", "+4930123456", "+881612345678"
PREMIUM = "+48703123456"
LIMITS = """
outgoing:
  limits:
    - {classes: [mobile], price_per_minute: 0.30}
    - {classes: [international, mobile], price_per_minute: 1.00, connection_fee: 0.50, talk: 600}
    - {classes: [satellite], price_per_minute: unlimited}
"""
MINE = "{outgoing: {limits: [{classes: [all], price_per_minute: 2, talk: 1200}]}}"


class Costs(Priced):
    """Every number costs this."""

    def __init__(self, per_minute: str, fee: str = "0", currency: str = "EUR") -> None:
        super().__init__()
        self.price = CallPrice(currency, Decimal(fee), Decimal(per_minute))

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        return self.price


def at(price: Costs, more: str = "", extension: str = "{}") -> Facts:
    tenant = TENANT.replace("'102': {}", f"'102': {extension}") + more
    return replace(facts("", tenant=tenant, caller=PHONE), prices=price)


def is_too_dear(number: str, known: Facts, payer: str = "extension:101") -> bool:
    refused = refusal(Dialling(number, payer), known)
    assert refused is None or refused.reason is RefusalReason.TOO_DEAR
    return refused is not None


@pytest.mark.parametrize(
    ("number", "per_minute", "fee", "too_dear"),
    [
        (MOBILE, "5", "10", False),
        (MOBILE, "5.0001", "0", True),
        (MOBILE, "0", "10.01", True),
        (PREMIUM, "5.01", "0", True),
        (IRIDIUM, "20", "10", False),
        (IRIDIUM, "20.01", "0", True),
        (IRIDIUM, "1", "11", True),
    ],
)
def test_without_a_word_limits_are_on(number: str, per_minute: str, fee: str, too_dear: bool) -> None:
    for payer in ("extension:101", "tenant"):
        assert is_too_dear(number, at(Costs(per_minute, fee)), payer) is too_dear


@given(st.sampled_from([*ABOUT_A_EURO, "EUR", "CHF"]))
def test_the_defaults_are_of_the_same_size_in_every_currency(currency: str) -> None:
    euro = ABOUT_A_EURO.get(currency, 1)
    assert not is_too_dear(MOBILE, replace(PLAIN, prices=Costs(str(5 * euro), str(10 * euro), currency)))
    assert is_too_dear(MOBILE, replace(PLAIN, prices=Costs(f"{5 * euro}.01", "0", currency)))


PLAIN = at(Costs("0"))


@pytest.mark.parametrize(
    ("number", "payer", "per_minute", "fee", "too_dear"),
    [
        (MOBILE, "extension:101", "0.30", "0.50", False),
        (MOBILE, "extension:101", "0.31", "0", True),  # the first entry that says it
        (MOBILE, "extension:101", "0.30", "0.51", True),  # and what it does not say, the second
        (BERLIN, "tenant", "1.01", "0", True),
        (IRIDIUM, "extension:101", "9999", "10", False),
        (IRIDIUM, "extension:101", "9999", "10.01", True),
        (PREMIUM, "extension:101", "5", "0", False),  # nothing was written: the default
        (MOBILE, "extension:102", "2", "0.50", False),  # its own before the tenant's
        (MOBILE, "extension:102", "2.01", "0", True),
        (MOBILE, "extension:102", "2", "0.51", True),
        (IRIDIUM, "extension:102", "2.01", "0", True),
    ],
)
def test_what_is_written_counts_entry_by_entry(
    number: str, payer: str, per_minute: str, fee: str, too_dear: bool
) -> None:
    assert is_too_dear(number, at(Costs(per_minute, fee), LIMITS, MINE), payer) is too_dear


def test_it_is_said_in_words_and_heard() -> None:
    known = replace(at(Costs("26", currency="PLN")), dialled="600700800")
    decision = arrival.decide(known)
    assert "outgoing/en/too-dear" in str(decision.step)
    assert "a minute costs 26 PLN, of mobile numbers 25 at most for extension:101" in [
        getattr(one, "why", "") for one in decision.why
    ]


@pytest.mark.parametrize(
    ("number", "payer", "talk_s"),
    [
        (MOBILE, "extension:101", 600),
        ("+48221110000", "extension:101", 7200),  # the tenant's `talk`
        (PREMIUM, "extension:101", 3600),  # the default
        (PREMIUM, "extension:102", 1200),
    ],
)
def test_the_longest_talk(number: str, payer: str, talk_s: int) -> None:
    known = at(Costs("0"), LIMITS + "talk: 7200\n", MINE)
    assert longest_call_s(Dialling(number, payer), known) == talk_s


def test_the_switch_ends_the_leg_then() -> None:
    assert ring(arrival.decide(replace(at(Costs("0"), LIMITS), dialled="600700800"))).legs[0].cap_s == 600


def test_no_default_is_longer_than_what_the_tenant_wants() -> None:
    assert longest_call_s(Dialling(PREMIUM, "tenant"), at(Costs("0"), "talk: 60\n")) == 60
