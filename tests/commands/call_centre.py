"""The example tenant's queues in a real Redis, with a clock that is set by hand."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from gevent.event import AsyncResult

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.server_clock import ServerClocks
from callcontrol.routing.queue_layout import layout_dict, layout_of
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import Instant, instant_from, periods_at
from callcontrol.vocabulary.queue import Entered, Leaving, Occasion, Offer, Refusal, TalkEnd, Ticket

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
NINE = instant_from("2026-11-23T09:00:00+01:00")  # a Monday, on the clocks of the tenant
WORKER = "host/1"


def configured(folder: Path, redis_url: str, dsn: str = "") -> str:
    """A copy of the example that uses these stores."""
    shutil.copytree(EXAMPLE, folder / "conf")
    file = folder / "conf" / "callcontrol.yaml"
    file.write_text(file.read_text() + f'\nredis: {{url: "{redis_url}"}}\npostgres: {{dsn: "{dsn}"}}\n')
    return str(folder / "conf")


class ClocksAlike(ServerClocks):
    """It is at the server what time it is here, in these tests by hand."""

    def heard(self, tenant: str, sent_s: float, queues_us: int, correction_us: int = 0) -> int:
        return 0


class CallCentre:
    """Acts on the queues as a worker does; every method waits for Redis. It is nine o'clock at first.

    Attributes:
        config: the configuration folder, for commands.
        offers: made so far, by the id of the ticket.
    """

    def __init__(self, config: str, redis_url: str) -> None:
        self.config = config
        self.now = NINE
        self.offers: dict[str, Offer] = {}
        self._settings = read_configuration(Path(config)).settings.tenants["acme"]
        self._pipeline = RedisPipeline(connect(redis_url, 10.0))
        self._store = QueueStore(self._pipeline, self._occasion, self._told, clocks=ClocksAlike())

    def stop(self) -> None:
        """Let go of Redis."""
        self._pipeline.stop(1.0)

    def _occasion(self, _tenant: str) -> Occasion:
        return Occasion(self.now, WORKER, 1, periods_at(self.now, ZoneInfo(self._settings.zone)))

    def _told(self, _tenant: str, told: Effects) -> None:
        self.offers |= {offer.ticket: offer for offer in told.offers}

    def settle(self) -> None:
        """Until Redis has answered whatever was asked before."""
        self._pipeline.ask("PING")

    def wait(self, seconds: float) -> None:
        """Let time pass, and carry out what falls due."""
        self.now = Instant(self.now + round(seconds * 1_000_000))
        self._store.due("acme")
        self.settle()

    def open(self) -> None:
        """The daemon has told Redis of the queues, and whose phones are there."""
        layout = layout_dict(layout_of(self._settings))
        digest = hashlib.sha256(orjson.dumps(layout)).hexdigest()
        self._waited(lambda done: self._store.configure("acme", {**layout, "digest": digest}, done))
        phones = {name: True for name, agent in self._settings.agents.items() if agent.extension}
        self._waited(lambda done: self._store.reach("acme", phones, done))
        self.worker_lives(True)

    def worker_lives(self, lives: bool) -> None:
        """The worker of all calls has its lease, or has lost it."""
        self._pipeline.ask(*(("SET", keys.worker(WORKER), 1) if lives else ("DEL", keys.worker(WORKER))))

    def act(self, agent: str, action: AgentAction, detail: str = "") -> None:
        trouble = self._waited(lambda done: self._store.act("acme", agent, action, detail, done))
        assert trouble == ""
        self.settle()

    def join(self, call: str, queue: str = "support", number: str = "+48500100200", **how: Any) -> Entered | Refusal:
        """A caller comes; `how` as in Ticket."""
        ticket = Ticket(f"{call}/1", queue, number, WORKER, self.now, **how)
        answer: Entered | Refusal = self._waited(lambda done: self._store.join("acme", ticket, done))
        self.settle()
        return answer

    def ring(self, call: str) -> Offer:
        """The worker takes the ticket's offer up."""
        offer = self.offers[f"{call}/1"]
        self._store.ringing("acme", offer.id, 30_000_000)
        self.settle()
        return offer

    def answer(self, call: str) -> str:
        """Whom it is offered to takes the call; who it was."""
        offer = self.offers[f"{call}/1"]
        accepted = AsyncResult()
        self._store.accept("acme", offer.id, offer.agents[0], "call", lambda done, _losers: accepted.set(done))
        assert accepted.get()
        self.settle()
        return offer.agents[0]

    def miss(self, call: str) -> None:
        """Whom it is offered to does not answer."""
        offer = self.offers[f"{call}/1"]
        self._store.pass_("acme", offer.id, offer.agents[0], OfferEnd.NO_ANSWER)
        self.settle()

    def hang_up(self, agent: str, call: str, talk_s: float) -> None:
        """The end of their conversation."""
        self._store.over("acme", agent, f"{call}/1", round(talk_s * 1_000_000), TalkEnd.TALKED)
        self.settle()

    def leave(self, call: str, how: Leaving) -> None:
        self._store.leave("acme", f"{call}/1", how)
        self.settle()

    def ask_back(self, call: str, number: str) -> None:
        """The caller asks to be called back."""
        self._store.call_back("acme", f"{call}/1", number, self.now, Instant(self.now + 3_600_000_000))
        self.settle()

    def _waited(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        answer = AsyncResult()
        ask(answer.set)
        return answer.get(timeout=10)


def at(monkeypatch: Any, centre: CallCentre) -> None:
    """Commands look at the same clock from now on."""
    monkeypatch.setattr(clock, "now", lambda: centre.now)
