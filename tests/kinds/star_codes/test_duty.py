"""A duty is taken, given to another one, given back and asked for by star code."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, Rearrived, Stored
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds import KINDS
from callcontrol.kinds.star_codes.overriding import ChangeOverride, Overriding
from callcontrol.kinds.star_codes.storing import REFUSE
from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse
from callcontrol.simulator.stories.spoken import Spoken
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import DutyOverride
from callcontrol.vocabulary.trail import Noted, StepEnded
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts
from tests.tidy.tree import ROOT

WORDS = Spoken(ROOT / "freeswitch-xml" / "sounds")
DUTIES = """duties:
  help: {code: 1, may_set: [101, 102], weeks: [extension:101, extension:102], first_week: 2026-11-16}
  plain: {code: 2, may_set: [101], otherwise: voicemail:101}
  quiet: {weeks: [extension:101]}
  round: {code: 3, may_set: [101], weeks: [announcement:back]}
"""
MONDAY = instant_from("2026-11-23T00:00+01:00")


def dialling(dialled: str, extension: str = "101") -> Facts:
    back = "  back: {file: back.wav, then: duty:round}\n"
    written = TENANT.replace("announcements:\n", f"{DUTIES}announcements:\n{back}")
    return replace(facts(dialled, tenant=written, caller=Caller(extension, extension=extension)), overrides={})


def change(dialled: str, extension: str = "101") -> ChangeOverride:
    step = arrival.decide(dialling(dialled, extension)).step
    assert isinstance(step, ChangeOverride)
    return step


def given(target: str, until: Instant | None, by: str = "101", at: Instant = NOW) -> DutyOverride:
    return DutyOverride(KINDS.read(target), until, f"extension:{by}", at)


@pytest.mark.parametrize(
    ("dialled", "by", "of", "override"),
    [
        ("*28*1#", "102", "duty:help", given("extension:102", MONDAY, "102")),
        ("*28*01", "101", "duty:help", given("extension:101", MONDAY)),
        ("*28*1*104#", "101", "duty:help", given("extension:104", MONDAY)),
        ("*28*1*600100100#", "101", "duty:help", given("number:+48600100100", MONDAY)),
        ("*28*2#", "101", "duty:plain", given("extension:101", None)),
        ("#28*1#", "101", "duty:help", None),
    ],
)
def test_it_lasts_until_the_plan_hands_it_over(dialled: str, by: str, of: str, override: DutyOverride | None) -> None:
    found = change(dialled, by)
    assert (found.of, found.override, found.ask, found.rejected) == (of, override, False, "")


@pytest.mark.parametrize(
    ("dialled", "by", "why"),
    [
        ("*28*1#", "103", "extension 103 may not hand over duty:help (may_set)"),
        ("#28*1#", "103", "extension 103 may not hand over duty:help (may_set)"),
        ("*28*9#", "101", "there is no duty 9"),
        ("*28*0#", "101", "there is no duty 0"),
        ("*28*1*48701234567#", "101", "blocked by prefix 48701"),
        ("*28*1*1#", "101", "1 is no number"),
        ("*28*3*221234506#", "101", ""),
    ],
)
def test_a_code_that_may_not_be_or_makes_no_sense_is_refused_in_words(dialled: str, by: str, why: str) -> None:
    assert why in change(dialled, by).rejected


def test_it_is_not_given_round_in_a_circle() -> None:
    known = dialling("*28*3*221234599#")
    numbers = {**known.tenant.numbers, "+48221234599": KINDS.read("duty:round")}
    tenant = known.tenant.model_copy(update={"numbers": numbers})
    settings = known.settings.model_copy(update={"tenants": {"acme": tenant}})
    step = arrival.decide(replace(known, settings=settings)).step
    assert isinstance(step, ChangeOverride)
    assert step.rejected == "the duty would lead back to itself: number:+48221234599 -> duty:round"


def heard(story: Story) -> str:
    """What is played, as words; in English."""
    return WORDS.heard(story.command(do.Play).file).strip("“”").removesuffix(".")


@pytest.mark.parametrize(
    ("dialled", "words"),
    [
        ("*28*1*102#", "Extension on duty one zero two until midnight"),
        (
            "*28*2*0600100200#",
            "Number on duty four eight six zero zero one zero zero two zero zero until you take it back",
        ),
        ("*28*2#", "You are on duty until you take it back"),
        ("#28*2#", "Nobody is on duty"),
        ("#28*3#", "Somebody else is on duty"),
    ],
)
def test_the_new_holder_is_announced(dialled: str, words: str) -> None:
    assert heard(Story(dialling(dialled)).begin().then(Stored(""))) == words


def test_it_is_stored_first_and_then_said() -> None:
    story = Story(dialling("*28*1#", "102")).begin()
    now = story.facts.now
    assert story.command(do.StoreOverride) == do.StoreOverride("duty:help", given("extension:102", MONDAY, "102", now))
    story.then(Stored(""))
    assert heard(story) == "You are on duty until midnight"
    assert story.entries(Noted)[-1].what == ("duty:help: extension:102, until 2026-11-23T00:00, set by extension:102")
    assert story.entries(StepEnded)[-1].outcome is Outcome.CHANGED
    assert story.then(AppEnded(story.command(do.Play).app_id)).has(do.HangUp)


def test_what_cannot_be_stored_is_said_so() -> None:
    story = Story(dialling("#28*1#")).begin()
    assert story.command(do.StoreOverride) == do.StoreOverride("duty:help", None)
    story.then(Stored("Redis unreachable"))
    assert (story.command(do.Play).file, story.entries(StepEnded)[-1].outcome) == (REFUSE, Outcome.FAILED)


@pytest.mark.parametrize(
    ("by", "who"),
    [
        ("101", "You are on duty"),
        ("102", "Extension on duty one zero one"),
        ("104", "Extension on duty one zero one"),
    ],
)
def test_each_extension_may_ask_and_nothing_is_stored(by: str, who: str) -> None:
    story = Story(dialling("*#28*1#", by)).begin()
    assert not story.has(do.StoreOverride)
    assert heard(story) == f"{who} until midnight"
    assert story.entries(Noted)[-1].what == (f"extension:{by} asked: duty:help: extension:101, week of 2026-11-16")


def test_after_a_workers_death_it_is_stored_once_more() -> None:
    story = Story(dialling("*28*1#")).begin()
    story.call = decode(encode(story.call))
    assert isinstance(story.call.state, Overriding)
    asked = story.command(do.StoreOverride)
    assert story.then(Rearrived("*28*1#")).command(do.StoreOverride) == asked


@pytest.mark.parametrize("dialled", ["*28#", "*28**1#", "*28*1*2*3#", "##28*1#", "*28*123#"])
def test_what_only_looks_like_it_is_unknown(dialled: str) -> None:
    assert isinstance(arrival.decide(dialling(dialled)).step, Refuse)
