"""What was answered to requests of the API that name themselves (`Idempotency-Key`): each is carried out once."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Final

import orjson

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.stored import Kind

ANSWER: Final = Kind("WebAnswer")
KEPT_S: Final = 86_400
# A request that is under way for longer has died with its process (seconds).
UNDER_WAY_S: Final = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a request.

    Attributes:
        request: digest of what it asked for.
        status: 0: it was begun, and it is not known what has become of it.
        begun: when, where that is of interest; None: an earlier version has begun it, or it has an answer.
    """

    request: str
    status: int
    body: str
    headers: dict[str, str]
    begun: int | None = None

    def is_lost(self, now: int) -> bool:
        """Whether the process that has begun it has died meanwhile, or could not tell what became of it."""
        return self.status == 0 and self.begun is not None and now - self.begun >= UNDER_WAY_S * SECOND_US


class WebAnswers:
    """Requests by their keys. Each method waits for Redis, and raises LiveStateError while that is away."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def begin(self, tenant: str, name: str, request: str, for_s: int = KEPT_S) -> Kept | None:
        """Begin a request; None: it was not begun before, and is now.

        Args:
            name: whose, and its key.
            for_s: for how long at most it counts as begun where nothing more is heard of it.
        """
        key = _key(tenant, name)
        text = _written(Kept(request, 0, "", {}, clock.now()))
        if self._pipeline.ask("SET", key, text, "NX", "EX", for_s):
            return None
        known = self._pipeline.ask("GET", key)
        return None if known is None else _read(known)

    def keep(self, tenant: str, name: str, kept: Kept) -> None:
        """What was answered."""
        self._pipeline.ask("SET", _key(tenant, name), _written(kept), "EX", KEPT_S)

    def lose(self, tenant: str, name: str, request: str) -> None:
        """It was begun, and no one knows whether it was carried out."""
        self._pipeline.ask("SET", _key(tenant, name), _written(Kept(request, 0, "", {}, 0)), "EX", KEPT_S)

    def forget(self, tenant: str, name: str) -> None:
        """It was not carried out, and may be tried again."""
        self._pipeline.ask("DEL", _key(tenant, name))


def _key(tenant: str, name: str) -> str:
    return keys.web_answer(tenant, hashlib.sha256(name.encode()).hexdigest())


def _written(kept: Kept) -> bytes:
    return orjson.dumps(ANSWER.tagged(asdict(kept)))


def _read(text: bytes) -> Kept:
    told = ANSWER.read(orjson.loads(text))
    return Kept(told["request"], told["status"], told["body"], told["headers"], told.get("begun"))
