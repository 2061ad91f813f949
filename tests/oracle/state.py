"""What is known: agents, tickets, offers and figures of one tenant, as `RULES.md` names them.

The only mutable values of this floor. All moments and spans are whole microseconds; 0 stands for never.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from callcontrol.routing.queue_layout import Layout
from callcontrol.vocabulary.agent import AgentState

NEVER = 0


class TicketState(StrEnum):
    """What a ticket is doing."""

    WAITING = "waiting"  # may be offered
    OFFERED = "offered"
    ADRIFT = "adrift"  # its worker did not take an offer up: not offered until the worker is heard of
    HELD = "held"  # a callback before its time; it stands in no line
    CALLING = "calling"  # a callback whose agent has accepted; it stands in no line


_IN_NO_LINE = (TicketState.HELD, TicketState.CALLING)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, from the acceptance of the offer to the end of the agent's leg.

    Attributes:
        day: in whose figures the acceptance was counted.
        wait_us: how long the caller had waited.
        in_time: whether that counted as answered in time.
    """

    ticket: str
    offer: str
    queue: str
    number: str
    callback: bool
    day: str
    wait_us: int
    in_time: bool


@dataclass(slots=True)
class AgentNow:
    """An agent.

    Attributes:
        paused: the reason, "" if the agent is not.
        elsewhere: ids of calls that came from no queue.
        offer: the id of the offer the agent has, "" for none.
        last_talk: end of the last conversation.
        last_passed: end of the last offer that came to nothing.
        misses: in a row.
        noted_*: what was noted last, see `serving.note`; wakes: when wrap-up or rest ends next.
        lots: by queue what the agent drew on becoming free.
    """

    name: str
    logged_in: bool = False
    paused: str = ""
    reachable: bool = False
    elsewhere: set[str] = field(default_factory=set)
    offer: str = ""
    talk: Talk | None = None
    wrap_until: int = NEVER
    rest_until: int = NEVER
    last_talk: int = NEVER
    last_passed: int = NEVER
    misses: int = 0
    noted_active: bool = False
    noted_free: bool = False
    noted_state: AgentState | None = None
    since: int = NEVER
    wakes: int = NEVER
    lots: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LaneStage:
    """From when on a ticket may be offered to whom: to one `agent`, or (agent "") to an agent who meets the
    `demand`.
    """

    begins: int
    demand: str = ""
    agent: str = ""


@dataclass(slots=True)
class TicketNow:
    """A caller's place.

    Attributes:
        stage: index into `stages`; only looked at while the ticket waits.
        order: the smaller is served first.
        epoch: how often it has been offered.
        lease: until when its worker has to be heard of; not of a callback, whose place ends by `expires`.
        not_before, expires: of a callback.
        closed: from when till when it is held until then.
        closing: when that begins next, 0: not any more.
        attempt: how often an agent accepted this callback.
        context: how its caller was led.
    """

    id: str
    queue: str
    number: str
    worker: str
    joined: int
    priority: int
    order: int
    stages: tuple[LaneStage, ...]
    stage: int = 0
    state: TicketState = TicketState.WAITING
    epoch: int = 0
    offer: str = ""
    first_offered: int = NEVER
    lease: int = NEVER
    callback: bool = False
    attempt: int = 0
    not_before: int = NEVER
    expires: int = NEVER
    closed: tuple[tuple[int, int], ...] = ()
    closing: int = 0
    context: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """What lines are sorted by."""
        return self.order, self.id

    @property
    def lane(self) -> LaneStage:
        """The stage in force."""
        return self.stages[self.stage]


@dataclass(slots=True)
class OfferNow:
    """An offer that is not over; `agents` are those who have not ended it, in its order; `worker` carries it out.

    Attributes:
        joining: agents who joined while it rang and whom the worker has not taken up yet, until `joining_until`.
        closed: the worker did not take one of them up, or the switch or the caller ended it for one of them: no agent
            joins any more.
        looks: when it is looked at whether more agents may join; NEVER: time alone changes nothing.
    """

    id: str
    ticket: str
    agents: list[str]
    expires: int
    worker: str
    ringing: bool = False
    joining: list[str] = field(default_factory=list)
    joining_until: int = NEVER
    closed: bool = False
    looks: int = NEVER


@dataclass(slots=True)
class EngagedNow:
    """Until when a conversation, or another call of an agent, counts without being heard of, and its call."""

    until: int
    call: str


@dataclass(frozen=True, slots=True)
class LeftPlace:
    """The place of a caller who gave up, kept until a moment in case the caller comes back."""

    until: int
    joined: int
    order: int


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """The agent who last spoke with a number in a queue."""

    agent: str
    at: int


Counts = defaultdict[tuple[str, str], Counter[str]]


def _counts() -> Counts:
    return defaultdict(Counter)


@dataclass(slots=True)
class State:
    """All that is known of one tenant.

    Attributes:
        cursors: by queue and tier, see `round_robin`.
        levels: by queue, see `random`.
        handling: by queue, microseconds a conversation takes with its wrap-up, averaged.
        engaged: by agent, and by the ticket the agent talks with or the id of one of the agent's other calls.
        left, acquaintances: by queue and number.
        called_back: by queue and number, until when no other callback to it is kept.
        callbacks_of_day: by queue and number, how many were kept since the first of its day, and when that is over.
        figures, did: by day and queue, by day and agent.
        talked, talks: by window and period: microseconds and conversations of each agent.
    """

    layout: Layout = field(default_factory=lambda: Layout({}, {}))
    agents: dict[str, AgentNow] = field(default_factory=dict)
    tickets: dict[str, TicketNow] = field(default_factory=dict)
    offers: dict[str, OfferNow] = field(default_factory=dict)
    cursors: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    levels: Counter[str] = field(default_factory=Counter)
    handling: Counter[str] = field(default_factory=Counter)
    engaged: dict[tuple[str, str], EngagedNow] = field(default_factory=dict)
    left: dict[tuple[str, str], LeftPlace] = field(default_factory=dict)
    acquaintances: dict[tuple[str, str], Acquaintance] = field(default_factory=dict)
    called_back: dict[tuple[str, str], int] = field(default_factory=dict)
    callbacks_of_day: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    figures: Counts = field(default_factory=_counts)
    did: Counts = field(default_factory=_counts)
    talked: Counts = field(default_factory=_counts)
    talks: Counts = field(default_factory=_counts)

    def agent(self, name: str) -> AgentNow:
        """The agent of this name. One that was never heard of is not kept: nothing may be set of it."""
        return self.agents.get(name) or AgentNow(name)

    def heard_of(self, name: str) -> AgentNow:
        """The agent of this name, kept from now on."""
        return self.agents.setdefault(name, AgentNow(name))

    def line(self, queue: str) -> list[TicketNow]:
        """Who has a place in this queue, in order: no callback that may not be called yet, or is being called."""
        return sorted(self._in_line(queue), key=lambda ticket: ticket.rank)

    def position(self, ticket: TicketNow) -> int:
        """The ticket's place in its line, from 1; 0 if it stands in none."""
        if ticket.state in _IN_NO_LINE:
            return 0
        return 1 + sum(other.rank < ticket.rank for other in self._in_line(ticket.queue))

    def _in_line(self, queue: str) -> Iterator[TicketNow]:
        every = self.tickets.values()
        return (one for one in every if one.queue == queue and one.state not in _IN_NO_LINE)
