"""From an agent's answer to the end of the conversation: either party hangs up in every stage; late events."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    CallConnectionLost,
    CallerHungUp,
    Event,
    JoinFailed,
    LegAnswered,
    LegBridged,
    LegGone,
    LegHeard,
    OfferAccepted,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    QueueEntered,
    Rearrived,
    TimerFired,
)
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.routing.speech import as_file_string, waited
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Entered, Leaving, Place, TalkEnd
from callcontrol.vocabulary.trail import Bridged, LeftQueue, OfferEnded, WrapUpBegan
from tests.control.queue_story import STAGES, QueueStory
from tests.control.story import SECOND
from tests.routing.queue_world import HELP, RUSH, changed

TAKEN = ("whispering", "joining")
TICKET = "call-1/1"


def ends(story: QueueStory) -> list[tuple[str, OfferEnd]]:
    return [(e.agent, e.how) for e in story.entries(OfferEnded)]


def to_the_live_state(story: QueueStory) -> list[Command]:
    """The commands of the last step that go to Redis."""
    kinds = (do.JoinQueue, do.LeaveQueue, do.AcceptOffer, do.PassOffer, do.EndTalk, do.KeepCallback)
    return [c for c in story.commands if isinstance(c, kinds)]


# --- all goes well


def test_redis_is_asked_whether_the_offer_is_still_valid() -> None:
    story = QueueStory().reach("accepting")
    assert story.commands == (do.AcceptOffer(f"{TICKET}:1", "anna"),)


def test_the_agent_hears_the_queue_and_the_callers_wait_while_the_caller_hears_music() -> None:
    story = QueueStory().enter(waited_s=90).offer("anna")
    story.answer(story.legs("anna")[0]).accept()
    told = story.command(do.Whisper)
    assert (told.leg_id, told.hang_up) == (story.under.winner, False)
    assert told.file == as_file_string(("help.wav", *waited("en", 94)))
    assert story.timers == {"offer": 30}
    assert not story.has(do.StopPlaying)


def test_in_the_queues_own_language_and_without_its_name() -> None:
    story = QueueStory(written=changed("help", "whisper_name: help.wav", "language: ru")).reach("whispering")
    assert story.command(do.Whisper).file == as_file_string(waited("ru", 4))


def test_they_are_joined_after_the_agents_whisper() -> None:
    story = QueueStory().reach("joining")
    assert story.command(do.Join) == do.Join("caller-1", story.legs("anna")[0])
    assert story.timers == {"offer": 5}


def test_without_a_whisper_they_are_joined_at_once() -> None:
    story = QueueStory(RUSH).enter().offer("anna")
    story.answer(story.legs("anna")[0]).accept()
    assert story.command(do.Join) == do.Join("caller-1", story.legs("anna")[0])
    assert not story.has(do.Whisper)
    assert story.under.stage == "joining"


def test_a_joined_caller_has_left_the_queue_as_answered() -> None:
    story = QueueStory().reach("talking")
    assert story.state() is Talking
    assert story.commands == (do.StopTimer("offer"),)
    (left,) = story.entries(LeftQueue)
    assert (left.how, left.detail, left.wait_ms) == (Leaving.ANSWERED, "anna", 6_000)
    assert [e.leg_id for e in story.entries(Bridged)] == list(story.legs("anna"))


@pytest.mark.parametrize("told_first", [True, False])
def test_a_caller_who_comes_back_after_the_conversation_is_hung_up(told_first: bool) -> None:
    story = QueueStory().reach("talking")
    if told_first:
        ends_after(story, 600)
        assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 600_000, TalkEnd.TALKED)
    back = Instant(story.entries(Bridged)[0].at + 600_000)
    story.then(Rearrived(story.call.dialled, brought_back=True, at=back))
    assert story.commands == (do.HangUp("NORMAL_CLEARING"),)


def test_a_caller_who_comes_back_to_a_worker_that_only_watches_is_hung_up() -> None:
    story = QueueStory().reach("talking").then(CallConnectionLost("worker w1 died, w2 took over"))
    story.then(Rearrived(story.call.dialled, brought_back=True))
    assert story.commands == (do.HangUp("NORMAL_CLEARING"),)


def ends_after(story: QueueStory, ms: int) -> None:
    """The agent hangs up `ms` milliseconds after both were joined."""
    (leg,) = story.legs("anna")
    joined = story.entries(Bridged)[-1].at if story.entries(Bridged) else story.facts.now
    stamps = Stamps(story.call.arrived, None, Instant(joined - SECOND), Instant(joined + ms * 1_000), joined)
    story.then(LegGone(leg, "NORMAL_CLEARING", stamps, "callee"), after_s=0)


@pytest.mark.parametrize("order", ["leg first", "leg after", "leg before the bridge is told", "nothing is dated"])
def test_a_caller_whose_agent_leaves_at_once_has_the_old_place_again(order: str) -> None:
    """There is one visit of the queue; the agent is free and has no miss."""
    story = QueueStory().reach("joining")
    since = story.waiting.joined
    if order != "leg before the bridge is told":
        story.then(LegBridged(story.under.winner, story.facts.now), after_s=0)
    if order in ("leg first", "leg before the bridge is told"):
        ends_after(story, 20)
        assert (story.state(), story.has(do.EndTalk)) == (Talking, False)
    story.call = decode(encode(story.call))
    back = Instant(story.facts.now + 100_000) if order != "nothing is dated" else None
    story.then(Rearrived(story.call.dialled, brought_back=True, at=back), after_s=0.1)
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 0, TalkEnd.UNJOINED)
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.id, ticket.again, ticket.joined) == ("call-1/2", True, since)
    assert (story.has(do.Play), story.entries(WrapUpBegan)) == (True, [])
    if order == "leg after":
        ends_after(story, 20)
        assert not story.has(do.EndTalk)

    story.then(QueueEntered("call-1/2", Entered(Place(1, 1, 3, 0), story.waiting.joined)))
    story.offer("bert").answer(story.legs("bert")[0]).accept().then(LegHeard(story.under.winner))
    story.then(LegBridged(story.under.winner, story.facts.now))
    story.gone(story.legs("bert")[0], answered_s=20).gone("caller-1", answered_s=40)
    record = fold(story.call.trail)
    (visit,) = record.visits
    assert (record.outcome, visit.how, visit.agent, visit.ticket) == (
        Outcome.ANSWERED,
        Leaving.ANSWERED,
        "bert",
        TICKET,
    )
    assert [(offer.agent, offer.bridged is not None) for offer in visit.offers] == [("anna", True), ("bert", True)]
    assert visit.bridged == visit.offers[1].bridged


@pytest.mark.parametrize("joined_told", [True, False])
def test_a_caller_who_leaves_an_agent_at_once_was_answered(joined_told: bool) -> None:
    """No channel comes back to us, because the caller hung up."""
    story = QueueStory().reach("talking" if joined_told else "joining")
    ends_after(story, 200)
    assert not story.has(do.EndTalk)
    story.gone("caller-1", answered_s=1)
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 200_000, TalkEnd.TALKED)
    assert story.state() is Closed
    (visit,) = fold(story.call.trail).visits
    assert (visit.agent, visit.how) == ("anna", Leaving.ANSWERED)


def test_a_caller_who_came_back_and_gives_up_has_abandoned() -> None:
    story = QueueStory().reach("talking")
    ends_after(story, 20)
    story.then(Rearrived(story.call.dialled, brought_back=True))
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=9)
    record = fold(story.call.trail)
    assert (record.outcome, [visit.how for visit in record.visits]) == (Outcome.ABANDONED, [Leaving.ABANDONED])


def test_a_caller_who_comes_back_before_the_conversation_goes_back_to_the_queue() -> None:
    story = QueueStory().reach("joining")
    story.then(Rearrived(story.call.dialled, brought_back=True))
    assert not story.has(do.HangUp)
    assert story.state() is Waiting


def test_a_conversation_is_reported_to_the_microsecond_and_the_wrap_up_begins() -> None:
    story = QueueStory().reach("talking")
    (leg,) = story.legs("anna")
    joined = story.entries(Bridged)[0].at
    ended = Instant(joined + 12_345_678)
    stamps = Stamps(story.call.arrived, None, Instant(joined - SECOND), ended, joined)
    story.then(LegGone(leg, "NORMAL_CLEARING", stamps, "callee"), after_s=13)
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 12_345_678, TalkEnd.TALKED)
    (wrap_up,) = story.entries(WrapUpBegan)
    assert (wrap_up.agent, wrap_up.until - wrap_up.at) == ("anna", 10 * SECOND)
    story.gone("caller-1", answered_s=18)
    assert story.state() is Closed
    assert not story.has(do.EndTalk)
    record = fold(story.call.trail)
    assert record.outcome is Outcome.ANSWERED
    (visit,) = record.visits
    assert (visit.agent, visit.how, visit.estimated) == ("anna", Leaving.ANSWERED, False)


def test_a_queue_without_a_wrap_up_begins_none() -> None:
    story = QueueStory(RUSH).enter().offer("anna")
    story.answer(story.legs("anna")[0]).accept().then(LegBridged(story.under.winner, story.facts.now))
    story.gone(story.legs("anna")[0], answered_s=1)
    assert story.has(do.EndTalk)
    assert story.entries(WrapUpBegan) == []


def test_a_conversation_of_no_time_counts_as_one_where_the_caller_left() -> None:
    story = QueueStory().reach("talking")
    joined = story.entries(Bridged)[0].at
    story.then(CallerHungUp("NORMAL_CLEARING"))
    story.then(LegGone(story.legs("anna")[0], "NORMAL_CLEARING", Stamps(joined, None, joined, joined, joined)))
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 1, TalkEnd.TALKED)


def test_a_bridge_that_was_not_reported_is_known_from_the_switchs_stamps() -> None:
    """The bridge event was lost; the leg's end has the time of the bridge."""
    story = QueueStory().reach("joining")
    (leg,) = story.legs("anna")
    joined = Instant(story.facts.now + SECOND)
    stamps = Stamps(story.call.arrived, None, Instant(joined - 2 * SECOND), Instant(joined + 30 * SECOND), joined)
    story.then(LegGone(leg, "NORMAL_CLEARING", stamps), after_s=31)
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 30 * SECOND, TalkEnd.TALKED)
    assert story.state() is Talking
    assert [(e.how, e.wait_ms) for e in story.entries(LeftQueue)] == [(Leaving.ANSWERED, 6_000)]


def test_the_end_of_another_phone_is_not_the_agents() -> None:
    story = QueueStory(written=changed("help", "strategy: in_order", "strategy: all_at_once")).enter()
    story.offer("anna", "bert").answer(story.legs("anna")[0]).accept()
    before = story.waiting
    story.gone(story.legs("bert")[0], "LOSE_RACE")
    assert (story.waiting, story.commands) == (before, ())


def test_an_acceptance_without_a_question_means_nothing() -> None:
    story = QueueStory().reach("ringing")
    before = story.call
    assert story.then(OfferAccepted(f"{TICKET}:1", "anna")).call == before


# --- the caller hangs up


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_who_hangs_up_frees_the_agent_and_ends_the_legs(stage: str) -> None:
    story = QueueStory().reach(stage).then(CallerHungUp("NORMAL_CLEARING"))
    assert story.state() is Ending
    gone, over = do.LeaveQueue(TICKET, Leaving.ABANDONED), do.EndTalk("anna", TICKET, 0, TalkEnd.ABANDONED)
    expected: dict[str, list[Command]] = {
        "entering": [gone],
        "waiting": [gone],
        "ringing": [gone],
        "accepting": [gone, over],  # Redis has not confirmed the offer yet
        "whispering": [gone, over],
        "joining": [gone, over],
        "talking": [],  # the end of the agent's leg has the length of the conversation
    }
    assert to_the_live_state(story) == expected[stage]
    story.gone("caller-1")
    assert story.entries(LeftQueue) == [] if stage == "entering" else len(story.entries(LeftQueue)) == 1
    for legs in {story.legs("anna")} if stage not in ("entering", "waiting") else ():
        story.gone(legs[0], answered_s=1)
    assert story.state() is Closed
    assert fold(story.call.trail).outcome is (Outcome.ANSWERED if stage == "talking" else Outcome.ABANDONED)


@pytest.mark.parametrize("stage", ["ringing", "accepting"])
def test_a_phone_stops_ringing_when_the_caller_has_gone(stage: str) -> None:
    story = QueueStory().reach(stage).then(CallerHungUp("NORMAL_CLEARING"))
    assert story.command(do.KillLeg) == do.KillLeg(story.legs("anna")[0], "ORIGINATOR_CANCEL")
    assert ends(story) == [("anna", OfferEnd.CALLER_GONE)]


@pytest.mark.parametrize("stage", TAKEN)
def test_an_agent_who_has_the_caller_already_hears_that_the_caller_has_gone(stage: str) -> None:
    story = QueueStory().reach(stage).then(CallerHungUp("NORMAL_CLEARING"))
    told = do.Whisper(story.legs("anna")[0], "queue/en/caller-gone.wav", hang_up=True)
    assert story.command(do.Whisper) == told
    assert not story.has(do.KillLeg)
    assert ends(story) == [("anna", OfferEnd.ACCEPTED), ("anna", OfferEnd.CALLER_GONE)]


@pytest.mark.parametrize("stage", ["ringing", "accepting", *TAKEN])
def test_an_answer_of_redis_after_the_hang_up_changes_nothing(stage: str) -> None:
    story = QueueStory().reach(stage)
    offer = story.under.offer.id
    story.then(CallerHungUp("NORMAL_CLEARING"))
    before = story.call
    late: tuple[Event, ...] = (OfferAccepted(offer, "anna"), OfferVoid(offer, "anna"), LegHeard(story.legs("anna")[0]))
    for event in late:
        story.then(event)
        assert (story.call, story.commands) == (before, ())


def test_an_agent_who_answers_after_the_hang_up_is_hung_up() -> None:
    story = QueueStory().reach("ringing").then(CallerHungUp("NORMAL_CLEARING"))
    story.answer(story.legs("anna")[0])
    assert story.commands == (do.KillLeg(story.legs("anna")[0], "ORIGINATOR_CANCEL"),)


# --- the agent hangs up


def left_before_they_were_joined(story: QueueStory, news: Callable[[str], Event] | None) -> None:
    """The agent hangs up; `news` is the switch's next event of the caller (None: no event, the music plays on)."""
    story.gone(story.legs("anna")[0], "NORMAL_CLEARING", answered_s=2, by="callee")
    if news is not None:
        assert to_the_live_state(story) == []  # the caller's channel is on its way back and cannot be joined yet
        story.then(news(story.legs("anna")[0]))


@pytest.mark.parametrize(
    ("stage", "news"),
    [
        ("whispering", None),
        ("joining", lambda leg: JoinFailed("caller-1", leg, "-ERR Invalid uuid")),
        ("joining", lambda _: Rearrived(HELP)),
        ("joining", lambda _: TimerFired("offer")),
    ],
)
def test_an_agent_who_leaves_before_they_are_joined_has_a_miss_and_the_caller_keeps_the_place(
    stage: str, news: Callable[[str], Event] | None
) -> None:
    story = QueueStory().reach(stage)
    joined = story.waiting.joined
    left_before_they_were_joined(story, news)
    dropped, again = to_the_live_state(story)
    assert dropped == do.EndTalk("anna", TICKET, 0, TalkEnd.DROPPED)
    assert isinstance(again, do.JoinQueue)
    assert (again.ticket.id, again.ticket.joined, again.ticket.again) == ("call-1/2", joined, True)
    assert "offer" in [c.name for c in story.every(do.StopTimer)]
    assert story.is_polled
    assert ends(story) == [("anna", OfferEnd.ACCEPTED), ("anna", OfferEnd.REJECTED)]
    assert story.entries(LeftQueue) == []
    story.then(QueueEntered("call-1/2", Entered(Place(1, 1, 3, 0), joined)))
    assert story.commands == ()  # no second greeting
    story.offer("bert")
    assert story.has(do.Originate)


def test_a_caller_who_comes_back_from_the_join_hears_music_once() -> None:
    story = QueueStory().reach("joining")
    left_before_they_were_joined(story, lambda _: Rearrived(HELP))
    assert [play.file for play in story.every(do.Play)] == ["music/calm.wav"]
    assert not story.has(do.KillLeg)
    story.then(QueueEntered("call-1/2", Entered(Place(1, 1, 3, 0), story.waiting.joined)))
    assert not story.has(do.Play)


def test_a_caller_may_come_back_before_the_agents_end_is_reported() -> None:
    story = QueueStory().reach("joining").then(Rearrived(HELP))
    (leg,) = story.legs("anna")
    assert story.command(do.KillLeg) == do.KillLeg(leg, "NORMAL_TEMPORARY_FAILURE")
    assert to_the_live_state(story)[0] == do.EndTalk("anna", TICKET, 0, TalkEnd.DROPPED)
    before = story.waiting
    story.gone(leg, "NORMAL_CLEARING", answered_s=2, by="callee")
    assert (story.waiting, story.commands) == (before, ())
    assert ends(story) == [("anna", OfferEnd.ACCEPTED), ("anna", OfferEnd.REJECTED)]


def test_a_caller_who_is_hung_up_in_the_join_has_left() -> None:
    story = QueueStory().reach("joining")
    story.gone(story.legs("anna")[0], "NORMAL_CLEARING", answered_s=2, by="callee")
    story.then(CallerHungUp("DESTINATION_OUT_OF_ORDER")).gone("caller-1", "DESTINATION_OUT_OF_ORDER")
    assert story.state() is Closed
    assert fold(story.call.trail).outcome is Outcome.ABANDONED


def test_an_agent_who_leaves_before_redis_confirms_hears_no_whisper() -> None:
    story = QueueStory().reach("accepting")
    story.gone(story.legs("anna")[0], "NORMAL_CLEARING", answered_s=1, by="callee")
    assert to_the_live_state(story) == []  # Redis has not answered yet
    story.accept()
    dropped, again = to_the_live_state(story)
    assert dropped == do.EndTalk("anna", TICKET, 0, TalkEnd.DROPPED)
    assert isinstance(again, do.JoinQueue)
    assert (story.has(do.Whisper), story.has(do.Join)) == (False, False)
    assert story.waiting.offering is None


@pytest.mark.parametrize("timer", ["whispering", "joining"])
def test_an_agent_the_switch_does_not_join_in_time_is_freed_without_a_miss(timer: str) -> None:
    story = QueueStory().reach(timer).then(TimerFired("offer"), after_s=30)
    assert story.command(do.KillLeg) == do.KillLeg(story.legs("anna")[0], "NORMAL_TEMPORARY_FAILURE")
    assert to_the_live_state(story)[0] == do.EndTalk("anna", TICKET, 0, TalkEnd.UNJOINED)
    assert ends(story)[-1] == ("anna", OfferEnd.EXPIRED)
    assert story.has(do.JoinQueue)
    assert story.state() is Waiting


@pytest.mark.parametrize("stage", ["whispering", "joining"])
def test_a_slow_switch_has_longer_to_join_them(stage: str) -> None:
    usual, slow = (QueueStory(slack_s=slack_s).reach(stage).command(do.StartTimer) for slack_s in (0.0, 8.0))
    assert (slow.name, slow.after_s) == ("offer", usual.after_s + 8.0)


def test_an_agent_is_freed_if_the_switch_refuses_the_join() -> None:
    story = QueueStory().reach("joining")
    story.then(JoinFailed("caller-1", story.under.winner, "-ERR"))
    assert story.command(do.EndTalk).how is TalkEnd.UNJOINED  # no miss, because the agent did answer
    assert story.has(do.KillLeg)
    assert story.has(do.JoinQueue)
    assert story.waiting.offering is None


def test_a_clock_that_fires_when_no_offer_is_under_way_means_nothing() -> None:
    story = QueueStory().enter()
    before = story.call
    assert story.then(TimerFired("offer")).call == before
    assert story.commands == ()


# --- events of an earlier offer, in every stage


def stale(offer: str, leg: str, made: OfferMade) -> tuple[Event, ...]:
    return (
        made,
        LegAnswered(leg),
        OriginateFailed((leg,), "NO_ANSWER"),
        OfferAccepted(offer, "bert"),
        OfferVoid(offer, "bert"),
        LegHeard(leg),
        LegBridged(leg, Instant(1)),
        JoinFailed("caller-1", leg, "-ERR"),
    )


@pytest.mark.parametrize("stage", STAGES[1:])
def test_events_of_an_earlier_offer_change_nothing_and_end_its_leg(stage: str) -> None:
    story = QueueStory().enter()
    earlier = OfferMade(story.offered("bert"))
    story.then(earlier)
    leg = story.legs("bert")[0]
    story.fail("NO_ANSWER", *story.legs("bert"))
    for one in STAGES[2 : STAGES.index(stage) + 1]:
        story._go(one, "anna")
    before = story.call
    for event in stale(earlier.offer.id, leg, earlier):
        story.then(event)
        assert story.call == before, event
        expected = (do.KillLeg(leg, "ORIGINATOR_CANCEL"),) if isinstance(event, LegAnswered) else ()
        assert story.commands == expected, event


@pytest.mark.parametrize("stage", ["whispering", "joining", "talking"])
def test_an_event_that_arrives_twice_counts_once(stage: str) -> None:
    story = QueueStory().reach(stage)
    (leg,) = story.legs("anna")
    before = story.call
    again: list[Event] = [LegAnswered(leg), OfferAccepted(f"{TICKET}:1", "anna")]
    again += [LegHeard(leg)] if stage != "whispering" else []
    again += [LegBridged(leg, Instant(1))] if stage == "talking" else []
    for event in again:
        story.then(event)
        assert (story.call, story.commands) == (before, ()), event
