"""Gives each of several processes the same small share of a core, by stopping it whenever it has had its share.

Two workers and a switch that loads them do not fit on two cores; with half the speed each they do.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.machine import cpu_s

TICK_S = 0.002
# What was not used is kept for so long: a process that waits has not saved up for later (seconds).
KEPT_S = 0.05


@dataclass(slots=True)
class Allowance:
    """What a process may take of a core.

    Attributes:
        share: of one core.
    """

    share: float
    _seen_s: float = field(default=0.0, init=False)
    _used_s: float = field(default=0.0, init=False)
    _left_s: float = field(default=0.0, init=False)

    def begin(self, now_s: float, used_s: float) -> None:
        """From now on; so much it has used before."""
        self._seen_s, self._used_s, self._left_s = now_s, used_s, 0.0

    def may_run(self, now_s: float, used_s: float) -> bool:
        """Whether it has something left; what it took too much is taken from what comes."""
        earned, spent = self.share * (now_s - self._seen_s), used_s - self._used_s
        self._left_s = min(self._left_s + earned - spent, self.share * KEPT_S)
        self._seen_s, self._used_s = now_s, used_s
        return self._left_s > 0


@contextmanager
def braked(pids: Sequence[int], share: float) -> Iterator[None]:
    """Each of these processes takes no more than this share of a core; one that ends meanwhile is an error."""
    over = threading.Event()
    thread = threading.Thread(target=_brake, args=(pids, share, over), name="brake", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _brake(pids: Sequence[int], share: float, over: threading.Event) -> None:
    allowances = {pid: Allowance(share) for pid in pids}
    for pid, allowance in allowances.items():
        allowance.begin(time.monotonic(), cpu_s(pid))
    running = dict.fromkeys(pids, True)
    while not over.wait(TICK_S):
        for pid, allowance in allowances.items():
            may_run = allowance.may_run(time.monotonic(), cpu_s(pid))
            if may_run != running[pid]:
                os.kill(pid, signal.SIGCONT if may_run else signal.SIGSTOP)
                running[pid] = may_run
