"""Phones that answer 302."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Deciding
from callcontrol.control.events import AppEnded, FactsFound
from callcontrol.routing import arrival
from callcontrol.routing.plan import Onward, RingResult
from callcontrol.routing.redirect import MOVED, redirected
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget
from callcontrol.vocabulary.trail import Dialled, Passed
from tests.control.story import Story
from tests.routing.test_extension import ring
from tests.routing.world import DID, facts, rule


def moved(to: str, **more: object) -> Onward | Passed | None:
    known = facts(**more)  # type: ignore[arg-type]  # kwargs of a test
    step = ring(arrival.decide(known))
    return redirected(step, RingResult(Outcome.UNAVAILABLE, {0: MOVED}, to), known)


@pytest.mark.parametrize(
    ("to", "target"),
    [
        ("102", ExtensionTarget("102")),
        ("600100100", NumberTarget("+48600100100")),
        ("+48600100100", NumberTarget("+48600100100")),
        (DID["two_phones"], NumberTarget(DID["two_phones"])),
    ],
)
def test_it_is_the_extensions_own_forward(to: str, target: object) -> None:
    onward = moved(to)
    assert isinstance(onward, Onward)
    assert (onward.target, onward.path.payer, onward.path.hops) == (target, "extension:101", 1)
    assert onward.why[-1].source == "phone of extension 101"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("", "302 to nothing that can be read: refused"),
        ("bob", "refused, that is no number and no extension"),
        ("101", "refused, an extension cannot forward to itself"),
        (DID["extension"], "refused, an extension cannot forward to itself"),
        ("701234567", "refused, a premium rate number"),
        ("+48701999999", "refused, a premium rate number"),
        ("112", "refused, an emergency number"),
        ("+49301234567", "refused, no price in list retail"),
    ],
)
def test_it_is_refused_in_words(to: str, why: str) -> None:
    passed = moved(to, unpriced=("+49",))
    assert isinstance(passed, Passed)
    assert why in passed.why


def test_a_step_without_one_says_nothing() -> None:
    known = facts()
    assert redirected(ring(arrival.decide(known)), RingResult(Outcome.BUSY, {0: "USER_BUSY"}, "102"), known) is None


def test_in_a_group_it_is_one_phones_word() -> None:
    passed = moved("102", dialled=DID["quiet"])
    assert isinstance(passed, Passed)
    assert "only followed where the extension alone is called" in passed.why


def test_the_rules_of_where_it_leads_are_looked_up_and_apply() -> None:
    known = facts(rules={"102": [rule("always", "number:+48600100100")]})
    story = Story(known).begin()
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, MOVED, {bridge.legs[0][0]: MOVED}, moved_to="102"))
    assert story.state() is Deciding
    assert story.command(do.LookUp).target == ExtensionTarget("102")
    story.then(FactsFound())
    assert [e.to for e in story.entries(Dialled)] == ["extension:101", "number:+48600100100"]


def test_a_refused_one_leaves_the_extension_unavailable() -> None:
    story = Story(facts(rules={"101": [rule("unavailable", "extension:102")]})).begin()
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, MOVED, {bridge.legs[0][0]: MOVED}, moved_to="701234567"))
    assert [e.to for e in story.entries(Dialled)] == ["extension:101", "extension:102"]
    assert any("a premium rate number" in e.why for e in story.entries(Passed))
