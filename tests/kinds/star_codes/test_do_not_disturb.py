"""*78: no call rings at an extension, its rules count it as busy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import Stored
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.edges.live_state.overrides import decode_override, encode_override
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF, REFUSE
from callcontrol.routing import arrival
from callcontrol.routing.plan import Refuse, Ring
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import DoNotDisturb
from callcontrol.vocabulary.trail import Noted, Passed, Routed
from tests.control.story import Story
from tests.routing.world import DID, NOW, TENANT, facts, rule

PHONE = Caller("101", extension="101")
ON = DoNotDisturb(None, "extension:101", NOW)
SET = {"undisturbed:101": ON}
HOUR = 3_600_000_000


def dial(code: str, *, on: bool = False, tenant: str = TENANT) -> Story:
    return Story(replace(facts(code, caller=PHONE, tenant=tenant), overrides=SET if on else {})).begin()


@pytest.mark.parametrize("code", ["*78", "*78#"])
def test_it_is_set_for_the_next_call(code: str) -> None:
    story = dial(code)
    stored = story.command(do.StoreOverride)
    assert (stored.of, stored.override) == ("undisturbed:101", replace(ON, at=story.facts.now))
    story.call = decode(encode(story.call))
    assert story.then(Stored()).command(do.Play).file == CONFIRM
    assert "undisturbed:101: on, until taken back, set by extension:101" in [e.what for e in story.entries(Noted)]


def test_until_a_time_of_day() -> None:
    override = dial("*78*0700#").command(do.StoreOverride).override
    assert isinstance(override, DoNotDisturb)
    assert override.until == NOW + 2 * HOUR  # 05:00 in Warsaw


def test_it_is_taken_back_and_asked_for() -> None:
    story = dial("#78#", on=True)
    assert story.command(do.StoreOverride).override is None
    assert story.then(Stored()).command(do.Play).file == OFF
    assert dial("*#78#", on=True).command(do.Play).file == CONFIRM
    assert dial("*#78#").command(do.Play).file == OFF


@pytest.mark.parametrize(("code", "tenant"), [("*78#", TENANT + "do_not_disturb: no\n"), ("#78*0700#", TENANT)])
def test_it_is_refused(code: str, tenant: str) -> None:
    story = dial(code, tenant=tenant)
    assert story.command(do.Play).file == REFUSE
    assert not story.has(do.StoreOverride)


def test_calls_find_the_extension_busy() -> None:
    decision = arrival.decide(replace(facts(), overrides=SET))
    assert isinstance(decision.step, Refuse)
    assert decision.step.outcome is Outcome.BUSY
    passed = next(one for one in decision.why if isinstance(one, Passed))
    assert (passed.why, passed.source.partition(",")[0]) == ("do not disturb", "extension:101")


@pytest.mark.parametrize(("kind", "why"), [("busy", "rule busy"), ("always", "rule always")])
def test_its_rules_for_busy_and_always_apply(kind: str, why: str) -> None:
    known = facts(rules={"101": [rule(kind, "extension:102"), rule("no_answer", "voicemail:101")]})
    decision = arrival.decide(replace(known, overrides=SET))
    assert isinstance(decision.step, Ring)
    assert [leg.to for leg in decision.step.legs] == ["extension:102"]
    assert f"{why} of extension:101" in [one.why for one in decision.why if isinstance(one, Routed)]


def test_a_group_rings_without_the_extension() -> None:
    decision = arrival.decide(replace(facts(DID["quiet"]), overrides=SET))
    assert isinstance(decision.step, Ring)
    assert [leg.to for leg in decision.step.legs] == ["extension:102"]


@pytest.mark.parametrize("tenant", [TENANT + "do_not_disturb: no\n", TENANT])
def test_it_counts_no_more_once_it_is_over_or_not_wanted(tenant: str) -> None:
    until = None if "do_not_disturb" in tenant else Instant(NOW)
    over = {"undisturbed:101": replace(ON, until=until)}
    assert isinstance(arrival.decide(replace(facts(tenant=tenant), overrides=over)).step, Ring)


def test_it_is_looked_up_where_an_extension_may_ring() -> None:
    assert arrival.overrides_wanted(facts(), {"101"})
    assert not arrival.overrides_wanted(facts(), ())
    assert not arrival.overrides_wanted(facts(tenant=TENANT + "do_not_disturb: no\ncall_waiting: no\n"), {"101"})


@pytest.mark.parametrize("until", [None, Instant(NOW + HOUR)])
def test_it_is_stored_and_read(until: Instant | None) -> None:
    assert decode_override(encode_override(replace(ON, until=until))) == replace(ON, until=until)
