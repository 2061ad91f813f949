"""The floor: queues, waiting callers and agents as they are now, and what a supervisor does with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

from pydantic import Field

from callcontrol.usecases.agents import MAX_REASON
from callcontrol.usecases.queue_rows import service_level_of
from callcontrol.usecases.waiting_callers import MAX_PRIORITY
from callcontrol.vocabulary.agent import PAUSED
from callcontrol.vocabulary.rights import Kind, Person, Scope, Thing, Verb, may, scope_of
from callcontrol.vocabulary.room import RoomOrder
from callcontrol.web.api import queues as api
from callcontrol.web.api import rooms, supervision
from callcontrol.web.api.queues import ActGiven, AgentTold, CallerGiven, QueueDetail
from callcontrol.web.operations import Asked, Common, Given
from callcontrol.web.pages.desk.live import STATES, live_values
from callcontrol.web.pages.page import Act, Done, Page, Part, Shown
from callcontrol.web.pages.texts import N_, said
from callcontrol.web.versions import version_of_agent

# Agents that are shown at once; the others by their queue.
MOST_AGENTS: Final = 200
MOST_WAITING: Final = 20
_MODES: Final = {
    "listen": N_("Listen"),
    "whisper": N_("Whisper"),
    "barge": N_("Barge in"),
    "take_over": N_("Take over"),
}
_DOES: Final = {
    "listen": N_("You listen. No one hears you."),
    "whisper": N_("Your colleague alone hears you."),
    "barge": N_("Both hear you."),
    "take_over": N_("You take the conversation over."),
}


class FloorGiven(Common):
    """Which part of the floor."""

    queue: str = Field(default="", max_length=64)


class CallerForm(Given):
    """What is done with a waiting caller."""

    queue: str = Field(max_length=64)
    caller: str = Field(max_length=128)
    act: Literal["move", "prioritise", "remove"]
    into: str = Field(default="", max_length=64)
    priority: int = Field(default=0, ge=0, le=MAX_PRIORITY)
    version: str = Field(default="", max_length=64)


class AgentForm(Given):
    """What is done to an agent."""

    agent: str = Field(max_length=64)
    action: Literal["log-out", "pause", "resume"]
    reason: str = Field(default=PAUSED, max_length=MAX_REASON)
    version: str = Field(default="", max_length=64)


class ListenForm(Given):
    """Whose conversation, an agent's or that of an extension, and what is done there first."""

    agent: str = Field(default="", max_length=64)
    extension: str = Field(default="", max_length=64)
    mode: Literal["listen", "whisper", "barge", "take_over"]
    reason: str = Field(default="", max_length=supervision.LONGEST_REASON)


class ModeForm(Given):
    """What one's own phone does at a conversation from now on."""

    listening: str = Field(max_length=64)
    mode: Literal["listen", "whisper", "barge", "take_over"]


class RoomForm(Given):
    """What is done in a conference room."""

    room: str = Field(max_length=64)
    act: RoomOrder
    call: str = Field(default="", max_length=64)


def _show(asked: Asked) -> Shown:
    return Shown("desk/floor.html", _values(asked))


def _now(asked: Asked) -> Shown:
    return Shown("desk/floor_now.html", _values(asked))


def _values(asked: Asked) -> dict[str, Any]:
    looked, queue, settings = api.look(asked), asked.given.queue, asked.services.tenant(asked.tenant)
    agents = sorted((one for one in looked.agents if not queue or queue in one.queues), key=_order)
    shown = [one for one in looked.queues if queue in ("", one.queue)]
    return {
        **live_values(asked),
        "at": looked.at,
        "chosen": queue,
        "all_queues": looked.queues,
        "queues": shown,
        "names": {one.queue: one.name or one.queue for one in looked.queues},
        "autos": {name for name, one in settings.agents.items() if one.auto},
        "all_names": {name: one.name or name for name, one in settings.queues.items()},
        "shorts": {one.queue: service_level_of(settings, one.queue).short for one in shown},
        "waiting": [(one, _waiting(asked, one.queue)) for one in shown if one.waiting],
        "agents": agents[:MOST_AGENTS],
        "more_agents": max(len(agents) - MOST_AGENTS, 0),
        "versions": {one.agent: version_of_agent(one.state, one.reason, one.since) for one in agents},
        "may_act": scope_of(asked.person, Verb.CHANGE, Kind.AGENTS) is not Scope.NONE,
        "modes": _MODES,
        **_others(asked),
    }


def _others(asked: Asked) -> dict[str, Any]:
    """Supervisors at conversations, rooms and parked callers, where the person may see them."""
    can_listen = _may(asked, Verb.CHANGE, Kind.LISTENINGS) and asked.person.extension != ""
    return {
        "can_listen": can_listen,
        "phones": _phones(asked) if can_listen else [],
        "can_order": _may(asked, Verb.CHANGE, Kind.ROOMS),
        "listenings": supervision.listenings_told(asked) if _may(asked, Verb.SEE, Kind.LISTENINGS) else None,
        "rooms": rooms.rooms_told(asked).rooms if _may(asked, Verb.SEE, Kind.ROOMS) else [],
        "parked": rooms.parked_told(asked).parked if _may(asked, Verb.SEE, Kind.ROOMS) else [],
    }


def _phones(asked: Asked) -> list[tuple[str, str]]:
    """Extensions that the person looks after, but for the own one, with names."""
    named = asked.services.tenant(asked.tenant).extensions.items()
    others = [(name, one) for name, one in named if name != asked.person.extension]
    found = [
        (name, one) for name, one in others if may(asked.person, Verb.CHANGE, Kind.LISTENINGS, _thing(asked, name))
    ]
    return [(name, f"{name} {one.name}".strip()) for name, one in found]


def _thing(asked: Asked, extension: str) -> Thing:
    return Thing(asked.tenant, extension=extension)


def _may(asked: Asked, verb: Verb, kind: Kind) -> bool:
    return scope_of(asked.person, verb, kind) is not Scope.NONE


def _order(one: AgentTold) -> tuple[int, str]:
    """Those with callers first; who is not there last."""
    order = ("ringing", "reserved", "talking", "wrap_up", "ready", "paused", "elsewhere", "unreachable", "logged_out")
    return (order.index(one.state) if one.state in STATES else len(order), one.name or one.agent)


def _waiting(asked: Asked, queue: str) -> QueueDetail:
    return api.queue_detail(asked, queue, MOST_WAITING)


def _act_on_caller(asked: Asked) -> Done:
    form = asked.body
    given = CallerGiven(act=form.act, queue=form.into if form.act == "move" else "", priority=form.priority)
    answer = api.act_on_caller(replace(asked, body=given, if_match=form.version), form.queue, form.caller)
    words = {
        "move": said(N_("The caller is sent into the other queue.")),
        "prioritise": said(N_("The caller has the new priority.")),
        "remove": said(N_("The caller is taken out of the queue.")),
    }
    return Done(words[form.act], answer.audit)


def _act_on_agent(asked: Asked) -> Done:
    form = asked.body
    given = ActGiven(action=form.action, reason=form.reason or PAUSED)
    answer = api.act_on_agent(replace(asked, body=given, if_match=form.version), form.agent)
    words = {
        "log-out": said(N_("%(agent)s is logged out."), agent=form.agent),
        "pause": said(N_("%(agent)s is paused."), agent=form.agent),
        "resume": said(N_("%(agent)s is offered callers again."), agent=form.agent),
    }
    return Done(words[form.action], answer.audit)


def _listen(asked: Asked) -> Done:
    form = asked.body
    given = supervision.ListeningGiven(**form.model_dump())
    answer = supervision.start(replace(asked, body=given))
    words = N_("Your phone %(phone)s rings. Pick it up; below, or by its keys 1 to 4, you change what you do there.")
    return Done(said(words, phone=asked.person.extension), answer.audit)


def _change_mode(asked: Asked) -> Done:
    form = asked.body
    answer = supervision.change_mode(replace(asked, body=supervision.ModeGiven(mode=form.mode)), form.listening)
    return Done(said(_DOES[form.mode]), answer.audit)


def _act_in_room(asked: Asked) -> Done:
    form = asked.body
    given = rooms.RoomActGiven(act=form.act, call=form.call)
    answer = rooms.act(replace(asked, body=given), form.room)
    return Done(said(N_("It is done in the room %(room)s."), room=form.room), answer.audit)


def looks_after(person: Person) -> bool:
    """Whether the person looks after queues, or a tenant."""
    return scope_of(person, Verb.SEE, Kind.QUEUES) >= Scope.GROUP


FLOOR: Final = Page(
    "floor",
    "/floor",
    N_("Queues and agents"),
    (Verb.SEE, Kind.QUEUES),
    "desk",
    _show,
    acts=(
        Act("caller", CallerForm, _act_on_caller, (Verb.CHANGE, Kind.QUEUES)),
        Act("agent", AgentForm, _act_on_agent, (Verb.CHANGE, Kind.AGENTS)),
        Act("room", RoomForm, _act_in_room, (Verb.CHANGE, Kind.ROOMS)),
        Act("listen", ListenForm, _listen, (Verb.CHANGE, Kind.LISTENINGS)),
        Act("mode", ModeForm, _change_mode, (Verb.CHANGE, Kind.LISTENINGS)),
    ),
    parts=(Part("/floor/now", _now, FloorGiven),),
    given=FloorGiven,
    fits=looks_after,
)
