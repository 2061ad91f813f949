"""Star codes in GSM form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.routing import arrival
from callcontrol.routing.plan import Change, ChangeAgent, Refuse
from callcontrol.routing.star_codes import StarCode, parse, trouble_with
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import QueueTarget, text_of
from tests.routing import queue_world
from tests.routing.world import facts, rule

PHONE = Caller("101", "Jan", extension="101")


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        ("*21*102#", StarCode("*", RuleKind.ALWAYS, "102")),
        ("*21*102", StarCode("*", RuleKind.ALWAYS, "102")),
        ("*67*+48600100100#", StarCode("*", RuleKind.BUSY, "+48600100100")),
        ("*61*102*15#", StarCode("*", RuleKind.NO_ANSWER, "102", 15)),
        ("*61*102*11*15#", StarCode("*", RuleKind.NO_ANSWER, "102", 15)),
        ("*62#", StarCode("*", RuleKind.UNAVAILABLE)),
        ("#21#", StarCode("#", RuleKind.ALWAYS)),
        ("##21#", StarCode("##", RuleKind.ALWAYS)),
        ("*#21#", StarCode("*#", RuleKind.ALWAYS)),
        ("*99*1#", None),
        ("*21*abc#", None),
        ("101", None),
        ("", None),
    ],
)
def test_parse(dialled: str, code: StarCode | None) -> None:
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


def agents(dialled: str, extension: str = "101", written: str | None = None) -> ChangeAgent:
    caller = Caller(extension, "Anna", extension=extension)
    step = arrival.decide(queue_world.facts(dialled, caller=caller, written=written)).step
    assert isinstance(step, ChangeAgent)
    return step


@pytest.mark.parametrize(
    ("dialled", "action", "detail"),
    [
        ("*50#", AgentAction.LOG_IN, ""),
        ("*50", AgentAction.LOG_IN, ""),
        ("#50#", AgentAction.LOG_OUT, ""),
        ("*51#", AgentAction.PAUSE, "paused"),
        ("*51*1#", AgentAction.PAUSE, "lunch"),
        ("*51*01", AgentAction.PAUSE, "lunch"),
        ("#51#", AgentAction.RESUME, ""),
        ("*52#", AgentAction.PROLONG_WRAP_UP, "60000000"),
        ("*52*120#", AgentAction.PROLONG_WRAP_UP, "120000000"),
        ("#52#", AgentAction.END_WRAP_UP, ""),
    ],
)
def test_an_agents_codes(dialled: str, action: AgentAction, detail: str) -> None:
    assert agents(dialled) == ChangeAgent("anna", action, detail)


@pytest.mark.parametrize("dialled", ["*51*9#", "*51*0#", "*51*9999#"])
def test_a_pause_reason_there_is_not_is_refused(dialled: str) -> None:
    assert agents(dialled).rejected == f"there is no pause reason {dialled[4:-1]}"


def test_whose_extension_is_no_agents_has_none_of_these_codes() -> None:
    refused = agents("*50#", extension="102")
    assert (refused.agent, refused.rejected) == ("", "extension 102 is no agent's")


@pytest.mark.parametrize("dialled", ["*53#", "*#50#", "##50#", "*50*12345#", "*51*lunch#", "*51**1#"])
def test_what_only_looks_like_an_agents_code_is_unknown(dialled: str) -> None:
    caller = Caller("101", extension="101")
    assert isinstance(arrival.decide(queue_world.facts(dialled, caller=caller)).step, Refuse)


def test_an_agents_codes_need_no_rules_but_his_own() -> None:
    caller = Caller("101", extension="101")
    known = replace(queue_world.facts("*50#", caller=caller), rules={})
    assert arrival.wanted(known) == frozenset({"101"})


def test_a_subscriber_may_forward_to_a_queue_of_his_tenant_only() -> None:
    known = queue_world.facts()
    assert trouble_with(QueueTarget("help"), "101", known) == ""
    assert trouble_with(QueueTarget("nonsense"), "101", known) == "there is no queue:nonsense"


def test_unknown_code_is_no_number() -> None:
    assert isinstance(arrival.decide(facts("*99*1#", caller=PHONE)).step, Refuse)


def test_a_caller_from_outside_has_no_star_codes() -> None:
    assert isinstance(arrival.decide(facts("*21*102#")).step, Refuse)


@given(st.text(alphabet="0123456789*#+", max_size=24))
def test_any_digits_are_a_code_or_none_and_never_an_error(dialled: str) -> None:
    code = parse(dialled)
    assert code is None or dialled[0] in "*#"
