"""Forwarding rules that stand under opening hours: `during` and `outside`."""

from __future__ import annotations

import pytest

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.config.ways import links
from callcontrol.edges.live_state.rules import decode_rule, encode_rule
from callcontrol.kinds import KINDS
from callcontrol.routing import arrival, router
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import RuleKind, Rules
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.target import ExtensionTarget
from tests.config import folder
from tests.routing.world import TENANT, facts, rule

OPEN, CLOSED = "2026-11-27T12:00", "2026-11-28T12:00"
HOURS = "hours:\n  office: {week: {mon-fri: 08:00-18:00}, open: extension:101}\n"


def at(text: str) -> Instant:
    return instant_from(f"{text}+01:00")


def world(forward: str, now: str) -> Facts:
    written = TENANT.replace("  '101': {name: Jan}", f"  '101': {{forward: {{{forward}}}}}")
    return facts(tenant=written.replace("numbers:\n", f"{HOURS}numbers:\n"), now=at(now))


def decided(forward: str, now: str) -> Decision:
    return arrival.decide(world(forward, now))


def rung(decision: Decision) -> str:
    assert isinstance(decision.step, Ring)
    return decision.step.legs[0].to


@pytest.mark.parametrize(
    ("condition", "now", "who"),
    [
        ("during", OPEN, "extension:102"),
        ("during", CLOSED, "extension:101"),
        ("outside", OPEN, "extension:101"),
        ("outside", CLOSED, "extension:102"),
    ],
)
def test_a_rule_is_in_force_while_its_hours_are(condition: str, now: str, who: str) -> None:
    assert rung(decided(f"always: {{target: extension:102, {condition}: office}}", now)) == who


def test_why_it_is_not_in_force_stands_in_the_trail() -> None:
    (_, passed) = decided("always: {target: extension:102, during: office}", CLOSED).why
    assert (passed.target, passed.why) == (
        "extension:102",
        "rule always of extension:101 is in force during hours:office, which is closed: the week",
    )
    assert passed.source.startswith("tenants/acme.yaml:")


def test_of_a_rule_that_is_off_or_outside_its_window_nothing_is_said() -> None:
    assert len(decided("always: {target: extension:102, during: office, on: no}", CLOSED).why) == 1
    assert len(decided("always: {target: extension:102, during: office, until: 2020-01-01T00:00}", CLOSED).why) == 1


def test_rules_that_follow_ringing_likewise() -> None:
    known = world("busy: {target: extension:102, outside: office}", OPEN)
    first = arrival.decide(known)
    assert isinstance(first.step, Ring)
    refused = router.after(first.step, RingResult(Outcome.BUSY), known)
    assert "rule busy of extension:101 is in force outside hours:office, which is open" in refused.why[-1].why
    later = replace(known, now=at(CLOSED))
    assert rung(router.after(first.step, RingResult(Outcome.BUSY), later)) == "extension:102"
    told = "\n".join(explain(known))
    assert "not tried: extension:102 (rule busy of extension:101 is in force outside hours:office" in told


def test_it_goes_by_what_was_set_by_hand() -> None:
    known = world("always: {target: extension:102, outside: office}", OPEN)
    shut = Override(False, None, "extension:101", at(OPEN))
    assert rung(arrival.decide(replace(known, overrides={"hours:office": shut}))) == "extension:102"
    assert arrival.overrides_wanted(known)


def test_how_long_it_rings_goes_by_the_rule_in_force() -> None:
    for now, seconds in ((OPEN, 7), (CLOSED, 20)):
        step = decided("no_answer: {target: extension:102, after: 7, during: office}", now).step
        assert isinstance(step, Ring)
        assert step.legs[0].ring_s == seconds


def test_members_of_groups_follow_it_too() -> None:
    known = world("always: {target: extension:104, outside: office}", CLOSED)
    target = KINDS.read("group:quiet")
    step = router.decide(target, Path(target), known).step
    assert isinstance(step, Ring)
    assert [leg.to for leg in step.legs] == ["extension:104", "extension:102"]


def test_a_subscriber_who_switches_it_off_and_on_keeps_its_hours() -> None:
    own = rule("always", "extension:102", during="office")
    assert decode_rule(RuleKind.ALWAYS, encode_rule(own)) == own
    assert b"during" not in encode_rule(rule("always", "extension:102"))


def test_a_rule_whose_hours_are_no_more_is_not_in_force() -> None:
    known = facts(rules={"101": [rule("always", "extension:102", outside="office")]})
    decision = arrival.decide(known)
    assert rung(decision) == "extension:101"
    assert decision.why[-1].why.endswith("in force outside hours:office, which is not there")


def settings(*forward: str) -> Settings:
    return world(", ".join(forward), OPEN).settings


def test_it_is_certain_for_no_call() -> None:
    """A loop of such rules depends on time: it is no mistake, and the router ends it."""
    known = world("always: {target: extension:102, during: office}", OPEN)
    assert ExtensionTarget("101") not in links("acme", known.tenant, KINDS)
    back = Rules({RuleKind.ALWAYS: rule("always", "extension:101")})
    decision = arrival.decide(replace(known, rules={**known.rules, "102": back}))
    assert any("loop" in entry.why for entry in decision.why)


@pytest.mark.parametrize(
    ("condition", "leads", "is_loop"),
    [
        ("during", "open: extension:101, closed: extension:102", True),
        ("during", "open: extension:102, closed: extension:101", False),
        ("outside", "open: extension:102, closed: extension:101", True),
        ("outside", "open: extension:101, closed: extension:102", False),
    ],
)
def test_a_loop_while_the_same_hours_are_open_is_certain(condition: str, leads: str, is_loop: bool) -> None:
    forward = f"always: {{target: hours:office, {condition}: office}}"
    written = folder.TENANT.replace("  101: {}", f"  101: {{forward: {{{forward}}}}}")
    hours = f"hours:\n  office: {{week: {{mon-fri: 08:00-18:00}}, {leads}}}\n"
    found = load(folder.files(written + hours), KINDS)
    told = [] if isinstance(found, Settings) else folder.written(*found)
    assert any("a loop: " in problem for problem in told) is is_loop, told


def problems(forward: str) -> str:
    tenant = folder.TENANT.replace("  101: {}", f"  101: {{forward: {{{forward}}}}}") + HOURS
    return "\n".join(folder.written(*folder.problems(tenant)))


@pytest.mark.parametrize(
    ("forward", "told"),
    [
        (
            "always: {target: extension:102, during: ofice}",
            "extensions.101.forward.always.during: there are no hours ofice; did you mean office?",
        ),
        (
            "busy: {target: extension:102, during: office, outside: office}",
            "extensions.101.forward.busy.outside: both `during` and `outside` say when the rule is in force",
        ),
        (
            "always: {target: extension:102, during: office}, busy: {target: extension:102, during: office}",
            "extensions.101.forward.busy: never reached: the always rule",
        ),
        (
            "always: {target: extension:102}, busy: {target: extension:102, during: office}",
            "extensions.101.forward.busy: never reached: the always rule",
        ),
    ],
)
def test_what_does_not_fit_is_a_problem(forward: str, told: str) -> None:
    assert told in problems(forward)


@pytest.mark.parametrize("other", ["outside: office", "from: 2020-01-01T00:00"])
def test_a_rule_beside_an_always_rule_of_other_hours_is_reached(other: str) -> None:
    always = "always: {target: extension:102, during: office}"
    busy = settings(always, f"busy: {{target: extension:102, {other}}}").tenants["acme"].extensions["101"].forward
    assert busy.of(RuleKind.BUSY) is not None
