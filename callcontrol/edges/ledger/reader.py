"""Reads the history back: calls with their legs and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.moment import Instant, datetime_of

CONNECT_TIMEOUT_S = 5
MAX_CALLS = 10_000


class NoLedger(RuntimeError):
    """The history cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: all that match everything given.

    Attributes:
        number: the caller, the number dialled, or one the call was forwarded to.
        since, until: arrival in [since, until).
        limit: the latest so many, at most MAX_CALLS.
    """

    tenant: str | None = None
    number: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    outcome: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """The charge that holds for a leg; `amount` is None unless `status` is `rated`."""

    status: str
    revision: int
    amount: Decimal | None
    currency: str
    reason: str
    tariff: str
    tariff_version: datetime | None
    prefix: str
    destination: str
    billed_s: int
    parts: tuple[Mapping[str, Any], ...]
    formula: str


@dataclass(frozen=True, slots=True)
class PastLeg:
    """A leg's row, and its cost if it has one."""

    leg_id: str
    position: int
    direction: str
    target: str
    address: str
    trunk: str
    shown: str
    payer: str
    dialled_at: datetime
    ringing_at: datetime | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    cause: str
    outcome: str
    hung_up_by: str
    estimated: bool
    ring_ms: Decimal | None
    talk_ms: Decimal
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call's row, and its legs in order."""

    tenant: str
    switch: str
    call_id: str
    started_day: date
    started_at: datetime
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime
    worker: str
    caller_number: str
    caller_name: str
    caller_anonymous: bool
    caller_extension: str
    dialled: str
    outcome: str
    answered_leg: str
    answered_by: str
    path: tuple[Mapping[str, Any], ...]
    recordings: tuple[Mapping[str, Any], ...]
    notes: tuple[Mapping[str, Any], ...]
    estimated: bool
    total_ms: Decimal
    legs: tuple[PastLeg, ...] = ()


class LedgerReader:
    """A connection for reading; a context manager."""

    def __init__(self, dsn: str) -> None:
        """Raises: NoLedger: Postgres cannot be reached."""
        try:
            self._connection: Connection[dict[str, Any]] = psycopg.connect(
                dsn, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, row_factory=dict_row
            )
        except psycopg.Error as error:
            raise NoLedger(f"Postgres cannot be reached: {' '.join(str(error).split())}") from error

    def __enter__(self) -> LedgerReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def calls(self, wanted: Wanted) -> list[PastCall]:
        """The calls that match, latest first, each with its legs.

        Raises:
            NoLedger: the tables are not there, or Postgres refused for another reason.
        """
        try:
            rows = self._connection.execute(query("find_calls"), _params(wanted)).fetchall()
            legs = self._legs(rows) if rows else {}
        except psycopg.errors.UndefinedTable as error:
            raise NoLedger("the database has no ledger yet: `callcontrol serve` makes it when it starts") from error
        except psycopg.Error as error:
            raise NoLedger(f"the ledger cannot be read: {' '.join(str(error).split())}") from error
        return [_call(row, legs.get(row["call_id"], [])) for row in rows]

    def _legs(self, calls: list[dict[str, Any]]) -> dict[str, list[PastLeg]]:
        days = [call["started_day"] for call in calls]
        params = {
            "call_ids": [call["call_id"] for call in calls],
            "tenants": list({call["tenant"] for call in calls}),
            "since_day": min(days),
            "until_day": max(days),
        }
        found: dict[str, list[PastLeg]] = {}
        for row in self._connection.execute(query("legs_of"), params):
            found.setdefault(row.pop("call_id"), []).append(_leg(row))
        return found


_COST = tuple(Cost.__dataclass_fields__)


def _params(wanted: Wanted) -> dict[str, object]:
    since = None if wanted.since is None else datetime_of(wanted.since)
    until = None if wanted.until is None else datetime_of(wanted.until)
    return {
        "tenant": wanted.tenant,
        "number": wanted.number,
        "outcome": wanted.outcome,
        "since": since,
        "until": until,
        "since_day": since and since.date(),
        "until_day": until and until.date(),
        "limit": min(wanted.limit, MAX_CALLS),
    }


def _call(row: dict[str, Any], legs: Iterable[PastLeg]) -> PastCall:
    lists = {name: tuple(row[name]) for name in ("path", "recordings", "notes")}
    return PastCall(**{**row, **lists}, legs=tuple(legs))


def _leg(row: dict[str, Any]) -> PastLeg:
    cost = {name: row.pop(name) for name in _COST}
    if cost["status"] is None:
        return PastLeg(**row, cost=None)
    return PastLeg(**row, cost=Cost(**{**cost, "parts": tuple(cost["parts"])}))
