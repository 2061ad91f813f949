"""The queues of a small tenant in a Redis of any kind: who waits, and an agent who takes calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import gevent
from gevent.event import AsyncResult

from callcontrol.edges import clock
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.routing.queue_layout import layout_dict
from callcontrol.vocabulary.agent import AgentAction, AgentView
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Entered, Occasion, Offer, Refusal, Ticket
from tests.distribution.plans import AGENTS, FULL

TENANT, WORKER, WAIT_S = "acme", "w1", 30.0


def until(is_so: Callable[[], object], wait_s: float = WAIT_S) -> None:
    due = clock.monotonic() + wait_s
    while not is_so():
        assert clock.monotonic() < due, "it did not happen in time"
        gevent.sleep(0.05)


def occasion(_tenant: str) -> Occasion:
    now = clock.now()
    return Occasion(now, WORKER, 1, periods_at(now, UTC))


class CallCentre:
    """Queue `help` and its agents; what operations led to is kept in `told`."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self.pipeline = RedisPipeline(connect(url, timeout_s))
        self.told: list[Effects] = []
        self.store = QueueStore(self.pipeline, occasion, lambda tenant, told: self.told.append(told))
        self.views = QueueViews(self.pipeline)

    def open(self, *agents: str) -> None:
        """Redis is told of the queues; these agents log in, the others' phones are away."""
        assert waited(lambda done: self.store.configure(TENANT, {**layout_dict(FULL), "digest": "d"}, done))
        assert waited(lambda done: self.store.reach(TENANT, {name: name in agents for name in AGENTS}, done))
        for agent in agents:
            assert self.log_in(agent) == ""

    def log_in(self, agent: str) -> str:
        """Why not, "" if it is done."""
        said: str = waited(lambda done: self.store.act(TENANT, agent, AgentAction.LOG_IN, "", done))
        return said

    def join(self, id_: str) -> Entered | Refusal:
        """A caller comes; `call-N/1` has the number that ends in N."""
        ticket = Ticket(id_, "help", f"+4860070080{id_[5]}", WORKER, clock.now())
        answer: Entered | Refusal = waited(lambda done: self.store.join(TENANT, ticket, done))
        return answer

    def accept(self, offer: Offer) -> bool:
        answer: AsyncResult[bool] = AsyncResult()
        self.store.accept(TENANT, offer.id, offer.agents[0], "call", lambda accepted, losers: answer.set(accepted))
        accepted: bool = answer.get(timeout=WAIT_S)
        return accepted

    def offers(self) -> list[Offer]:
        return [offer for told in self.told for offer in told.offers]

    def line(self) -> list[str]:
        """Who waits, in order."""
        return [one.id for one in self.views.tickets(TENANT, "help", occasion(TENANT))]

    def agent(self, name: str) -> AgentView:
        (found,) = [one for one in self.views.agents(TENANT, occasion(TENANT)) if one.name == name]
        return found


def waited(ask: Callable[[Callable[..., None]], None]) -> Any:
    """What an operation answers."""
    answer: AsyncResult[Any] = AsyncResult()
    ask(answer.set)
    return answer.get(timeout=WAIT_S)
