"""A small call centre for tests of distribution: three queues of different strategies, five agents who share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any, TypeVar

from callcontrol.config.queue_settings import Strategy
from callcontrol.routing.queue_layout import AgentLayout, Layout, QueueLayout, SeatLayout
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.moment import Instant, periods_at
from callcontrol.vocabulary.queue import (
    DemandStage,
    Engaged,
    Entered,
    Kept,
    Leaving,
    Notice,
    Occasion,
    Offer,
    Refusal,
    TalkEnd,
    Ticket,
)
from tests.oracle.answers import Acceptance, Objection, Result
from tests.oracle.model import Model

Answer = TypeVar("Answer")

S = 1_000_000  # microseconds
START = Instant(1_795_420_800_000_000)  # 2026-11-23T08:00:00Z, a Monday

PLAIN = QueueLayout(
    strategy=Strategy.IN_ORDER,
    weight_us=0,
    priority_us=60 * S,
    ring_us=20 * S,
    rest_us={
        OfferEnd.REJECTED: 20 * S,
        OfferEnd.BUSY: 30 * S,
        OfferEnd.NO_ANSWER: 10 * S,
        OfferEnd.UNREACHABLE: 60 * S,
    },
    misses=3,
    wrap_up_us=0,
    window="day",
    tier_wait_us=0,
    come_back_us=60 * S,
    length=1_000,
    expected_us=0,
    sticky_within_us=0,
    sticky_first_us=0,
    in_time_us=20 * S,
    short_us=5 * S,
)


def queue(**changes: Any) -> QueueLayout:
    """A plain queue, but for these settings."""
    return replace(PLAIN, **changes)


def layout(
    queues: Mapping[str, QueueLayout], seats: Mapping[str, Iterable[SeatLayout]], **agents: AgentLayout
) -> Layout:
    """A layout of agents who log in and have these seats, in the order given; `agents` says so otherwise."""
    plain = {name: AgentLayout(False, False, tuple(of)) for name, of in seats.items()}
    return Layout(dict(queues), plain | agents)


def seat(
    queue_name: str, position: int, tier: int = 1, weight: int = 1, demands: tuple[str, ...] = ("",)
) -> SeatLayout:
    """A seat; who has no skills meets the empty demand only."""
    return SeatLayout(queue_name, tier, position, weight, demands)


def one_queue(agents: int = 2, **changes: Any) -> Layout:
    """One queue `help` with agents a, b, … in this order."""
    names = "abcdefgh"[:agents]
    return layout({"help": queue(**changes)}, {name: (seat("help", i),) for i, name in enumerate(names, 1)})


@dataclass
class Scene:
    """The model with a clock that is set by hand; whatever it told is kept.

    Attributes:
        present: names, separated by blanks, of who is logged in and reachable from the beginning.
        offers, notices: told so far, the latest last.
    """

    plan: Layout
    present: str = ""
    model: Model = field(default_factory=Model)
    now: Instant = START
    worker: str = "w1"
    seed: int = 0
    offers: list[Offer] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.configure(self.plan)
        for name in self.present.split():
            self.here(name)

    def do(self, operation: Callable[[Model, Occasion], Result[Answer]]) -> Answer:
        """Carry out one operation now; its answer."""
        self.seed += 1
        result = operation(self.model, Occasion(self.now, self.worker, self.seed, periods_at(self.now, UTC)))
        self.offers.extend(result.offers)
        self.notices.extend(result.notices)
        return result.answer

    # --- time

    def wait(self, seconds: float) -> None:
        """Let time pass; nothing is carried out by it."""
        self.now = Instant(self.now + int(seconds * S))

    def due(self, after: float = 0) -> None:
        """Carry out what has fallen due so many seconds from now."""
        self.wait(after)
        self.do(lambda model, occasion: model.due(occasion))

    # --- callers

    def join(self, id_: str, number: str = "", **how: Any) -> Entered | Refusal:
        """A caller joins `help`, now, from the present worker; `how` says otherwise."""
        ticket = replace(Ticket(id_, "help", number, self.worker, self.now), **how)
        return self.do(lambda model, occasion: model.join(occasion, ticket))

    def leave(self, ticket: str, how: Leaving = Leaving.ABANDONED) -> bool:
        return self.do(lambda model, occasion: model.leave(occasion, ticket, how))

    def place(self, ticket: str) -> Entered | None:
        return self.do(lambda model, occasion: model.place(occasion, ticket))

    # --- offers

    def ringing(self, offer: str, seconds: int = 25) -> bool:
        return self.do(lambda model, occasion: model.ringing(occasion, offer, seconds * S))

    def accept(self, offer: str, agent: str) -> Acceptance:
        return self.do(lambda model, occasion: model.accept(occasion, offer, agent, "call"))

    def pass_(self, offer: str, agent: str, how: OfferEnd = OfferEnd.NO_ANSWER) -> bool:
        return self.do(lambda model, occasion: model.pass_(occasion, offer, agent, how))

    def over(self, agent: str, ticket: str, seconds: float = 60, how: TalkEnd = TalkEnd.TALKED) -> Instant | None:
        return self.do(lambda model, occasion: model.over(occasion, agent, ticket, int(seconds * S), how))

    # --- callbacks

    def call_back(
        self,
        ticket: str,
        number: str,
        after: float = 0,
        expires: float = 3_600,
        closed: tuple[tuple[float, float], ...] = (),
    ) -> Kept:
        """The caller asks for a callback so many seconds from now."""
        begins, ends = Instant(self.now + int(after * S)), Instant(self.now + int(expires * S))
        shut = tuple((Instant(self.now + int(a * S)), Instant(self.now + int(b * S))) for a, b in closed)
        return self.do(lambda model, occasion: model.call_back(occasion, ticket, number, begins, ends, shut))

    def called(self, ticket: str, reached: bool = False, after: float | None = None) -> bool:
        """An attempt is over; the next one is so many seconds from now (None: there is none)."""
        again = Instant(self.now + int(after * S) if after is not None else 0)
        return self.do(lambda model, occasion: model.called(occasion, ticket, reached, again))

    # --- agents

    def here(self, name: str) -> None:
        """The agent's phone is registered, and the agent logs in."""
        self.reach(**{name: True})
        self.act(name, AgentAction.LOG_IN)

    def act(self, name: str, action: AgentAction, detail: str = "") -> Objection | None:
        return self.do(lambda model, occasion: model.act(occasion, name, action, detail))

    def reach(self, **agents: bool) -> None:
        self.do(lambda model, occasion: model.reach(occasion, agents))

    def elsewhere(self, name: str, id_: str, on: bool) -> None:
        self.do(lambda model, occasion: model.elsewhere(occasion, name, id_, on, "call"))

    def engaged(self, *those: tuple[str, str], calls: str = "") -> int:
        """A worker says that these agents are engaged so; the live state has these calls."""
        said = [Engaged(agent, id_, "call") for agent, id_ in those]
        return self.do(lambda model, occasion: model.engaged(occasion, said, frozenset(calls.split())))

    # --- the rest

    def configure(self, plan: Layout) -> bool:
        return self.do(lambda model, occasion: model.configure(occasion, plan))

    def prioritise(self, ticket: str, priority: int) -> bool:
        return self.do(lambda model, occasion: model.prioritise(occasion, ticket, priority))

    def notify(self, ticket: str, what: str, detail: str = "") -> bool:
        return self.do(lambda model, occasion: model.notify(occasion, ticket, what, detail))

    # --- what is seen

    def agent(self, name: str) -> dict[str, Any]:
        """The agent as the snapshot shows it."""
        found: dict[str, Any] = self.model.snapshot()["agents"][name]
        return found

    def ticket(self, id_: str) -> dict[str, Any] | None:
        """The ticket as the snapshot shows it, None if it is gone."""
        found: dict[str, Any] | None = self.model.snapshot()["tickets"].get(id_)
        return found

    def line(self, queue_name: str = "help") -> list[str]:
        """The ids in line."""
        found: list[str] = self.model.snapshot()["lines"].get(queue_name, [])
        return found

    def figures(self, queue_name: str = "help", day: str = "2026-11-23") -> dict[str, int]:
        """What was counted for a queue on a day."""
        found: dict[str, int] = self.model.snapshot()["figures"].get(day, {}).get(queue_name, {})
        return found

    def did(self, name: str, day: str = "2026-11-23") -> dict[str, int]:
        """What was counted for an agent on a day, but for times in states."""
        found = self.model.snapshot()["did"].get(day, {}).get(name, {})
        return {figure: count for figure, count in found.items() if not figure.startswith("in_")}

    def told(self) -> list[tuple[str, tuple[str, ...]]]:
        """The offers since this was last asked: offer, agents."""
        found = [(offer.id, offer.agents) for offer in self.offers]
        self.offers.clear()
        return found

    def talk(self, ticket: str, agent: str, seconds: float = 60) -> None:
        """A conversation from the ticket's present offer on to its end."""
        found = self.ticket(ticket)
        assert found is not None
        assert self.accept(found["offer"], agent).accepted
        self.wait(seconds)
        self.over(agent, ticket, seconds)


def needs(demand: str, *later: tuple[int, str]) -> tuple[DemandStage, ...]:
    """A demand, and what is enough after so many seconds."""
    return (DemandStage(0, demand), *(DemandStage(after * 1_000, relaxed) for after, relaxed in later))
