"""External numbers: what is refused before dialling, which trunk, which number is shown, who presses 1."""

from __future__ import annotations

import pytest

from callcontrol.routing import arrival, router
from callcontrol.routing.plan import Acceptance, Refuse, RingResult, Shown, TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.trail import Passed
from tests.routing.test_extension import ring
from tests.routing.world import DID, TENANT, facts, rule

PHONE_101 = Caller("101", "Jan", extension="101")


@pytest.mark.parametrize(
    ("dialled", "unpriced", "reason", "why"),
    [
        ("+48701234567", (), RefusalReason.BLOCKED, "blocked by prefix 48701"),
        ("+48600100100", ("+48600",), RefusalReason.NO_PRICE, "no price in list retail"),
        ("77", (), RefusalReason.NO_SUCH_NUMBER, "leads nowhere: no tenant has this number"),
    ],
)
def test_refused_before_dialling_and_the_phone_hears_why(
    dialled: str, unpriced: tuple[str, ...], reason: RefusalReason, why: str
) -> None:
    decision = arrival.decide(facts(dialled, caller=PHONE_101, unpriced=unpriced))
    said = f"outgoing/en/{reason.replace('_', '-')}.wav"
    assert decision.step == Refuse(reason.cause, Outcome.REJECTED, said)
    assert (why, reason) in [(one.why, one.reason) for one in decision.why if isinstance(one, Passed)]


def test_a_caller_who_did_not_dial_the_number_hears_no_reason() -> None:
    blocked = {"101": [rule("always", "number:+48701234567")]}
    for caller in (Caller("+48600700800"), Caller("102", extension="102")):
        decision = arrival.decide(facts(rules=blocked, caller=caller))
        assert decision.step == Refuse("CALL_REJECTED", Outcome.REJECTED)
        assert RefusalReason.BLOCKED in [one.reason for one in decision.why if isinstance(one, Passed)]


def test_longest_prefix_chooses_the_trunk_then_the_tenants_order() -> None:
    assert ring(arrival.decide(facts("+4930123456", caller=PHONE_101))).legs[0].endpoint == TrunkNumber(
        "a", "a", "4930123456"
    )
    other_order = TENANT.replace("tariff: retail", "tariff: retail\ntrunks: [b, a]")
    found = facts("+48600100100", caller=PHONE_101, tenant=other_order)
    assert ring(arrival.decide(found)).legs[0].endpoint == TrunkNumber("b", "b", "48600100100")
    found = facts("+4930123456", caller=PHONE_101, tenant=other_order)
    assert ring(arrival.decide(found)).legs[0].endpoint == TrunkNumber("a", "a", "4930123456")


def test_after_the_last_trunk_the_call_ends_with_what_it_was() -> None:
    found = facts(DID["number"])
    first = ring(arrival.decide(found))
    second = ring(router.after(first, RingResult(Outcome.UNAVAILABLE, {0: "GATEWAY_DOWN"}), found))
    last = router.after(second, RingResult(Outcome.UNAVAILABLE, {0: "GATEWAY_DOWN"}), found)
    assert last.step == Refuse("SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE)


@pytest.mark.parametrize(
    ("caller", "show", "trunks", "shown"),
    [
        (Caller("+48600700800"), "", "", Shown("+48600700800")),
        (Caller("+48600700800"), "company", "", Shown("+48221234500")),
        (Caller("+48600700800"), "+48221234507", "", Shown("+48221234507")),
        (Caller("+48600700800"), "", "trunks: [b]", Shown("+48222220000")),
        (Caller("+48600700800", anonymous=True), "", "", Shown("+48221234500", private=True)),
        (Caller("+48600700800", anonymous=True), "", "trunks: [b]", Shown("+48222220000", private=True)),
        (Caller("garbage"), "", "", Shown("+48221234500")),
        (Caller(""), "", "", Shown("+48221234500")),
        (Caller("104", extension="104"), "", "", Shown("+48221234504")),
        (Caller("101", extension="101"), "", "", Shown("+48221234500")),
    ],
)
def test_number_shown(caller: Caller, show: str, trunks: str, shown: Shown) -> None:
    tenant = TENANT.replace("tariff: retail", f"tariff: retail\n{trunks}")
    dialled = "102" if caller.extension else DID["extension"]
    other = "102" if caller.extension else "101"
    rules = {other: [rule("always", "number:+48600100100", show=show)]}
    step = ring(arrival.decide(facts(dialled, rules=rules, caller=caller, tenant=tenant)))
    assert step.legs[0].shown == shown


def test_a_phone_of_ours_sees_the_caller_unless_he_is_anonymous() -> None:
    assert ring(arrival.decide(facts())).legs[0].shown == Shown("+48600700800")
    hidden = Caller("+48600700800", "Jan", anonymous=True)
    assert ring(arrival.decide(facts(caller=hidden))).legs[0].shown == Shown("", private=True)


def test_press_1_on_forwarded_legs_but_not_on_calls_a_phone_dialled_itself() -> None:
    assert ring(arrival.decide(facts(DID["number"]))).legs[0].acceptance == Acceptance("confirm/press-1.wav", 10)
    assert ring(arrival.decide(facts("+48600100100", caller=PHONE_101))).legs[0].acceptance is None


def test_talk_time_is_capped() -> None:
    assert ring(arrival.decide(facts(DID["number"]))).legs[0].cap_s == 14_400
    short = TENANT.replace("tariff: retail", "tariff: retail\ntalk: 60")
    assert ring(arrival.decide(facts(DID["number"], tenant=short))).legs[0].cap_s == 60
