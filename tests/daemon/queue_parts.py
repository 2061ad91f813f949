"""Parts of a worker around the queues: a configuration folder, a real Redis, a call that only keeps its events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import gevent
from gevent.event import AsyncResult

from callcontrol.control.call import Call, new_call
from callcontrol.control.events import Event
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.edges import clock
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.routing.queue_layout import layout_dict, layout_of
from callcontrol.vocabulary.agent import AgentAction, AgentView
from callcontrol.vocabulary.queue import Occasion, TicketView
from tests.routing.queue_world import CUSTOMER, HELP, facts, tenant
from tests.routing.world import MAIN

WORKER = "host/1"
WAIT_S = 60.0
TARIFF = """
tariff: retail
currency: PLN
vat_percent: 23
round_amount: half_up
decimals: 2
step: 60/1
versions:
  - valid_from: 2020-01-01
    prefixes:
      - {prefix: 48, destination: Poland, price_per_minute: 0.10}
"""


def until(is_so: Callable[[], object]) -> None:
    """Wait until the condition holds; fails after WAIT_S seconds."""
    due = clock.monotonic() + WAIT_S
    while not is_so():
        assert clock.monotonic() < due, "it did not happen in time"
        gevent.sleep(0.01)


def configured(folder: Path, **queues: str) -> Path:
    """A configuration folder with the small tenant; `queues` as of `queue_world.tenant`."""
    acme = f"region: PL\nzone: Europe/Warsaw\n{tenant(**queues)}"
    for name, text in {"callcontrol": MAIN, "tenants/acme": acme, "tariffs/retail": TARIFF}.items():
        file = folder / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


class Listener:
    """A stand-in for a call's driver that keeps the events."""

    def __init__(self, id_: str = "call-1", switch: str = "fs1") -> None:
        self.call: Call = new_call(
            id_=id_,
            channel=id_,
            switch=switch,
            worker=WORKER,
            tenant="acme",
            caller=CUSTOMER,
            dialled=HELP,
            now=clock.now(),
        )
        self.events: list[Event] = []

    @property
    def driver(self) -> CallDriver:
        return cast(CallDriver, self)

    def deliver(self, event: Event) -> None:
        self.events.append(event)

    def when_confirmed(self, store: Callable[[], None]) -> None:
        """Stores at once: the switch confirms this call."""
        store()

    def next_event(self, kind: type[Event], count: int = 1) -> Any:
        """Wait for the next event of this kind; earlier events are dropped."""
        until(lambda: sum(isinstance(event, kind) for event in self.events) >= count)
        at = next(i for i, event in enumerate(self.events) if isinstance(event, kind))
        found = self.events[at]
        del self.events[: at + 1]
        return found


class LiveQueues:
    """The small tenant's queues in a real Redis; the effects of operations are kept in `effects`."""

    def __init__(self, redis_url: str, timeout_s: float = 5.0) -> None:
        self.pipeline = RedisPipeline(connect(redis_url, timeout_s))
        self.effects: list[Effects] = []
        self.on_effects: Callable[[str, Effects], None] = lambda tenant, effects: self.effects.append(effects)
        self.store = QueueStore(self.pipeline, occasion, lambda tenant, effects: self.on_effects(tenant, effects))
        self.views = QueueViews(self.pipeline)

    def open(self, *agents: str) -> None:
        """Write the queues to Redis, and log these agents in with their phones registered."""
        layout = layout_dict(layout_of(facts(written=tenant()).tenant))
        self.waited(lambda done: self.store.configure("acme", {**layout, "digest": "d"}, done))
        for agent in agents:
            self.waited(lambda done, agent=agent: self.store.reach("acme", {agent: True}, done))
            self.waited(lambda done, agent=agent: self.store.act("acme", agent, AgentAction.LOG_IN, "", done))

    def waited(self, ask: Callable[..., None]) -> Any:
        answer: AsyncResult[Any] = AsyncResult()
        ask(answer.set)
        return answer.get(timeout=WAIT_S)

    def settle(self) -> None:
        """Wait until Redis has answered all earlier requests."""
        self.pipeline.ask("PING")

    def agent(self, name: str) -> AgentView:
        (found,) = [one for one in self.views.agents("acme", occasion("acme")) if one.name == name]
        return found

    def tickets(self, queue: str = "help") -> list[TicketView]:
        return self.views.tickets("acme", queue, occasion("acme"))

    def close(self) -> None:
        self.pipeline.stop(1.0)


def occasion(_tenant: str) -> Occasion:
    """Now, by this worker, always with the same random seed."""
    return Occasion(clock.now(), WORKER, 1, {"day": "2026-11-23", "week": "2026-W48", "month": "2026-11"})
