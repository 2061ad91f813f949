"""`/queues` and `/agents`: as they are at this moment, and acting on waiting callers and agents."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from pydantic import Field

from callcontrol.config.queue_settings import Queue, Wallboard
from callcontrol.usecases import agents
from callcontrol.usecases.live_queues import LiveQueues
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.seen_calls import masked
from callcontrol.usecases.waiting_callers import MAX_PRIORITY, WaitingCallers
from callcontrol.vocabulary.agent import PAUSED, PROLONG_S, AgentView
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.queue import QueueView, TicketView
from callcontrol.vocabulary.rights import Kind, Person, Thing, Verb, may
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told
from callcontrol.web.versions import check_version, makes_sense, one_at_a_time, version_of_agent, version_of_caller

SHOWN: Final = 100


class ColoursTold(Told):
    """When a tile is yellow and red: from so many callers, and so many seconds on; below such a share (0 to 1)."""

    waiting: tuple[int, int]
    longest_s: tuple[int, int]
    service_level: tuple[float, float]


class QueueTold(Told):
    """A queue now, and its figures of today. Times are moments, so that a reader's clock can count on."""

    queue: str
    name: str
    waiting: int
    callbacks: int
    oldest_at: str | None
    active: int
    ready: int
    entered: int
    answered: int
    abandoned: int
    service_level: float | None
    colours: ColoursTold


class AgentTold(Told):
    """An agent now."""

    agent: str
    name: str
    state: str
    reason: str
    since: str | None
    until: str | None
    queues: list[str]
    caller: str
    talks: int


class QueuesTold(Told):
    """The queues a person may see; `at`: the time of the server."""

    at: str
    queues: list[QueueTold]
    agents: list[AgentTold]


class WaitingTold(Told):
    """A caller who waits; `id` as moving and removing take it, `version` as If-Match of an act takes it."""

    id: str
    number: str
    position: int
    joined_at: str
    priority: int
    state: str
    version: str


class QueueDetail(Told):
    """A queue, and those who are next."""

    queue: QueueTold
    waiting: list[WaitingTold]


class CallerGiven(Given):
    """What is done with a waiting caller."""

    act: Literal["move", "prioritise", "remove"]
    queue: str = Field(default="", max_length=64, description="move: into which")
    priority: int = Field(default=0, ge=0, le=MAX_PRIORITY, description="prioritise: the higher the sooner")
    target: str = Field(default="", max_length=256, description="remove: where to; away without one")


class ActGiven(Given):
    """What is done to an agent."""

    action: str = Field(description=f"one of {', '.join(agents.ACTIONS)}")
    reason: str = Field(default=PAUSED, max_length=agents.MAX_REASON, description="of a pause: its code, or any words")
    seconds: int = Field(
        default=PROLONG_S, ge=1, le=agents.MAX_PROLONG_S, description="by which a wrap-up is prolonged"
    )


class Done(Told):
    """What was done, in words."""

    done: str


def snapshot(live: LiveQueues, tenant: str) -> tuple[list[QueueTold], list[AgentTold]]:
    """All queues and agents of a tenant; raises LiveStateError while Redis is away."""
    return all_queues(live, tenant), some_agents(live, tenant)


def all_queues(live: LiveQueues, tenant: str) -> list[QueueTold]:
    """All queues of a tenant; raises LiveStateError while Redis is away."""
    settings, occasion = live.configuration.settings.tenants[tenant], live.occasion(tenant)
    views = [one for one in live.views.queues(tenant, occasion) if one.name in settings.queues]
    return [queue_told(one, settings.queues[one.name]) for one in views]


def some_agents(live: LiveQueues, tenant: str, names: Collection[str] | None = None) -> list[AgentTold]:
    """All agents of a tenant, or those of these names; raises LiveStateError while Redis is away."""
    settings, occasion = live.configuration.settings.tenants[tenant], live.occasion(tenant)
    views = live.views.agents(tenant, occasion, names)
    return [agent_told(one, agents.display_name(settings, one.name)) for one in views]


def queue_told(view: QueueView, settings: Queue) -> QueueTold:
    """A queue for programs."""
    return QueueTold(
        queue=view.name,
        name=settings.name,
        waiting=view.waiting,
        callbacks=view.callbacks,
        oldest_at=_time(view.oldest),
        active=view.active,
        ready=view.ready,
        entered=view.figures.get("entered", 0),
        answered=view.figures.get("answered", 0),
        abandoned=view.figures.get("abandoned", 0),
        service_level=view.service_level,
        colours=_colours(settings.wallboard),
    )


def _colours(wall: Wallboard) -> ColoursTold:
    level = wall.service_level
    return ColoursTold(
        waiting=(wall.waiting.yellow, wall.waiting.red),
        longest_s=(wall.longest.yellow, wall.longest.red),
        service_level=(level.yellow / 100, level.red / 100),
    )


def agent_told(view: AgentView, name: str) -> AgentTold:
    """An agent for programs; the caller's number in whole."""
    return AgentTold(
        agent=view.name,
        name=name,
        state=view.state.value,
        reason=view.reason,
        since=_time(view.since or None),
        until=_time(view.until),
        queues=list(view.queues),
        caller=view.caller,
        talks=view.figures.get("talks", 0),
    )


def seen_queues(person: Person, tenant: str, queues: list[QueueTold]) -> list[QueueTold]:
    """Those the person may see."""
    return [one for one in queues if may(person, Verb.SEE, Kind.QUEUES, Thing(tenant, queue=one.queue))]


def seen_agents(person: Person, tenant: str, found: list[AgentTold]) -> list[AgentTold]:
    """Those the person may see, each with the caller as the person may see it."""
    return [_agent_seen(person, tenant, one) for one in found if _is_seen(person, Verb.SEE, tenant, one)]


def _agent_seen(person: Person, tenant: str, one: AgentTold) -> AgentTold:
    things = [Thing(tenant, agent=one.agent, queue=queue) for queue in one.queues]
    if any(may(person, Verb.SEE, Kind.NUMBERS, thing) for thing in things):
        return one
    return one.model_copy(update={"caller": masked(one.caller)})


def _is_seen(person: Person, verb: Verb, tenant: str, one: AgentTold) -> bool:
    things = [Thing(tenant, agent=one.agent, queue=queue) for queue in one.queues or [""]]
    return any(may(person, verb, Kind.AGENTS, thing) for thing in things)


def look(asked: Asked) -> QueuesTold:
    """What the person may see at this moment."""
    queues, found = snapshot(asked.services.live(), asked.tenant)
    return QueuesTold(
        at=text_of(asked.services.now()),
        queues=seen_queues(asked.person, asked.tenant, queues),
        agents=seen_agents(asked.person, asked.tenant, found),
    )


def _list(asked: Asked) -> Answer:
    return Answer(look(asked))


def _queue(asked: Asked) -> Answer:
    return Answer(queue_detail(asked, asked.path["queue"]))


def queue_detail(asked: Asked, name: str, shown: int = SHOWN) -> QueueDetail:
    """A queue and who waits in it."""
    _check_queue(asked, Verb.SEE, name)
    live, settings = asked.services.live(), asked.services.tenant(asked.tenant)
    found = [one for one in live.views.queues(asked.tenant, live.occasion(asked.tenant)) if one.name == name]
    if not found or name not in settings.queues:
        raise NotThere(says("there is no queue %(name)s", name=name), "queue")
    tickets = live.views.tickets(asked.tenant, name, live.occasion(asked.tenant), count=shown)
    whole = may(asked.person, Verb.SEE, Kind.NUMBERS, Thing(asked.tenant, queue=name))
    waiting = [waiting_told(ticket, whole) for ticket in tickets]
    return QueueDetail(queue=queue_told(found[0], settings.queues[name]), waiting=waiting)


def id_of(ticket: str) -> str:
    """A ticket's id as it stands in an address, where it may hold no slash: the call's, and which stay in a queue."""
    return ticket.replace("/", ".")


def waiting_told(ticket: TicketView, whole: bool) -> WaitingTold:
    """A waiting caller for programs; `whole`: with the number in whole."""
    return WaitingTold(
        id=id_of(ticket.id),
        number=ticket.number if whole else masked(ticket.number),
        position=ticket.position,
        joined_at=text_of(ticket.joined),
        priority=ticket.priority,
        state=ticket.state,
        version=version_of_caller(ticket.queue, ticket.priority),
    )


def _check_queue(asked: Asked, verb: Verb, queue: str) -> None:
    if not may(asked.person, verb, Kind.QUEUES, Thing(asked.tenant, queue=queue)):
        raise NotThere(says("there is no queue %(queue)s", queue=queue), "queue")


def _act_on_caller(asked: Asked) -> Answer:
    return act_on_caller(asked, asked.path["queue"], asked.path["caller"])


def act_on_caller(asked: Asked, queue: str, call: str) -> Answer:
    """Do `asked.body` with a waiting caller."""
    _check_queue(asked, Verb.CHANGE, queue)
    with one_at_a_time(asked, f"caller {call}"):
        return _acted_on_caller(asked, asked.body, queue, call)


def _acted_on_caller(asked: Asked, body: CallerGiven, queue: str, call: str) -> Answer:
    live = asked.services.live()
    tickets = live.views.tickets(asked.tenant, queue, live.occasion(asked.tenant))
    found = next((ticket for ticket in tickets if id_of(ticket.id) == call), None)
    if found is None:
        raise NotThere(says("no caller %(call)s waits in %(queue)s", call=call, queue=queue), "caller")
    check_version(asked, version_of_caller(queue, found.priority))
    waiting = WaitingCallers(live, asked.tenant)
    with makes_sense():
        match body.act:
            case "move":
                done = waiting.move(found.id, body.queue)
            case "prioritise":
                done = waiting.prioritise(found.id, body.priority)
            case _:
                done = waiting.remove(found.id, body.target)
    given = {name: value for name, value in body.model_dump().items() if value != ""}
    return Answer(Done(done=done), audit=(f"waiting caller: {body.act}", f"queue:{queue}", None, given))


def _agent(asked: Asked) -> Answer:
    told = _agent_seen(asked.person, asked.tenant, agent_of(asked, asked.path["agent"], Verb.SEE))
    return Answer(told, headers={"ETag": f'"{version_of_agent(told.state, told.reason, told.since)}"'})


def agent_of(asked: Asked, name: str, verb: Verb) -> AgentTold:
    """The agent, the caller's number in whole; what the person may not see is not there."""
    found = [one for one in snapshot(asked.services.live(), asked.tenant)[1] if one.agent == name]
    if not found or not _is_seen(asked.person, verb, asked.tenant, found[0]):
        raise NotThere(says("there is no agent %(name)s", name=name), "agent")
    return found[0]


def _act_on_agent(asked: Asked) -> Answer:
    return act_on_agent(asked, asked.path["agent"])


def act_on_agent(asked: Asked, name: str) -> Answer:
    """Do `asked.body` to an agent."""
    with one_at_a_time(asked, f"agent {name}"):
        return _acted_on_agent(asked, name, asked.body)


def _acted_on_agent(asked: Asked, name: str, body: ActGiven) -> Answer:
    before = agent_of(asked, name, Verb.CHANGE)
    check_version(asked, version_of_agent(before.state, before.reason, before.since))
    with makes_sense():
        agents.act(asked.services.live(), asked.tenant, name, body.action, body.reason, body.seconds)
    now = agent_of(asked, name, Verb.CHANGE)
    audit = (f"agent: {body.action}", f"agent:{name}", {"state": before.state}, {"state": now.state})
    headers = {"ETag": f'"{version_of_agent(now.state, now.reason, now.since)}"'}
    return Answer(_agent_seen(asked.person, asked.tenant, now), headers=headers, audit=audit)


def _time(moment: Instant | None) -> str | None:
    return None if moment is None else text_of(moment)


OPERATIONS: Final = (
    Operation("list_queues", "GET", "/queues", "Queues and agents now", (Verb.SEE, Kind.QUEUES), _list, QueuesTold),
    Operation("get_queue", "GET", "/queues/{queue}", "Who is next", (Verb.SEE, Kind.QUEUES), _queue, QueueDetail),
    Operation(
        "act_on_waiting_caller",
        "POST",
        "/queues/{queue}/callers/{caller}/acts",
        "Move, prioritise or remove a waiting caller",
        (Verb.CHANGE, Kind.QUEUES),
        _act_on_caller,
        Done,
        body=CallerGiven,
        takes_version=True,
        version_needed=False,
    ),
    Operation("get_agent", "GET", "/agents/{agent}", "An agent now", (Verb.SEE, Kind.AGENTS), _agent, AgentTold),
    Operation(
        "act_on_agent",
        "POST",
        "/agents/{agent}/acts",
        "Log in or out, pause, resume, end or prolong a wrap-up",
        (Verb.CHANGE, Kind.AGENTS),
        _act_on_agent,
        AgentTold,
        body=ActGiven,
        takes_version=True,
        version_needed=False,
    ),
)
