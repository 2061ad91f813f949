"""Supervisors: a phone that is rung and then is at a conversation, who is at one now, and who was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcontrol.config.settings import Tenant
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
from callcontrol.vocabulary.supervision import ListeningRecord, Mode


def check(tenant: str, settings: Tenant, extension: str, phone: str, mode: Mode, reason: str, ring_s: int) -> None:
    """Raises Refused where what is asked for makes no sense. Whether the right is in force is looked at once the phone
    is picked up, and from then on.
    """
    if extension not in settings.extensions:
        raise NotThere(f"{tenant} has no extension {extension}", "extension")
    click_to_call.check(tenant, settings, phone, ring_s)
    chosen = settings.supervision
    if chosen.reason_needed and not reason:
        raise Refused("a reason is needed (supervision: reason_needed): --reason TEXT", "reason")
    if not any(phone in right.who and mode in right.may for right in chosen.rights):
        raise Refused(f"extension {phone} has no right to {mode.value} (supervision: rights)", "mode")


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
    for text in pipeline.ask("HVALS", keys.calls(tenant)):
        try:
            call = codec.decode(text)
        except (codec.Newer, codec.Unreadable):
            continue
        state = getattr(call, "state", None)
        if isinstance(state, AtTalk):
            yield state.noted


def plain_listening(one: ListeningRecord) -> Mapping[str, object]:
    """For programs."""
    spans = [{"mode": span.mode, "whom": span.whom, **_times(span.began, span.ended)} for span in one.spans]
    about = {name: getattr(one, name) for name in ("tenant", "listening_id", "supervisor", "whom", "call_id", "switch")}
    rest = {"queue": one.queue, "reason": one.reason, "how": one.how, "spans": spans}
    return {**about, **rest, **_times(one.began, one.ended)}


def _times(began: Instant, ended: Instant | None) -> dict[str, str | None]:
    return {"began_at": text_of(began), "ended_at": None if ended is None else text_of(ended)}
