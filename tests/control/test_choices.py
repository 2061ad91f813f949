"""Menu choices of a caller: they go with the call into queues, to the agent, and into the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.config.choices import CallerChoice
from callcontrol.control import commands as do
from callcontrol.control.choices import said_by_key
from callcontrol.control.events import CallConnectionLost, FactsFound, KeyPressed, QueueRefused, Rearrived
from callcontrol.edges.live_state import caller_context
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.menu.settings import MenuTarget
from callcontrol.routing.speech import as_file_string, waited
from callcontrol.vocabulary.demand import CallerDemand
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.queue import NO_CONTEXT, CallerContext, Refusal
from callcontrol.vocabulary.trail import Demanded
from tests.control.queue_story import CallbackStory, QueueStory
from tests.routing.queue_world import tenant
from tests.routing.test_language import POLE, SPOKEN

LABELS = """
labels:
  billing: {whisper: {en: billing.wav, pl: faktury.wav, ru: scheta.wav}}
"""
WRITTEN = SPOKEN + LABELS
BILLING = CallerChoice(label="billing", priority=3, language="ru")


def pressed(*choices: CallerChoice) -> QueueStory:
    """A caller who has pressed these keys on the way to the queue."""
    story = QueueStory(written=WRITTEN, caller=POLE)
    for n, choice in enumerate(choices, 1):
        story.call, _, _ = said_by_key(story.call, choice, f"key {n} of menu:main", story.facts, "tenants/acme.yaml:9")
    return story


def test_all_that_was_pressed_is_added_up_and_told() -> None:
    story = pressed(BILLING, CallerChoice(priority=1), CallerChoice(skills={"german": 2}))
    assert story.call.demand == CallerDemand({"german": 2}, 3, "billing")
    assert story.call.language == "ru"
    assert [(e.skills, e.priority, e.label, e.why) for e in story.entries(Demanded)] == [
        ({}, 3, "billing", "key 1 of menu:main"),
        ({"german": 2}, 3, "billing", "key 3 of menu:main"),
    ]


def test_a_key_that_says_nothing_changes_nothing() -> None:
    story = pressed()
    call, facts, commands = said_by_key(story.call, CallerChoice(), "key 1 of menu:main", story.facts)
    assert (call, facts, commands) == (story.call, story.facts, ())
    assert call is story.call


def test_the_queue_hears_of_the_priority_also_when_the_place_is_asked_for_anew() -> None:
    story = pressed(BILLING).begin()
    assert story.command(do.JoinQueue).ticket.priority == 3
    story.call = decode(encode(story.call))
    story.then(CallConnectionLost("worker w1 died")).then(Rearrived(story.call.dialled))
    assert story.command(do.JoinQueue).ticket.priority == 3


def test_it_goes_on_to_the_next_queue() -> None:
    story = pressed(BILLING).enter().then(KeyPressed("2")).then(FactsFound())
    assert (story.waiting.step.queue, story.command(do.JoinQueue).ticket.priority) == ("rush", 3)
    story.then(QueueRefused(story.waiting.ticket, Refusal.NO_AGENT))
    assert story.call.demand == CallerDemand({}, 3, "billing")


def test_the_agent_hears_what_it_is_about() -> None:
    story = pressed(BILLING).reach("whispering")
    seconds = (story.facts.now - story.waiting.joined) // 1_000_000
    heard = ("help.wav", "billing.wav", *waited("en", seconds))
    assert story.command(do.Whisper).file == as_file_string(heard)


def from_the_menu(language: Language, *asked: MenuTarget, written: str = WRITTEN) -> str:
    """What the agent hears of a caller who heard this language and was asked for a choice at these menus."""
    story = QueueStory(written=written, caller=POLE).enter()
    step = replace(story.waiting.step, path=replace(story.waiting.step.path, asked=asked))
    story.call = replace(story.call, language=language, state=replace(story.waiting, step=step))
    story.offer("anna").answer(story.legs("anna")[0]).accept()
    return story.command(do.Whisper).file


def test_the_agent_hears_from_which_menu_the_caller_comes_where_the_tenant_speaks_several_languages() -> None:
    assert "queue/en/from-menu-ru.wav" in from_the_menu("ru", MenuTarget("main"))
    assert "from-menu" not in from_the_menu("ru")
    assert "from-menu" not in from_the_menu("en", MenuTarget("main"), written=tenant())


def test_a_callback_has_the_language_and_choices_of_the_call_that_asked_for_it() -> None:
    asked = pressed(BILLING).enter()
    step = replace(asked.waiting.step, path=replace(asked.waiting.step.path, asked=(MenuTarget("main"),)))
    asked.call = asked.call.to(replace(asked.waiting, step=step))
    context = asked.then(KeyPressed("1")).command(do.KeepCallback).context
    assert context == CallerContext("ru", CallerDemand({}, 3, "billing"), "menu:main")

    story = CallbackStory(written=WRITTEN, context=caller_context.read("acme", caller_context.written(context)))
    story.agent_there()
    heard = ("queue/en/calling-back.wav", "billing.wav", "queue/en/from-menu-ru.wav")
    assert story.command(do.Whisper).file == as_file_string(heard)
    record = fold(story.call.trail)
    assert (record.priority, record.label, record.language) == (3, "billing", "ru")


@pytest.mark.parametrize("kept", ["", "{", '{"$":"CallerContext/9"}', '{"$":"CallerDemand"}'])
def test_a_context_that_is_not_known_or_unreadable_is_none(kept: str) -> None:
    assert caller_context.read("acme", kept) == NO_CONTEXT


def test_the_record_says_what_was_asked_for() -> None:
    story = pressed(BILLING, CallerChoice(skills={"russian": 1, "german": 2}))
    record = fold(story.call.trail)
    assert (record.demand, record.priority, record.label, record.language) == (
        "german>=2,russian>=1",
        3,
        "billing",
        "ru",
    )
    silent = fold(pressed().call.trail)
    assert (silent.demand, silent.priority, silent.label, silent.language) == ("", 0, "", "")
