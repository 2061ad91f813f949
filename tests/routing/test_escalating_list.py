"""Escalating lists."""

from __future__ import annotations

from callcontrol.control.playing import Announce
from callcontrol.routing import arrival, router
from callcontrol.routing.plan import Ring, RingResult, Step
from callcontrol.vocabulary.outcome import Outcome
from tests.routing.test_extension import ring
from tests.routing.test_group import MOBILE_A, MOBILE_B, P101, P102, endpoints
from tests.routing.world import DID, facts, rule


def test_each_member_rings_alone_for_its_own_time_then_otherwise() -> None:
    found = facts(DID["list"])
    step: Step = arrival.decide(found).step
    seen = []
    while isinstance(step, Ring):
        seen.append((endpoints(step), step.legs[0].ring_s))
        step = router.after(step, RingResult(Outcome.NO_ANSWER, {0: "NO_ANSWER"}), found).step
    assert seen == [([P101], 10), ([MOBILE_A], 15), ([P102], 20)]
    assert isinstance(step, Announce)


def test_member_offline_is_passed_at_once() -> None:
    decision = arrival.decide(facts(DID["list"], offline=("101",)))
    assert endpoints(ring(decision)) == [MOBILE_A]
    assert ("extension:101", "no phone registered") in [(e.target, e.why) for e in decision.why]


def test_next_trunk_before_next_member() -> None:
    found = facts(DID["list"], offline=("101",))
    first = ring(arrival.decide(found))
    second = ring(router.after(first, RingResult(Outcome.UNAVAILABLE, {0: "NETWORK_OUT_OF_ORDER"}), found))
    assert endpoints(second) == [MOBILE_B]
    third = ring(router.after(second, RingResult(Outcome.BUSY, {0: "USER_BUSY"}), found))
    assert endpoints(third) == [P102]


def test_a_busy_number_is_not_tried_through_another_trunk() -> None:
    found = facts(DID["number"])
    step = router.after(ring(arrival.decide(found)), RingResult(Outcome.BUSY, {0: "USER_BUSY"}), found).step
    assert not isinstance(step, Ring)


def test_members_own_rule_on_the_way() -> None:
    step = ring(arrival.decide(facts(DID["list"], rules={"101": [rule("always", "extension:102")]})))
    assert endpoints(step) == [P102]
    assert step.legs[0].ring_s == 10
