"""Calls in queues stepped by hand: a waiting caller, and a callback to a customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from callcontrol.control import commands as do
from callcontrol.control.events import (
    FactsFound,
    Joined,
    LegAnswered,
    LegBridged,
    LegHeard,
    OfferAccepted,
    OfferMade,
    OriginateFailed,
    PlaceKnown,
    QueueEntered,
)
from callcontrol.kinds.targets.queue.callback import CallingBack, new_callback
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.kinds.targets.queue.waiting_caller import Offering
from callcontrol.kinds.targets.queue.waiting_room import POLL_S, POLL_TIMER
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import NO_CONTEXT, CallerContext, Entered, Offer, Place
from callcontrol.vocabulary.trail import Offered
from tests.control.story import SECOND, Story
from tests.routing.queue_world import HELP, RUSH, facts

STAGES = ("entering", "waiting", "ringing", "accepting", "whispering", "joining", "talking")


class QueueStory(Story):
    """A caller and the queue; `known` overrides arguments of `queue_world.facts`."""

    def __init__(self, dialled: str = HELP, **known: object) -> None:
        super().__init__(facts(dialled, **known))  # type: ignore[arg-type]  # kwargs of a test
        self.epoch = 0

    # --- what is

    @property
    def waiting(self) -> Waiting:
        assert isinstance(self.call.state, Waiting)
        return self.call.state

    @property
    def under(self) -> Offering:
        """The offer under way."""
        state = self.call.state
        assert isinstance(state, Waiting | CallingBack)
        assert state.offering is not None
        return state.offering

    @property
    def timers(self) -> dict[str, float]:
        """The timers set by the last step, in seconds, without the poll that asks whether the ticket still exists."""
        return {c.name: c.after_s for c in self.every(do.StartTimer) if c.name != POLL_TIMER}

    @property
    def is_polled(self) -> bool:
        """Whether the last step set the poll timer."""
        polls = [c.after_s for c in self.every(do.StartTimer) if c.name == POLL_TIMER]
        assert all(POLL_S / 2 <= after_s <= 1.5 * POLL_S for after_s in polls)
        return bool(polls)

    def legs(self, agent: str) -> tuple[str, ...]:
        """The legs that rang first for the agent's latest offer."""
        return [e.legs for e in self.entries(Offered) if e.agent == agent][-1]

    # --- what happens

    def enter(self, position: int = 1, waited_s: float = 0, took_up: str = "") -> Self:
        """From the decision to the place in the queue; `waited_s` counts if the caller took an earlier place up."""
        self.begin()
        joined = Instant(int(self.waiting.joined - waited_s * SECOND))
        place = Place(position, position, 3, 0)
        self.then(QueueEntered(self.waiting.ticket, Entered(place, joined, took_up)))
        return self

    def place(self, position: int, handling_s: int = 0, active: int = 1) -> Self:
        """Redis answers with the caller's position."""
        place = Place(position, position, active, handling_s * 1000)
        self.then(PlaceKnown(self.waiting.ticket, Entered(place, self.waiting.joined)), 0)
        return self

    def offered(self, *agents: str) -> Offer:
        """A new offer of the caller's ticket."""
        self.epoch += 1
        ticket, joined = self.waiting.ticket, self.waiting.joined
        expires = Instant(self.facts.now + 3 * SECOND)
        queue = self.waiting.step.queue
        return Offer(f"{ticket}:{self.epoch}", ticket, queue, self.epoch, agents, joined, expires, "w1")

    def offer(self, *agents: str) -> Self:
        self.then(OfferMade(self.offered(*agents)))
        return self

    def answer(self, leg: str) -> Self:
        self.then(LegAnswered(leg))
        return self

    def accept(self) -> Self:
        """Redis confirms that the agent who answered has the caller."""
        under = self.under
        self.then(OfferAccepted(under.offer.id, under.agent_of(under.winner)))
        return self

    def fail(self, cause: str, *legs: str) -> Self:
        """Legs that rang together end without an answer."""
        for leg in legs:
            self.gone(leg, cause)
        self.then(OriginateFailed(legs, cause))
        return self

    def reach(self, stage: str, agent: str = "anna") -> Self:
        """Everything up to this stage of an offer to this agent."""
        for one in STAGES[: STAGES.index(stage) + 1]:
            self._go(one, agent)
        assert stage == "talking" or stage in ("entering", "waiting") or self.under.stage == stage
        return self

    def _go(self, stage: str, agent: str) -> None:
        match stage:
            case "entering":
                self.then(FactsFound())
            case "waiting":
                place = Entered(Place(1, 1, 3, 0), self.waiting.joined)
                self.then(QueueEntered(self.waiting.ticket, place))
            case "ringing":
                self.offer(agent)
            case "accepting":
                self.answer(self.legs(agent)[0])
            case "whispering":
                self.accept()
            case "joining":
                self.then(LegHeard(self.under.winner))
            case _:
                self.then(LegBridged(self.under.winner, self.facts.now))


class CallbackStory(QueueStory):
    """A queue's callback to a customer that is due."""

    def __init__(
        self, *agents: str, queue: str = "help", attempt: int = 1, context: CallerContext = NO_CONTEXT, **known: object
    ) -> None:
        super().__init__(RUSH if queue == "rush" else HELP, **known)
        now = self.facts.now
        joined = Instant(now - 600 * SECOND)
        self.first = Offer(
            "asked/1:1", "asked/1", queue, 1, agents or ("anna",), joined, Instant(now + 3 * SECOND), "w1",
            callback=True, attempt=attempt, number="+48600700800",
        )  # fmt: skip
        self.call = new_callback(
            id_="back-1", switch="fs1", worker="w1", tenant="acme", offer=self.first, now=now, context=context
        )
        self.facts = replace(self.facts, caller=Caller(self.first.number), dialled=self.call.dialled)

    @property
    def state_now(self) -> CallingBack:
        assert isinstance(self.call.state, CallingBack)
        return self.call.state

    @property
    def customer(self) -> str:
        return self.state_now.customer

    def ring(self) -> Self:
        self.then(OfferMade(self.first))
        return self

    def agent_there(self, agent: str = "anna") -> Self:
        """The agent has answered and Redis has confirmed the offer; the customer's phone rings."""
        self.ring().answer(self.legs(agent)[0]).accept()
        return self

    def joined(self, agent: str = "anna") -> Self:
        self.agent_there(agent)
        self.answer(self.customer).then(Joined(self.under.winner, self.customer))
        return self
