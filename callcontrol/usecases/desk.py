"""The desk of an agent: who calls, what the caller's last talks were, who waits, and the agent's figures of today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from callcontrol.edges.ledger.past_rows import PastCall, PastVisit
from callcontrol.edges.ledger.reader import Access, LedgerReader, NoLedger
from callcontrol.edges.live_state.agent_callers import AgentCaller, caller_of
from callcontrol.usecases.agent_rows import AgentRow
from callcontrol.usecases.agents import live_agents
from callcontrol.usecases.live_queues import LiveQueues, shown_number
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.seen_calls import is_seen
from callcontrol.vocabulary.moment import Instant, instant_of
from callcontrol.vocabulary.queue import QueueView, TicketView
from callcontrol.vocabulary.reach import Reach
from callcontrol.vocabulary.rights import Person
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.wanted import Wanted

# Talks that are shown, and callers of each queue.
LAST_TALKS: Final = 5
SHOWN: Final = 20
# The history is looked at for so long at most: an agent does not wait for it (seconds).
LOOKED_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class LastTalk:
    """An earlier call of the same number; `talk_ms` 0: no one spoke with the caller; `is_seen`: whether the agent may
    look at the call itself.
    """

    call_id: str
    at: Instant
    outcome: str
    queue: str
    agent: str
    talk_ms: int
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """A queue of the agent's, and who is next in it."""

    view: QueueView
    next: tuple[TicketView, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What an agent sees; `last_talks` None: there is no caller, or the history cannot be read now."""

    row: AgentRow
    caller: AgentCaller | None
    last_talks: tuple[LastTalk, ...] | None
    queues: tuple[Waits, ...]


def desk_of(live: LiveQueues, tenant: str, person: Person, access: Access) -> Desk:
    """The person's own desk.

    Args:
        access: to the ledger, behind the tenant's wall.

    Raises:
        NotThere: the person is no agent.
        LiveStateError: Redis is away.
    """
    rows = live_agents(live, tenant, person.agent) if person.agent else []
    if not rows:
        raise NotThere(says("you are no agent here"), "agent", says("ask your administrator"))
    caller = caller_of(live.pipeline, tenant, person.agent)
    talks = None if caller is None else last_talks(access, tenant, person, caller)
    return Desk(rows[0], _shown(caller, live), talks, tuple(_queues(live, tenant, rows[0])))


def last_talks(access: Access, tenant: str, person: Person, caller: AgentCaller) -> tuple[LastTalk, ...] | None:
    """Earlier calls of the caller's number that came to the agent, the agent's phone or the agent's queues."""
    if not caller.number:
        return ()
    reach = Reach(_some(person.extension), (person.agent,), tuple(sorted(person.own_queues)))
    # One more: the call that goes on may stand there already.
    wanted = Wanted(tenant=tenant, number=caller.number, reach=reach, limit=LAST_TALKS + 1)
    try:
        with LedgerReader(access) as history:
            found = history.page(wanted, LOOKED_S).calls
    except NoLedger:
        return None
    return tuple(_talk(person, one) for one in found if one.call_id != caller.call_id)[:LAST_TALKS]


def _talk(person: Person, call: PastCall) -> LastTalk:
    visit: PastVisit | None = call.visits[-1] if call.visits else None
    talk_ms = 0 if call.bridged_at is None else round((call.ended_at - call.bridged_at).total_seconds() * 1_000)
    queue, agent = ("", "") if visit is None else (visit.queue, visit.agent)
    return LastTalk(
        call.call_id, instant_of(call.started_at), call.outcome, queue, agent, talk_ms, is_seen(person, call)
    )


def _shown(caller: AgentCaller | None, live: LiveQueues) -> AgentCaller | None:
    """With the number as this company shows numbers."""
    if caller is None:
        return None
    return replace(caller, number=shown_number(caller.number, live.configuration.settings))


def _queues(live: LiveQueues, tenant: str, row: AgentRow) -> Iterator[Waits]:
    own = row.now.queues if row.now is not None else ()
    for view in live.views.queues(tenant, live.occasion(tenant)):
        if view.name in own:
            tickets = live.views.tickets(tenant, view.name, live.occasion(tenant), count=SHOWN) if view.waiting else []
            yield Waits(view, tuple(one for one in tickets if one.position))


def _some(name: str) -> tuple[str, ...]:
    return (name,) if name else ()
