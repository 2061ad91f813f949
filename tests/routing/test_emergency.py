"""An emergency call leaves, whatever is configured, blocked, unpriced or named alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.routing import arrival, router
from callcontrol.routing.arrival import Directory
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse, RingResult, Shown, TrunkNumber
from callcontrol.vocabulary.call import Caller, Origin
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyTarget
from tests.routing.test_extension import ring
from tests.routing.world import MAIN, TENANT, facts, rule, settings

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


PLACES = """
locations:
  hq: {number: "+48221234501"}
  plant: {number: "+48222220000"}
location: hq
"""
PLACED = (
    TENANT.replace("'101': {name: Jan}", "'101': {name: Jan, number: '+48221234504', location: plant}")
    .replace("103-app: {}", "103-app: {location: plant}")
    .replace("numbers:\n", 'numbers:\n  "+48222220000": extension:101\n')
    + PLACES
)


@pytest.mark.parametrize(
    ("extension", "account", "number"),
    [
        ("101", "101", "+48222220000"),  # the place goes before the person's own number
        ("102", "102", "+48221234501"),
        ("103", "103-desk", "+48221234501"),
        ("103", "103-app", "+48222220000"),
        ("103", "", "+48221234501"),
        ("999", "999", "+48221234501"),
    ],
)
def test_it_shows_the_number_of_the_place_at_which_the_phone_stands(extension: str, account: str, number: str) -> None:
    caller = Caller(extension, extension=extension)
    dialling = replace(called("112", tenant=PLACED), caller=caller, origin=Origin(account=account))
    assert ring(arrival.decide(dialling)).legs[0].shown == Shown(number)


def test_the_trunk_that_shows_no_other_number_comes_last_unless_it_is_that_of_the_place() -> None:
    def order(main: str) -> list[str]:
        known = replace(called("112"), settings=settings(PLACED, main), caller=Caller("102", extension="102"))
        first = ring(arrival.decide(known))
        then = ring(router.after(first, RingResult(Outcome.BUSY, {0: "USER_BUSY"}), known))
        return [f"{step.legs[0].endpoint.trunk} {step.legs[0].shown.number}" for step in (first, then)]  # type: ignore[union-attr]

    other = '  own: {shows: own, number: "+48229990000"}\n'
    head, _, trunks = MAIN.partition("trunks:\n")
    assert order(f"{head}trunks:\n{other}{trunks}")[0] == "a +48221234501"
    resident = other.replace("+48229990000", "+48221234501")
    assert order(f"{head}trunks:\n{resident}{trunks}") == ["own +48221234501", "a +48221234501"]


def test_a_caller_who_was_transferred_there_is_known_by_the_own_number_or_the_place_of_the_transferor() -> None:
    transferred = replace(called("112", tenant=PLACED), transferred=True, transferred_by="101")
    known = replace(transferred, caller=Caller("+48600100100"))
    assert ring(arrival.decide(known)).legs[0].shown == Shown("+48600100100")
    hiding = replace(transferred, caller=Caller("+48600100100", anonymous=True))
    assert ring(arrival.decide(hiding)).legs[0].shown == Shown("+48222220000")


def test_no_loop_and_no_code_keeps_it_from_leaving() -> None:
    round_ = replace(called("112"), caller=Caller("999"), origin=Origin(passed=("112",) * 40))
    assert ring(arrival.decide(round_)).target == EmergencyTarget("112")


def test_the_tenants_own_emergency_numbers_and_hasty_digits() -> None:
    tenant = TENANT + "emergency_numbers: ['5555']\n"
    assert ring(arrival.decide(called("5555", tenant=tenant))).target == EmergencyTarget("5555")
    assert ring(arrival.decide(called("1122"))).target == EmergencyTarget("112")


def test_a_caller_transferred_to_an_emergency_number_gets_there() -> None:
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
