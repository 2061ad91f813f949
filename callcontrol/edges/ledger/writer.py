"""Writes records into the ledger: many per statement, each once, none held up by a bad one.

One statement stores a whole batch; Postgres takes the JSON apart, which costs this process a tenth of what building
rows does. Where something was there already, a second round looks whether a truer record replaces an estimated one.
What Postgres refuses is found by halving, given back with the reason, and the rest goes in.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date

import gevent
import orjson
import psycopg
from psycopg import Connection

from callcontrol.billing.record_json import CURRENT, BadRecord, NewerRecord, from_json, to_json
from callcontrol.config.credentials import said_by
from callcontrol.edges import clock
from callcontrol.edges.ledger import partitions
from callcontrol.edges.ledger.accounts import Booked, enter_charges
from callcontrol.edges.ledger.allowances import count_allowances
from callcontrol.edges.ledger.forgetting import look_through
from callcontrol.edges.ledger.partitions import ForeignTable
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.schema import SchemaTooNew, apply_schema
from callcontrol.edges.ledger.session import WrongDatabase, open_session, transaction
from callcontrol.edges.ledger.spending import count_spending
from callcontrol.vocabulary.bundle_counter import BundleUse
from callcontrol.vocabulary.moment import SECOND_US, Instant

STATEMENT_TIMEOUT_S = 15
WRITE_TIMEOUT_S = 60.0  # of a whole batch, however often it is halved
MIGRATION_TIMEOUT_S = 3600.0  # a new version may build indexes of years; records wait in the spool meanwhile
PARTITIONS_EVERY_US = 3600 * SECOND_US
OLDEST_US = 800 * 24 * 3600 * SECOND_US  # an older or later arrival is a broken clock, no month to be made
NEWEST_US = 2 * 24 * 3600 * SECOND_US

# Stands in the JSON of a record with charges that bundles or discounts are for.
HAS_ALLOWANCES = '"allowances":['
# Stands in the JSON of a record with charges.
HAS_CHARGES = '"charges":[{'
# Classes of SQLSTATE that are the record's own fault: data, integrity, limits (an index entry that is too long).
RECORDS_FAULT = ("22", "23", "54")

log = logging.getLogger("callcontrol.ledger")


class LedgerAway(RuntimeError):
    """Postgres cannot take records now; all of them may be offered again."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that Postgres will never take, and why."""

    payload: bytes
    reason: str


class _NoSuchCall(ValueError):
    """The JSON holds no call."""


class LedgerWriter:
    """One connection, made when it is needed and again after it broke. For one greenlet at a time.

    Args:
        on_booked: told of each account that has charges of records that were written, once they are committed.
        on_counted: told before of the counters of bundles and discounts that have changed with them.
    """

    def __init__(
        self,
        dsn: str,
        *,
        now: Callable[[], Instant] = clock.now,
        on_booked: Callable[[Booked], object] = lambda booked: None,
        on_counted: Callable[[list[BundleUse]], object] = lambda uses: None,
    ) -> None:
        self._dsn = dsn
        self._now = now
        self._on_booked = on_booked
        self._on_counted = on_counted
        self._connection: Connection[tuple[object, ...]] | None = None
        self._looked_at_partitions = Instant(0)
        self.months_ahead = -1  # months after this one that have their partitions; -1: unknown or not even this one

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]:
        """Store records (JSON of record_json.py); what is there already stays, unless it was an estimate.

        Returns: the records that cannot be stored; all others are committed.

        Raises:
            LedgerAway: no connection, no answer in time, or tables that do not fit.
        """
        rejected: list[Rejection] = []
        current = [text for payload in payloads if (text := _current(payload, rejected))]
        with self.ready() as connection:
            if current:
                rejected += self._store(connection, current)
        return rejected

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def ready(self) -> Iterator[Connection[tuple[object, ...]]]:
        """The connection; whatever goes wrong with it is LedgerAway, and the next one is a new one."""
        try:
            connection = self._connection or self._connect()
            with gevent.Timeout(WRITE_TIMEOUT_S, _silent_for(WRITE_TIMEOUT_S)):
                self._look_at_partitions(connection)
                yield connection
        except (psycopg.Error, SchemaTooNew, ForeignTable, WrongDatabase) as error:
            self.close()
            raise LedgerAway(f"{type(error).__name__}: {said_by(error)}") from error
        except BaseException:  # a timeout in the middle of a conversation: the state of the connection is unknown
            self.close()
            raise

    def _connect(self) -> Connection[tuple[object, ...]]:
        connection = open_session(
            self._dsn,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=STATEMENT_TIMEOUT_S * 1000,
        )
        self._connection = connection
        with gevent.Timeout(MIGRATION_TIMEOUT_S, _silent_for(MIGRATION_TIMEOUT_S)):
            apply_schema(connection)
        self._looked_at_partitions = Instant(0)
        return connection

    def _look_at_partitions(self, connection: Connection[tuple[object, ...]]) -> None:
        """Make months ahead from time to time. Trouble with a month to come is told, and keeps no record waiting."""
        now = self._now()
        if 0 <= now - self._looked_at_partitions < PARTITIONS_EVERY_US:
            return
        try:
            self.months_ahead = partitions.ensure_partitions(connection, now)
            self._looked_at_partitions = now
        except (psycopg.Error, ForeignTable) as error:
            if connection.closed:
                raise
            log.error("partitions of the months to come cannot be made: %s", said_by(error))
            self.months_ahead = partitions.months_ahead_of(connection, now)

    def _store(self, connection: Connection[tuple[object, ...]], payloads: Sequence[bytes]) -> list[Rejection]:
        try:
            counted, booked = _upsert(connection, payloads)
            if counted:
                self._on_counted(counted)
            for one in booked:
                self._on_booked(one)
            return []
        except (psycopg.Error, _NoSuchCall) as error:
            if not isinstance(error, _NoSuchCall) and (error.sqlstate or "")[:2] not in RECORDS_FAULT:
                raise
            if self._made_months(connection, payloads, error):
                return self._store(connection, payloads)
            if len(payloads) == 1:
                return [Rejection(payloads[0], reason(error))]
        half = len(payloads) // 2
        return [*self._store(connection, payloads[:half]), *self._store(connection, payloads[half:])]

    def _made_months(
        self, connection: Connection[tuple[object, ...]], payloads: Sequence[bytes], error: Exception
    ) -> bool:
        """Whether a partition was missing and is there now."""
        is_missing = isinstance(error, psycopg.errors.CheckViolation) and error.diag.constraint_name is None
        return is_missing and self._make_months({m for p in payloads if (m := self._plausible_month(p))}, connection)

    def _make_months(self, months: set[date], connection: Connection[tuple[object, ...]]) -> bool:
        before = partitions.months_of(connection)
        partitions.make_months(connection, months)
        return bool(months - before)

    def _plausible_month(self, payload: bytes) -> date | None:
        try:
            arrived = from_json(payload).call.arrived
        except BadRecord:
            return None
        now = self._now()
        return partitions.month_of(arrived) if now - OLDEST_US <= arrived <= now + NEWEST_US else None


def _silent_for(seconds: float) -> LedgerAway:
    return LedgerAway(f"Postgres has not answered within {seconds:g} s")


def _current(payload: bytes, rejected: list[Rejection]) -> bytes | None:
    """The record in today's form; one that cannot be read is rejected.

    Raises:
        LedgerAway: a later version wrote it, and can read it.
    """
    if payload.startswith(CURRENT):
        return payload
    try:
        return to_json(from_json(payload))
    except NewerRecord as error:
        raise LedgerAway(str(error)) from error
    except BadRecord as error:
        rejected.append(Rejection(payload, str(error)))
        return None


def _upsert(
    connection: Connection[tuple[object, ...]], payloads: Sequence[bytes]
) -> tuple[list[BundleUse], list[Booked]]:
    """Write them, count what they take of bundles, and enter what their charges change in the accounts that pay."""
    records, counted = _array(payloads), list[BundleUse]()
    with _at_most(STATEMENT_TIMEOUT_S, connection):
        look_through(connection, records["records"])
        given, all_new, has_account = _write(connection, records)
        if given != len(payloads):
            raise _NoSuchCall("the record names no call: `call.call_id` is missing")
        if HAS_ALLOWANCES in records["records"]:
            counted = count_allowances(connection, records)
        if HAS_CHARGES in records["records"]:
            count_spending(connection, _keys(payloads))
        booked = enter_charges(connection, _keys(payloads)) if has_account else []
    if not all_new:
        with _at_most(STATEMENT_TIMEOUT_S, connection):
            connection.execute(query("withdraw_estimates"), records)
            _write(connection, records)
            counted += count_allowances(connection, records)
            count_spending(connection, _keys(payloads))
            booked = enter_charges(connection, _keys(payloads))
    return counted, booked


def _array(payloads: Iterable[bytes]) -> dict[str, str]:
    return {"records": (b"[" + b",".join(payloads) + b"]").decode("utf-8", "replace")}


def _keys(payloads: Sequence[bytes]) -> dict[str, str]:
    """Of records only what names their legs: Postgres takes a tenth of the time to read it."""
    read = (orjson.loads(payload) for payload in payloads)
    return _array(
        orjson.dumps(
            {
                "call": {name: one["call"][name] for name in ("tenant", "switch", "started_at")},
                "legs": [{"leg_id": leg["leg_id"]} for leg in one["legs"]],
                "charges": [],
            }
        )
        for one in read
    )


def _at_most(seconds: int, connection: Connection[tuple[object, ...]]) -> AbstractContextManager[None]:
    """A transaction none of whose statements takes longer."""
    return transaction(connection, statement_timeout=seconds * 1000)


def _write(connection: Connection[tuple[object, ...]], records: dict[str, str]) -> tuple[object, ...]:
    row = connection.execute(query("write_records"), records).fetchone()
    assert row is not None
    return row


def reason(error: Exception) -> str:
    if isinstance(error, psycopg.errors.CheckViolation) and error.diag.constraint_name is None:
        return "the day of arrival is implausible: no month is kept for it"
    return f"{type(error).__name__}: {said_by(error)}"
