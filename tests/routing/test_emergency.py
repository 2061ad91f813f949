"""An emergency call leaves, whatever is configured, blocked, unpriced or named alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.routing import arrival, router
from callcontrol.routing.arrival import Directory
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse, RingResult, Shown, TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyTarget
from tests.routing.test_extension import ring
from tests.routing.world import TENANT, facts, rule

PHONE = Caller("101", extension="101")
HOSTILE = TENANT.replace('blocked: ["+48701"]', 'blocked: ["1", "9"]').replace(
    "  '102': {}\n", "  '102': {}\n  '112': {dialled: no}\n"
)


def called(digits: str, **more: object) -> Facts:
    return facts(digits, caller=PHONE, **more)  # type: ignore[arg-type]  # kwargs of a test


@pytest.mark.parametrize("digits", ["112", "997", "998", "999"])
def test_it_leaves_unpriced_blocked_and_beside_an_extension_of_its_name(digits: str) -> None:
    leg = ring(arrival.decide(called(digits, tenant=HOSTILE, unpriced=("",)))).legs[0]
    assert (leg.to, leg.endpoint) == (f"emergency:{digits}", TrunkNumber("a", "a", digits))
    assert (leg.cap_s, leg.acceptance, leg.payer) == (None, None, "extension:101")


def test_it_needs_no_look_up_and_follows_no_rule_of_who_dials_it() -> None:
    dialling = called("112", rules={"101": [rule("always", "number:+48600100100")]})
    assert arrival.wanted(replace(dialling, rules={})) == frozenset()
    assert ring(arrival.decide(dialling)).target == EmergencyTarget("112")


def test_it_shows_the_phones_own_number_whatever_the_phone_hides() -> None:
    hiding = replace(called("112"), caller=replace(PHONE, extension="104", anonymous=True))
    assert ring(arrival.decide(hiding)).legs[0].shown == Shown("+48221234504", private=False)


@pytest.mark.parametrize("cause", ["USER_BUSY", "UNALLOCATED_NUMBER", "PROGRESS_TIMEOUT", "CALL_REJECTED", "NO_ANSWER"])
def test_whatever_a_trunk_answers_the_next_one_is_tried(cause: str) -> None:
    step = ring(arrival.decide(called("112")))
    again = ring(router.after(step, RingResult(Outcome.BUSY, {0: cause}), called("112")))
    assert again.legs[0].endpoint == TrunkNumber("b", "b", "112")
    assert again.legs[0].shown == Shown("+48222220000")
    last = router.after(again, RingResult(Outcome.UNAVAILABLE, {0: cause}), called("112"))
    assert last.step == Refuse("SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE)


def test_a_trunk_that_carries_none_is_left_out() -> None:
    known = called("112")
    trunks = {**known.settings.trunks, "a": known.settings.trunks["a"].model_copy(update={"emergency": False})}
    settings = known.settings.model_copy(update={"trunks": trunks})
    assert ring(arrival.decide(replace(known, settings=settings))).legs[0].endpoint == TrunkNumber("b", "b", "112")


def test_the_tenants_own_emergency_numbers_and_hasty_digits() -> None:
    tenant = TENANT + "emergency_numbers: ['5555']\n"
    assert ring(arrival.decide(called("5555", tenant=tenant))).target == EmergencyTarget("5555")
    assert ring(arrival.decide(called("1122"))).target == EmergencyTarget("112")


def test_who_is_transferred_there_gets_there() -> None:
    assert ring(arrival.decide(replace(called("112"), transferred=True))).target == EmergencyTarget("112")


@pytest.mark.parametrize("target", ["number:112", "number:999"])
def test_no_rule_leads_there(target: str) -> None:
    decision = arrival.decide(facts(rules={"101": [rule("always", target)]}))
    assert isinstance(decision.step, Refuse)
    assert "an emergency number" in decision.why[-1].why


def test_an_extension_that_phones_do_not_dial_is_reached_in_other_ways() -> None:
    assert ring(arrival.decide(facts(rules={"101": [rule("always", "extension:112")]}, tenant=HOSTILE))).legs[0].to == (
        "extension:112"
    )


def test_a_phone_the_yaml_does_not_know_still_reaches_the_emergency_services() -> None:
    directory = Directory(called("112").settings)
    assert directory.in_an_emergency("acme.example", "112") == "acme"
    assert directory.in_an_emergency("acme.example", "102") == ""
    assert directory.in_an_emergency("evil.example", "112") == directory.in_an_emergency("", "112") == ""
    stranger = ring(arrival.decide(replace(called("112"), caller=Caller("999")))).legs[0]
    assert (stranger.shown, stranger.payer) == (Shown("+48221234500"), "tenant")
