"""Ring-all groups."""

from __future__ import annotations

from callcontrol.kinds.targets.voicemail import TakeMessage
from callcontrol.routing import arrival, router
from callcontrol.routing.plan import Account, Refuse, Ring, RingResult, TrunkNumber
from callcontrol.vocabulary.outcome import Outcome
from tests.routing.test_extension import ring
from tests.routing.world import DID, facts, rule

P101, P102 = Account("101", "acme.example"), Account("102", "acme.example")
MOBILE_A, MOBILE_B = TrunkNumber("a", "a", "48600100100"), TrunkNumber("b", "b", "48600100100")


def endpoints(step: Ring) -> list[object]:
    return [leg.endpoint for leg in step.legs]


def test_all_members_ring_for_the_groups_time() -> None:
    step = ring(arrival.decide(facts(DID["group"])))
    assert endpoints(step) == [P101, P102, MOBILE_A]
    assert {leg.ring_s for leg in step.legs} == {25}


def test_member_forwarding_always_is_followed_to_what_rings_and_pays() -> None:
    step = ring(arrival.decide(facts(DID["quiet"], rules={"101": [rule("always", "number:+48600100100")]})))
    assert endpoints(step) == [MOBILE_A, P102]
    assert step.legs[0].payer == "extension:101"


def test_member_forwarding_to_voicemail_is_left_out_and_the_reason_told() -> None:
    decision = arrival.decide(facts(DID["quiet"], rules={"101": [rule("always", "voicemail:101")]}))
    assert endpoints(ring(decision)) == [P102]
    assert "rule always of extension:101 leads to voicemail:101" in [e.why for e in decision.why]


def test_offline_member_with_an_unavailable_rule_rings_there() -> None:
    rules = {"101": [rule("unavailable", "number:+48600100100")]}
    step = ring(arrival.decide(facts(DID["quiet"], rules=rules, offline=("101",))))
    assert endpoints(step) == [MOBILE_A, P102]


def test_the_same_phone_reached_twice_rings_once() -> None:
    step = ring(arrival.decide(facts(DID["quiet"], rules={"101": [rule("always", "extension:102")]})))
    assert endpoints(step) == [P102]


def test_nobody_answered_goes_on_to_otherwise() -> None:
    found = facts(DID["group"])
    step = router.after(ring(arrival.decide(found)), RingResult(Outcome.NO_ANSWER), found).step
    assert isinstance(step, TakeMessage)


def test_nobody_there_goes_on_to_otherwise_without_ringing() -> None:
    found = facts(DID["group"], offline=("101", "102"), unpriced=("+48600",))
    assert isinstance(arrival.decide(found).step, TakeMessage)
    assert arrival.decide(facts(DID["quiet"], offline=("101", "102"))).step == Refuse(
        "SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE
    )


def test_only_the_leg_whose_trunk_failed_rings_again_through_the_next_trunk() -> None:
    found = facts(DID["group"])
    first = ring(arrival.decide(found))
    causes = {0: "NO_ANSWER", 1: "USER_BUSY", 2: "GATEWAY_DOWN"}
    second = ring(router.after(first, RingResult(Outcome.NO_ANSWER, causes), found))
    assert endpoints(second) == [MOBILE_B]
    last = router.after(second, RingResult(Outcome.UNAVAILABLE, {0: "GATEWAY_DOWN"}), found)
    assert isinstance(last.step, TakeMessage)
    assert last.why[-1].why == "group:sales: no_answer"
