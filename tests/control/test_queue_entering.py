"""A caller is let into a queue, or refused."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Ending
from callcontrol.control.events import CallerHungUp, OfferMade, QueueEntered, QueueRefused, TimerFired
from callcontrol.control.playing import Announcing
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Entered, Leaving, Place, Refusal
from callcontrol.vocabulary.trail import LeftQueue, Passed, Queued, StepEnded
from tests.control.queue_story import QueueStory
from tests.control.story import SECOND
from tests.routing.queue_world import QUEUES, RUSH, tenant
from tests.routing.world import NOW

DEMANDING = """
    demands: [{caller: "+48", skills: {german: 5}, relax: [{after: 30}]}]
    priorities: [{caller: "+48600", priority: 7}]
"""


def demanding() -> str:
    written = tenant(help=QUEUES["help"] + DEMANDING.removeprefix("\n"))
    return written.replace("anna: {extension: '101'}", "anna: {extension: '101', skills: {german: 6}}")


def test_a_place_is_asked_for_before_anything_is_heard_or_answered() -> None:
    story = QueueStory(written=demanding()).begin()
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.id, ticket.queue, ticket.number, ticket.worker) == ("call-1/1", "help", "+48600700800", "w1")
    assert (ticket.joined, ticket.again, ticket.priority) == (story.facts.now, False, 7)
    assert [(s.after_ms, s.demand) for s in ticket.stages] == [(0, "german>=5"), (30_000, "")]
    assert not story.has(do.Answer)
    assert not story.has(do.Play)
    assert story.entries(Queued) == []


def test_a_caller_who_shows_no_number_gives_none() -> None:
    story = QueueStory(caller=Caller("+48600700800", anonymous=True)).begin()
    assert story.command(do.JoinQueue).ticket.number == ""


def test_a_caller_who_is_let_in_is_answered_greeted_and_hears_music() -> None:
    story = QueueStory().enter(position=4)
    assert story.has(do.Answer)
    greeting, music = story.every(do.Play)
    assert (greeting.file, music.file) == ("hello.wav", "music/calm.wav")
    assert (story.waiting.saying, story.waiting.music) == (greeting.app_id, music.app_id)
    assert story.timers == {"position": 10, "wait": 10, "overflow": 300}
    assert story.is_polled
    (queued,) = story.entries(Queued)
    assert (queued.queue, queued.ticket, queued.position, queued.took_up) == ("help", "call-1/1", 4, "")


def test_a_queue_without_words_plays_its_music_only() -> None:
    story = QueueStory(RUSH).enter()
    assert [play.file for play in story.every(do.Play)] == ["local_stream://default"]
    assert story.timers == {}
    assert story.is_polled


def test_a_place_taken_up_counts_from_when_it_was_first_taken() -> None:
    story = QueueStory().enter(waited_s=100, took_up="came_back")
    (queued,) = story.entries(Queued)
    assert (queued.took_up, queued.at - queued.joined) == ("came_back", 101 * SECOND)
    assert story.waiting.joined == queued.joined
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert [e.wait_ms for e in story.entries(LeftQueue)] == [102_000]


@pytest.mark.parametrize(
    ("why", "reason", "cause"),
    [
        (Refusal.NO_AGENT, "no agent is active", "SUBSCRIBER_ABSENT"),
        (Refusal.AWAY, "the live state cannot be reached", "SUBSCRIBER_ABSENT"),
        (Refusal.FULL, "the queue is full", "USER_BUSY"),
        (Refusal.TOO_LONG, "the expected wait is too long", "USER_BUSY"),
    ],
)
def test_a_refused_caller_without_another_target_hears_the_reason(why: Refusal, reason: str, cause: str) -> None:
    story = QueueStory(RUSH).begin()
    story.then(QueueRefused(story.waiting.ticket, why))
    assert story.command(do.HangUp).cause == cause
    assert [e.why for e in story.entries(Passed)] == [reason]
    assert story.entries(LeftQueue) == []
    assert not story.has(do.Answer)
    assert "poll" in [c.name for c in story.every(do.StopTimer)]


@pytest.mark.parametrize("why", [Refusal.NO_AGENT, Refusal.AWAY, Refusal.TOO_LONG])
def test_a_refused_caller_goes_on_to_otherwise(why: Refusal) -> None:
    story = QueueStory().begin()
    story.then(QueueRefused(story.waiting.ticket, why))
    assert story.state() is Announcing
    assert story.command(do.Play).file == "closed.wav"


def test_a_full_queue_may_have_a_target_of_its_own() -> None:
    story = QueueStory().begin()
    story.then(QueueRefused(story.waiting.ticket, Refusal.FULL))
    assert story.command(do.HangUp).cause == "USER_BUSY"
    assert story.entries(StepEnded)[-1].outcome is Outcome.BUSY


def test_a_caller_who_hangs_up_before_redis_answers_is_removed_and_was_never_in() -> None:
    story = QueueStory().begin().then(CallerHungUp("ORIGINATOR_CANCEL"))
    assert story.command(do.LeaveQueue) == do.LeaveQueue("call-1/1", Leaving.ABANDONED)
    assert story.entries(LeftQueue) == []
    assert story.state() is Ending
    late = QueueEntered("call-1/1", Entered(Place(1, 1, 1, 0), NOW))
    assert story.then(late).commands == ()


def test_an_answer_that_never_comes_is_asked_for_again_without_taking_a_second_place() -> None:
    story = QueueStory().begin()
    first = story.command(do.JoinQueue)
    assert story.is_polled
    story.then(TimerFired("poll"), after_s=20)
    assert story.command(do.JoinQueue) == first
    assert story.is_polled


def test_an_answer_for_another_ticket_means_nothing() -> None:
    story = QueueStory().begin()
    before = story.call
    assert story.then(QueueRefused("call-1/7", Refusal.FULL)).call == before
    assert story.then(QueueEntered("call-1/7", Entered(Place(1, 1, 1, 0), NOW))).call == before


def test_an_offer_that_arrives_before_the_answer_lets_the_caller_in() -> None:
    """Another worker freed the agent, so the offer arrives by another connection than the answer."""
    story = QueueStory().begin()
    offer = story.offered("anna")
    story.then(OfferMade(offer))
    assert story.has(do.Answer)
    assert story.has(do.Originate)
    assert not story.has(do.PassOffer)
    known = story.call
    story.then(QueueEntered("call-1/1", Entered(Place(1, 1, 1, 0), offer.joined)))
    assert (story.call, story.commands) == (known, ())
    assert len(story.entries(Queued)) == 1
