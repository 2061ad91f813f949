"""Metrics of what all hosts share, such as the queues: one worker of each host reads them on a clock, so that a scrape
never waits for Redis.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod

import gevent

from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.post import Post
from callcontrol.edges.live_state.workers import host_of

log = logging.getLogger(__name__)


class HostMeters(ABC):
    """Looks every so many seconds, if no other worker of this host does.

    Args:
        name: of the post that the worker has who looks.
        what: is shown, in words.
        kept_s: a worker that has not looked for so long does it no more, and another one of its host does.
    """

    def __init__(
        self, pipeline: RedisPipeline, worker: str, *, name: str, what: str, every_s: float, kept_s: int
    ) -> None:
        self._post = Post(pipeline, f"{name}:{host_of(worker)}", worker, kept_s)
        self._what = what
        self._every_s = every_s

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            with contained("loop", f"{self._what} could not be shown"):
                self.look_if_ours()
            gevent.sleep(clock.until_tick(self._every_s))

    def look_if_ours(self) -> bool:
        """Look, unless another worker of this host does; returns whether it was this one's to do."""
        try:
            if not self._post.is_ours():
                return False
            self._look()
        except LiveStateError as error:
            log.info("%s cannot be read: %s", self._what, error)
            return False
        return True

    @abstractmethod
    def _look(self) -> None:
        """Read it, and set the meters."""
