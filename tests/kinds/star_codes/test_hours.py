"""Opening hours are opened and closed by star code, with an end that is always known."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import Stored
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.star_codes.overriding import ChangeOverride
from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse
from callcontrol.simulator.stories.spoken import Spoken
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import Overrides
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.trail import Noted, StepEnded
from tests.control.story import Story
from tests.routing.world import TENANT, facts
from tests.tidy.tree import ROOT

HOURS = """hours:
  office: {code: 1, may_set: [101, 102], week: {mon-fri: 08:00-18:00}, open: extension:101, closed: voicemail:101}
  always: {code: 2, may_set: [101], week: {mon-sun: 00:00-24:00}, open: extension:101}
  quiet: {week: {mon-fri: 08:00-18:00}, open: extension:101}
"""
FRIDAY_NOON, SATURDAY = "2026-11-27T12:00", "2026-11-28T12:00"


def at(text: str) -> Instant:
    return instant_from(f"{text}+01:00")


def dialling(
    dialled: str, now: str = FRIDAY_NOON, by: str = "101", overrides: Overrides | None = None, language: str = "en"
) -> Facts:
    written = TENANT.replace("numbers:\n", f"language: {language}\n{HOURS}numbers:\n")
    known = facts(dialled, tenant=written, caller=Caller(by, extension=by), now=at(now))
    return replace(known, overrides=overrides or {})


def change(dialled: str, now: str = FRIDAY_NOON, by: str = "101", overrides: Overrides | None = None) -> ChangeOverride:
    step = arrival.decide(dialling(dialled, now, by, overrides)).step
    assert isinstance(step, ChangeOverride)
    return step


def heard(story: Story) -> str:
    return Spoken(ROOT / "freeswitch-xml" / "sounds").heard(story.command(do.Play).file).strip("“”")


def by_hand(is_open: bool, until: str | None, now: str = FRIDAY_NOON) -> Override:
    return Override(is_open, at(until) if until else None, "extension:101", at(now))


@pytest.mark.parametrize(
    ("dialled", "now", "override", "what"),
    [
        ("*27*1*0#", FRIDAY_NOON, by_hand(False, "2026-11-27T18:00"), "until Mon 2026-11-30 08:00"),
        ("*27*01*0", FRIDAY_NOON, by_hand(False, "2026-11-27T18:00"), "until Mon 2026-11-30 08:00"),
        ("*27*1*1#", SATURDAY, by_hand(True, "2026-11-30T08:00", SATURDAY), "until Mon 2026-11-30 18:00"),
        ("*27*1*0*1400#", FRIDAY_NOON, by_hand(False, "2026-11-27T14:00"), "until Fri 2026-11-27 14:00"),
        ("*27*1*0*1100#", FRIDAY_NOON, by_hand(False, "2026-11-28T11:00"), "until Mon 2026-11-30 08:00"),
        ("*27*1*1*2000#", FRIDAY_NOON, by_hand(True, "2026-11-27T20:00"), "until Fri 2026-11-27 20:00"),
        ("*27*1*0*9999#", FRIDAY_NOON, by_hand(False, None), "closed (override: extension:101), until taken back"),
        ("*27*2*0*1400#", FRIDAY_NOON, by_hand(False, "2026-11-27T14:00"), "until Fri 2026-11-27 14:00"),
        ("#27*1#", FRIDAY_NOON, None, "open (the week) until Fri 2026-11-27 18:00"),
    ],
)
def test_the_end_is_known_and_what_is_said_is_when_it_is_otherwise(
    dialled: str, now: str, override: Override | None, what: str
) -> None:
    found = change(dialled, now)
    assert (found.of.partition(":")[0], found.override, found.rejected) == ("hours", override, "")
    assert found.what.endswith(what)


@pytest.mark.parametrize(
    ("dialled", "now", "by", "why"),
    [
        ("*27*1*0#", FRIDAY_NOON, "103", "extension 103 may not set hours:office (may_set)"),
        ("#27*1#", FRIDAY_NOON, "103", "extension 103 may not set hours:office (may_set)"),
        ("*27*9*0#", FRIDAY_NOON, "101", "there are no hours 9"),
        ("*27*0*0#", FRIDAY_NOON, "101", "there are no hours 0"),
        ("*27*1*0*2400#", FRIDAY_NOON, "101", "2400 is no time of day, nor 9999"),
        ("*27*1*0*1260#", FRIDAY_NOON, "101", "1260 is no time of day, nor 9999"),
        ("*27*1*1#", FRIDAY_NOON, "101", "it is open already, until 2026-11-27T18:00: say until when"),
        ("*27*1*0#", SATURDAY, "101", "it is closed already, until 2026-11-30T08:00: say until when"),
        ("*27*2*0#", FRIDAY_NOON, "101", "it is always open: say until when"),
    ],
)
def test_a_code_that_may_not_be_or_makes_no_sense_is_refused_in_words(
    dialled: str, now: str, by: str, why: str
) -> None:
    assert change(dialled, now, by).rejected.startswith(why)


@pytest.mark.parametrize(
    ("dialled", "said"),
    [
        ("*27*1*0*9999#", "until"),
        ("*27*1*1*2000#", "eight p.m."),
        ("#27*1#", "We are open until six p.m."),
    ],
)
def test_the_end_is_said(dialled: str, said: str) -> None:
    story = Story(dialling(dialled)).begin().then(Stored(""))
    assert said in heard(story)


def test_it_is_said_in_the_tenants_language() -> None:
    story = Story(dialling("*27*1*0#", language="pl")).begin().then(Stored(""))
    assert "/pl/" in story.command(do.Play).file
    assert "/en/" not in story.command(do.Play).file


def test_what_was_set_by_hand_is_set_anew() -> None:
    """Closed until taken back, then open: that has an effect, though the week says open."""
    standing = {"hours:office": by_hand(False, None, "2026-11-27T11:00")}
    assert change("*27*1*1#", overrides=standing).override == by_hand(True, "2026-11-27T18:00")
    assert change("*#27*1#", overrides=standing).what == "closed (override: extension:101), until taken back"
    assert change("#27*1#", overrides=standing).override is None


@pytest.mark.parametrize(("now", "said"), [(FRIDAY_NOON, "We are open until"), (SATURDAY, "We are closed until")])
def test_each_extension_may_ask_and_nothing_is_stored(now: str, said: str) -> None:
    story = Story(dialling("*#27*1#", now, by="103")).begin()
    assert not story.has(do.StoreOverride)
    assert said in heard(story)
    assert story.entries(Noted)[-1].what.startswith("extension:103 asked: hours:office: ")


def test_it_is_stored_first_and_then_said() -> None:
    story = Story(dialling("*27*1*0#")).begin()
    stored = story.command(do.StoreOverride)
    assert (stored.of, stored.override and stored.override.until) == ("hours:office", at("2026-11-27T18:00"))
    story.call = decode(encode(story.call))
    story.then(Stored(""))
    assert heard(story) == "From now on it is closed until Monday at eight a.m."
    assert story.entries(StepEnded)[-1].outcome is Outcome.CHANGED
    assert story.entries(Noted)[-1].what == (
        "hours:office: closed (override: extension:101) until Mon 2026-11-30 08:00, set by extension:101"
    )


@pytest.mark.parametrize("dialled", ["*27#", "*27*1#", "*27*1*2#", "#27*1*0#", "*#27*1*0#", "*27*1*0*140#", "##27*1#"])
def test_what_only_looks_like_it_is_unknown(dialled: str) -> None:
    assert isinstance(arrival.decide(dialling(dialled)).step, Refuse)
