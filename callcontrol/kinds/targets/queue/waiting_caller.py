"""A caller in a queue, as a value: since when, with which ticket, what the caller hears, who is offered the call.

What each event means for the caller stands in `waiting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from callcontrol.config.settings import Tenant
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.routing.path import Path, Way
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Offer


@dataclass(frozen=True, slots=True)
class QueueStep(OwnStep):
    """A queue, and the way by which the caller came to it."""

    queue: str
    path: Path

    def described(self) -> str:
        """Which queue."""
        return f"wait in queue {self.queue}"

    @property
    def way(self) -> Way:
        """Through the queue."""
        return Way(self.queue, self.path.diverted)


@dataclass(frozen=True, slots=True)
class RungLeg:
    """A leg at which an agent is rung; `round` is the trunk it goes through, in turn."""

    leg_id: str
    agent: str
    round: int = 0


@dataclass(frozen=True, slots=True)
class Offering:
    """An offer under way.

    Attributes:
        legs: those that have not ended for us; ringing, or the one that answered.
        stage: `ringing`; `accepting` (an agent answered, the live state is asked whether the offer still stands);
            `whispering` (the agent has the caller and hears who it is); `joining`.
        winner: the leg that answered, from `accepting` on.
    """

    offer: Offer
    legs: tuple[RungLeg, ...]
    stage: Literal["ringing", "accepting", "whispering", "joining"] = "ringing"
    winner: str = ""

    def agent_of(self, leg: str) -> str:
        """Whose leg this is, "" if it is not of this offer."""
        return next((rung.agent for rung in self.legs if rung.leg_id == leg), "")

    @property
    def agents(self) -> tuple[str, ...]:
        """Those whose legs have not ended for us, in the order of the offer."""
        return tuple(dict.fromkeys(rung.agent for rung in self.legs))

    @property
    def taken(self) -> bool:
        """Whether an agent has the caller already: no other agent can get that caller now."""
        return self.stage in ("whispering", "joining")

    @property
    def being_rung(self) -> tuple[str, ...]:
        """Its legs that have not answered."""
        return tuple(rung.leg_id for rung in self.legs if rung.leg_id != self.winner)

    def is_asked(self, leg: str, tenant: Tenant) -> bool:
        """Whether the agent at this leg is asked to accept by a key."""
        agent = tenant.agents.get(self.agent_of(leg))
        return leg != self.winner and agent is not None and agent.number is not None and agent.confirm


@dataclass(frozen=True, slots=True)
class WaitingCaller(OwnState):
    """The caller is in a queue, or (`entered` False) is being let in.

    Attributes:
        joined: since when the caller waits, as the place says; let_in: since when in this queue this time.
        music, saying: ids of the applications that play; `saying` is "" while only music plays, both are "" in silence.
        music_began: when the music began last; music that ends at once is not begun at once again.
        wanted: what is to be said when the place is known: `position`, `wait`.
        took_up: "" | `came_back` | `callback`: which earlier place it is.
        asked: the caller has asked to be called back, and the live state has not answered.
        closed_on: the opening hours ended while the caller waits: the offer that was under way then, and may still come
            to something; `none` where there was none; "": they did not end.
        refused_since: since when the live state has had no such queue for who had a place there; None: it has.
        position, minutes: the lowest position and the shortest wait the caller was told; 0: none yet.
    """

    waits: ClassVar[bool] = True

    step: QueueStep
    ticket: str
    joined: Instant
    entered: bool = False
    let_in: Instant | None = None
    music: str = ""
    saying: str = ""
    music_began: Instant | None = None
    wanted: tuple[str, ...] = ()
    position: int = 0
    minutes: int = 0
    offering: Offering | None = None
    asked: bool = False
    took_up: str = ""
    closed_on: str = ""
    refused_since: Instant | None = None

    @property
    def being_rung(self) -> tuple[str, ...]:
        """The phones of the agents who are offered the caller."""
        return () if self.offering is None else self.offering.being_rung

    def is_asked(self, leg: str, tenant: Tenant) -> bool:
        """An agent outside, who confirms."""
        return self.offering is not None and self.offering.is_asked(leg, tenant)

    @property
    def way(self) -> Way:
        """Through the queue."""
        return self.step.way

    def under_hours(self, tenant: Tenant) -> str | None:
        """Those of the queue, for who has a place there."""
        queue = tenant.queues.get(self.step.queue)
        return queue.hours if queue is not None and self.entered else None
