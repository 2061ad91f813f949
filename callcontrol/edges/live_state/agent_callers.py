"""Who rings at an agent's phone, or talks with the agent: one agent at a time, waiting for Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from callcontrol.control.call import Call
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.moment import Instant

_AGENT: Final = ("talking", "talk_queue", "talk_number", "talk_since", "talk_wait_ms", "offer")
_TICKET: Final = ("queue", "number", "joined", "callback")


@dataclass(frozen=True, slots=True)
class AgentCaller:
    """The caller of an agent.

    Attributes:
        call_id: the caller's call; of a callback the one that asked for it.
        number, name: as the switch told them; "" for none.
        is_talking: False: the phone rings, or is about to.
        waiting_since: since when a caller who rings waits; None: talks already.
        waited_ms: how long one who talks has waited; None: rings still.
        talking_since: None: rings still.
    """

    call_id: str
    queue: str
    number: str
    name: str
    is_talking: bool
    is_callback: bool = False
    waiting_since: Instant | None = None
    waited_ms: int | None = None
    talking_since: Instant | None = None


def caller_of(pipeline: RedisPipeline, tenant: str, agent: str) -> AgentCaller | None:
    """The agent's caller; None: no caller of a queue rings or talks there.

    Raises:
        LiveStateError: Redis is away or refused it.
    """
    found = _fields(pipeline, keys.agent(tenant, agent), _AGENT)
    off_us = int(pipeline.ask("GET", keys.correction(tenant)) or 0)
    if found["talking"]:
        call_id = _call_of(found["talking"])
        return AgentCaller(
            call_id,
            found["talk_queue"],
            found["talk_number"],
            _name(pipeline, tenant, call_id),
            is_talking=True,
            waited_ms=int(float(found["talk_wait_ms"] or 0)),
            talking_since=_instant(found["talk_since"], off_us),
        )
    return _ringing(pipeline, tenant, found["offer"], off_us) if found["offer"] else None


def _ringing(pipeline: RedisPipeline, tenant: str, offer: str, off_us: int) -> AgentCaller | None:
    """Of an offer that stands still."""
    ticket = _text(pipeline.ask("HGET", keys.offer(tenant, offer), "ticket"))
    found = _fields(pipeline, keys.ticket(tenant, ticket), _TICKET)
    if not ticket or not found["queue"]:
        return None
    call_id = _call_of(ticket)
    return AgentCaller(
        call_id,
        found["queue"],
        found["number"],
        _name(pipeline, tenant, call_id),
        is_talking=False,
        is_callback=found["callback"] == "1",
        waiting_since=_instant(found["joined"], off_us),
    )


def _name(pipeline: RedisPipeline, tenant: str, call_id: str) -> str:
    """As the call tells it; "" where it cannot be known."""
    text = pipeline.ask("HGET", keys.calls(tenant), call_id)
    if text is None:
        return ""
    try:
        call = codec.decode(text)
    except (codec.Newer, codec.Unreadable):
        return ""
    return call.caller.name if isinstance(call, Call) and not call.caller.anonymous else ""


def _call_of(ticket: str) -> str:
    """A ticket is named by its call, and which of its stays in a queue it is."""
    return ticket.rpartition("/")[0]


def _fields(pipeline: RedisPipeline, key: str, names: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(names, map(_text, pipeline.ask("HMGET", key, *names)), strict=True))


def _text(value: Any) -> str:
    return "" if value is None else value.decode("utf-8", "replace")


def _instant(text: str, off_us: int) -> Instant | None:
    return Instant(int(float(text)) - off_us) if text and text != "0" else None
