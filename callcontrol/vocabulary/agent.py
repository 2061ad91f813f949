"""Agents: who takes calls from queues, and what they may be doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from callcontrol.vocabulary.moment import Instant

# The reason of an agent who gave none.
PAUSED = "paused"
# By how much a wrap-up is prolonged if nothing else is said (seconds).
PROLONG_S = 60


class AgentState(StrEnum):
    """What an agent is doing; of several that are true at once the first in this list is shown."""

    TALKING = "talking"  # with a caller of a queue, from accepting the offer to the end of the agent's leg
    RINGING = "ringing"  # an offer rings at the agent's phone
    RESERVED = "reserved"  # an offer was made and has not reached the agent's phone yet
    LOGGED_OUT = "logged_out"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"  # the agent's phone is not registered
    ELSEWHERE = "elsewhere"  # on a call that came from no queue
    WRAP_UP = "wrap_up"
    READY = "ready"  # an agent that rests after a miss is ready, but gets no offer yet


class AgentAction(StrEnum):
    """What an agent may ask for, or an admin or supervisor for an agent."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PAUSE = "pause"
    RESUME = "resume"
    END_WRAP_UP = "end_wrap_up"
    PROLONG_WRAP_UP = "prolong_wrap_up"


class OfferEnd(StrEnum):
    """How an offer ended for one agent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"  # the caller left while the phone rang, or before both were joined
    ELSEWHERE = "answered_elsewhere"  # all at once: another agent was faster
    EXPIRED = "expired"  # its end was not reported in time (its worker died)


# The offers that count as missed: so many in a row pause the agent.
MISSES = frozenset({OfferEnd.NO_ANSWER, OfferEnd.REJECTED})

# The reason of a pause that the system set after too many missed offers.
PAUSED_FOR_MISSES = "missed"


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent as tables show one.

    Attributes:
        since: when this state began.
        until: when it ends by itself (wrap-up), or when the next offer may come (rest); None otherwise.
        reason: why the agent is paused.
        queues: where the agent has a seat.
        figures: of today in the tenant's zone: `offered`, `answered`, `missed` (counts), `talk_ms`, `wrap_up_ms`,
            `in_STATE_ms` for each state, up to its last change.
    """

    name: str
    state: AgentState
    since: Instant
    until: Instant | None
    reason: str
    queues: tuple[str, ...]
    caller: str
    misses_in_a_row: int
    figures: Mapping[str, int]
