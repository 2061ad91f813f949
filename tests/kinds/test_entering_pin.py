"""A number that is dialled with the extension's PIN only: it is asked for by phone."""

from __future__ import annotations

import pytest

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import PinChecked
from callcontrol.control.events import AppEnded, KeyPressed, Rearrived, TimerFired
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.routing.explain import explain
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.pin import PinVerdict
from callcontrol.vocabulary.trail import Passed
from tests.control.story import Story
from tests.routing.world import TENANT, facts

PHONE = Caller("101", "Jan", extension="101")
RIGHTS = TENANT + "outgoing: {rights: [{classes: [mobile], pin: yes}]}\n"


def asked() -> Story:
    return Story(facts("600700800", tenant=RIGHTS, caller=PHONE)).begin()


def enter(story: Story, pin: str) -> Story:
    for key in pin:
        story.then(KeyPressed(key))
    return story


def test_the_right_pin_dials_the_number_and_the_extension_pays() -> None:
    story = asked()
    question = story.command(do.Play)
    assert (story.has(do.Answer), question.file) == (True, "mailbox/en/enter-pin.wav")
    enter(story.then(AppEnded(question.app_id)), "4711#")
    check = story.command(in_box.CheckPin)
    assert (check.box, check.pin) == ("101", "4711")
    story.then(PinChecked("101", PinVerdict.RIGHT))
    ((_, leg),) = story.command(do.Bridge).legs
    assert (leg.to, leg.payer) == ("number:+48600700800", "extension:101")
    assert "4711" not in encode(story.call).decode()


def test_without_the_last_key_it_counts_after_a_while() -> None:
    assert enter(asked(), "4711").then(TimerFired("key")).command(in_box.CheckPin).pin == "4711"


def test_a_wrong_pin_is_asked_for_again_three_times_at_most() -> None:
    story = asked()
    for _ in range(2):
        enter(story, "1#").then(PinChecked("101", PinVerdict.WRONG))
        assert story.command(do.Play).file.endswith("wrong-pin.wav!mailbox/en/enter-pin.wav")
    enter(story, "1#").then(PinChecked("101", PinVerdict.WRONG))
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.command(do.HangUp).cause == "CALL_REJECTED"
    assert story.entries(Passed)[-1].why == "the PIN was wrong"


@pytest.mark.parametrize(("verdict", "said"), [(PinVerdict.LOCKED, "locked"), (PinVerdict.UNKNOWN, "failed")])
def test_a_locked_pin_and_one_that_cannot_be_compared_end_the_call_in_words(verdict: PinVerdict, said: str) -> None:
    story = enter(asked(), "4711#").then(PinChecked("101", verdict))
    assert story.command(do.Play).file == f"mailbox/en/{said}.wav"
    assert not story.has(do.Bridge)


def test_nothing_pressed_ends_the_call() -> None:
    story = asked()
    story.then(AppEnded(story.command(do.Play).app_id)).then(TimerFired("key"))
    assert story.entries(Passed)[-1].why == "no PIN was entered"


def test_a_worker_that_takes_the_call_over_asks_once_more() -> None:
    story = enter(asked(), "47")
    story.call = decode(encode(story.call))
    story.then(Rearrived("600700800"))
    assert story.command(do.Play).file == "mailbox/en/enter-pin.wav"
    assert enter(story, "4711#").command(in_box.CheckPin).pin == "4711"


def test_explain_says_what_follows() -> None:
    lines = explain(facts("600700800", tenant=RIGHTS, caller=PHONE))
    assert lines[0] == "-> number:+48600700800 (number dialled)"
    assert lines[1] == "ask for the extension's PIN, then dial number:+48600700800"
    assert any("number:+48600700800 through a" in line for line in lines)


def test_without_a_box_there_is_no_pin_and_it_is_refused_in_words() -> None:
    story = Story(facts("600700800", tenant=RIGHTS, caller=Caller("102", extension="102"))).begin()
    assert story.command(do.Play).file == "outgoing/en/pin-needed.wav"
