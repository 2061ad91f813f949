"""Phones that answer 302."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Deciding
from callcontrol.control.events import AppEnded, CallConnectionLost, FactsFound, LegGone, Rearrived
from callcontrol.kinds.targets.group import GroupTarget
from callcontrol.routing import arrival
from callcontrol.routing.plan import Onward, RingResult
from callcontrol.routing.redirect import MOVED, RingAnew, redirected
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget
from callcontrol.vocabulary.trail import Dialled, Passed, Routed
from tests.control.story import Story
from tests.routing.test_extension import ring
from tests.routing.world import DID, facts, rule


def moved(to: str, **more: object) -> Onward | Passed | None:
    known = facts(**more)  # type: ignore[arg-type]  # kwargs of a test
    step = ring(arrival.decide(known))
    found = redirected(step, RingResult(Outcome.UNAVAILABLE, {0: MOVED}, to), known)
    assert not isinstance(found, RingAnew)
    return found


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


class Several:
    """A call for a group or list, whose phones answer 302."""

    def __init__(self, dialled: str, **more: object) -> None:
        self.story = Story(facts(dialled, **more)).begin()  # type: ignore[arg-type]  # kwargs of a test
        self.causes: dict[str, str] = {}

    @property
    def rung(self) -> dict[str, str]:
        """Legs that ring now, by what they ring."""
        return {plan.to: leg for leg, plan in self.bridge.legs}

    @property
    def bridge(self) -> do.Bridge:
        return self.story.command(do.Bridge)

    def moved(self, who: str, to: str, *, bridge: do.Bridge) -> list[str]:
        """The phone's leg is told to be over; the legs that are taken back."""
        rung = {plan.to: leg for leg, plan in bridge.legs}
        self.causes[rung[who]] = MOVED
        now = self.story.facts.now
        self.story.then(LegGone(rung[who], MOVED, Stamps(now, None, None, now), sent_on_to=to), 0)
        killed = [kill.leg_id for kill in self.story.every(do.KillLeg)]
        self.causes |= dict.fromkeys(killed, "LOSE_RACE")
        return [plan.to for leg, plan in bridge.legs if leg in killed]

    def over(self, bridge: do.Bridge, to: str, **causes: str) -> None:
        """The bridge is over; the channel has the last 302 as this."""
        self.story.then(AppEnded(bridge.app_id, "LOSE_RACE", {**self.causes, **causes}, moved_to=to))

    def found(self) -> do.Bridge:
        self.story.then(FactsFound())
        return self.bridge


def test_in_a_group_its_forward_rings_among_the_others() -> None:
    group = Several(DID["group"])
    first = group.bridge
    assert group.moved("extension:102", "103", bridge=first) == ["extension:101", "number:+48600100100"]
    group.over(first, "103")
    assert group.story.command(do.LookUp).target == GroupTarget("sales")
    again = group.found()
    assert {plan.to for _, plan in again.legs} == {"extension:101", "extension:103", "number:+48600100100"}
    assert not {leg for leg, _ in first.legs} & {leg for leg, _ in again.legs}
    assert any(e.why == "the phone answered 302 to 103" for e in group.story.entries(Routed))
    assert group.story.then(AppEnded(again.app_id, "NO_ANSWER", {})).state() is not Closed
    assert any(e.target == "voicemail:101" for e in group.story.entries(Routed))  # the group's `otherwise`


def test_the_extension_whose_phone_it_is_pays_for_its_forward() -> None:
    group = Several(DID["quiet"])
    first = group.bridge
    group.moved("extension:102", "600200200", bridge=first)
    group.over(first, "600200200")
    paid = {plan.to: (plan.payer, plan.acceptance is not None) for _, plan in group.found().legs}
    assert paid == {"extension:101": ("", False), "number:+48600200200": ("extension:102", True)}


def test_what_it_leads_to_has_rules_of_its_own_and_no_loop_is_rung() -> None:
    rules = {"103": [rule("always", "extension:104")], "104": [rule("always", "extension:102")]}
    group = Several(DID["quiet"], rules=rules)
    first = group.bridge
    group.moved("extension:102", "103", bridge=first)
    group.over(first, "103")
    assert [plan.to for _, plan in group.found().legs] == ["extension:101"]
    assert any("loop: " in e.why for e in group.story.entries(Passed))


@pytest.mark.parametrize(
    ("to", "why"),
    [("701234567", "a premium rate number"), ("102", "an extension cannot forward to itself"), ("", "no number")],
)
def test_a_refused_one_in_a_group_leaves_the_others_ringing(to: str, why: str) -> None:
    group = Several(DID["quiet"])
    first = group.bridge
    assert group.moved("extension:102", to, bridge=first) == []
    group.over(first, to, **{first.legs[0][0]: "NO_ANSWER"})
    assert not group.story.has(do.LookUp)
    assert any("refused" in e.why and why in e.why for e in group.story.entries(Passed))


def test_a_phone_that_declined_or_is_busy_is_not_rung_again() -> None:
    group = Several(DID["group"])
    first = group.bridge
    group.story.gone(group.rung["extension:101"], "USER_BUSY", by="callee")
    group.moved("extension:102", "103", bridge=first)
    group.over(first, "103")
    assert {plan.to for _, plan in group.found().legs} == {"extension:103", "number:+48600100100"}


def test_two_phones_at_once_each_lead_where_they_said() -> None:
    """The caller's channel has only the last one's word."""
    group = Several(DID["quiet"])
    first = group.bridge
    group.moved("extension:101", "104", bridge=first)
    group.moved("extension:102", "103", bridge=first)
    group.over(first, "103")
    assert {plan.to for _, plan in group.found().legs} == {"extension:104", "extension:103"}


def test_told_before_the_ends_of_the_legs_only_one_is_believed() -> None:
    group = Several(DID["quiet"])
    first = group.bridge
    group.causes = {leg: MOVED for leg, _ in first.legs}
    group.over(first, "103")
    again = group.found()
    assert [plan.to for _, plan in again.legs] == ["extension:101", "extension:102"]  # they say it once more
    group.causes = {}
    group.moved("extension:101", "104", bridge=again)
    group.moved("extension:102", "103", bridge=again)
    group.over(again, "103")
    assert {plan.to for _, plan in group.found().legs} == {"extension:104", "extension:103"}


def test_in_a_list_it_is_that_members_step() -> None:
    listed = Several(DID["list"])
    first = listed.bridge
    listed.causes = {first.legs[0][0]: MOVED}
    listed.over(first, "103")
    again = listed.found()
    assert {(plan.to, plan.ring_s) for _, plan in again.legs} == {("extension:103", 10)}
    listed.story.then(AppEnded(again.app_id, "NO_ANSWER", {again.legs[0][0]: "NO_ANSWER"}))
    assert [plan.to for _, plan in listed.bridge.legs] == ["number:+48600100100"]


def test_a_forward_that_cannot_ring_ends_the_members_step() -> None:
    listed = Several(DID["list"], offline=("103-desk", "103-app"))
    first = listed.bridge
    listed.causes = {first.legs[0][0]: MOVED}
    listed.over(first, "103")
    listed.story.then(FactsFound())
    assert [plan.to for _, plan in listed.bridge.legs] == ["number:+48600100100"]


def test_after_its_workers_death_the_phones_are_asked_again() -> None:
    group = Several(DID["quiet"])
    first = group.bridge
    group.moved("extension:102", "103", bridge=first)
    group.over(first, "103")
    group.story.then(CallConnectionLost("worker died"))
    group.story.facts = replace(group.story.facts, moved={})
    group.story.then(Rearrived(group.story.call.destination, "LOSE_RACE"))
    assert [plan.to for _, plan in group.bridge.legs] == ["extension:101", "extension:102"]
