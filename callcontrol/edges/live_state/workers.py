"""Who is alive: each worker says so in Redis every few seconds. The calls of one that fell silent are adopted."""

from __future__ import annotations

import os
import platform

import gevent

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipe import Pipe

LEASE_S = 6  # a worker silent for so long is dead
BEAT_S = 2.0


def worker_name() -> str:
    """This process's name among all workers: host and pid."""
    return f"{platform.node()}/{os.getpid()}"


class Workers:
    """This worker's own lease, and those of the others."""

    def __init__(self, pipe: Pipe, worker: str) -> None:
        self._pipe = pipe
        self._worker = worker

    def start(self) -> None:
        """Say that this worker lives, from now on."""
        gevent.spawn(self._beat)

    def is_alive(self, worker: str) -> bool:
        """Whether a worker lives. On our own host the system knows at once, of others Redis after LEASE_S.

        Raises:
            LiveStateError: Redis is away.
        """
        if worker == self._worker:
            return True
        host, _, pid = worker.rpartition("/")
        if host == platform.node() and pid.isdigit() and not _runs(int(pid)):
            return False
        return bool(self._pipe.ask("EXISTS", keys.worker(worker)))

    def _beat(self) -> None:
        while True:
            self._pipe.submit("SET", keys.worker(self._worker), 1, "EX", LEASE_S, on_reply=_ignore)
            gevent.sleep(BEAT_S)


def _ignore(_reply: object, _trouble: LiveStateError | None) -> None:
    """With Redis away nobody can adopt either; the pipe has told of the trouble."""


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
