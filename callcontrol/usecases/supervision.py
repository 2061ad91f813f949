"""Supervisors: a phone that is rung and then is at a conversation, what it does there, who is at one, and who was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from callcontrol.config.settings import Tenant
from callcontrol.control.call import Call
from callcontrol.edges import clock
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.supervision import SupervisionStore
from callcontrol.kinds.star_codes.supervise import TOKEN_DIGITS, code_for
from callcontrol.kinds.star_codes.supervising import AtTalk
from callcontrol.usecases import click_to_call
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.supervision import ListeningRecord, Mode, SupervisedTalk
from callcontrol.vocabulary.target import ExtensionTarget
from callcontrol.vocabulary.target import text_of as target_text

# The worker of the supervisor's call has so long to answer, and is asked so often (seconds).
ANSWERED_S: Final = 3.0
LOOK_S: Final = 0.05


def check(tenant: str, settings: Tenant, extension: str, phone: str, mode: Mode, reason: str, ring_s: int) -> None:
    """Raises Refused where what is asked for makes no sense. Whether the right is in force is looked at once the phone
    is picked up, and from then on.
    """
    if extension not in settings.extensions:
        raise NotThere(
            says("%(tenant)s has no extension %(extension)s", tenant=tenant, extension=extension), "extension"
        )
    click_to_call.check(tenant, settings, phone, ring_s)
    chosen = settings.supervision
    if chosen.reason_needed and not reason:
        raise Refused(says("a reason is needed (supervision: reason_needed): --reason TEXT"), "reason")
    _check_right(settings, phone, mode)


def _check_right(settings: Tenant, phone: str, mode: Mode) -> None:
    if not any(phone in right.who and mode in right.may for right in settings.supervision.rights):
        raise Refused(
            says("extension %(phone)s has no right to %(value)s (supervision: rights)", phone=phone, value=mode.value),
            "mode",
        )


def start(
    pipeline: RedisPipeline, tenant: str, extension: str, phone: str, mode: Mode, reason: str, ring_s: int
) -> None:
    """Ring the phone, which then is at the conversation; returns when it is picked up.

    Raises:
        NotCalled: it was not, or no worker has taken it.
        LiveStateError: Redis is away.
    """
    request = ring(pipeline, tenant, extension, phone, mode, reason, ring_s)
    click_to_call.wait_for_pick_up(request, ClickToCallStore(pipeline))


def ring(
    pipeline: RedisPipeline, tenant: str, extension: str, phone: str, mode: Mode, reason: str, ring_s: int
) -> ClickToCall:
    """Have the phone rung; what becomes of it is told by what is returned.

    Raises:
        NotCalled: no worker has taken it.
        LiveStateError: Redis is away.
    """
    token = str(int(clock.new_id().replace("-", ""), 16))[:TOKEN_DIGITS] if reason else ""
    if token:
        SupervisionStore(pipeline).keep_reason(tenant, token, reason)
    request, store = (
        ClickToCall(clock.new_id(), tenant, phone, code_for(extension, mode, token), ring_s),
        ClickToCallStore(pipeline),
    )
    click_to_call.ask_worker(request, store)
    return request


def running(pipeline: RedisPipeline, tenant: str) -> Iterator[ListeningRecord]:
    """Those that go on now.

    Raises:
        LiveStateError: Redis is away.
    """
    return (state.noted for _, state in at_talk(pipeline, tenant))


def at_talk(pipeline: RedisPipeline, tenant: str) -> Iterator[tuple[Call, AtTalk]]:
    """Calls of supervisors who are at a conversation now.

    Raises:
        LiveStateError: Redis is away.
    """
    for text in pipeline.ask("HVALS", keys.calls(tenant)):
        try:
            call = codec.decode(text)
        except (codec.Newer, codec.Unreadable):
            continue
        if isinstance(call, Call) and isinstance(call.state, AtTalk):
            yield call, call.state


def change_mode(
    pipeline: RedisPipeline,
    tenant: str,
    settings: Tenant,
    which: str,
    mode: Mode,
    by: str,
    may: Callable[[ListeningRecord, SupervisedTalk], None] = lambda noted, talk: None,
) -> tuple[ListeningRecord, SupervisedTalk]:
    """Have a supervisor who is at a conversation listen, whisper, barge in or take over from now on; returns what the
    phone did before. The right is looked at where the conversation stands, as at a key of the phone.

    Args:
        which: the listening's id, or the supervisor's extension.
        by: who asks for it, for the trail.
        may: raises where the person who asks may not.

    Raises:
        NotThere: no such supervisor is at a conversation now.
        Refused: it may not be done, or makes no sense.
        LiveStateError: Redis is away.
    """
    call, state = _found(pipeline, tenant, which)
    may(state.noted, state.talk)
    _check_right(settings, state.extension, mode)
    store, request = SupervisionStore(pipeline), clock.new_id()
    if not store.ask_mode(tenant, call.worker, call.id, mode, request, by):
        raise Refused("no worker has the supervisor's call now", cure="try again in a few seconds")
    refusal = _answer(store, tenant, request)
    if refusal is None:
        raise Refused("the worker of the supervisor's call has not answered", cure="look what is done there now")
    if refusal:
        raise Refused(refusal, "mode")
    return state.noted, state.talk


def _answer(store: SupervisionStore, tenant: str, request: str) -> str | None:
    due = clock.monotonic() + ANSWERED_S
    while (told := store.mode_answer(tenant, request)) is None and clock.monotonic() < due:
        time.sleep(LOOK_S)
    return told


def _found(pipeline: RedisPipeline, tenant: str, which: str) -> tuple[Call, AtTalk]:
    names = (which, target_text(ExtensionTarget(which)))
    found = [one for one in at_talk(pipeline, tenant) if one[0].id == which or one[1].noted.supervisor in names]
    if not found:
        raise NotThere(f"{which} is at no conversation now", "listening")
    if len(found) > 1:
        ids = ", ".join(sorted(call.id for call, _ in found))
        raise Refused(f"{which} is at several conversations: write one of {ids}", "listening")
    return found[0]


def plain_listening(one: ListeningRecord) -> Mapping[str, object]:
    """For programs."""
    spans = [{"mode": span.mode, "whom": span.whom, **_times(span.began, span.ended)} for span in one.spans]
    about = {name: getattr(one, name) for name in ("tenant", "listening_id", "supervisor", "whom", "call_id", "switch")}
    rest = {"queue": one.queue, "reason": one.reason, "how": one.how, "spans": spans}
    return {**about, **rest, **_times(one.began, one.ended)}


def _times(began: Instant, ended: Instant | None) -> dict[str, str | None]:
    return {"began_at": text_of(began), "ended_at": None if ended is None else text_of(ended)}
