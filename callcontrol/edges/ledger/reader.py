"""Reads the history back: calls with their legs, what they cost, and the queues they waited in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import Any

import psycopg
from psycopg.rows import dict_row

from callcontrol.config.credentials import said_by
from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall, PastLeg, RowsByCall, call_of
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.search import FEW, FEW_LATER, NO_CALLS, Days, KnownCall, Search, paced
from callcontrol.edges.ledger.session import DictConnection, WrongDatabase, open_session, transaction
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.wanted import Place, Wanted

PAGE = 500  # calls that are in memory at a time
TOTALS_S = 2.0  # a person does not wait longer for sums
PERSON_S = 20.0  # nor for calls

_OLDER = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


class NoLedger(RuntimeError):
    """The history cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of all calls that match.

    Attributes:
        talks: calls that had a conversation.
        talk_ms: how long those were, from the first conversation of each to its end.
        costs: by currency.
    """

    calls: int
    talks: int
    talk_ms: int
    costs: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Page:
    """Calls that match, in order.

    Attributes:
        searched_to: they were looked for up to this place and no further, for the time was over; None: either all that
            there are, or as many as were wanted.
    """

    calls: list[PastCall]
    searched_to: Place | None


# How the ledger is reached: a connection string, or what gives a connection that is then closed, or given back.
Access = str | Callable[[], DictConnection]


def connect(access: Access) -> DictConnection:
    """A connection for reading.

    Raises:
        NoLedger: Postgres cannot be reached.
    """
    if not isinstance(access, str):
        return access()
    with told_of_opening():
        # Nothing is prepared: a plan kept for any values would not know how few rows are wanted, nor which months.
        connection: DictConnection = open_session(access, row_factory=dict_row)
        return connection


@contextmanager
def told_of_opening() -> Iterator[None]:
    """A connection that cannot be opened is NoLedger."""
    try:
        yield
    except psycopg.Error as error:
        raise NoLedger(f"Postgres cannot be reached: {said_by(error)}") from error
    except WrongDatabase as error:
        raise NoLedger(str(error)) from error


@contextmanager
def explained() -> Iterator[None]:
    """Whatever Postgres has against a statement is NoLedger, with what to do."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise NoLedger(f"the ledger took too long ({said_by(error)}): narrow the period") from error
    except _OLDER as error:
        missing = "the database has no ledger, or one of an older version"
        raise NoLedger(f"{missing}: `callcontrol serve` makes it when it starts") from error
    except psycopg.Error as error:
        raise NoLedger(f"the ledger cannot be read: {said_by(error)}") from error


@contextmanager
def asking(
    connection: DictConnection, *, same_moment: bool = False, statement_timeout: int = 0, work_mem: str = ""
) -> Iterator[None]:
    """A transaction for statements that read; raises NoLedger for whatever Postgres has against one.

    Args:
        same_moment: all of them see the ledger as the first one does.
        statement_timeout: none of them may take longer (ms); 0: as long as it takes.
        work_mem: what each may take to sort and to group; "": as the server says.
    """
    # Many months make a long plan of which little is carried out: compiling it would take a hundred times as long.
    given: dict[str, str | int] = {"transaction_isolation": "repeatable read"} if same_moment else {}
    if statement_timeout:
        given["statement_timeout"] = statement_timeout
    if work_mem:
        given["work_mem"] = work_mem
    with explained(), transaction(connection, **given, jit="off"):
        yield


class LedgerReader:
    """A connection for reading; a context manager."""

    def __init__(self, access: Access) -> None:
        """Raises: NoLedger: Postgres cannot be reached."""
        self._connection = connect(access)

    def __enter__(self) -> LedgerReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def calls(self, wanted: Wanted, within_s: float = 0) -> list[PastCall]:
        """The calls that match, latest first, each with its legs and visits.

        Args:
            within_s: no statement may take longer; 0: as long as it takes.

        Raises:
            NoLedger: the tables are not there, or Postgres refused for another reason.
        """
        return [call for page in self.pages(wanted, within_s) for call in page]

    def page(self, wanted: Wanted, within_s: float) -> Page:
        """As many calls that match as are wanted, or those found in this time: a little more than it is never taken.

        Raises:
            NoLedger: as `calls`; or Postgres took longer than PERSON_S for a statement.
        """
        began_s, limit = clock.monotonic(), PAGE if wanted.limit is None else wanted.limit
        with asking(self._connection, same_moment=True, statement_timeout=round(PERSON_S * 1000)):
            search = self.search(wanted)
            found, days, left = list[PastCall](), 1, search.whole()
            while True:
                at_s = clock.monotonic()
                stretch, behind = search.cut(left, days) if search.is_paced else (left, None)
                few = (
                    self._few(search, stretch, FEW_LATER) if search.is_paced and (days > 1 or search.is_broad) else None
                )
                looked = search if few is None else replace(search, known=few)
                found += self._page(looked, stretch, limit - len(found))
                if behind is None or len(found) >= limit:
                    return Page(found, None)
                now_s = clock.monotonic()
                if now_s - began_s >= within_s:
                    return Page(found, search.place_behind(stretch))
                left = behind if days > 1 else self._with_calls(search, behind)
                days = paced(days, now_s - at_s, within_s)

    def _with_calls(self, search: Search, left: Days) -> Days:
        """As far as there are any calls."""
        row = self._connection.execute(*search.begin(end=True)).fetchone()
        return left if row is None else search.ended(left, row["day"])

    def pages(self, wanted: Wanted, within_s: float = 0) -> Iterator[list[PastCall]]:
        """The same, in pieces of PAGE at most, however many there are: all of them as they are at one moment.

        Raises:
            NoLedger: as `calls`.
        """
        with asking(self._connection, same_moment=True, statement_timeout=round(within_s * 1000)):
            search, left = self.search(wanted), wanted.limit
            for days, looked in self._stretches(search):
                after = wanted.after
                while left is None or left > 0:
                    limit = PAGE if left is None else min(PAGE, left)
                    found = self._page(replace(looked, wanted=replace(wanted, after=after)), days, limit)
                    if found:
                        yield found
                        left = None if left is None else left - len(found)
                        after = place_of(found[-1])
                    if len(found) < limit:
                        break
                if left == 0:
                    return

    def _page(self, search: Search, days: Days, limit: int) -> list[PastCall]:
        rows = self._connection.execute(*search.page(days, limit)).fetchall()
        which = _which(rows)
        parts = {name: self._by_call(f"{name}_of", which) for name in ("legs", "visits", "offers", "segments")}
        calls = [call_of(row, parts["legs"], parts["visits"], parts["offers"], parts["segments"]) for row in rows]
        if search.wanted.call_id is not None:
            for call in calls:
                call.beside = self._beside(call)
        return calls

    def _beside(self, call: PastCall) -> tuple[PastLeg, ...]:
        own = [leg.leg_id for leg in call.legs]
        joined = [segment.other_leg for segment in call.segments if segment.other_leg not in own]
        given = {"tenant": call.tenant, "call_id": call.call_id, "day": call.started_day, "joined": joined, "own": own}
        return tuple(map(PastLeg, self._connection.execute(query("legs_beside"), given)))

    def totals(self, wanted: Wanted, within_s: float = TOTALS_S) -> Totals | None:
        """Sums of all calls that match, whatever the limit and the place; None: it would take longer than this.

        Raises:
            NoLedger: as `calls`.
        """
        try:
            with transaction(self._connection, jit="off", statement_timeout=round(within_s * 1000)):
                search = self.search(replace(wanted, after=None))
                (row,) = self._connection.execute(*search.sums("search_totals")).fetchall()
                costs = self._connection.execute(*search.sums("search_costs")).fetchall()
        except psycopg.errors.QueryCanceled:
            return None
        except psycopg.Error as error:
            with explained():
                raise error
        return Totals(**row, costs={one["currency"]: one["amount"] for one in costs})

    def tenants(self) -> tuple[str, ...]:
        """All tenants that have calls here.

        Raises:
            NoLedger: as `calls`.
        """
        with asking(self._connection):
            return tuple(self._tenants(Wanted()))

    def search(self, wanted: Wanted) -> Search:
        """How the calls are found."""
        known = None if wanted.call_id is None else self._calls_known_as(wanted.call_id)
        search = Search(wanted, self._tenants(wanted), known, NO_CALLS)
        if known is not None:
            return search
        if (few := self._few(search, None, FEW)) is not None:
            return replace(search, known=few)
        row = self._connection.execute(*search.begin()).fetchone()
        return search if row is None else replace(search, edge=row["day"])

    def _stretches(self, search: Search) -> Iterator[tuple[Days, Search]]:
        """The days to look in, each with how: by a filter that has few calls there; longer stretches have more."""
        may_be_few, most = search.known is None, FEW
        for days in search.stretches():
            few = self._few(search, days, most) if may_be_few else None
            may_be_few, most = may_be_few and (few is not None or most == FEW), FEW_LATER
            yield days, search if few is None else replace(search, known=few)

    def _few(self, search: Search, days: Days | None, most: int) -> set[KnownCall] | None:
        """The calls of the first filter that has few, in these days or in all; None: there is none such."""
        for statement, given in search.few(days, most):
            rows = self._connection.execute(statement, given).fetchall()
            if len(rows) <= most:
                return {KnownCall(**row) for row in rows}
        return None

    def _calls_known_as(self, id_: str) -> list[str]:
        """The call of this id, and those that have a channel of this id."""
        rows = self._connection.execute(query("calls_with_leg"), {"leg_id": id_})
        return list(dict.fromkeys((id_, *(row["call_id"] for row in rows))))

    def _tenants(self, wanted: Wanted) -> list[str]:
        if wanted.tenant is not None:
            return [wanted.tenant]
        days = {"since_day": _day(wanted.since), "until_day": _day(wanted.until)}
        return [row["tenant"] for row in self._connection.execute(query("tenants"), days)]

    def _by_call(self, name: str, which: dict[str, Any]) -> RowsByCall:
        found: RowsByCall = {}
        if which["call_ids"]:
            for row in self._connection.execute(query(name), which):
                found.setdefault(row.pop("call_id"), []).append(row)
        return found


def _day(moment: Instant | None) -> date | None:
    return None if moment is None else datetime_of(moment).date()


def place_of(call: PastCall) -> Place:
    """Where the list goes on behind this call."""
    return Place(instant_of(call.started_at), call.call_id)


def _which(calls: list[dict[str, Any]]) -> dict[str, Any]:
    """What names these calls in a query for whatever belongs to them."""
    days = [call["started_day"] for call in calls]
    return {
        "call_ids": [call["call_id"] for call in calls],
        "tenants": list({call["tenant"] for call in calls}),
        "switches": list({call["switch"] for call in calls}),
        "since_day": min(days, default=None),
        "until_day": max(days, default=None),
    }
