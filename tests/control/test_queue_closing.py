"""The opening hours of a queue end while callers wait in it."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import FactsFound, HoursOver, OriginateFailed, QueueEntered, QueueRefused, TimerFired
from callcontrol.control.playing import Announcing
from callcontrol.kinds.targets.queue.waiting_room import POLL_TIMER
from callcontrol.vocabulary.queue import Entered, Leaving, Place, Refusal
from callcontrol.vocabulary.trail import LeftQueue, Noted, Routed
from tests.control.queue_story import QueueStory
from tests.routing.queue_world import HELP, QUEUES, tenant

WHY = "closed (the week) until Mon 2026-11-30 08:00"
HOURS = "hours:\n  office: {week: {mon-sun: '00:00-24:00'}}\n"


def closing(how: str, more: str = "", announce: str = "") -> QueueStory:
    """A caller in a queue whose `at_closing` setting is `how`."""
    help_ = QUEUES["help"].replace("hint: keys.wav", f"hint: keys.wav{announce}")
    help_ = help_.replace("after: 300", f"after: 300{more}")
    written = tenant(help=f"{help_}    hours: office\n    at_closing: {how}\n") + HOURS
    return QueueStory(HELP, written=written).enter()


def ends(story: QueueStory) -> QueueStory:
    return story.then(HoursOver(WHY))


def noted(story: QueueStory) -> list[str]:
    return [entry.what for entry in story.entries(Noted)]


def test_with_serve_out_the_caller_waits_on_and_the_trail_says_so_once() -> None:
    story = ends(closing("serve_out"))
    assert (story.commands, noted(story)) == ((), [f"queue help closed: {WHY}; the caller waits on"])
    assert (ends(story).commands, len(noted(story))) == ((), 1)
    assert story.offer("anna").has(do.Originate)


def test_with_tell_the_caller_hears_an_announcement_once_and_is_served() -> None:
    story = ends(closing("tell", announce=", closing: closes.wav"))
    assert story.command(do.StopPlaying).all
    assert [play.file for play in story.every(do.Play)] == ["closes.wav", "music/calm.wav"]
    assert ends(story).commands == ()
    assert story.offer("anna").has(do.Originate)


def test_with_overflow_the_caller_goes_to_the_target_for_closing() -> None:
    story = ends(closing("overflow", more=", closed: announcement:closed"))
    assert [(left.how, left.detail) for left in story.entries(LeftQueue)] == [(Leaving.CLOSED, "announcement:closed")]
    assert story.command(do.LeaveQueue).how is Leaving.CLOSED
    assert story.command(do.StopPlaying).all
    assert noted(story) == [f"queue help closed: {WHY}"]
    assert story.then(FactsFound()).state() is Announcing
    assert story.entries(Routed)[-1].why == "queue:help: the opening hours ended"


def test_without_a_target_for_closing_the_caller_goes_to_otherwise() -> None:
    story = ends(closing("overflow"))
    assert [left.detail for left in story.entries(LeftQueue)] == ["announcement:closed"]


def test_an_agent_whose_phone_rings_at_that_moment_may_still_answer() -> None:
    story = ends(closing("overflow").offer("anna"))
    assert (story.commands, story.entries(LeftQueue)) == ((), [])
    ends(story)
    assert story.entries(LeftQueue) == []
    story.answer(story.legs("anna")[0]).accept()
    assert ends(story).entries(LeftQueue) == []


def test_no_further_agent_is_rung_for_a_caller_who_is_to_be_sent_on() -> None:
    story = ends(closing("overflow").offer("anna"))
    story.then(OriginateFailed(story.legs("anna"), "NO_ANSWER"))
    ends(story.offer("bert"))
    assert [left.how for left in story.entries(LeftQueue)] == [Leaving.CLOSED]
    assert {kill.leg_id for kill in story.every(do.KillLeg)} == set(story.legs("bert"))


def test_a_caller_who_is_not_let_in_yet_hears_no_announcement() -> None:
    story = QueueStory().begin()
    before = story.call
    assert ends(story).call == before


# --- a queue that the live state does not know any more


def refused_for(story: QueueStory, seconds: int) -> QueueStory:
    """The caller's place was lost, and the queue refuses the caller for that long."""
    for _ in range(0, seconds, 20):
        story.then(QueueRefused(story.waiting.ticket, Refusal.NO_AGENT), 20)
    return story


def test_a_caller_without_a_place_for_long_since_another_host_has_no_such_queue_goes_to_the_last_resort() -> None:
    story = refused_for(QueueStory().enter(), 80)
    assert story.entries(LeftQueue) == []
    refused_for(story, 40)
    assert [left.how for left in story.entries(LeftQueue)] == [Leaving.FAILED]
    assert story.then(FactsFound()).command(do.HangUp).cause == "USER_BUSY"


def test_a_place_that_is_found_again_ends_the_count() -> None:
    story = refused_for(QueueStory().enter(), 80)
    story.then(QueueEntered(story.waiting.ticket, Entered(Place(1, 1, 1, 0), story.waiting.joined)))
    refused_for(story, 80)
    assert story.entries(LeftQueue) == []


@pytest.mark.parametrize("why", [Refusal.AWAY])
def test_a_redis_that_is_away_says_nothing(why: Refusal) -> None:
    story = QueueStory().enter()
    for _ in range(20):
        story.then(QueueRefused(story.waiting.ticket, why), 20).then(TimerFired(POLL_TIMER), 0)
    assert story.entries(LeftQueue) == []
