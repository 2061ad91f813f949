"""Connections that one process has to Postgres at once for one purpose: more of them wait, and not for ever.

Five hundred walls that come back at the same moment would otherwise open a connection each, more than Postgres has.
"""

from __future__ import annotations

from types import TracebackType
from typing import Final

from gevent.lock import BoundedSemaphore

from callcontrol.edges import web_meters
from callcontrol.edges.ledger.reader import NoLedger

# Seconds until one who waits is told that Postgres is away.
PATIENCE_S: Final = 10.0


class Crowd:
    """At most so many at once; a context manager, which raises NoLedger where it has waited for too long."""

    def __init__(self, most: int, patience_s: float = PATIENCE_S) -> None:
        self._free, self._patience_s = BoundedSemaphore(most), patience_s

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=self._patience_s):
            web_meters.crowded_total.inc()
            raise NoLedger(f"no connection to Postgres was free within {self._patience_s:.0f} s")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()
