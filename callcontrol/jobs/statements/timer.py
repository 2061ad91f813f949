"""Closes months by their tenants' timers, and notes each day what fees are counted by; one host at a time does so.

What is due follows from what is closed, so it does not matter which host looks, or when: a month that was due while no
job ran is closed at the next look, one month after the other. A tenant whose month cannot be closed keeps no other
waiting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import psycopg

from callcontrol.billing.statements.document import NewerDocument
from callcontrol.billing.statements.fees import there_now
from callcontrol.billing.statements.months import after, first_day
from callcontrol.config.settings import Settings
from callcontrol.edges import statement_meters as meters
from callcontrol.edges.ledger.accounts import EntryRefused
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.reader import connect, explained
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.statements import note_fee_day
from callcontrol.jobs.statements.closing import Book, StatementRefused, book_of, close, open_months
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.wall_clock import day_at, moment_of

LOOK_S: Final = 120.0
RUNNING_S: Final = 3_600.0  # closing the months of a thousand tenants
LEASE_S: Final = 600.0  # renewed before each month that is closed
LEASE: Final = "statements"
BY_TIMER: Final = "callcontrol"

log = logging.getLogger("callcontrol.statements")


def due_at(book: Book, month: str) -> Instant | None:
    """When a month is to be closed; None: by hand."""
    day = book.tenant.statements.close_on
    return None if day is None else moment_of(first_day(after(month)) + timedelta(days=day - 1), 0, book.zone)


class StatementTimer:
    """One step of the loop at a time.

    Args:
        name: of this process, as leases know it.
    """

    def __init__(self, dsn: str, name: str, settings: Callable[[], Settings], now: Callable[[], Instant]) -> None:
        self._dsn = dsn
        self._leases = JobLeases(name)
        self._settings = settings
        self._now = now
        self._noted: dict[str, object] = {}  # by tenant what this process has noted last

    def step(self) -> bool:
        """Close what is due; there is never more to be done at once.

        Raises:
            NoLedger: Postgres is away.
        """
        settings, now = self._settings(), self._now()
        books = [book_of(settings, name) for name in settings.tenants]
        books = [book for book in books if book.tenant.statements.since is not None]
        if not books:
            return False
        with connect(self._dsn) as connection, explained():
            if self._leases.hold(connection, LEASE, LEASE_S):
                for book in books:
                    self._note(connection, book, now)
                    self._close(connection, book, now)
            _show([due for book in books for due in _due(connection, book, now)], now)
        return False

    def _note(self, connection: DictConnection, book: Book, now: Instant) -> None:
        """What is there today; written where it has changed since this process looked last."""
        day, there = day_at(now, book.zone), there_now(book.tenant)
        if self._noted.get(book.name) != (day, there):
            note_fee_day(connection, book.name, day, there)
            self._noted[book.name] = (day, there)

    def _close(self, connection: DictConnection, book: Book, now: Instant) -> None:
        """Every month that is due, until one cannot be closed."""
        for month in open_months(connection, book, now):
            due = due_at(book, month)
            if due is None or due > now or not self._leases.hold(connection, LEASE, LEASE_S):
                return
            try:
                closed = close(connection, book, month, now, BY_TIMER)
            except (StatementRefused, EntryRefused, NewerDocument, psycopg.errors.IntegrityError) as error:
                meters.closed_total.labels("failed").inc()
                log.error("%s of %s is not closed: %s", month, book.name, error)
                return
            for one in closed:
                meters.closed_total.labels(one.document.kind.value).inc()
                log.info("statement %s is closed, %s", one.document.reference, one.document.kind.value)


def _due(connection: DictConnection, book: Book, now: Instant) -> Iterator[Instant]:
    """When the months that are not closed should have been."""
    if book.tenant.statements.close_on is not None:
        dues = (due_at(book, month) for month in open_months(connection, book, now))
        yield from (due for due in dues if due is not None and due <= now)


def _show(dues: list[Instant], now: Instant) -> None:
    """What an alert looks at."""
    meters.overdue.set(len(dues))
    meters.overdue_seconds.set((now - min(dues)) / SECOND_US if dues else 0)
