"""`/listenings`: supervisors at conversations. One's own phone rings and then is there; what it does there is changed
here, or by its keys 1 to 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from callcontrol.config.settings import Tenant
from callcontrol.usecases import supervision
from callcontrol.usecases.click_to_call import MOST_RING_S, RING_S
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.supervision import ListeningRecord, Mode, SupervisedTalk
from callcontrol.vocabulary.target import ExtensionTarget
from callcontrol.vocabulary.target import text_of as target_text
from callcontrol.web.api.calls import Click
from callcontrol.web.api.phones import by_of
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told

LONGEST_REASON: Final = 200


class ListeningGiven(Given):
    """Whose conversation, and what is done there first. One of agent and extension is named."""

    extension: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=64)
    mode: Literal["listen", "whisper", "barge", "take_over"] = "listen"
    reason: str = Field(default="", max_length=LONGEST_REASON, description="needed where the tenant wants one")
    ring_s: int = Field(default=RING_S, ge=1, le=MOST_RING_S)


class ModeGiven(Given):
    """What is done from now on."""

    mode: Literal["listen", "whisper", "barge", "take_over"]


class ListeningTold(Told):
    """A supervisor at a conversation now; mode null: the other party talks with none at this moment."""

    id: str
    supervisor: str
    whom: str
    queue: str
    mode: str | None
    reason: str
    began_at: str
    call_id: str


class ListeningsTold(Told):
    """Those that go on now, and what the tenant asks of who listens."""

    listenings: list[ListeningTold]
    reason_needed: bool
    reasons: list[str]


def listenings_told(asked: Asked) -> ListeningsTold:
    """Those the person may see; one's own are among them."""
    chosen = asked.services.tenant(asked.tenant).supervision
    found = [one for one in supervision.running(asked.services.pipeline, asked.tenant) if _is_seen(asked, one)]
    return ListeningsTold(
        listenings=[_told(one) for one in sorted(found, key=lambda one: one.began)],
        reason_needed=chosen.reason_needed,
        reasons=list(dict.fromkeys(map(str, chosen.reasons.values()))),
    )


def _is_seen(asked: Asked, one: ListeningRecord) -> bool:
    if asked.person.extension and one.supervisor == target_text(ExtensionTarget(asked.person.extension)):
        return True
    extension = one.whom.removeprefix("extension:")
    return may(asked.person, Verb.SEE, Kind.LISTENINGS, Thing(asked.tenant, extension=extension, queue=one.queue))


def _told(one: ListeningRecord) -> ListeningTold:
    return ListeningTold(
        id=one.listening_id,
        supervisor=one.supervisor,
        whom=one.whom,
        queue=one.queue,
        mode=None if one.mode is None else one.mode.value,
        reason=one.reason,
        began_at=text_of(one.began),
        call_id=one.call_id,
    )


def _list(asked: Asked) -> Answer:
    return Answer(listenings_told(asked))


def start(asked: Asked) -> Answer:
    """Have the person's own phone rung, by `asked.body`."""
    body, settings, phone = asked.body, asked.services.tenant(asked.tenant), asked.person.extension
    if not phone:
        raise Refused(says("you have no phone of your own here"), "phone", says("ask your administrator"))
    extension = _extension(body, settings)
    if not _may_listen(asked, extension, settings):
        raise NotThere(
            says("there is no extension %(extension)s of those you look after", extension=extension), "extension"
        )
    wanted = (extension, phone, Mode(body.mode), body.reason.strip(), body.ring_s)
    supervision.check(asked.tenant, settings, *wanted)
    request = supervision.ring(asked.services.pipeline, asked.tenant, *wanted)
    after: dict[str, Any] = {"mode": body.mode, "reason": body.reason, "phone": phone}
    audit = ("supervisor: phone rung", f"extension:{extension}", None, after)
    return Answer(Click(id=request.id, phone=phone, stage="ringing", detail=""), 202, audit=audit)


def _put_mode(asked: Asked) -> Answer:
    return change_mode(asked, asked.path["listening"])


def change_mode(asked: Asked, listening: str) -> Answer:
    """Have the person's own phone, which is at a conversation, do `asked.body` from now on."""
    mode, tenant, pipeline = Mode(asked.body.mode), asked.tenant, asked.services.pipeline
    wanted = (asked.services.tenant(tenant), listening, mode, by_of(asked))
    noted, talk = supervision.change_mode(pipeline, tenant, *wanted, lambda noted, talk: _check_own(asked, noted, talk))
    told = _told(noted).model_copy(update={"mode": mode.value})
    was = None if noted.mode is None else {"mode": noted.mode.value}
    whom = target_text(ExtensionTarget(talk.extension)) if talk.extension else noted.whom
    return Answer(told, audit=("supervisor: mode changed", whom, was, {"mode": mode.value, "listening": told.id}))


def _check_own(asked: Asked, noted: ListeningRecord, talk: SupervisedTalk) -> None:
    """Raises for a listening that is not one's own, or of a conversation that the person does not look after now."""
    if noted.supervisor != target_text(ExtensionTarget(asked.person.extension)):
        if _is_seen(asked, noted):
            raise PermissionError(noted.listening_id)
        raise NotThere(f"there is no listening {noted.listening_id}", "listening")
    thing = Thing(asked.tenant, extension=talk.extension, queue=talk.queue)
    if not may(asked.person, Verb.CHANGE, Kind.LISTENINGS, thing):
        raise PermissionError(noted.listening_id)


def _extension(body: ListeningGiven, settings: Tenant) -> str:
    if bool(body.extension) == bool(body.agent):
        raise Refused(says("whose conversation? write one of agent and extension"), "extension")
    if not body.agent:
        return body.extension
    found = settings.agents.get(body.agent)
    if found is None or found.extension is None:
        raise NotThere(says("there is no agent %(agent)s with a phone here", agent=body.agent), "agent")
    return found.extension


def _may_listen(asked: Asked, extension: str, settings: Tenant) -> bool:
    """Whether the person looks after the extension, or after a queue that is served there; never one's own."""
    if extension == asked.person.extension:
        return False
    return any(may(asked.person, Verb.CHANGE, Kind.LISTENINGS, one) for one in _things(asked, extension, settings))


def _things(asked: Asked, extension: str, settings: Tenant) -> Iterator[Thing]:
    yield Thing(asked.tenant, extension=extension)
    served = {name for name, agent in settings.agents.items() if agent.extension == extension}
    for name, queue in settings.queues.items():
        if any(seat.agent in served for seat in queue.agents):
            yield Thing(asked.tenant, queue=name)


_SEE, _CHANGE = (Verb.SEE, Kind.LISTENINGS), (Verb.CHANGE, Kind.LISTENINGS)
OPERATIONS: Final = (
    Operation("list_listenings", "GET", "/listenings", "Supervisors at conversations", _SEE, _list, ListeningsTold),
    Operation(
        "start_listening",
        "POST",
        "/listenings",
        "My phone rings, and then is at a conversation: listening, whispering, barging in, or taking over",
        _CHANGE,
        start,
        Click,
        body=ListeningGiven,
        status=202,
    ),
    Operation(
        "change_listening",
        "PUT",
        "/listenings/{listening}/mode",
        "What my phone does at the conversation from now on; it is hung up to end it",
        _CHANGE,
        _put_mode,
        ListeningTold,
        body=ModeGiven,
    ),
)
