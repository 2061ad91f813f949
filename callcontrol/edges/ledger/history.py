"""The ledger as work on the past reads it: which legs it has, which have no price, and calls whole, as the records they
were written from. What is rated late is appended here.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import VERSION, from_json, to_json
from callcontrol.edges.ledger.accounts import enter_charges
from callcontrol.edges.ledger.allowances import count_allowances
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import asking, connect, explained
from callcontrol.edges.ledger.session import transaction
from callcontrol.edges.ledger.spending import count_spending
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of

# A leg begins at most so many days after its call arrived; the switch's clock may be ahead of the worker's.
DAYS_BEFORE = 2
DAYS_AFTER = 1

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KnownLeg:
    """A leg the ledger has; `open`: its end is an estimate still."""

    tenant: str
    call_id: str
    leg_id: str
    open: bool


@dataclass(frozen=True, slots=True)
class UnratedLeg:
    """A leg with a payer and a charge without a price: `reason` says why; `started_day` is its call's (UTC)."""

    started_day: date
    tenant: str
    switch: str
    leg_id: str
    call_id: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of the ledger is meant.

    Attributes:
        tenants: whose calls; the ledger is looked up by tenant.
        began, ended: when the legs that are asked for came to be, the first and the last of them.
    """

    switch: str
    tenants: Collection[str]
    began: Instant
    ended: Instant

    def params(self, **more: object) -> Mapping[str, object]:
        """As parameters of a query."""
        return {
            "switch": self.switch,
            "tenants": list(self.tenants),
            "first_day": _day(self.began) - timedelta(days=DAYS_BEFORE),
            "last_day": _day(self.ended) + timedelta(days=DAYS_AFTER),
            **more,
        }


@contextmanager
def alone(dsn: str, switch: str) -> Iterator[bool]:
    """Lock the reconciling of this switch; False if another process has the lock.

    The lock is a transaction's, on a connection of its own: the transaction touches no table, so it locks none against
    changes, however long the pass takes. It ends with the context, or when the connection breaks.

    Raises:
        NoLedger: Postgres cannot be reached.
    """
    with connect(dsn) as connection, explained(), transaction(connection, idle_in_transaction_session_timeout=0):
        found = connection.execute(query("lock_reconciling"), {"switch": switch}).fetchall()
        yield bool(found[0]["pg_try_advisory_xact_lock"])


class LedgerHistory:
    """A connection of its own; a context manager. Raises NoLedger whenever Postgres cannot be asked."""

    def __init__(self, dsn: str) -> None:
        """Raises: NoLedger: Postgres cannot be reached."""
        self._connection: Connection[_Row] = connect(dsn)
        assert self._connection.row_factory is dict_row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._connection.close()

    def known_legs(self, stretch: Stretch, leg_ids: Iterable[str]) -> dict[str, KnownLeg]:
        """Of these legs those the ledger has, by id.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        with asking(self._connection):
            rows = self._rows("known_legs", stretch.params(leg_ids=list(leg_ids)))
        return {row["leg_id"]: KnownLeg(**row) for row in rows}

    def records(self, stretch: Stretch, call_ids: Collection[str]) -> dict[str, CallRecord]:
        """These calls as the ledger has them, by id.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        if not call_ids:
            return {}
        params = stretch.params(call_ids=list(call_ids))
        with asking(self._connection):
            calls = self._rows("stored_calls", params)
            parts = {name: self._rows(f"stored_{name}", params) for name in ("legs", "visits", "offers", "segments")}
        return {call["call_id"]: _record(call, parts) for call in calls}

    def unrated(self, tenant: str | None, after: UnratedLeg | None, limit: int) -> list[UnratedLeg]:
        """Legs whose charge that holds has no price, the oldest first: the next so many.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        begin = after or UnratedLeg(date.min, "", "", "", "", "", "")
        params = {
            "tenant": tenant,
            "day": begin.started_day,
            "after_tenant": begin.tenant,
            "after_switch": begin.switch,
            "after_leg": begin.leg_id,
            "limit": limit,
        }
        with asking(self._connection):
            return [UnratedLeg(**row) for row in self._rows("unrated_charges", params)]

    def rate(self, records: Iterable[RatedRecord]) -> set[tuple[str, str, str]]:
        """Append these charges where the one that holds has no price (still); returns (tenant, switch, leg) of those.

        Raises:
            NoLedger: Postgres refused, or has no ledger of this version.
        """
        given = {"records": (b"[" + b",".join(map(to_json, records)) + b"]").decode()}
        with asking(self._connection):
            self._connection.execute(query("lock_charges"))
            rows = self._rows("rate_unrated", given)
            count_allowances(self._connection, given)
            count_spending(self._connection, given)
            enter_charges(self._connection, given)
        return {(row["tenant"], row["switch"], row["leg_id"]) for row in rows}

    def _rows(self, name: str, params: Mapping[str, object]) -> list[_Row]:
        return self._connection.execute(query(name), params).fetchall()


def _day(moment: Instant) -> date:
    return datetime_of(moment).date()


def _record(call: _Row, parts: Mapping[str, list[_Row]]) -> CallRecord:
    """The names of the columns are those of the JSON: a record comes back the way it went in."""
    own = {name: [_plain(row) for row in rows if _is_of(row, call)] for name, rows in parts.items()}
    visits = [
        {**visit, "offers": [offer for offer in own["offers"] if offer["visit"] == visit["visit"]]}
        for visit in own["visits"]
    ]
    value = {"v": VERSION, "call": _plain(call), "legs": own["legs"], "charges": [], "visits": visits}
    value["segments"] = own["segments"]
    return from_json(orjson.dumps(value)).call


def _is_of(row: _Row, call: _Row) -> bool:
    return all(row[name] == call[name] for name in ("tenant", "call_id", "started_day"))


def _plain(row: _Row) -> dict[str, object]:
    """Times as microseconds; what the database computed itself is left out."""
    kept = {name: value for name, value in row.items() if not isinstance(value, Decimal)}
    return {name: instant_of(value) if isinstance(value, datetime) else value for name, value in kept.items()}
