"""Linux can give a process the children of its own children that have ended, instead of giving them to init."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Collection
from typing import Final

_PR_SET_CHILD_SUBREAPER: Final = 36
# A process that ended, and whose status was not asked for in so long, was started by one that is dead.
LEFT_S: Final = 10.0


def adopt() -> bool:
    """From now on this process inherits orphans below it; False where the system cannot do that."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


class Orphans:
    """Programs that a worker or a job ran when it was killed: when they end, their status has to be asked for."""

    def __init__(self) -> None:
        self._ended = (0, 0.0)

    def bury(self, ours: Collection[int], now: float) -> None:
        """Ask for the status of one that has ended; to be called again and again.

        Args:
            ours: processes whose status is asked for elsewhere. Programs that threads of ours run are not among them:
                those are waited for without a pause.
            now: a moment of the supervisor's clock, in seconds.
        """
        pid = _ended()
        if pid in ours or pid == 0:
            self._ended = (0, now)
        elif pid != self._ended[0]:
            self._ended = (pid, now)
        elif now - self._ended[1] >= LEFT_S:
            os.waitpid(pid, 0)


def _ended() -> int:
    """A child that has ended and whose status has not been asked for yet; 0 if there is none."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return found.si_pid if found is not None else 0
