"""Calls outside: what a phone's digits mean, who may call which numbers, what is blocked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.config.outgoing_settings import CallChoice, TenantOutgoing
from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import target_of, trouble_with
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dial_plan import read
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.plan import LegPlan, Refuse, Ring, TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import EmergencyTarget, NumberTarget, text_of
from tests.routing.world import DID, TENANT, Priced, facts, rule

PHONE = Caller("101", "Jan", extension="101")
PLAN = """
outgoing:
  area: 22
  short_numbers: ["19999"]
  prefixes: {"9": {}, "81": {trunk: b}, "82": {show: company}}
"""
RIGHTS = """
hours:
  office: {week: {mon-fri: 08:00-16:00}}
outgoing:
  rights: [{classes: [national, mobile]}, {classes: [international], during: office}, {classes: [shared], pin: yes}]
  blocks: [{numbers: ["+48600111222"]}, {countries: [GB], during: office}]
"""
NIGHT, DAY = 1_795_320_000, 1_795_424_400  # Sunday 05:00 and Monday 10:00 in Warsaw


def known(dialled: str, more: str = PLAN, **changed: object) -> Facts:
    return facts(dialled, tenant=TENANT + more, caller=PHONE, **changed)  # type: ignore[arg-type]  # kwargs of a test


def leg(found: Facts) -> LegPlan:
    step = arrival.decide(found).step
    assert isinstance(step, Ring), step
    return step.legs[0]


@pytest.mark.parametrize(
    ("dialled", "target"),
    [
        ("600700800", "number:+48600700800"),
        ("0048600700800", "number:+48600700800"),
        ("+48600700800", "number:+48600700800"),
        ("004930123456", "number:+4930123456"),
        ("9600700800", "number:+48600700800"),
        ("9004930123456", "number:+4930123456"),
        ("6281234", "number:+48226281234"),  # of the own area
        ("96281234", "number:+48226281234"),
        ("19999", "number:19999"),
        ("919999", "number:19999"),
        ("101", "extension:101"),
        ("112", "emergency:112"),
        ("9112", "emergency:112"),
        ("81112", "emergency:112"),
        ("#31#112", "emergency:112"),
        ("*31#9997", "emergency:997"),
        ("#31#600700800", "number:+48600700800"),
        ("7", ""),
    ],
)
def test_what_digits_mean(dialled: str, target: str) -> None:
    found = read(dialled, known(dialled)).target
    assert (text_of(found) if found else "") == target


@pytest.mark.parametrize(
    ("region", "area", "dialled", "number"),
    [
        ("DE", "30", "901820", "+4930901820"),
        ("DE", "30", "040428380", "+4940428380"),
        ("DE", "30", "0033123456789", "+33123456789"),
        ("US", "212", "7363100", "+12127363100"),
        ("US", "212", "3128325000", "+13128325000"),
        ("US", "212", "01148221234567", "+48221234567"),
    ],
)
def test_as_people_dial_there(region: str, area: str, dialled: str, number: str) -> None:
    home = {"DE": "+4930901820", "US": "+12127363100"}[region]
    tenant = TENANT.replace("+48221234500", home) + f"region: {region}\noutgoing: {{area: {area}}}\n"
    assert read(dialled, facts(dialled, tenant=tenant)).target == NumberTarget(number)


def test_no_number_leaves_without_the_prefix_where_one_is_needed() -> None:
    needed = PLAN + "  prefix_needed: yes\n"
    assert read("600700800", known("600700800", needed)).target is None
    assert read("112", known("112", needed)).target is not None
    for dialled in ("9600700800", "+48600700800"):
        assert read(dialled, known(dialled, needed)).target == NumberTarget("+48600700800")


def test_a_prefix_chooses_trunk_or_number_and_a_code_hides_it() -> None:
    assert leg(known("600700800")).endpoint == TrunkNumber("a", "a", "48600700800")
    assert leg(known("81600700800")).endpoint == TrunkNumber("b", "b", "48600700800")
    shown = {dialled: leg(known(dialled)).shown for dialled in ("82600700800", "#31#600700800", "*31#82600700800")}
    assert [(one.number, one.private) for one in shown.values()] == [
        ("+48221234500", hid) for hid in (False, True, False)
    ]


def test_an_own_number_stays_inside_behind_a_prefix() -> None:
    assert arrival.destination(known("9221234501")).target == arrival.destination(known("101")).target


def test_a_forward_is_set_as_numbers_are_dialled() -> None:
    assert target_of("9600700800", known("")) == NumberTarget("+48600700800")
    assert target_of("9112", known("")) == NumberTarget("112")


def at(seconds: int, dialled: str = "", more: str = RIGHTS) -> Facts:
    return known(dialled, more, now=seconds * 1_000_000)


@pytest.mark.parametrize(
    ("number", "seconds", "reason"),
    [
        ("+48600700800", NIGHT, None),
        ("+48221111111", NIGHT, None),
        ("+48800123456", NIGHT, None),  # freephone
        ("+4930123456", DAY, None),
        ("+4930123456", NIGHT, RefusalReason.NOT_ALLOWED),
        ("+48701999999", DAY, RefusalReason.NOT_ALLOWED),
        ("+48801123456", DAY, RefusalReason.PIN_NEEDED),
        ("+48600111222", DAY, RefusalReason.BLOCKED),
        ("+442071234567", DAY, RefusalReason.BLOCKED),
        ("+442071234567", NIGHT, RefusalReason.NOT_ALLOWED),
    ],
)
def test_rights_and_blocks(number: str, seconds: int, reason: RefusalReason | None) -> None:
    found = refusal(Dialling(number, "extension:101"), at(seconds))
    assert (found.reason if found else None) is reason


def test_with_the_pin_it_is_dialled() -> None:
    assert refusal(Dialling("+48801123456", "extension:101", has_pin=True), at(DAY)) is None


def test_what_the_tenant_pays_for_needs_no_right_but_is_blocked() -> None:
    assert refusal(Dialling("+4930123456", "tenant"), at(NIGHT)) is None
    blocked = refusal(Dialling("+48600111222", "tenant"), at(NIGHT))
    assert blocked is not None
    assert blocked.reason is RefusalReason.BLOCKED


def test_an_extensions_own_rights_stand_in_the_place_of_the_tenants() -> None:
    mine = "{outgoing: {rights: [{classes: [all]}], blocks: [{classes: [premium]}]}}"
    tenant = (TENANT + RIGHTS).replace("'102': {}", f"'102': {mine}")
    found = facts("", tenant=tenant)
    assert refusal(Dialling("+4930123456", "extension:102"), found) is None
    blocked = refusal(Dialling("+48703123456", "extension:102"), found)
    assert blocked is not None
    assert (blocked.reason, blocked.why) == (RefusalReason.BLOCKED, "premium numbers are blocked")


def test_a_forward_takes_the_rights_of_who_set_it() -> None:
    refused = trouble_with(NumberTarget("+4930123456"), "101", at(NIGHT))
    assert refused is not None
    assert refused.reason is RefusalReason.NOT_ALLOWED
    rules = {"102": [rule("always", "number:+4930123456")]}
    night = Instant(NIGHT * 1_000_000)
    decision = arrival.decide(facts("102", tenant=TENANT + RIGHTS, caller=PHONE, rules=rules, now=night))
    assert isinstance(decision.step, Refuse)


def test_a_transfer_outside_is_the_transferors() -> None:
    outside = replace(facts("600700800", tenant=TENANT + RIGHTS), transferred=True, transferred_by="101")
    assert leg(outside).payer == "extension:101"
    assert isinstance(arrival.decide(replace(outside, dialled="004930123456")).step, Refuse)  # at night
    assert isinstance(arrival.decide(replace(outside, transferred_by="")).step, Refuse)


def test_what_no_phone_of_ours_dialled_is_no_code_and_no_prefix() -> None:
    assert arrival.destination(facts(DID["extension"], tenant=TENANT + PLAN)).target is not None
    assert arrival.destination(facts("9600700800", tenant=TENANT + PLAN)).target is None


class Worded(Priced):
    """A price list with words of its own for classes of numbers."""

    def direction_of(self, number: str, at: Instant, payer: str = "") -> str:
        return "premium" if number in ("+48600700800", "112") else ""


def test_the_price_lists_own_word_counts_but_not_of_an_emergency_number() -> None:
    found = replace(at(DAY), prices=Worded())
    refused = refusal(Dialling("+48600700800", "extension:101"), found)
    assert refused is not None
    assert (refused.reason, refused.why) == (RefusalReason.NOT_ALLOWED, "extension:101 may not call premium numbers")
    assert Dialling("112", "extension:101").direction(found) is Direction.EMERGENCY


PLAIN = facts("112")
PREFIXES = st.lists(st.from_regex(r"[0-9]{1,4}", fullmatch=True), max_size=4)


@given(PREFIXES, st.booleans(), st.sampled_from(["", "#31#", "*31#"]))
@settings(max_examples=40, deadline=None)
def test_no_prefix_makes_anything_else_of_an_emergency_number(prefixes: list[str], needed: bool, code: str) -> None:
    written = TenantOutgoing(prefixes=dict.fromkeys(prefixes, CallChoice()), prefix_needed=needed)
    known = PLAIN
    tenant = known.tenant.model_copy(update={"outgoing": written})
    everyone = {**known.settings.tenants, known.tenant_name: tenant}
    known = replace(known, settings=known.settings.model_copy(update={"tenants": everyone}), caller=PHONE)
    for number in ("112", "997"):
        for prefix in ("", *prefixes):
            dialled = replace(known, dialled=f"{code}{prefix}{number}")
            assert isinstance(arrival.destination(dialled).target, EmergencyTarget)
