"""From outside a box opens to its owner's own numbers only, by a key in its greeting."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded
from callcontrol.kinds.targets.voicemail import TakingMessage
from callcontrol.kinds.targets.voicemail.by_phone.visit import InBox
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import Box
from callcontrol.vocabulary.media import MediaState
from tests.kinds.by_phone.story import PIN, BoxStory, known, message
from tests.routing.world import DID


def calling(caller: Caller, key: str = "*") -> BoxStory:
    """This caller hears the greeting of the box of 101, and presses a key."""
    heard: Facts = replace(known(DID["voicemail"]), caller=caller)
    story = BoxStory(heard, {"101": Box((message(1),))})
    story.begin()
    assert story.state() is TakingMessage
    story.heard = []
    story.press(key)
    return story


def test_the_owner_is_asked_for_the_pin() -> None:
    story = calling(Caller("+48600100200"))
    assert story.hears() == ["Enter your PIN, then hash"]
    assert story.media[-1].state is MediaState.LOST
    assert story.media[-1].cause == "number:+48600100200 listens to the box instead"
    assert story.hears(f"{PIN}#")[0] == "You have one new message"


def test_nothing_is_called_back_from_there() -> None:
    story = calling(Caller("+48600100200"))
    assert "Call back" not in story.hears(f"{PIN}#1")[-1]
    assert story.hears("5")[0] == "This choice is not available"
    assert not [one for one in story.done if isinstance(one, do.FindFacts)]


@pytest.mark.parametrize(
    "caller",
    [
        Caller("+48600100201"),
        Caller("+48600100200", anonymous=True),
        Caller(""),
        Caller("102", extension="102"),
        Caller("+48600100200", extension="102"),
    ],
)
def test_a_stranger_stays_in_the_greeting(caller: Caller) -> None:
    assert calling(caller).state() is TakingMessage


def test_a_box_that_names_no_numbers_opens_to_nobody() -> None:
    heard = replace(known("*98"), dialled=DID["voicemail"], caller=Caller("+48600100200"))
    boxes = {"101": heard.tenant.voicemail["101"].model_copy(update={"from_outside": ()})}  # type: ignore[attr-defined]
    tenant = heard.tenant.model_copy(update={"voicemail": boxes})
    settings = heard.settings.model_copy(update={"tenants": {"acme": tenant}})
    story = BoxStory(replace(heard, settings=settings))
    story.begin().press("*")
    assert story.state() is not InBox


def test_while_a_message_is_spoken_it_is_no_key_of_the_owner() -> None:
    story = calling(Caller("+48600100200"), "5")
    state = story.call.state
    assert isinstance(state, TakingMessage)
    story.then(AppEnded(state.beep_id or state.greeting_id))
    assert story.press("*").state() is TakingMessage


def test_any_other_key_means_nothing() -> None:
    assert calling(Caller("+48600100200"), "5").state() is TakingMessage
