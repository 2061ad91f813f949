"""Forwarding by star code, in GSM form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.kinds.star_codes.forwarding import Change, ForwardingCode, parse
from callcontrol.routing import arrival
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import QueueTarget, text_of
from tests.routing import queue_world
from tests.routing.world import facts, rule, settings

PHONE = Caller("101", "Jan", extension="101")


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        ("*21*102#", ForwardingCode("*", RuleKind.ALWAYS, "102")),
        ("*21*102", ForwardingCode("*", RuleKind.ALWAYS, "102")),
        ("*67*+48600100100#", ForwardingCode("*", RuleKind.BUSY, "+48600100100")),
        ("*61*102*15#", ForwardingCode("*", RuleKind.NO_ANSWER, "102", 15)),
        ("*61*102*11*15#", ForwardingCode("*", RuleKind.NO_ANSWER, "102", 15)),
        ("*62#", ForwardingCode("*", RuleKind.UNAVAILABLE)),
        ("#21#", ForwardingCode("#", RuleKind.ALWAYS)),
        ("##21#", ForwardingCode("##", RuleKind.ALWAYS)),
        ("*#21#", ForwardingCode("*#", RuleKind.ALWAYS)),
        ("*99*1#", None),
        ("*21*abc#", None),
        ("101", None),
        ("", None),
    ],
)
def test_parse(dialled: str, code: ForwardingCode | None) -> None:
    assert parse(dialled) == code


def change(dialled: str, **rules: Rule) -> Change:
    step = arrival.decide(facts(dialled, caller=PHONE, rules={"101": list(rules.values())})).step
    assert isinstance(step, Change)
    return step


def test_set_to_an_extension_or_a_number_in_national_writing() -> None:
    made = change("*21*102#").rule
    assert made is not None
    assert (text_of(made.target), made.on, made.source) == ("extension:102", True, "phone of extension 101")
    made = change("*67*600100100#").rule
    assert made is not None
    assert text_of(made.target) == "number:+48600100100"


def test_seconds_of_no_answer() -> None:
    made = change("*61*102*15#").rule
    assert made is not None
    assert made.after_s == 15
    assert change("*61*102*999#").rejected == "999 s is not between 5 and 120"


def test_off_keeps_the_target_and_on_brings_it_back() -> None:
    current = rule("always", "extension:102")
    off = change("#21#", a=current).rule
    assert off is not None
    assert (off.on, off.target) == (False, current.target)
    on = change("*21#", a=off).rule
    assert on is not None
    assert on.on


def test_erase_asks_nobody_and_ask_changes_nothing() -> None:
    current = rule("always", "extension:102")
    assert change("##21#", a=current).rule is None
    asked = change("*#21#", a=current)
    assert (asked.ask, asked.rule) == (True, current)


@pytest.mark.parametrize(
    ("dialled", "why"),
    [
        ("*21*101#", "an extension cannot forward to itself"),
        ("*21*48701234567#", "blocked by prefix 48701"),
        ("*21#", "there is no rule to switch on"),
        ("*21*00#", "00 is no number"),
    ],
)
def test_refused_with_a_reason(dialled: str, why: str) -> None:
    assert change(dialled).rejected == why


GLOBEX = """
domain: globex.example
company_number: "+48225550001"
tariff: retail
extensions: {201: {forward: {always: {target: "number:+48221234501"}}}}
numbers: {"+48225550001": extension:201, "+48225550002": "number:+48221234501"}
"""


@pytest.mark.parametrize(
    ("dialled", "why"),
    [
        ("*21*225550001#", "number:+48225550001 -> extension:201 of globex -> "),
        ("*67*225550002#", "number:+48225550002 -> "),
        ("*67*225550001#", ""),  # only the always rule of 201 is certain, and 101 has rung before
    ],
)
def test_a_number_of_another_tenant_that_leads_back_is_refused(dialled: str, why: str) -> None:
    known = replace(facts(dialled, caller=PHONE), settings=settings(globex=GLOBEX))
    step = arrival.decide(known).step
    assert isinstance(step, Change)
    back = f"an extension cannot forward to itself: {why}number:+48221234501 of globex -> extension:101"
    assert step.rejected == (back if why else "")


def test_a_subscriber_may_forward_to_a_queue_of_his_tenant_only() -> None:
    known = queue_world.facts()
    assert trouble_with(QueueTarget("help"), "101", known) is None
    refused = trouble_with(QueueTarget("nonsense"), "101", known)
    assert refused == Refusal(RefusalReason.NO_SUCH_NUMBER, "there is no queue:nonsense")


@given(st.text(alphabet="0123456789*#+", max_size=24))
def test_any_digits_are_a_code_or_none_and_never_an_error(dialled: str) -> None:
    code = parse(dialled)
    assert code is None or dialled[0] in "*#"
