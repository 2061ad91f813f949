"""Queues: a caller's place (ticket), an attempt to give the caller to an agent (offer), and how the caller leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.demand import CallerDemand
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import Instant

# A visit that goes on: the caller was given to an agent, who left at once.
GOES_ON = "goes_on"
# The demand every agent meets.
NO_DEMAND = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every operation on the queues is given: when and by whom it is asked for, and its chance.

    Attributes:
        periods: `day`, `week`, `month` at `now` in the tenant's zone, see `vocabulary.moment.periods_at`.
    """

    now: Instant
    worker: str
    seed: int
    periods: Mapping[str, str]


class Refusal(StrEnum):
    """Why a caller was not let into a queue."""

    NO_AGENT = "no_agent"  # no agent is active
    FULL = "full"  # as many wait as are allowed
    TOO_LONG = "too_long"  # the expected wait is longer than allowed
    AWAY = "away"  # the live state cannot be reached
    CLOSED = "closed"  # outside the queue's opening hours


class Leaving(StrEnum):
    """How a caller left a queue."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    WAITED_OUT = "overflow_wait"  # the caller waited as long as the queue allows
    DESERTED = "overflow_empty"  # the last agent left
    CLOSED = "overflow_closed"  # the queue's opening hours ended
    KEY = "key"  # the caller pressed a key that leads elsewhere
    CALLBACK = "callback"  # the caller asked to be called back
    REMOVED = "removed"  # an admin or supervisor took the caller out
    MOVED = "moved"  # an admin or supervisor moved the caller into another queue
    FAILED = "failed"


class TalkEnd(StrEnum):
    """Why an agent who accepted does not talk with the caller any more."""

    TALKED = "talked"
    ABANDONED = "abandoned"  # the caller went before they were joined
    DROPPED = "dropped"  # the agent did
    UNJOINED = "unjoined"  # the switch did not join them in time: no miss of the agent


class Kept(StrEnum):
    """What became of a caller's wish to be called back."""

    GONE = "gone"  # the ticket was not there, or the caller has no number
    KEPT = "kept"
    NOTED = "noted"  # the number had a callback in this queue already: there is one for both
    REFUSED = "refused"  # the number was promised one lately: the caller waits on


@dataclass(frozen=True, slots=True)
class DemandStage:
    """What a caller's agent must know from so many ms of waiting on.

    `demand` is the written form `german>=1,russian>=2` (skills in alphabetical order); NO_DEMAND: any agent.
    """

    after_ms: int
    demand: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A caller's place in a queue, as it is asked for.

    Attributes:
        id: the call's id and which of its visits this is: `<call id>/1`; of a callback the call that asked for it.
        number: E.164 or what arrived, "" for a caller who shows none (then nothing is kept under it).
        priority: 0…10, of the caller.
        stages: the first begins at 0.
        again: the caller had an agent who left before they were joined: the caller gets the old place back, and is not
            refused.
        worker: the worker whose driver has the caller's channel.
    """

    id: str
    queue: str
    number: str
    worker: str
    joined: Instant
    priority: int = 0
    stages: tuple[DemandStage, ...] = (DemandStage(0, NO_DEMAND),)
    again: bool = False


@dataclass(frozen=True, slots=True)
class CallerContext:
    """How a caller was led who has asked to be called back: the call back begins with it.

    Attributes:
        language: the one that was chosen; None: none was.
        demand: what the caller has asked for by keys; None: nothing.
        menu: the menu from which the caller came to the queue, as a target text; "": from none.
    """

    language: Language | None = None
    demand: CallerDemand | None = None
    menu: str = ""


NO_CONTEXT = CallerContext()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands.

    Attributes:
        position: 1 is next; 0 for a ticket that is not in the queue, or a callback that may not be called yet.
        waiting: callers in the queue, and callbacks that may be called now.
        active: agents who are logged in, reachable and not paused.
        handling_ms: how long the queue's last conversations took on average, wrap-up included; 0: unknown.
    """

    position: int
    waiting: int
    active: int
    handling_ms: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The caller is in the queue.

    Attributes:
        joined: since when the caller waits: earlier than now after coming back or taking up a callback.
        took_up: "" | `came_back` | `callback`: which earlier place the caller has.
    """

    place: Place
    joined: Instant
    took_up: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One attempt to give a ticket to an agent (with `all_at_once`, to several).

    Attributes:
        id: unique; names the attempt everywhere.
        epoch: how often this ticket has been offered; a later one makes this one void.
        agents: in the order of the strategy.
        joined: since when the ticket waits.
        callback: the customer is to be called; there is no caller on the line.
        attempt: of a callback: 1, 2, …
        number: the customer's, of a callback.
    """

    id: str
    ticket: str
    queue: str
    epoch: int
    agents: tuple[str, ...]
    joined: Instant
    expires: Instant
    worker: str
    callback: bool = False
    attempt: int = 0
    number: str = ""


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer that was taken up, and the agents who were rung for it."""

    offer: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engaged:
    """An agent is offered no callers for the sake of a call that a worker has.

    Attributes:
        id: the ticket the agent talks with, or the leg of a call that came from no queue.
        call: the call it belongs to.
    """

    agent: str
    id: str
    call: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened to a ticket that its call has to know.

    `what` is `moved` (to queue `detail`), `removed` (detail: a target text or ""), `deserted` (the last agent left),
    `queue_gone` (the YAML has no such queue any more), `lost` (no worker asked for the caller's place for too long, so
    it was given up) or `offer_void` (offer `detail` of a callback does not stand any more).
    """

    ticket: str
    worker: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A waiting caller as tables show one; `position` is 0 for a callback that may not be called yet."""

    id: str
    queue: str
    position: int
    number: str
    joined: Instant
    priority: int
    demand: str
    state: str  # waiting, offered, callback, adrift (its worker died)
    offered_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue as a table shows it; `figures` are of today in the tenant's zone, see FIGURES.

    Attributes:
        waiting: callers, and callbacks that may be called now.
        callbacks: all of them.
        oldest: since when the longest waiting caller on the line waits (no callback); None: there is none.
        held: callbacks that may not be called yet; no caller is behind them.
    """

    name: str
    waiting: int
    callbacks: int
    oldest: Instant | None
    active: int
    ready: int
    handling_ms: int
    figures: Mapping[str, int]
    held: int = 0

    @property
    def service_level(self) -> float | None:
        """Answered in time, of all callers but those who hung up at once or are still waiting; None: there are none."""
        of = sum(self.figures.get(figure, 0) for figure in ("answered", "abandoned", "overflowed", "callbacks"))
        return self.figures.get("answered_in_time", 0) / of if of else None


# What is counted for each queue and day. Times are sums in ms.
FIGURES = (
    "entered",
    "answered",
    "answered_in_time",  # within the service level's seconds
    "abandoned",
    "abandoned_short",
    "overflowed",
    "callbacks",  # asked for
    "called_back",
    "callback_failed",
    "offers",
    "misses",
    "wait_ms",  # of those answered
    "talk_ms",
    "wrap_up_ms",
    "talks",
)

__all__ = [
    "FIGURES",
    "NO_DEMAND",
    "DemandStage",
    "Engaged",
    "Entered",
    "KnownOffer",
    "Leaving",
    "Notice",
    "Offer",
    "OfferEnd",
    "Place",
    "QueueView",
    "Refusal",
    "TalkEnd",
    "Ticket",
    "TicketView",
]


@dataclass(frozen=True, slots=True)
class TalkedWith:
    """The agent of a queue with whom the caller has talked, before the call went on."""

    queue: str = ""
    agent: str = ""


NO_TALK: Final = TalkedWith()
