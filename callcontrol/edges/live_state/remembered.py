"""Whether a call is still remembered in Redis: then its record is still to come, and none has to be made up."""

from __future__ import annotations

from types import TracebackType

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect

TIMEOUT_S = 2.0


class Remembered:
    """Asks Redis, over a connection of its own; a context manager."""

    def __init__(self, url: str) -> None:
        self._pipeline = RedisPipeline(connect(url, TIMEOUT_S))

    def __enter__(self) -> Remembered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipeline.stop(0)

    def has(self, tenant: str, call_id: str) -> bool:
        """Whether the call's state is there.

        Raises:
            LiveStateError: Redis is away.
        """
        return bool(self._pipeline.ask("HEXISTS", keys.calls(tenant), call_id))
