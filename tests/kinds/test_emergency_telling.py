"""An emergency call is told to people inside: a call of its own."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Closed
from callcontrol.control.events import CallConnectionLost, FactsFound, LegAnswered, OriginateFailed
from callcontrol.kinds.targets.emergency.telling import new_telling, told_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from tests.control.story import Story
from tests.routing.world import TENANT, facts

TOLD = "emergency_calls: {tell: [extension:104, group:quiet, extension:103]}\n"


def begun(known: Facts) -> Story:
    story = Story(known)
    story.call = new_telling(
        id_="t-1",
        switch="fs1",
        worker="w1",
        tenant="acme",
        caller=Caller("105", extension="105"),
        called="112",
        extension="105",
        now=known.now,
    )
    return story.then(FactsFound())


def told(text: str = TOLD) -> Story:
    return begun(facts("112", tenant=TENANT + text))


def test_all_ring_at_once_the_phones_of_one_extension_for_each_other() -> None:
    story = told()
    assert told_of(story.facts) == ("104", "101", "102", "103")
    legs = [[plan.to for _, plan in order.legs] for order in story.every(do.Originate)]
    assert legs == [["extension:104"], ["extension:101"], ["extension:102"], ["extension:103"] * 2]


def test_a_notified_extension_that_answers_hears_the_emergency_call_and_is_hung_up() -> None:
    story = told("emergency_calls: {tell: [extension:104]}\n")
    ((leg, _),) = story.command(do.Originate).legs
    whisper = story.then(LegAnswered(leg)).command(do.Whisper)
    assert whisper.hang_up
    assert [clip.rpartition("/")[2] for clip in whisper.file.split("!")][:8] == [
        "called.wav", "number-1.wav", "number-1.wav", "number-2.wav",
        "by-extension.wav", "number-1.wav", "number-0.wav", "number-5.wav",
    ]  # fmt: skip
    story.gone(leg, answered_s=5)
    assert story.state() is Closed
    assert fold(story.call.trail).outcome is Outcome.ANNOUNCED


def test_a_notified_extension_that_has_not_answered_is_rung_once_more() -> None:
    story = told("emergency_calls: {tell: [extension:104, extension:101]}\n")
    ((first, _),), ((second, _),) = (order.legs for order in story.every(do.Originate))
    story.then(LegAnswered(first)).gone(first, answered_s=5)
    story.then(OriginateFailed((second,), "NO_ANSWER")).gone(second, "NO_ANSWER")
    ((again, plan),) = story.command(do.Originate).legs
    assert plan.to == "extension:101"
    story.then(OriginateFailed((again,), "USER_BUSY")).gone(again, "USER_BUSY")
    assert story.state() is Closed
    record = fold(story.call.trail)
    assert record.outcome is Outcome.ANNOUNCED


def test_a_worker_that_takes_it_over_rings_those_again_who_have_heard_nothing() -> None:
    story = told("emergency_calls: {tell: [extension:104]}\n")
    ((leg, _),) = story.command(do.Originate).legs
    story.then(CallConnectionLost("worker w1 died"))
    assert story.command(do.KillLeg).leg_id == leg
    assert [plan.to for _, plan in story.command(do.Originate).legs] == ["extension:104"]


def test_where_no_phone_can_ring_it_is_over() -> None:
    story = told("emergency_calls: {tell: [extension:104]}\n")
    offline = begun(replace(story.facts, registered={"104": ()}))
    assert story.state() is not Closed
    assert offline.state() is Closed
    assert fold(offline.call.trail).outcome is Outcome.NO_ANSWER
