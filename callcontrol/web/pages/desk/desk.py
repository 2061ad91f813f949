"""My desk: an agent's state, who calls, who waits, and the agent's figures of today."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import Field

from callcontrol.usecases.agents import MAX_PROLONG_S, MAX_REASON
from callcontrol.usecases.refusals import NotThere
from callcontrol.vocabulary.agent import PAUSED, PROLONG_S
from callcontrol.vocabulary.rights import Kind, Person, Verb
from callcontrol.web.api.desk import desk_told
from callcontrol.web.api.queues import ActGiven, act_on_agent
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.desk.live import live_values
from callcontrol.web.pages.page import Act, Done, Page, Part, Shown
from callcontrol.web.pages.texts import N_, Said, said
from callcontrol.web.versions import version_of_agent

_DONE: Final = {
    "log-in": N_("You are logged in: callers are offered to you."),
    "log-out": N_("You are logged out."),
    "pause": N_("You are paused: no caller is offered to you."),
    "resume": N_("You are back: callers are offered to you."),
    "end-wrap-up": N_("The wrap-up is over."),
    "prolong-wrap-up": N_("The wrap-up takes longer."),
}


class DeskForm(Given):
    """What the agent does."""

    action: str = Field(max_length=32)
    reason: str = Field(default=PAUSED, max_length=MAX_REASON)
    words: str = Field(default="", max_length=MAX_REASON)
    seconds: int = Field(default=PROLONG_S, ge=1, le=MAX_PROLONG_S)
    version: str = Field(default="", max_length=64)


def _show(asked: Asked) -> Shown:
    return Shown("desk/desk.html", _values(asked))


def _now(asked: Asked) -> Shown:
    return Shown("desk/desk_now.html", _values(asked))


def _values(asked: Asked) -> dict[str, object]:
    """`desk` is None until the daemon has told of this agent."""
    try:
        told = desk_told(asked)
    except NotThere:
        return {**live_values(asked), "desk": None}
    version = version_of_agent(told.state, told.reason, told.since)
    settings = asked.services.tenant(asked.tenant)
    names = {name: queue.name or name for name, queue in settings.queues.items()}
    return {**live_values(asked), "desk": told, "version": version, "queue_names": names, "is_auto": is_auto(asked)}


def is_auto(asked: Asked) -> bool:
    """Whether the agent is active by registration, and so is not logged in or out."""
    found = asked.services.tenant(asked.tenant).agents.get(asked.person.agent)
    return found is not None and found.auto


def _act(asked: Asked) -> Done:
    form = asked.body
    given = ActGiven(action=form.action, reason=form.words or form.reason or PAUSED, seconds=form.seconds)
    answer = act_on_agent(replace(asked, body=given, if_match=form.version), asked.person.agent)
    return Done(done_words(form.action), answer.audit)


def done_words(action: str) -> Said | None:
    """What an agent is told to have done."""
    return said(_DONE[action]) if action in _DONE else None


def _is_agent(person: Person) -> bool:
    return person.agent != ""


DESK: Final = Page(
    "desk",
    "/desk",
    N_("My desk"),
    (Verb.SEE, Kind.AGENTS),
    "desk",
    _show,
    acts=(Act("act", DeskForm, _act, (Verb.CHANGE, Kind.AGENTS)),),
    parts=(Part("/desk/now", _now),),
    fits=_is_agent,
)
