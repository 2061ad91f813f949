"""Keys a waiting caller presses."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Deciding, Ending
from callcontrol.control.events import (
    AppEnded,
    CallbackAnswered,
    CallConnectionLost,
    CallerHungUp,
    FactsFound,
    KeyPressed,
    OfferVoid,
    PlaceKnown,
    QueueEntered,
    Rearrived,
)
from callcontrol.control.playing import Announcing
from callcontrol.kinds.targets.queue.keys import HANG_UP_S
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.kinds.targets.voicemail import TakingMessage
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Entered, Kept, Leaving, Place
from callcontrol.vocabulary.trail import LeftQueue, Noted, OfferEnded, Pressed, Routed, StepEnded
from tests.control.queue_story import QueueStory
from tests.control.story import SECOND
from tests.routing.queue_world import QUEUES, RUSH, changed, tenant
from tests.routing.world import NOW

HOUR = 3_600 * SECOND


def test_a_key_leads_to_its_target_whose_rules_are_looked_up_first() -> None:
    story = QueueStory().enter().then(KeyPressed("0"))
    assert story.command(do.LeaveQueue) == do.LeaveQueue("call-1/1", Leaving.KEY)
    assert story.command(do.StopPlaying).all
    assert story.command(do.LookUp).target.name == "101"
    assert story.state() is Deciding
    assert [(e.how, e.detail) for e in story.entries(LeftQueue)] == [(Leaving.KEY, "voicemail:101")]
    assert {c.name for c in story.every(do.StopTimer)} >= {"position", "wait", "poll", "music", "overflow"}
    story.then(FactsFound())
    assert story.state() is TakingMessage
    assert story.entries(Routed)[-1].why == "queue:help: pressed a key"
    assert story.entries(StepEnded)[-1].outcome is Outcome.OVERFLOW


def test_a_key_to_another_queue_makes_a_new_ticket_there() -> None:
    story = QueueStory().enter(waited_s=60).then(KeyPressed("2")).then(FactsFound())
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.queue, ticket.id, ticket.joined) == ("rush", "call-1/2", story.facts.now)


def test_a_key_that_means_nothing_is_only_noted() -> None:
    story = QueueStory().enter()
    before = story.waiting
    story.then(KeyPressed("7"))
    assert (story.waiting, story.commands) == (before, ())
    assert [e.key for e in story.entries(Pressed)] == ["7"]


def test_a_key_before_there_is_a_place_counts_when_there_is_one() -> None:
    story = QueueStory().begin().then(KeyPressed("0"))
    assert (story.state(), story.commands, story.call.pressed) == (Waiting, (), "0")
    story.then(QueueEntered(story.waiting.ticket, Entered(Place(1, 1, 1, 0), story.waiting.joined)))
    assert [one.how for one in story.entries(LeftQueue)] == [Leaving.KEY]


def test_a_key_while_phones_ring_lets_the_agents_go() -> None:
    story = QueueStory().reach("ringing").then(KeyPressed("0"))
    assert story.has(do.LeaveQueue)
    assert [c.leg_id for c in story.every(do.KillLeg)] == list(story.legs("anna"))
    assert [e.how for e in story.entries(OfferEnded)] == [OfferEnd.CALLER_GONE]


@pytest.mark.parametrize("key", ["0", "1"])
@pytest.mark.parametrize("stage", ["accepting", "whispering", "joining", "talking"])
def test_keys_do_nothing_after_the_agents_answer(stage: str, key: str) -> None:
    story = QueueStory().reach(stage)
    before = story.call
    story.then(KeyPressed(key))
    assert (story.call, story.commands) == (before, ())


def test_keys_work_again_when_the_answer_came_too_late() -> None:
    story = QueueStory().reach("accepting")
    story.then(OfferVoid(story.under.offer.id, "anna")).then(KeyPressed("0"))
    assert story.state() is Deciding


# --- "call me back"


def test_a_caller_who_asks_for_a_callback_hears_so_is_hung_up_and_keeps_the_ticket() -> None:
    story = QueueStory().enter().then(KeyPressed("1"))
    (kept,) = story.commands
    assert isinstance(kept, do.KeepCallback)
    assert (kept.ticket, kept.number) == ("call-1/1", "+48600700800")
    assert kept.not_before == story.facts.now + HANG_UP_S * SECOND  # the caller is still on the line
    assert kept.expires == kept.not_before + 4 * HOUR
    assert story.state() is Waiting  # nothing is promised yet
    story.then(CallbackAnswered("call-1/1", Kept.KEPT))
    assert not story.has(do.LeaveQueue)
    assert story.state() is Announcing
    assert story.command(do.Play).file == "queue/en/callback-promised.wav"
    assert story.command(do.StopPlaying).all
    assert [(e.how, e.detail) for e in story.entries(LeftQueue)] == [(Leaving.CALLBACK, "+48600700800")]
    assert story.entries(StepEnded)[-1].outcome is Outcome.CALLBACK
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"


def test_the_queues_own_words_for_it() -> None:
    spoken = changed("help", "retries: 2", "confirmed: promised.wav, retries: 2")
    story = QueueStory(written=spoken).enter().then(KeyPressed("1"))
    story.then(CallbackAnswered("call-1/1", Kept.KEPT))
    assert story.command(do.Play).file == "promised.wav"


def test_a_caller_who_hangs_up_during_the_promise_is_called_back_all_the_same() -> None:
    story = QueueStory().enter().then(KeyPressed("1")).then(CallbackAnswered("call-1/1", Kept.KEPT))
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert story.state() is Ending
    assert not story.has(do.LeaveQueue)


def test_an_offer_under_way_is_called_off_with_it() -> None:
    """Redis frees the agents of the offer by itself, because the ticket has become a callback."""
    story = QueueStory().reach("ringing").then(KeyPressed("1"))
    assert story.has(do.KeepCallback)
    story.then(CallbackAnswered("call-1/1", Kept.KEPT))
    assert [c.leg_id for c in story.every(do.KillLeg)] == list(story.legs("anna"))
    assert not story.has(do.PassOffer)


def test_no_callback_is_made_before_the_queue_opens_and_its_time_limit_counts_from_then() -> None:
    """Five in the morning; it opens at eight and gives up after an hour."""
    hours = QUEUES["rush"].replace("every: 300", "every: 300, expires: 3600") + "    keys: {1: callback}\n"
    story = QueueStory(RUSH, written=tenant(rush=hours)).enter().then(KeyPressed("1"))
    kept = story.command(do.KeepCallback)
    assert kept.not_before == story.call.arrived + 3 * HOUR
    assert kept.expires == kept.not_before + HOUR


def test_an_hour_that_closing_cuts_short_goes_on_at_the_next_opening() -> None:
    """Ten past four in the afternoon; it closes at five and opens at eight."""
    hours = QUEUES["rush"].replace("every: 300", "every: 300, expires: 3600") + "    keys: {1: callback}\n"
    now = Instant(NOW + 11 * HOUR + 10 * 60 * SECOND)
    story = QueueStory(RUSH, written=tenant(rush=hours), now=now).enter().then(KeyPressed("1"))
    kept = story.command(do.KeepCallback)
    assert kept.expires - kept.not_before == 16 * HOUR
    ((closes, opens),) = kept.closed
    assert (closes - NOW, opens - closes) == (12 * HOUR, 15 * HOUR)


def test_a_caller_whose_number_has_a_callback_already_hears_that() -> None:
    story = QueueStory().enter().then(KeyPressed("1")).then(CallbackAnswered("call-1/1", Kept.NOTED))
    assert story.command(do.StopPlaying).all
    noted = story.command(do.Play)
    assert noted.file == "queue/en/callback-noted.wav"
    assert [e.what for e in story.entries(Noted)] == ["a callback to this number was noted already"]
    assert story.then(CallbackAnswered("call-1/1", Kept.KEPT)).commands == ()  # asked twice
    assert story.then(AppEnded(noted.app_id)).command(do.HangUp).cause == "NORMAL_CLEARING"


def test_a_caller_who_took_up_the_place_of_a_callback_hears_that_it_is_noted_already() -> None:
    story = QueueStory().enter(took_up="callback").then(KeyPressed("1"))
    story.then(CallbackAnswered("call-1/1", Kept.KEPT))
    assert story.command(do.Play).file == "queue/en/callback-noted.wav"


def test_a_caller_whose_number_had_a_callback_lately_hears_that_it_is_not_possible_and_waits_on() -> None:
    story = QueueStory().reach("ringing")
    rung = story.under
    story.then(KeyPressed("1")).then(CallbackAnswered("call-1/1", Kept.REFUSED))
    assert hears_that_it_is_not_possible(story)
    assert (story.under, story.has(do.KillLeg), story.entries(LeftQueue)) == (rung, False, [])
    why = "no callback: +48600700800 was promised one in the last 3600 s (again_after), or 5 within a day (per_day)"
    assert [e.what for e in story.entries(Noted)] == [why]
    story.then(AppEnded(story.waiting.saying))
    assert story.state() is Waiting


def test_the_queues_own_words_for_that() -> None:
    spoken = changed("help", "retries: 2", "refused: sorry.wav, retries: 2")
    story = QueueStory(written=spoken).enter().then(KeyPressed("1"))
    story.then(CallbackAnswered("call-1/1", Kept.REFUSED))
    assert story.every(do.Play)[0].file == "sorry.wav"


def test_a_caller_whose_place_is_lost_at_the_request_waits_on_and_joins_again() -> None:
    story = QueueStory().enter().then(KeyPressed("1")).then(CallbackAnswered("call-1/1", Kept.GONE))
    assert (story.state(), story.commands) == (Waiting, ())
    assert story.then(PlaceKnown("call-1/1", None)).command(do.JoinQueue).ticket.id == "call-1/2"
    assert story.then(CallbackAnswered("call-1/1", Kept.KEPT)).commands == ()  # for a ticket that no longer exists


def test_an_agent_who_has_the_caller_keeps_the_caller_whatever_the_answer_to_the_request() -> None:
    story = QueueStory().reach("ringing").then(KeyPressed("1"))
    story.answer(story.legs("anna")[0]).accept()
    story.then(CallbackAnswered("call-1/1", Kept.GONE))
    assert (story.under.stage, story.commands) == ("whispering", ())


def test_the_request_is_repeated_if_the_worker_died_before_the_answer() -> None:
    story = QueueStory().enter().then(KeyPressed("1"))
    story.then(CallConnectionLost("gone")).then(Rearrived(story.call.dialled))
    assert story.command(do.KeepCallback).ticket == "call-1/1"
    story.then(CallbackAnswered("call-1/1", Kept.KEPT))
    assert story.state() is Announcing


def hears_that_it_is_not_possible(story: QueueStory) -> bool:
    """The music is stopped for the announcement and goes on after it."""
    stop, words, music = story.commands
    assert stop == do.StopPlaying(all=True)
    assert isinstance(words, do.Play)
    assert isinstance(music, do.Play)
    assert (story.waiting.saying, story.waiting.music) == (words.app_id, music.app_id)
    return words.file == "queue/en/callback-refused.wav"


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"caller": Caller("+48600700800", anonymous=True)}, "the caller shows no number"),
        ({"caller": Caller("101", extension="101")}, "the caller shows no number"),
        ({"caller": Caller("")}, "the caller shows no number"),
        ({"caller": Caller("+48701200300")}, "blocked by prefix 48701"),
        ({"caller": Caller("+18765550123")}, "+18765550123 is abroad, the queue calls back national numbers only"),
        ({"caller": Caller("+48801123456")}, "+48801123456 is special, the queue calls back national numbers only"),
        ({"unpriced": ("+48600",)}, "no price in list retail"),
    ],
)
def test_a_caller_who_cannot_be_called_back_hears_so_and_waits_on(known: dict[str, object], why: str) -> None:
    if isinstance(caller := known.get("caller"), Caller) and caller.extension:
        known = {**known, "dialled": "+48221234510"}
    story = QueueStory(**known).enter()  # type: ignore[arg-type]  # kwargs of a test
    story.then(KeyPressed("1"))
    assert hears_that_it_is_not_possible(story)
    assert [e.what for e in story.entries(Noted)] == [f"no callback: {why}"]
