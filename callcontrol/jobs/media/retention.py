"""Deletes sound files: those that are older than their tenant keeps them, and those a person has ordered to go.

A file is deleted when storage and the switch's disk were asked for it and have none any more; then its row says so,
and its order is the proof. What fails is tried again; what is held waits until it is held no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.ledger.deletions import (
    BATCH,
    Order,
    deletions_open,
    next_order,
    order_by_age,
    prove,
    put_off,
)
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.media import MediaKind
from callcontrol.vocabulary.moment import Instant

# Deletions carried out by one step.
MOST: Final = 100

log = logging.getLogger("callcontrol.media")


class NotDeleted(Exception):
    """A copy of a file is still there; the message says where and why."""


class Copies(Protocol):
    """The copies of files."""

    def switches(self) -> Iterable[str]:
        """Whose folders are seen here."""

    def delete(self, order: Order) -> None:
        """Delete every copy, and look whether none is left.

        Raises:
            NotDeleted: one is, or it cannot be known.
        """


class Retention:
    """One step of the loop at a time.

    Args:
        forget: takes the file out of what goes on now: of a message, out of its box. Raises NotDeleted.
    """

    def __init__(
        self,
        dsn: str,
        settings: Callable[[], Settings],
        copies: Copies,
        now: Callable[[], Instant],
        forget: Callable[[Order], None] = lambda _: None,
    ) -> None:
        self._dsn = dsn
        self._settings = settings
        self._copies = copies
        self._now = now
        self._forget = forget

    def step(self) -> bool:
        """Order what has come of age, carry out what is due; whether there is more.

        Raises:
            OutOfReach: Postgres is away.
        """
        with within_reach(), connect(self._dsn) as connection:
            ordered = order_by_age(connection, kept_by(self._settings()))
            tried = sum(1 for _ in self._tried(connection))
            self._show(connection)
            return ordered == BATCH or tried == MOST

    def _tried(self, connection: DictConnection) -> Iterator[Order]:
        for _ in range(MOST):
            with transaction(connection):
                order = next_order(connection, self._copies.switches())
                if order is None:
                    return
                self._carry_out(connection, order)
            yield order

    def _carry_out(self, connection: DictConnection, order: Order) -> None:
        about = {"tenant": order.tenant}
        try:
            self._copies.delete(order)
            self._forget(order)
        except NotDeleted as error:
            put_off(connection, order, str(error))
            meters.media_deletions_total.labels("failed").inc()
            log.error("%s is not deleted: %s", order.media_id, error, extra=about)
            return
        prove(connection, order, self._now())
        meters.media_deletions_total.labels("done").inc()
        log.info("%s is deleted: %s, by %s", order.media_id, order.cause, order.ordered_by, extra=about)

    def _show(self, connection: DictConnection) -> None:
        left = deletions_open(connection)
        meters.media_deletions_waiting.set(left.waiting)
        meters.media_deletions_failing.set(left.failing)
        meters.media_deletion_oldest_seconds.set(left.oldest_s)


def kept_by(settings: Settings) -> Iterator[tuple[str, MediaKind, int]]:
    """Tenant, kind and days of whatever ends by itself."""
    for name, tenant in settings.tenants.items():
        for kind in MediaKind:
            if days := tenant.media.of(kind).keep_days:
                yield name, kind, days
