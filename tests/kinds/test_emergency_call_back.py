"""The call back of an emergency service rings the phone that called, and no menu."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.routing import arrival, router
from callcontrol.routing.plan import RingResult
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyCallBackTarget
from tests.routing.test_extension import ring
from tests.routing.world import DID, TENANT, facts, rule

TOLD = TENANT + "emergency_calls: {tell: [extension:104, group:quiet]}\n"
BACK = replace(facts(DID["group"], tenant=TOLD), called_back="103")


def test_it_rings_the_phones_of_who_called_whatever_the_rules_say() -> None:
    ruled = replace(BACK, rules={"103": facts(rules={"103": [rule("always", "extension:102")]}).rules["103"]})
    step = ring(arrival.decide(ruled))
    assert step.target == EmergencyCallBackTarget("103")
    assert [leg.described().partition("@")[0] for leg in step.legs] == ["103-desk", "103-app"]


def test_then_those_who_are_told_and_then_where_the_number_leads() -> None:
    first = ring(arrival.decide(BACK))
    second = ring(router.after(first, RingResult(Outcome.BUSY), BACK))
    assert [leg.to for leg in second.legs] == ["extension:104", "extension:101", "extension:102"]
    third = ring(router.after(second, RingResult(Outcome.NO_ANSWER), BACK))
    assert third.target.kind == "group"


def test_where_the_phone_is_offline_those_who_are_told_ring_at_once() -> None:
    offline = replace(BACK, registered={"103-desk": (), "103-app": ()})
    assert next(leg.to for leg in ring(arrival.decide(offline)).legs) == "extension:104"


def test_all_whose_phones_may_ring_are_looked_up() -> None:
    assert {"101", "102", "103", "104"} <= arrival.wanted(replace(BACK, rules={}))


def test_a_phones_own_call_to_the_number_is_none() -> None:
    inside = replace(BACK, caller=Caller("101", extension="101"))
    assert ring(arrival.decide(inside)).target.kind == "group"
