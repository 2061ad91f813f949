"""Connections to web servers for work that is done aside (`threads.py`), and so in any thread.

A socket of gevent belongs to the hub of the thread that opened it: in another thread a wait on it is an error, and once
that thread has ended it cannot even be closed. So each request has a connection of its own, which ends with it.
"""

from __future__ import annotations

from typing import Any

import urllib3


class _ClosedAfterUse:
    """What a pool does with a connection that was used."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()


class _Once(_ClosedAfterUse, urllib3.HTTPConnectionPool):
    """Without TLS."""


class _OnceByTls(_ClosedAfterUse, urllib3.HTTPSConnectionPool):
    """With TLS."""


class SingleUse(urllib3.PoolManager):
    """A PoolManager whose connections are used for one request. Nothing is tried twice, certificates are looked at.

    Args:
        connect_s, answer_s: how long it may take to be reached, and to say something.
    """

    def __init__(self, connect_s: float, answer_s: float) -> None:
        timeout = urllib3.Timeout(connect=connect_s, read=answer_s)
        super().__init__(timeout=timeout, retries=False, cert_reqs="CERT_REQUIRED")
        self.pool_classes_by_scheme = {"http": _Once, "https": _OnceByTls}
