"""Connections of the web process that outlive a request: each serves one tenant after the other, one at a time.

The tenant is set at the beginning of each transaction, for that transaction alone (SET LOCAL), and each statement
outside of one gets one of its own. Between two transactions a connection knows no tenant, and so sees no row: whatever
went wrong with one, the next one does not see what the one before saw.

psycopg's own pool opens connections in a worker of its own: while Postgres is away, a request waits the whole
deadline and is not told why. Here the request opens it itself, and hears the reason at once.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Self

import psycopg
from gevent.lock import BoundedSemaphore
from gevent.monkey import get_original
from psycopg import Connection, Cursor, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from callcontrol.edges import clock, web_meters
from callcontrol.edges.ledger.reader import NoLedger, told_of_opening
from callcontrol.edges.ledger.session import open_session
from callcontrol.edges.ledger.walls import NOWHERE, checked_tenant, walled_for_later

# So long a request waits for one that is free: five hundred walls may come back at the same moment.
WAIT_S: Final = 10.0
# One that was not used for so long is closed, and so is each that is so old: what Postgres keeps for it grows.
IDLE_S: Final = 300.0
LIFE_S: Final = 3_600.0
# Postgres that has vanished without a word is noticed after so long.
SILENT_S: Final = 15

_Row = dict[str, Any]
_poll: Final = get_original("select", "poll")


class AllBusy(NoLedger):
    """No connection became free in time."""


class _TenantCursor(Cursor[Any]):
    """A cursor whose statements outside of a transaction have one of their own, as only there a tenant is seen."""

    def execute(self, *args: Any, **more: Any) -> Self:
        connection = self.connection
        if not isinstance(connection, TenantConnection) or not connection.is_at_rest:
            return super().execute(*args, **more)
        with connection.transaction():
            return super().execute(*args, **more)

    def executemany(self, *args: Any, **more: Any) -> None:
        with self.connection.transaction():
            super().executemany(*args, **more)


class TenantConnection(Connection[_Row]):
    """A connection that a keeper lends: shows the rows of one tenant, until it is closed, which gives it back."""

    keeper: KeptConnections | None = None
    tenant: str = NOWHERE
    is_long = False
    opened_s = 0.0
    returned_s = 0.0

    def lent(self, keeper: KeptConnections, tenant: str, *, is_long: bool) -> Self:
        """Show the rows of this tenant from now on."""
        self.keeper, self.tenant, self.is_long = keeper, tenant, is_long
        return self

    def close(self) -> None:
        """Give it back: the tenant is forgotten."""
        keeper, self.keeper, self.tenant = self.keeper, None, NOWHERE
        if keeper is None:
            super().close()
        else:
            keeper.take_back(self)

    def end(self) -> None:
        """The connection to Postgres ends."""
        self.keeper, self.tenant = None, NOWHERE
        super().close()

    @property
    def is_at_rest(self) -> bool:
        """Whether it is whole, and no transaction is open."""
        return not self.closed and self.info.transaction_status == TransactionStatus.IDLE

    @contextmanager
    def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> Iterator[psycopg.Transaction]:
        """A transaction that sees the tenant; a further one within it is a savepoint, as always."""
        is_first = self.is_at_rest
        with super().transaction(savepoint_name, force_rollback) as opened:
            if is_first:
                super().execute(sql.SQL("SET LOCAL cc.tenant = {}").format(sql.Literal(self.tenant)))
            yield opened

    def __exit__(self, *problem: Any) -> None:
        self.close()


class KeptConnections:
    """Lends connections, and keeps those that come back whole.

    Args:
        dsn: of the ledger, of a login that may become the role of the wall.
        most: so many at once; half of them at most for what takes long.
    """

    def __init__(self, dsn: str, most: int) -> None:
        self._dsn, self._most = walled_for_later(dsn), most
        self._free, self._free_for_long = BoundedSemaphore(most), BoundedSemaphore(max(1, most // 2))
        self._idle: deque[TenantConnection] = deque()
        self._is_stopped = False
        self._note()

    def of(self, tenant: str, *, is_long: bool = False) -> Callable[[], TenantConnection]:
        """What opens a connection that shows this tenant's rows and no others; it raises NoLedger.

        Args:
            tenant: NO_TENANT: rows of people who belong to none.
            is_long: it is for what takes long, as all rows of a year do.

        Raises:
            ValueError: that is no tenant's name.
        """
        named = checked_tenant(tenant)
        return lambda: self._lend(named, is_long=is_long)

    def take_back(self, connection: TenantConnection) -> None:
        """It is kept where it is whole; where something went wrong, it is closed."""
        try:
            connection.returned_s = clock.monotonic()
            if connection.is_at_rest and not self._is_stopped:
                self._idle.append(connection)
            else:
                with suppress(psycopg.Error):
                    connection.end()
            self._drop_old()
        finally:
            self._release(is_long=connection.is_long)

    def stop(self) -> None:
        """Close those that are idle; those that are lent are closed when they come back."""
        self._is_stopped = True
        while self._idle:
            self._idle.pop().end()

    def _lend(self, tenant: str, *, is_long: bool) -> TenantConnection:
        self._wait(is_long=is_long)
        try:
            connection = self._whole() or self._opened()
        except BaseException:
            self._release(is_long=is_long)
            raise
        self._note()
        return connection.lent(self, tenant, is_long=is_long)

    def _wait(self, *, is_long: bool) -> None:
        began_s = clock.monotonic()
        if is_long and not self._free_for_long.acquire(timeout=WAIT_S):
            raise self._busy("for long answers")
        if not self._free.acquire(timeout=WAIT_S):
            if is_long:
                self._free_for_long.release()
            raise self._busy("of the web process")
        web_meters.ledger_wait_seconds.observe(clock.monotonic() - began_s)

    def _busy(self, which: str) -> AllBusy:
        web_meters.ledger_busy_total.inc()
        return AllBusy(f"no connection to the ledger {which} became free within {WAIT_S:g} s (web.connections)")

    def _release(self, *, is_long: bool) -> None:
        self._free.release()
        if is_long:
            self._free_for_long.release()
        self._note()

    def _whole(self) -> TenantConnection | None:
        """One that is idle and still heard by Postgres; the last one first, so that the others grow old."""
        while self._idle:
            connection = self._idle.pop()
            is_old = clock.monotonic() - connection.opened_s > LIFE_S
            if connection.is_at_rest and not is_old and not _has_said_something(connection):
                return connection
            connection.end()
        return None

    def _opened(self) -> TenantConnection:
        with told_of_opening():
            opened = open_session(
                self._dsn,
                TenantConnection,
                row_factory=dict_row,
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=2,
                tcp_user_timeout=SILENT_S * 1000,
            )
        assert isinstance(opened, TenantConnection)
        opened.cursor_factory = _TenantCursor
        opened.opened_s = clock.monotonic()
        return opened

    def _drop_old(self) -> None:
        oldest_s = clock.monotonic() - IDLE_S
        while self._idle and self._idle[0].returned_s < oldest_s:
            self._idle.popleft().end()

    def _note(self) -> None:
        lent = self._most - self._free.counter
        web_meters.ledger_connections.labels("lent").set(lent)
        web_meters.ledger_connections.labels("idle").set(len(self._idle))


def _has_said_something(connection: TenantConnection) -> bool:
    """Whether Postgres has said anything to an idle connection: most likely that it ends."""
    heard = _poll()
    heard.register(connection.pgconn.socket, select.POLLIN)
    return bool(heard.poll(0))
