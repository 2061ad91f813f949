"""Queue commands of calls are carried out in a real Redis, and the call that asked gets the answer."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from redis import Redis

from callcontrol.control import commands as do
from callcontrol.control.events import OfferAccepted, OfferVoid, PlaceKnown, QueueEntered, QueueRefused, Stored
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.vocabulary.agent import AgentAction, AgentState, OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Leaving, Offer, Refusal, TalkEnd, Ticket
from tests.daemon.queue_parts import WORKER, Listener, LiveQueues, until
from tests.routing.queue_world import CUSTOMER

SECOND, HOUR = 1_000_000, 3_600 * 1_000_000
TICKET = "call-1/1"


class Scene:
    """A queue line, and the call that gives it commands."""

    def __init__(self, live: LiveQueues) -> None:
        self.live = live
        self.line = QueueLine(live.store)
        self.call = Listener()

    def do(self, command: object) -> None:
        self.line.carry_out(command, self.call.driver)  # type: ignore[arg-type]  # commands of queues
        self.live.settle()

    def join(self, queue: str = "help", id_: str = TICKET) -> None:
        self.do(do.JoinQueue(Ticket(id_, queue, CUSTOMER.number, WORKER, clock.now())))

    def offer(self) -> Offer:
        """The latest offer."""
        until(lambda: any(one.offers for one in self.live.effects))
        return next(one for one in reversed(self.live.effects) if one.offers).offers[-1]

    def accepted(self, agent: str = "anna") -> Offer:
        """The caller is in the queue, and the agent has accepted the offer."""
        self.join()
        offer = self.offer()
        self.do(do.AcceptOffer(offer.id, agent))
        assert self.call.next_event(OfferAccepted) == OfferAccepted(offer.id, agent)
        return offer

    def state(self, agent: str = "anna") -> AgentState:
        return self.live.agent(agent).state


@pytest.fixture
def scene(redis_url: str, redis_client: Redis) -> Iterator[Scene]:
    live = LiveQueues(redis_url)
    live.open("anna")
    yield Scene(live)
    live.close()


# --- places


def test_a_caller_who_is_let_in_gets_the_answer_before_the_offer(scene: Scene) -> None:
    scene.join()
    answer = scene.call.next_event(QueueEntered)
    assert (answer.ticket, answer.entered.place.position, answer.entered.took_up) == (TICKET, 1, "")
    offer = scene.offer()
    assert (offer.ticket, offer.agents, offer.worker) == (TICKET, ("anna",), WORKER)


def test_a_caller_is_refused_if_no_agent_is_active(scene: Scene) -> None:
    scene.do(do.ActOnAgent("anna", AgentAction.LOG_OUT, ""))
    scene.join()
    assert scene.call.next_event(QueueRefused) == QueueRefused(TICKET, Refusal.NO_AGENT)


def test_the_callers_position_is_answered(scene: Scene) -> None:
    scene.join()
    scene.join(id_="call-2/1")
    scene.do(do.AskPlace("call-2/1"))
    answer = scene.call.next_event(PlaceKnown)
    assert answer.found.place.position == 2
    scene.do(do.AskPlace("call-3/1"))
    assert scene.call.next_event(PlaceKnown) == PlaceKnown("call-3/1", None)


def test_leaving_removes_the_ticket_and_frees_the_agent(scene: Scene) -> None:
    scene.join()
    assert scene.state() is AgentState.RESERVED
    scene.do(do.LeaveQueue(TICKET, Leaving.ABANDONED))
    assert scene.live.tickets() == []
    assert scene.state() is AgentState.READY


# --- offers


def test_an_offer_that_rings_lasts_as_long_as_was_requested(scene: Scene) -> None:
    scene.join()
    before = clock.now()
    scene.do(do.TakeUpOffer(scene.offer().id, 30.5))
    assert scene.state() is AgentState.RINGING
    due = scene.live.effects[-1].next_due
    assert due is not None
    assert due - before >= 30.5 * SECOND


def test_an_agent_who_accepts_has_the_caller_whose_ticket_is_gone(scene: Scene) -> None:
    scene.accepted()
    assert scene.state() is AgentState.TALKING
    assert scene.live.tickets() == []


def test_an_unknown_offer_is_void(scene: Scene) -> None:
    scene.do(do.AcceptOffer("call-9/1:1", "anna"))
    assert scene.call.next_event(OfferVoid) == OfferVoid("call-9/1:1", "anna")


def test_an_agent_who_passes_rests_and_the_caller_waits_on(scene: Scene) -> None:
    scene.join()
    scene.do(do.PassOffer(scene.offer().id, "anna", OfferEnd.BUSY))
    assert scene.live.agent("anna").until is not None
    assert [(ticket.id, ticket.state) for ticket in scene.live.tickets()] == [(TICKET, "waiting")]


def test_a_conversation_that_ends_is_followed_by_the_wrap_up(scene: Scene) -> None:
    scene.accepted()
    scene.do(do.EndTalk("anna", TICKET, 5 * SECOND, TalkEnd.TALKED))
    assert scene.state() is AgentState.WRAP_UP
    assert scene.live.agent("anna").figures["talk_ms"] == 5_000


def test_a_conversation_that_never_began_leaves_the_agent_ready(scene: Scene) -> None:
    scene.accepted()
    scene.do(do.EndTalk("anna", TICKET, 0, TalkEnd.ABANDONED))
    assert scene.state() is AgentState.READY


# --- callbacks


def test_a_ticket_that_is_kept_becomes_a_callback(scene: Scene) -> None:
    scene.join()
    later = Instant(clock.now() + HOUR)
    scene.do(do.KeepCallback(TICKET, CUSTOMER.number, later, Instant(later + HOUR)))
    assert [ticket.state for ticket in scene.live.tickets()] == ["callback"]
    assert scene.state() is AgentState.READY


@pytest.mark.parametrize(("reached", "again_s", "left"), [(True, 0, 0), (False, 0, 0), (False, 300, 1)])
def test_an_attempt_ends_the_callback_or_keeps_it(scene: Scene, reached: bool, again_s: int, left: int) -> None:
    scene.join()
    now = clock.now()
    scene.do(do.KeepCallback(TICKET, CUSTOMER.number, now, Instant(now + HOUR)))
    offer = scene.offer()
    assert (offer.callback, offer.number, offer.attempt) == (True, CUSTOMER.number, 1)
    scene.do(do.AcceptOffer(offer.id, "anna"))
    again = Instant(now + again_s * SECOND if again_s else 0)
    scene.do(do.CallbackTried(TICKET, reached, again))
    assert len(scene.live.tickets()) == left


# --- agents


@pytest.mark.parametrize(
    ("action", "detail", "trouble"),
    [
        (AgentAction.PAUSE, "lunch", ""),
        (AgentAction.PROLONG_WRAP_UP, "60000000", "there is no wrap-up to prolong"),
    ],
)
def test_an_agents_request_is_answered(scene: Scene, action: AgentAction, detail: str, trouble: str) -> None:
    scene.do(do.ActOnAgent("anna", action, detail))
    assert scene.call.next_event(Stored) == Stored(trouble)


def test_a_request_of_an_unknown_agent_is_refused(scene: Scene) -> None:
    scene.do(do.ActOnAgent("dora", AgentAction.LOG_IN, ""))
    assert scene.call.next_event(Stored) == Stored("there is no such agent")


# --- Redis away


def test_while_redis_is_away_no_caller_is_let_in_and_nothing_is_stored(restartable_redis: EmbeddedRedis) -> None:
    live = LiveQueues(restartable_redis.address, 0.5)
    live.open("anna")
    scene = Scene(live)
    restartable_redis.kill()
    ticket = Ticket(TICKET, "help", "", WORKER, clock.now())
    for command in (do.JoinQueue(ticket), do.AcceptOffer("x:1", "anna"), do.ActOnAgent("anna", AgentAction.PAUSE, "x")):
        scene.line.carry_out(command, scene.call.driver)
    assert scene.call.next_event(QueueRefused).why is Refusal.AWAY
    assert scene.call.next_event(OfferVoid) == OfferVoid("x:1", "anna")
    assert "unreachable" in scene.call.next_event(Stored).trouble
    live.close()


def test_an_agent_is_freed_if_the_answer_of_redis_came_too_late(restartable_redis: EmbeddedRedis) -> None:
    """For the call the offer counts as void, so the call frees the agent: see `offering.take_back`."""
    live = LiveQueues(restartable_redis.address, 0.5)
    live.open("anna")
    scene = Scene(live)
    scene.join()
    offer = scene.offer()
    with Redis.from_url(restartable_redis.address) as client:
        pid = client.info()["process_id"]
    os.kill(pid, signal.SIGSTOP)
    scene.line.carry_out(do.AcceptOffer(offer.id, "anna"), scene.call.driver)
    assert scene.call.next_event(OfferVoid) == OfferVoid(offer.id, "anna")
    scene.line.carry_out(do.EndTalk("anna", TICKET, 0, TalkEnd.ABANDONED), scene.call.driver)
    os.kill(pid, signal.SIGCONT)
    until(lambda: not live.pipeline.away_because and not live.store.owed)
    live.settle()
    assert live.agent("anna").state is not AgentState.TALKING
    live.close()


def test_a_place_in_a_queue_unknown_to_this_host_is_given_up_and_logged(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.live.open()
    scene.join()
    scene.do(do.LeaveQueue(TICKET, Leaving.ABANDONED))
    assert not caplog.records
    scene.do(do.LeaveQueue(TICKET, Leaving.FAILED))
    (record,) = caplog.records
    assert (record.levelname, record.__dict__["call"], record.__dict__["tenant"]) == ("WARNING", "call-1", "acme")
    assert "this host's configuration has no such queue" in record.message
