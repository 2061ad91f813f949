"""A post that one worker at a time holds: a worker that takes it keeps it until it is silent for too long."""

from __future__ import annotations

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline

KEPT_S = 120


class Post:
    """One post, as this worker sees it.

    Args:
        name: what it is; a post that every host has names the host.
        kept_s: who has it and is silent for so many seconds has it no more.
    """

    def __init__(self, pipeline: RedisPipeline, name: str, worker: str, kept_s: int = KEPT_S) -> None:
        self._pipeline = pipeline
        self._kept_s = kept_s
        self._key = keys.post(name)
        self._worker = worker

    def is_ours(self) -> bool:
        """Take it, or keep it; False: another one has it. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        refused: list[LiveStateError] = []

        def taken(_reply: object, trouble: LiveStateError | None) -> None:
            refused.extend([trouble] if trouble is not None else [])

        # in one round trip: every worker asks for each post again and again
        self._pipeline.submit("SET", self._key, self._worker, "NX", "EX", self._kept_s, on_reply=taken)
        holder = self._pipeline.ask("GET", self._key)
        if refused:
            raise refused[0]
        if holder != self._worker.encode():
            return False
        self._pipeline.submit("EXPIRE", self._key, self._kept_s, on_reply=_ignore)
        return True


def _ignore(_reply: object, _trouble: LiveStateError | None) -> None:
    """The post is kept anew when it is asked for the next time; the pipeline has told of the trouble."""
