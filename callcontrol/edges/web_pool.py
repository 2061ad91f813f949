"""Connections to web servers that threads share as they may.

A socket of gevent belongs to the hub of the thread that opened it: in another thread a wait on it is an error. Work
that is done aside (`threads.py`) comes to any thread of the pool, so each of them has connections of its own.
"""

from __future__ import annotations

from typing import Any, Final

import urllib3
from gevent import get_hub

# Pools that are kept, each of one thread and server; the one used longest ago is closed.
MOST_POOLS: Final = 64


class ThreadedPools(urllib3.PoolManager):
    """A PoolManager that reuses a connection in the thread only that has opened it."""

    def __init__(self, connect_s: float, answer_s: float) -> None:
        super().__init__(
            MOST_POOLS,
            timeout=urllib3.Timeout(connect=connect_s, read=answer_s),
            retries=False,
            cert_reqs="CERT_REQUIRED",
        )

    def connection_from_pool_key(self, pool_key: Any, request_context: Any) -> Any:
        """As there: pools are known by whatever they are looked up by."""
        return super().connection_from_pool_key((get_hub(), pool_key), request_context)  # type: ignore[arg-type]  # any key will do
