"""A waiting caller is removed, moved, left without agents, or waits too long; connections, switches, Redis are lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Deciding, Ending, Ringing, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    ChannelsChecked,
    CommandFailed,
    FactsFound,
    LegBridged,
    LegGone,
    LegHeard,
    Noticed,
    OfferAccepted,
    PlaceKnown,
    QueueEntered,
    QueueRefused,
    Rearrived,
    SwitchGone,
    TimerFired,
)
from callcontrol.control.playing import Announcing
from callcontrol.kinds.targets.queue.serving import Serving
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.kinds.targets.voicemail import TakingMessage
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Entered, Leaving, Notice, Place, Refusal, TalkEnd
from callcontrol.vocabulary.trail import Bridged, LeftQueue, LegEnded, Noted, OfferEnded, Queued, Routed, WrapUpBegan
from tests.control.queue_story import STAGES, QueueStory
from tests.control.story import SECOND
from tests.control.test_transfers import OTHER
from tests.routing.queue_world import HELP, RUSH, facts, tenant

TICKET = "call-1/1"


def left(story: QueueStory) -> list[tuple[Leaving, str]]:
    return [(e.how, e.detail) for e in story.entries(LeftQueue)]


def notice(story: QueueStory, what: str, detail: str = "") -> QueueStory:
    story.then(Noticed(Notice(story.waiting.ticket, "w1", what, detail)))
    return story


def without_the_queue(story: QueueStory) -> QueueStory:
    """A reload takes the queue out of the YAML."""
    story.facts = replace(story.facts, settings=facts(RUSH, written=tenant(help="")).settings)
    return story


# --- overflow and notices


def test_a_caller_who_waits_too_long_goes_on() -> None:
    story = QueueStory().enter().then(TimerFired("overflow"), after_s=300)
    assert story.command(do.LeaveQueue) == do.LeaveQueue(TICKET, Leaving.WAITED_OUT)
    assert left(story) == [(Leaving.WAITED_OUT, "announcement:closed")]
    story.then(FactsFound())
    assert story.state() is Announcing
    assert story.entries(Routed)[-1].why == "queue:help: waited as long as the queue allows"


def test_a_caller_who_waits_too_long_while_a_phone_rings_goes_on_and_it_stops() -> None:
    story = QueueStory().reach("ringing").then(TimerFired("overflow"), after_s=300)
    assert story.has(do.KillLeg)
    assert story.state() is Deciding


def test_an_overflow_removed_from_the_yaml_no_longer_applies() -> None:
    story = QueueStory(RUSH).enter().then(TimerFired("overflow"))
    assert (story.state(), story.commands) == (Waiting, ())


def test_the_last_agent_leaves_and_the_caller_goes_where_the_queue_says() -> None:
    story = notice(QueueStory().enter(), "deserted")
    assert story.command(do.LeaveQueue) == do.LeaveQueue(TICKET, Leaving.DESERTED)
    story.then(FactsFound())
    assert story.state() is TakingMessage


def test_without_agents_and_without_a_setting_for_it_the_caller_waits_on() -> None:
    story = notice(QueueStory(RUSH).enter(), "deserted")
    assert (story.state(), story.commands) == (Waiting, ())


def test_the_wait_counts_after_a_move_to_another_queue() -> None:
    story = notice(QueueStory().enter(waited_s=60), "moved", "rush")
    joined = story.entries(Queued)[0].joined
    assert story.command(do.LeaveQueue) == do.LeaveQueue(TICKET, Leaving.MOVED)
    assert story.command(do.StopPlaying).all
    story.then(FactsFound())
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.id, ticket.queue, ticket.joined, ticket.again) == ("call-1/2", "rush", joined, False)
    assert left(story) == [(Leaving.MOVED, "rush")]


def test_a_caller_moved_to_a_queue_unknown_to_this_host_stays() -> None:
    story = QueueStory().reach("ringing")
    before = story.waiting
    notice(story, "moved", "nonsense")
    assert (story.waiting, story.commands) == (before, ())
    why = "not moved: queue nonsense is not in the configuration of this host"
    assert story.entries(Noted)[-1].what == why
    assert story.answer(story.legs("anna")[0]).has(do.AcceptOffer)


def test_moved_within_one_queue_is_no_loop() -> None:
    story = notice(QueueStory().enter(), "moved", "help").then(FactsFound())
    assert story.command(do.JoinQueue).ticket.queue == "help"


def test_a_removed_caller_goes_to_the_named_target() -> None:
    story = notice(QueueStory().enter(), "removed", "extension:102").then(FactsFound())
    assert story.state() is Ringing
    assert left(story) == [(Leaving.REMOVED, "extension:102")]


def test_a_caller_removed_without_a_target_is_hung_up() -> None:
    story = notice(QueueStory().enter(), "removed")
    assert story.command(do.LeaveQueue).how is Leaving.REMOVED
    assert story.has(do.HangUp)
    story.gone("caller-1", answered_s=2)
    assert fold(story.call.trail).outcome is Outcome.OVERFLOW


@pytest.mark.parametrize("stage", ["whispering", "joining"])
def test_a_caller_whom_an_agent_has_is_not_removed_any_more(stage: str) -> None:
    story = QueueStory().reach(stage)
    before = story.call
    assert notice(story, "removed").call == before
    assert story.commands == ()


def test_a_notice_of_another_visit_means_nothing() -> None:
    story = QueueStory().enter()
    before = story.call
    assert story.then(Noticed(Notice("call-1/7", "w1", "removed"))).call == before


# --- a reload takes the queue away


@pytest.mark.parametrize("stage", ["waiting", "ringing", "accepting"])
def test_a_queue_removed_from_the_yaml_sends_its_callers_to_the_last_resort(stage: str) -> None:
    story = without_the_queue(QueueStory().reach(stage)).then(TimerFired("poll"))
    assert story.command(do.LeaveQueue) == do.LeaveQueue(TICKET, Leaving.FAILED)
    assert story.has(do.KillLeg) == (stage != "waiting")
    assert left(story) == [(Leaving.FAILED, "hangup:busy")]
    assert story.then(FactsFound()).command(do.HangUp).cause == "USER_BUSY"


def test_the_notice_of_it_does_the_same() -> None:
    assert left(notice(QueueStory().enter(), "queue_gone")) == [(Leaving.FAILED, "hangup:busy")]


def test_an_agent_who_has_the_caller_already_keeps_the_caller() -> None:
    story = without_the_queue(QueueStory().reach("whispering"))
    story.then(LegHeard(story.under.winner))
    assert story.has(do.Join)
    story._go("talking", "anna")
    assert story.state() is Talking
    story.gone(story.legs("anna")[0], answered_s=2)
    assert story.command(do.EndTalk).how is TalkEnd.TALKED


def test_if_that_agent_leaves_the_caller_goes_to_the_last_resort() -> None:
    story = without_the_queue(QueueStory().reach("whispering"))
    story.gone(story.under.winner)
    assert story.command(do.EndTalk).how is TalkEnd.DROPPED
    assert not story.has(do.JoinQueue)
    assert do.StartTimer("poll", 0.01) in story.commands
    assert left(story.then(TimerFired("poll"))) == [(Leaving.FAILED, "hangup:busy")]


# --- Redis


def test_a_lost_place_is_taken_again_with_the_time_of_arrival() -> None:
    story = QueueStory().enter(waited_s=60)
    joined = story.waiting.joined
    story.then(PlaceKnown(TICKET, None))
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.id, ticket.joined, ticket.again) == ("call-1/2", joined, True)
    assert story.then(QueueEntered("call-1/2", Entered(Place(2, 2, 1, 0), joined))).commands == ()
    assert len(story.entries(Queued)) == 1
    assert left(story) == []


def test_a_place_that_expired_without_a_poll_is_taken_again_at_once() -> None:
    story = notice(QueueStory().enter(waited_s=600), "lost")
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.id, ticket.joined, ticket.again) == ("call-1/2", story.waiting.joined, True)


@pytest.mark.parametrize("stage", ["ringing", "accepting"])
def test_phones_that_ring_for_a_lost_place_stop_and_their_agents_are_free(stage: str) -> None:
    story = QueueStory().reach(stage).then(PlaceKnown(TICKET, None))
    assert [c.leg_id for c in story.every(do.KillLeg)] == list(story.legs("anna"))
    assert story.command(do.PassOffer).agent == "anna"
    assert story.has(do.EndTalk) == (stage == "accepting")
    assert [e.how for e in story.entries(OfferEnded)] == [OfferEnd.EXPIRED]
    assert story.waiting.offering is None
    assert story.has(do.JoinQueue)


@pytest.mark.parametrize("why", [Refusal.AWAY, Refusal.NO_AGENT])
def test_a_caller_who_cannot_take_the_place_again_waits_on_and_asks_again(why: Refusal) -> None:
    """Redis is still away, or has lost its data and the layout of the queues is not written again yet."""
    story = QueueStory().enter().then(PlaceKnown(TICKET, None)).then(QueueRefused("call-1/2", why))
    assert (story.state(), story.commands) == (Waiting, ())
    story.then(TimerFired("poll"))
    assert story.command(do.AskPlace).ticket == "call-1/2"
    story.then(PlaceKnown("call-1/2", None))
    assert story.command(do.JoinQueue).ticket.id == "call-1/3"


@pytest.mark.parametrize("stage", ["whispering", "joining"])
def test_a_lost_ticket_changes_nothing_once_an_agent_has_the_caller(stage: str) -> None:
    story = QueueStory().reach(stage)
    before = story.call
    assert story.then(PlaceKnown(TICKET, None)).call == before


# --- the caller's connection


def test_a_lost_connection_is_made_anew_and_the_caller_keeps_the_place() -> None:
    story = QueueStory().enter(waited_s=60).then(CallConnectionLost("reset"))
    assert story.has(do.BringBack)
    assert story.timers == {"back": 10}
    assert not story.has(do.LeaveQueue)
    kept = story.waiting
    story.then(Rearrived(HELP))
    assert story.has(do.Answer)
    assert [play.file for play in story.every(do.Play)] == ["music/calm.wav"]
    assert story.command(do.AskPlace).ticket == TICKET
    assert story.timers == {"position": 10, "wait": 10, "overflow": 298}
    assert story.is_polled
    assert "back" in [c.name for c in story.every(do.StopTimer)]
    assert (story.waiting.ticket, story.waiting.joined) == (kept.ticket, kept.joined)
    assert left(story) == []


@pytest.mark.parametrize("stage", ["ringing", "accepting"])
def test_the_offer_ends_when_the_callers_connection_is_lost(stage: str) -> None:
    story = QueueStory().reach(stage).then(CallConnectionLost("reset"))
    if stage == "accepting":
        assert story.has(do.CheckAlone)
        story.then(AloneChecked(True))
    assert [c.leg_id for c in story.every(do.KillLeg)] == list(story.legs("anna"))
    assert story.has(do.BringBack)
    assert not story.has(do.PassOffer), "the agent would be offered the caller again while no worker can join them"
    story.then(Rearrived(HELP))
    assert story.command(do.PassOffer) == do.PassOffer(f"{TICKET}:1", "anna", OfferEnd.CALLER_GONE)
    # Redis hears of the caller's new worker first, so that the agent's next offer goes to that worker.
    assert story.commands.index(do.AskPlace(TICKET)) < story.commands.index(story.command(do.PassOffer))
    # Redis may have given the agent the caller, and its answer may have been lost.
    assert story.has(do.EndTalk) == (stage == "accepting")
    assert story.waiting.offering is None


@pytest.mark.parametrize("stage", ["ringing", "accepting", "whispering", "joining"])
def test_the_caller_may_be_back_before_the_death_of_the_worker_is_known(stage: str) -> None:
    story = QueueStory().reach(stage).then(Rearrived(HELP))
    assert story.waiting.offering is None
    assert story.has(do.KillLeg)
    assert story.has(do.PassOffer) is (stage in ("ringing", "accepting"))
    assert story.has(do.EndTalk) is (stage != "ringing")


def test_agents_who_passed_already_are_not_passed_again() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    story.fail("USER_BUSY", *story.legs("anna"))
    story.then(CallConnectionLost("reset")).then(Rearrived(RUSH))
    assert [c.agent for c in story.every(do.PassOffer)] == ["bert"]


@pytest.mark.parametrize("stage", ["whispering", "joining"])
def test_an_agent_who_had_the_caller_is_freed_without_a_miss(stage: str) -> None:
    story = QueueStory().reach(stage).then(CallConnectionLost("reset"))
    assert not story.has(do.KillLeg), "they may be joined"
    story.then(AloneChecked(True))
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 0, TalkEnd.ABANDONED)
    assert story.command(do.KillLeg).leg_id == story.legs("anna")[0]
    assert [e.how for e in story.entries(OfferEnded)] == [OfferEnd.ACCEPTED, OfferEnd.CALLER_GONE]
    story.then(Rearrived(HELP)).then(PlaceKnown(TICKET, None))
    assert story.command(do.JoinQueue).ticket.again


@pytest.mark.parametrize("stage", ["accepting", "whispering", "joining"])
def test_a_conversation_that_its_worker_died_too_soon_to_save_goes_on(stage: str) -> None:
    story = QueueStory().reach(stage).then(CallConnectionLost("worker died"))
    agent, since = story.legs("anna")[0], Instant(story.facts.now - SECOND)
    story.then(AloneChecked(False, agent, since))
    assert story.state() is Ending
    assert not any(story.has(what) for what in (do.KillLeg, do.BringBack, do.EndTalk, do.JoinQueue))
    assert [e.how for e in story.entries(OfferEnded)] == [OfferEnd.ACCEPTED]
    assert [(e.how, e.detail) for e in story.entries(LeftQueue)] == [(Leaving.ANSWERED, "anna")]
    assert [(e.at, e.leg_id) for e in story.entries(Bridged)] == [(since, agent)]
    story.gone(agent, answered_s=9)
    assert [(c.agent, c.how) for c in story.every(do.EndTalk)] == [("anna", TalkEnd.TALKED)]


def test_who_hung_up_as_the_worker_died_is_not_fetched_and_told_of_later() -> None:
    story = QueueStory().reach("joining").then(CallConnectionLost("worker died")).then(AloneChecked(False))
    assert story.commands == ()
    story.gone("caller-1")
    assert [e.how for e in story.entries(OfferEnded)] == [OfferEnd.ACCEPTED, OfferEnd.CALLER_GONE]


def test_a_caller_who_was_being_let_in_asks_again() -> None:
    """The worker died between its question to Redis and the answer."""
    story = QueueStory().begin().then(CallConnectionLost("worker died")).then(Rearrived(HELP))
    assert story.command(do.JoinQueue).ticket.id == TICKET
    assert not story.has(do.Play)
    story.then(QueueEntered(TICKET, Entered(Place(1, 1, 1, 0), story.waiting.joined)))
    assert [play.file for play in story.every(do.Play)] == ["hello.wav", "music/calm.wav"]


def test_a_caller_who_does_not_come_back_has_abandoned() -> None:
    story = QueueStory().enter().then(CallConnectionLost("reset")).then(TimerFired("back"), after_s=10)
    assert story.command(do.LeaveQueue) == do.LeaveQueue(TICKET, Leaving.ABANDONED)
    assert story.state() is Ending
    story.then(TimerFired("legs")).then(ChannelsChecked(frozenset()))
    assert story.state() is Closed


def test_a_caller_who_hangs_up_on_the_way_back_has_left() -> None:
    story = QueueStory().enter().then(CallConnectionLost("reset"))
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    assert story.state() is Closed
    assert story.then(Rearrived(HELP)).commands == ()


def test_a_late_return_after_the_hang_up_starts_nothing_while_a_leg_is_awaited() -> None:
    story = QueueStory().reach("ringing").then(CallConnectionLost("reset")).gone("caller-1")
    ending = story.call
    assert story.state() is Ending
    assert (story.then(Rearrived(HELP)).call, story.commands) == (ending, ())
    story.gone(story.legs("anna")[0], "ORIGINATOR_CANCEL")
    assert story.state() is Closed


def test_a_caller_who_is_back_after_the_queue_was_removed_goes_on() -> None:
    story = without_the_queue(QueueStory().enter().then(CallConnectionLost("reset"))).then(Rearrived(HELP))
    assert do.StartTimer("poll", 0.01) in story.commands
    assert left(story.then(TimerFired("poll"))) == [(Leaving.FAILED, "hangup:busy")]


@pytest.mark.parametrize("stage", ["entering", "waiting", "ringing", "accepting"])
def test_a_caller_taken_over_by_a_host_whose_older_configuration_has_no_such_queue_goes_on(stage: str) -> None:
    story = without_the_queue(QueueStory().reach(stage))
    story.then(CallConnectionLost("worker w0 died, w1 took over")).then(Rearrived(HELP))
    story.then(TimerFired("poll"))
    assert [entry.how for entry in story.entries(LeftQueue)] == ([] if stage == "entering" else [Leaving.FAILED])
    assert story.command(do.LeaveQueue).how is Leaving.FAILED
    assert story.then(FactsFound()).command(do.HangUp).cause == "USER_BUSY"
    assert story.entries(Routed)[-1].why == "queue:help: the queue is no more"


# --- transfers


def test_a_caller_who_is_transferred_while_waiting_leaves_the_queue() -> None:
    story = QueueStory().reach("ringing").then(Rearrived("102"))
    assert story.command(do.LeaveQueue).how is Leaving.ABANDONED
    assert story.has(do.KillLeg)
    assert story.command(do.FindFacts).dialled == "102"
    assert {c.name for c in story.every(do.StopTimer)} >= {"poll", "overflow", "back"}


def test_an_agent_who_transfers_the_caller_into_a_queue_is_free_before_the_agents_leg_has_ended() -> None:
    story = QueueStory().reach("talking")
    story.then(Rearrived(RUSH), after_s=20)
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 21 * SECOND, TalkEnd.TALKED)
    story.facts = replace(story.facts, dialled=RUSH, transferred=True)
    story.then(FactsFound())
    assert story.command(do.JoinQueue).ticket.queue == "rush"
    story.gone(story.legs("anna")[0], "BLIND_TRANSFER", answered_s=22)
    assert not story.has(do.EndTalk)
    assert story.state() is Waiting
    story.then(QueueEntered("call-1/2", Entered(Place(1, 1, 1, 0), story.waiting.joined))).offer("bert")
    story.answer(story.legs("bert")[0]).accept()
    assert isinstance(story.call.serving, Serving)
    assert story.call.serving.agent == "bert"


def test_an_agent_who_joins_the_caller_with_a_colleague_wraps_up_from_then_on_not_from_the_callers_end() -> None:
    story = QueueStory().reach("talking")
    began = story.facts.now
    story.then(LegBridged(OTHER, Instant(began + 20 * SECOND), "102%acme.example", began), after_s=20)
    assert story.command(do.EndTalk) == do.EndTalk("anna", TICKET, 21 * SECOND, TalkEnd.TALKED)
    (wraps_up,) = story.entries(WrapUpBegan)
    assert wraps_up.at == story.facts.now
    assert story.state() is Talking
    story.gone(story.legs("anna")[0], "ATTENDED_TRANSFER", answered_s=22)
    story.then(CallerHungUp("NORMAL_CLEARING"), after_s=600).gone("caller-1", answered_s=640, by="caller")
    assert not story.has(do.EndTalk)
    assert story.entries(WrapUpBegan) == [wraps_up]
    (offer,) = [offer for visit in fold(story.call.trail).visits for offer in visit.offers]
    assert offer.wrap_up_from == wraps_up.at


# --- the switch


@pytest.mark.parametrize("stage", STAGES)
def test_a_restarted_switch_ends_the_call_and_frees_its_agent_in_every_stage(stage: str) -> None:
    story = QueueStory().reach(stage).then(SwitchGone("switch fs1 was restarted"), after_s=5)
    assert story.state() is Closed
    assert story.commands[-1] == do.CloseBook()
    assert all(e.estimated for e in story.entries(LegEnded))
    how = TalkEnd.TALKED if stage == "talking" else TalkEnd.ABANDONED
    over = [(c.agent, c.how) for c in story.every(do.EndTalk)]
    assert over == ([("anna", how)] if stage in ("accepting", "whispering", "joining", "talking") else [])
    assert story.has(do.LeaveQueue) == (stage != "talking")
    record = fold(story.call.trail)
    assert record.estimated
    assert record.outcome is (Outcome.ANSWERED if stage == "talking" else Outcome.ABANDONED)


def test_all_agents_of_a_restarted_switch_are_free_whichever_leg_is_looked_at_last() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    story.answer(story.legs("anna")[0]).accept()
    story._go("talking", "anna")  # bert's phones still ring
    story.then(SwitchGone("switch fs1 was restarted"), after_s=5)
    assert story.command(do.EndTalk).agent == "anna"
    assert len(story.every(do.CloseBook)) == 1
    assert story.state() is Closed


def test_an_answer_of_redis_after_the_end_leaves_no_agent_reserved() -> None:
    story = QueueStory().reach("accepting").then(SwitchGone("switch fs1 was restarted"))
    assert story.command(do.EndTalk).agent == "anna"
    assert story.then(OfferAccepted(f"{TICKET}:1", "anna")).commands == ()


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_a_command_the_switch_refuses_ends_the_call_and_frees_its_agents(stage: str) -> None:
    story = QueueStory().reach(stage).then(CommandFailed("playback", "-ERR no such channel"))
    assert story.command(do.HangUp).cause == "NORMAL_TEMPORARY_FAILURE"
    assert story.has(do.LeaveQueue)
    assert story.has(do.EndTalk) == (stage in ("accepting", "whispering", "joining"))
    assert story.state() is Ending
    assert story.entries(Noted)[-1].what == "switch refused playback: -ERR no such channel"


# --- another worker takes a call over


def test_a_call_that_was_ending_when_its_worker_died_is_polled() -> None:
    """Its timers died with the worker; a missed end is found at once, before it is billed for longer."""
    story = QueueStory().reach("talking").then(CallerHungUp("NORMAL_CLEARING")).then(CallConnectionLost("worker died"))
    assert story.timers == {"legs": 2}
    story.then(TimerFired("legs")).then(ChannelsChecked(frozenset()))
    assert story.command(do.EndTalk).how is TalkEnd.TALKED
    assert story.state() is Closed


def test_a_conversation_whose_worker_died_is_watched_to_its_end() -> None:
    story = QueueStory().reach("talking").then(CallConnectionLost("worker died"))
    assert story.state() is Ending
    assert not story.has(do.EndTalk)
    story.gone(story.legs("anna")[0], answered_s=9)
    assert story.command(do.EndTalk).how is TalkEnd.TALKED


def test_a_voicemail_message_is_kept_while_channels_are_polled() -> None:
    story = QueueStory("+48221234507").begin()
    story.then(AppEnded(story.command(do.Play).app_id)).then(CallerHungUp("NORMAL_CLEARING"))
    story.then(TimerFired("legs")).then(ChannelsChecked(frozenset({"caller-1"})))
    now = story.facts.now
    story.then(LegGone("caller-1", "NORMAL_CLEARING", Stamps(now, None, now, now), "caller", recorded_ms=900))
    assert fold(story.call.trail).outcome is Outcome.VOICEMAIL


def test_a_message_the_switch_lost_is_told() -> None:
    story = QueueStory("+48221234507").begin()
    story.then(AppEnded(story.command(do.Play).app_id)).then(CallerHungUp("NORMAL_CLEARING"))
    story.then(SwitchGone("switch fs1 was restarted"))
    assert "nothing was recorded" in story.entries(Noted)[-1].what
