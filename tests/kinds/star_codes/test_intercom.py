"""*80: a colleague's phone answers by itself, where the caller has the right and the colleague is free."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded
from callcontrol.edges.freeswitch.translate import dial_leg
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.star_codes.storing import REFUSE
from callcontrol.routing import arrival
from callcontrol.routing.explain import explain
from callcontrol.routing.plan import Ring
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.override import DoNotDisturb
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts, rule

PHONE = Caller("101", extension="101")
RIGHT = TENANT.replace("'101': {name: Jan}", "'101': {name: Jan, intercom: ['102']}")
ANYBODY = RIGHT.replace("['102']", "all")
QUIET = {"undisturbed:102": DoNotDisturb(None, "extension:102", NOW)}


def known(number: str = "102", tenant: str = RIGHT, **more: Any) -> Any:
    found = facts(f"*80*{number}#", caller=PHONE, tenant=tenant, rules={"102": [rule("always", "voicemail:101")]})
    return replace(found, **more)


@pytest.mark.parametrize("tenant", [RIGHT, ANYBODY])
def test_its_phones_answer_by_themselves_whatever_its_rules_say(tenant: str) -> None:
    step = arrival.decide(known(tenant=tenant)).step
    assert isinstance(step, Ring)
    assert [(leg.to, leg.answers_itself) for leg in step.legs] == [("extension:102", True)]
    leg = dial_leg("b-1", step.legs[0], "internal", "Jan")
    assert leg.variables["sip_auto_answer"] == "true"
    assert "alert-autoanswer" in leg.variables["sip_h_Alert-Info"]
    assert decode(encode(step)) == step


def test_explain_says_it() -> None:
    assert any("answers by itself" in line for line in explain(known()))


@pytest.mark.parametrize(
    ("facts_then", "why"),
    [
        (known(tenant=TENANT), "may not speak at it"),
        (known("103"), "may not speak at it"),
        (known("199", ANYBODY), "no such extension"),
        (known(overrides=QUIET), "do not disturb"),
        (known(on_call={"102": ("other",)}), "it is on a call"),
        (known(registered={"102": ()}), "no phone registered"),
    ],
)
def test_it_is_refused(facts_then: Any, why: str) -> None:
    story = Story(facts_then).begin()
    assert story.command(do.Play).file == REFUSE
    assert any(why in line for line in explain(facts_then))


def test_a_phone_that_does_not_answer_ends_it_and_no_rule_follows() -> None:
    story = Story(known()).begin()
    ringing = story.command(do.Bridge)
    story.then(AppEnded(ringing.app_id, "USER_BUSY", {}))
    assert story.command(do.Play).file == REFUSE


def test_the_colleagues_rules_and_calls_are_looked_up_first() -> None:
    asked = replace(known(), rules={}, on_call={})
    assert arrival.wanted(asked) == {"101", "102"}
    assert arrival.calls_wanted(asked, {"101", "102"}) == {"102"}
    assert arrival.wanted(replace(asked, dialled="*78#")) == {"101"}
