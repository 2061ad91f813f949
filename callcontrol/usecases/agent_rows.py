"""Agents as rows of a table: of today from the live state, of a past period from the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcontrol.edges.ledger.statistics import AgentStatistics
from callcontrol.vocabulary.agent import AgentState, AgentView
from callcontrol.vocabulary.moment import Instant

# Occupancy: of the time in which an agent could have been given callers, the part with a caller. An agent whose phone
# is not there has no part in it: one who is active by registration (`auto`) goes home by switching it off.
OCCUPIED = (AgentState.TALKING, AgentState.RINGING, AgentState.RESERVED, AgentState.WRAP_UP)
AT_WORK = (*OCCUPIED, AgentState.ELSEWHERE, AgentState.READY)


@dataclass(frozen=True, slots=True)
class AgentNow:
    """What the agent does now; `until` and `caller` as in AgentView, spans in ms, 0 in `since` if it is not known."""

    state: AgentState
    reason: str
    since: Instant
    for_ms: int
    until: Instant | None
    left_ms: int | None
    queues: tuple[str, ...]
    caller: str
    misses_in_a_row: int


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent and the results of the agent's offers; times in ms, None where there is nothing to divide by.

    Attributes:
        now: None for a past period.
        aht_ms: conversation and wrap-up, of each conversation.
        occupancy: 0 to 1; the records do not know it.
        in_state_ms: how long the agent was in which state; the records do not know it.
        ends: how often an offer ended how; the live state does not know it.
    """

    tenant: str
    agent: str
    name: str
    now: AgentNow | None
    offered: int
    answered: int
    missed: int
    talks: int
    talk_ms: int
    wrap_up_ms: int
    aht_ms: int | None
    occupancy: float | None
    in_state_ms: Mapping[str, int]
    ends: Mapping[str, int]


def live_row(tenant: str, name: str, view: AgentView, caller: str, now: Instant, day_began: Instant) -> AgentRow:
    """The agent now, and the agent's figures of today.

    Args:
        name: the agent's display name.
        caller: the number the agent talks with, as it may be shown.
        day_began: when today began in the tenant's zone.
    """

    def count(figure: str) -> int:
        return view.figures.get(figure, 0)

    spans = in_state_ms(view, now, day_began)
    return AgentRow(
        tenant=tenant,
        agent=view.name,
        name=name,
        now=_now(view, caller, now),
        offered=count("offered"),
        answered=count("answered"),
        missed=count("missed"),
        talks=count("talks"),
        talk_ms=count("talk_ms"),
        wrap_up_ms=count("wrap_up_ms"),
        aht_ms=_aht(count("talk_ms") + count("wrap_up_ms"), count("talks")),
        occupancy=occupancy(spans),
        in_state_ms={state.value: span for state, span in spans.items()},
        ends={},
    )


def _now(view: AgentView, caller: str, now: Instant) -> AgentNow:
    return AgentNow(
        state=view.state,
        reason=view.reason,
        since=view.since,
        for_ms=_ms(view.since, now) if view.since else 0,
        until=view.until if view.until and view.until > now else None,
        left_ms=_ms(now, view.until) if view.until and view.until > now else None,
        queues=view.queues,
        caller=caller,
        misses_in_a_row=view.misses_in_a_row,
    )


def _ms(start: Instant, end: Instant) -> int:
    return max(end - start, 0) // 1000


def _aht(total_ms: int, talks: int) -> int | None:
    return total_ms // talks if talks > 0 else None


def in_state_ms(view: AgentView, now: Instant, day_began: Instant) -> dict[AgentState, int]:
    """How long today in each state: what was counted, and since when the present one goes on."""
    found = {state: view.figures.get(f"in_{state}_ms", 0) for state in AgentState}
    if view.since:
        found[view.state] += _ms(Instant(max(view.since, day_began)), now)
    return {state: span for state, span in found.items() if span}


def occupancy(spans: Mapping[AgentState, int]) -> float | None:
    """OCCUPIED of AT_WORK, 0 to 1; None for an agent who was not there."""
    at_work = sum(spans.get(state, 0) for state in AT_WORK)
    return sum(spans.get(state, 0) for state in OCCUPIED) / at_work if at_work else None


def past_row(tenant: str, name: str, found: AgentStatistics) -> AgentRow:
    """An agent in a past period."""
    return AgentRow(
        tenant=tenant,
        agent=found.agent,
        name=name,
        now=None,
        offered=found.offered,
        answered=found.answered,
        missed=found.missed,
        talks=found.talks,
        talk_ms=found.talk_ms,
        wrap_up_ms=found.wrap_up_ms,
        aht_ms=_aht(found.talk_ms + found.wrap_up_ms, found.talks),
        occupancy=None,
        in_state_ms={},
        ends={end.value: count for end, count in found.ends.items()},
    )
