"""An operation in progress: the state it changes, its moment and chance, and what it has led to so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcontrol.routing.queue_layout import QueueLayout
from callcontrol.vocabulary.queue import Notice, Occasion, Offer
from tests.oracle.chance import Chance
from tests.oracle.state import State, TicketNow

US_PER_MS = 1_000


@dataclass(slots=True)
class Work:
    """What every step of an operation is given."""

    state: State
    occasion: Occasion
    chance: Chance = field(init=False)
    offers: list[Offer] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Chance(self.occasion.seed)

    @property
    def now(self) -> int:
        """The moment of the operation."""
        return self.occasion.now

    @property
    def day(self) -> str:
        """In whose figures things are counted."""
        return self.occasion.periods["day"]

    def queue(self, name: str) -> QueueLayout | None:
        """What is set for this queue, None if it is no more."""
        return self.state.layout.queues.get(name)

    def count(self, queue: str, figure: str, by: int = 1, day: str = "") -> None:
        """Count for a queue, on the present day if none is given."""
        self.state.figures[day or self.day, queue][figure] += by

    def count_did(self, agent: str, figure: str, by: int = 1) -> None:
        """Count for an agent, on the present day."""
        self.state.did[self.day, agent][figure] += by

    def tell(self, ticket: TicketNow, what: str, detail: str = "") -> None:
        """A notice to the ticket's worker."""
        self.notices.append(Notice(ticket.id, ticket.worker, what, detail))


def ms(span_us: int) -> int:
    """Whole milliseconds, rounded down, as figures are kept."""
    return span_us // US_PER_MS
