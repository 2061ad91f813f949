"""Requests to ring a phone and then call a number: sent to a worker's inbox, and how far each has come.

A request is carried out by the worker that takes it, which one at most can: so it may be sent to one worker after the
other until one has. What is kept of it names no number.
"""

from __future__ import annotations

import hashlib
from math import ceil
from typing import Any, Final

import orjson

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.inbox import MESSAGE
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.supervision import CLICK_TO_CALL
from callcontrol.edges.live_state.workers import has_lease
from callcontrol.vocabulary.click_to_call import ClickStage, ClickState, ClickToCall
from callcontrol.vocabulary.stored import Kind

STATE: Final = Kind("ClickState")
# How long it is told what came of a request (seconds).
KEPT_S: Final = 600


class ClickToCallStore:
    """Requests and their states. Each method waits for Redis, and raises LiveStateError while that is away."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def workers(self) -> tuple[str, ...]:
        """Those that live and do not end, by name: one that ends would not tell what came of it."""
        names = sorted(name.decode() for name in self._pipeline.ask("SMEMBERS", keys.workers()))
        return tuple(name for name in names if has_lease(self._pipeline, name))

    def send(self, request: ClickToCall, worker: str) -> bool:
        """Ask this worker; whether it listens."""
        fields = [request.id, request.extension, request.number, request.ring_s]
        fields += [request.switch] if request.switch else []  # no worker of an earlier version knows of it
        message = MESSAGE.tagged({"kind": CLICK_TO_CALL, "from": keys.calls(request.tenant), "fields": fields})
        return bool(self._pipeline.ask("PUBLISH", keys.inbox(worker), orjson.dumps(message)))

    def begin(self, request: ClickToCall, matter: str, for_s: float) -> bool:
        """This request is the one for this matter, for so long at most; False: another one is under way for it.

        Args:
            matter: what is to be done once, as `matter_of` names it.
        """
        return bool(self._pipeline.ask("SET", _matter_key(request, matter), request.id, "NX", "EX", ceil(for_s)))

    def over(self, request: ClickToCall, matter: str) -> None:
        """It is done with: the next request for this matter may begin."""
        key = _matter_key(request, matter)
        if self._pipeline.ask("GET", key) == request.id.encode():
            self._pipeline.ask("DEL", key)

    def take(self, request: ClickToCall) -> bool:
        """Carry it out; False: another worker does, or has."""
        text = _written(ClickState(ClickStage.RINGING))
        return bool(self._pipeline.ask("SET", _key(request), text, "NX", "EX", KEPT_S))

    def note(self, request: ClickToCall, state: ClickState) -> None:
        """Tell how far it has come."""
        self._pipeline.ask("SET", _key(request), _written(state), "EX", KEPT_S)

    def state_of(self, request: ClickToCall) -> ClickState | None:
        """How far it has come; None: no worker has taken it."""
        text = self._pipeline.ask("GET", _key(request))
        return None if text is None else _read(text)


def matter_of(*parts: str) -> str:
    """The name of what is to be done once; of a number in it only a digest is kept."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _matter_key(request: ClickToCall, matter: str) -> str:
    return keys.click_to_call(request.tenant, f"for-{matter}")


def _key(request: ClickToCall) -> str:
    return keys.click_to_call(request.tenant, request.id)


def _written(state: ClickState) -> bytes:
    return orjson.dumps(STATE.tagged({"stage": state.stage, "detail": state.detail}))


def _read(text: Any) -> ClickState:
    told = STATE.read(orjson.loads(text))
    return ClickState(ClickStage(told["stage"]), told["detail"])
