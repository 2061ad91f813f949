"""The language of a call: chosen at arrival or by key, heard everywhere, kept as long as the call lasts."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control.events import (
    AppEnded,
    CallbackAnswered,
    CallConnectionLost,
    FactsFound,
    KeyPressed,
    PlaceKnown,
    Rearrived,
    TimerFired,
)
from callcontrol.control.languages import chosen_by_key
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.routing.speech import Phrase, as_file_string, phrase, position, waited
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.queue import Entered, Kept, Place
from callcontrol.vocabulary.trail import LanguageChosen
from tests.control.queue_story import QueueStory
from tests.routing.queue_world import RUSH, changed
from tests.routing.test_language import LANGUAGE_BLOCK, POLE, SPOKEN

SILENT = Caller("+4930123456")


def in_queue(caller: Caller = POLE, written: str = SPOKEN) -> QueueStory:
    return greeted(QueueStory(written=written, caller=caller))


def greeted(story: QueueStory) -> QueueStory:
    """The caller has entered the queue, and the greeting is over."""
    story.enter()
    return story.then(AppEnded(story.waiting.saying))


def says(story: QueueStory, n: int = 2) -> str:
    """What is said of the caller's place."""
    story.then(TimerFired("position"))
    place = Place(n, n, 3, 0)
    story.then(PlaceKnown(story.waiting.ticket, Entered(place, story.waiting.joined)))
    return story.every(do.Play)[0].file


def place_in(language: Language, n: int = 2) -> str:
    return as_file_string((*position(language, n), "keys.wav"))


def test_the_language_of_the_callers_country_holds_in_the_queue() -> None:
    story = in_queue()
    (chosen,) = story.entries(LanguageChosen)
    assert (story.call.language, chosen.language, chosen.why) == ("pl", "pl", "language_for 3")
    assert says(story) == place_in("pl")


def test_where_none_is_chosen_the_tenants_own_counts() -> None:
    story = in_queue(SILENT)
    assert (story.call.language, story.entries(LanguageChosen)) == (None, [])
    assert says(story) == place_in("en")
    story = in_queue(SILENT, SPOKEN.replace("language: en", "language: ru"))
    assert says(story) == place_in("ru")


def test_what_was_chosen_in_an_earlier_call_goes_first() -> None:
    story = QueueStory(written=SPOKEN, caller=POLE)
    story.facts = replace(story.facts, remembered="ru")
    assert says(greeted(story)) == place_in("ru")


def test_a_queues_own_language_stays() -> None:
    assert says(in_queue(written=changed("help", "wrap_up: 10", "language: ru") + LANGUAGE_BLOCK)) == place_in("ru")


def test_the_promise_of_a_callback_is_in_the_callers_language() -> None:
    story = in_queue().then(KeyPressed("1"))
    story.then(CallbackAnswered(story.waiting.ticket, Kept.KEPT))
    assert story.every(do.Play)[0].file == as_file_string(phrase("pl", Phrase.CALLBACK_PROMISED))


def test_the_agent_is_spoken_to_in_the_tenants_language() -> None:
    story = QueueStory(written=SPOKEN, caller=POLE).reach("whispering")
    seconds = (story.facts.now - story.waiting.joined) // 1_000_000
    assert story.command(do.Whisper).file == as_file_string(("help.wav", *waited("en", seconds)))


def test_the_language_survives_the_worker() -> None:
    story = in_queue()
    story.call = decode(encode(story.call))
    story.then(CallConnectionLost("worker w1 died")).then(Rearrived(story.call.dialled))
    assert says(story) == place_in("pl")


def test_it_holds_in_the_next_queue_and_after_a_transfer() -> None:
    story = in_queue().then(KeyPressed("2")).then(FactsFound())
    assert (story.waiting.step.queue, story.call.language) == ("rush", "pl")
    story.then(Rearrived(RUSH, transfer=True))
    story.facts = replace(story.facts, dialled=RUSH, transferred=True, caller=SILENT)
    story.then(FactsFound())
    assert (story.waiting.step.queue, story.call.language) == ("rush", "pl")
    assert len(story.entries(LanguageChosen)) == 1


def test_a_key_chooses_and_is_remembered() -> None:
    story = in_queue()
    call, facts, commands = chosen_by_key(story.call, "ru", "key 3 of menu:main", story.facts)
    assert (call.language, facts.language) == ("ru", "ru")
    assert call.trail[-1] == LanguageChosen(facts.now, "ru", "key 3 of menu:main")
    assert commands == (do.RememberLanguage(POLE.number, "ru", 30),)
    again, facts, commands = chosen_by_key(call, "ru", "key 3 of menu:main", facts)
    assert again is call
    assert commands == (do.RememberLanguage(POLE.number, "ru", 30),)


def test_no_language_is_remembered_without_a_number_or_where_the_tenant_has_it_off() -> None:
    forgetful = SPOKEN.replace("remember_language: 30", "")
    for story in (in_queue(replace(POLE, anonymous=True)), in_queue(written=forgetful)):
        call, _, commands = chosen_by_key(story.call, "ru", "key 3 of menu:main", story.facts)
        assert (call.language, commands) == ("ru", ())
