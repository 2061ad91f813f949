"""The call back of an emergency service rings the phone that called, and no menu."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.kinds.targets.emergency_call_back import ROUNDS
from callcontrol.kinds.targets.voicemail import TakeMessage
from callcontrol.routing import arrival, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse, Ring, RingResult
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


MENU = """
menus:
  main: {prompt: press.wav, keys: {1: extension:102}}
"""


def rounds(back: Facts) -> tuple[list[list[str]], Decision]:
    """Whose legs ring, round by round, until something else is done."""
    rung, decision = [], arrival.decide(back)
    while isinstance(decision.step, Ring):
        rung.append([leg.to for leg in decision.step.legs])
        decision = router.after(decision.step, RingResult(Outcome.NO_ANSWER), back)
    return rung, decision


def test_then_all_ring_again_and_again_who_are_told_or_to_whom_the_number_leads() -> None:
    rung, last = rounds(BACK)
    caller = ["extension:103", "extension:103"]
    assert rung[0] == caller
    assert rung[1:] == [[*caller, "extension:104", "extension:101", "extension:102"]] * (ROUNDS - 1)
    assert last.step == Refuse("NO_ANSWER", Outcome.NO_ANSWER)
    unwatched = rounds(replace(facts(DID["group"]), called_back="104"))[0]
    assert unwatched[1] == ["extension:104", "extension:101", "extension:102"]  # those of the number's own group


@pytest.mark.parametrize("leads", ["menu:main", "announcement:hold", "hangup:busy", "list:night"])
def test_it_is_never_sent_where_the_number_leads(leads: str) -> None:
    tenant = TOLD.replace('"+48221234502": group:sales', f'"+48221234502": {leads}') + MENU
    rung, last = rounds(replace(facts(DID["group"], tenant=tenant), called_back="101"))
    assert len(rung) == ROUNDS
    assert isinstance(last.step, TakeMessage)  # the box of the extension that called
    assert last.step.box == "101"


def test_where_nobody_can_be_rung_it_ends_or_leaves_a_message() -> None:
    everybody = ("101", "102", "103-desk", "103-app", "104")
    nobody = replace(BACK, registered=dict.fromkeys(everybody, ()))
    assert rounds(nobody) == ([], arrival.decide(nobody))
    assert isinstance(arrival.decide(nobody).step, Refuse)
    assert isinstance(arrival.decide(replace(nobody, called_back="101")).step, TakeMessage)


def test_where_the_phone_is_offline_those_who_are_told_ring_at_once() -> None:
    offline = replace(BACK, registered={"103-desk": (), "103-app": ()})
    assert next(leg.to for leg in ring(arrival.decide(offline)).legs) == "extension:104"


def test_all_whose_phones_may_ring_are_looked_up() -> None:
    assert {"101", "102", "103", "104"} <= arrival.wanted(replace(BACK, rules={}))


def test_a_phones_own_call_to_the_number_is_none() -> None:
    inside = replace(BACK, caller=Caller("101", extension="101"))
    assert ring(arrival.decide(inside)).target.kind == "group"
