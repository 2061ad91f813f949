"""What was answered to requests of the API that name themselves (`Idempotency-Key`): each is carried out once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import orjson

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.stored import Kind

ANSWER: Final = Kind("WebAnswer")
KEPT_S: Final = 86_400
# A request that is under way for longer has died with its process.
UNDER_WAY_S: Final = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a request.

    Attributes:
        request: digest of what it asked for.
        status: 0: it is under way still.
    """

    request: str
    status: int
    body: str
    headers: dict[str, str]


class WebAnswers:
    """Requests by their keys. Each method waits for Redis, and raises LiveStateError while that is away."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def begin(self, tenant: str, name: str, request: str) -> Kept | None:
        """Begin a request; None: it was not begun before, and is now.

        Args:
            name: whose, and its key.
        """
        key = _key(tenant, name)
        text = _written(Kept(request, 0, "", {}))
        if self._pipeline.ask("SET", key, text, "NX", "EX", UNDER_WAY_S):
            return None
        known = self._pipeline.ask("GET", key)
        return None if known is None else _read(known)

    def keep(self, tenant: str, name: str, kept: Kept) -> None:
        """What was answered."""
        self._pipeline.ask("SET", _key(tenant, name), _written(kept), "EX", KEPT_S)

    def forget(self, tenant: str, name: str) -> None:
        """It was not carried out, and may be tried again."""
        self._pipeline.ask("DEL", _key(tenant, name))


def _key(tenant: str, name: str) -> str:
    return keys.web_answer(tenant, hashlib.sha256(name.encode()).hexdigest())


def _written(kept: Kept) -> bytes:
    fields = {"request": kept.request, "status": kept.status, "body": kept.body, "headers": kept.headers}
    return orjson.dumps(ANSWER.tagged(fields))


def _read(text: bytes) -> Kept:
    told = ANSWER.read(orjson.loads(text))
    return Kept(told["request"], told["status"], told["body"], told["headers"])
