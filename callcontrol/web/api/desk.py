"""`/desk`: an agent's own desk. What an agent does there is an act on the agent (`/agents/{agent}/acts`)."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.config.settings import Tenant
from callcontrol.edges.live_state.agent_callers import AgentCaller
from callcontrol.usecases.agent_rows import AgentRow
from callcontrol.usecases.agents import display_name
from callcontrol.usecases.desk import Desk, LastTalk, Waits, desk_of
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.rights import Kind, Person, Thing, Verb, may
from callcontrol.web.api.queues import QueueTold, WaitingTold, queue_told, waiting_told
from callcontrol.web.operations import Answer, Asked, Operation, Told
from callcontrol.web.versions import version_of_agent


class CallerTold(Told):
    """Who rings or talks; times are moments, so that a reader's clock can count on."""

    call_id: str
    number: str
    name: str
    queue: str
    is_talking: bool
    is_callback: bool
    waiting_since: str | None
    waited_ms: int | None
    talking_since: str | None


class LastTalkTold(Told):
    """An earlier call of this number; talk_ms 0: no one spoke with the caller."""

    call_id: str
    at: str
    outcome: str
    queue: str
    agent: str
    talk_ms: int
    is_seen: bool = Field(description="whether the call itself is there for the agent")


class FiguresTold(Told):
    """Of today; times in ms, null where there is nothing to divide by."""

    offered: int
    answered: int
    missed: int
    talks: int
    talk_ms: int
    wrap_up_ms: int
    handling_ms: int | None
    occupancy: float | None
    in_state_ms: dict[str, int]


class WaitsTold(Told):
    """A queue of the agent's, and who is next in it."""

    queue: QueueTold
    next: list[WaitingTold]


class DeskTold(Told):
    """An agent's desk; `at`: the time of the server."""

    at: str
    agent: str
    name: str
    state: str
    reason: str
    since: str | None
    until: str | None
    misses_in_a_row: int
    caller: CallerTold | None
    last_talks: list[LastTalkTold] | None = Field(description="null: there is no caller, or no history now")
    queues: list[WaitsTold]
    today: FiguresTold
    pauses: dict[str, str] = Field(description="reasons of a pause, by their code")


def desk_told(asked: Asked) -> DeskTold:
    """The desk of the person who asks."""
    services, tenant = asked.services, asked.tenant
    found = desk_of(services.live(), tenant, asked.person, services.ledger(tenant))
    return _told(asked, found, services.tenant(tenant))


def _told(asked: Asked, found: Desk, settings: Tenant) -> DeskTold:
    now = found.row.now
    assert now is not None
    return DeskTold(
        at=text_of(asked.services.now()),
        agent=found.row.agent,
        name=found.row.name,
        state=now.state.value,
        reason=now.reason,
        since=_time(now.since or None),
        until=_time(now.until),
        misses_in_a_row=now.misses_in_a_row,
        caller=None if found.caller is None else _caller(found.caller),
        last_talks=None if found.last_talks is None else [_talk(one, settings) for one in found.last_talks],
        queues=[_waits(asked, one, settings) for one in found.queues if one.view.name in settings.queues],
        today=figures_told(found.row),
        pauses={code: str(reason) for code, reason in settings.pauses.items()},
    )


def figures_told(row: AgentRow) -> FiguresTold:
    """An agent's figures for programs."""
    return FiguresTold(
        offered=row.offered,
        answered=row.answered,
        missed=row.missed,
        talks=row.talks,
        talk_ms=row.talk_ms,
        wrap_up_ms=row.wrap_up_ms,
        handling_ms=row.aht_ms,
        occupancy=row.occupancy,
        in_state_ms=dict(row.in_state_ms),
    )


def _caller(caller: AgentCaller) -> CallerTold:
    return CallerTold(
        call_id=caller.call_id,
        number=caller.number,
        name=caller.name,
        queue=caller.queue,
        is_talking=caller.is_talking,
        is_callback=caller.is_callback,
        waiting_since=_time(caller.waiting_since),
        waited_ms=caller.waited_ms,
        talking_since=_time(caller.talking_since),
    )


def _talk(one: LastTalk, settings: Tenant) -> LastTalkTold:
    agent = display_name(settings, one.agent) or one.agent
    return LastTalkTold(
        call_id=one.call_id,
        at=text_of(one.at),
        outcome=one.outcome,
        queue=one.queue,
        agent=agent,
        talk_ms=one.talk_ms,
        is_seen=one.is_seen,
    )


def _waits(asked: Asked, one: Waits, settings: Tenant) -> WaitsTold:
    """Numbers of those who wait are the agent's to see once they ring there; before, their middle is hidden."""
    told = queue_told(one.view, settings.queues[one.view.name])
    whole = sees_numbers(asked.person, asked.tenant, one.view.name)
    return WaitsTold(queue=told, next=[waiting_told(ticket, whole) for ticket in one.next])


def sees_numbers(person: Person, tenant: str, queue: str) -> bool:
    """Whether the person sees the numbers of those who wait in a queue."""
    return may(person, Verb.SEE, Kind.NUMBERS, Thing(tenant, queue=queue))


def _desk(asked: Asked) -> Answer:
    told = desk_told(asked)
    return Answer(told, headers={"ETag": f'"{version_of_agent(told.state, told.reason, told.since)}"'})


def _time(moment: Instant | None) -> str | None:
    return None if moment is None else text_of(moment)


OPERATIONS: Final = (
    Operation("get_desk", "GET", "/desk", "My own desk as an agent", (Verb.SEE, Kind.AGENTS), _desk, DeskTold),
)
