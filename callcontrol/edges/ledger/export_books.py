"""The books of exports: which rows are in which batch, and what has become of it.

A batch is closed in one transaction, by one process at a time. Its number is the next one. It holds the rows of all
transactions from where the batch before ended up to the first that has not ended yet (`ledger_watermark()`). No
transaction that may still write is among them, so what is in a batch never changes.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from psycopg import Connection, sql
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from callcontrol.billing.exports.exportable import EXPORTABLE, UNIT
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.vocabulary.export import What
from callcontrol.vocabulary.money import EXACT
from callcontrol.vocabulary.sentence import says

# Postgres's -infinity and infinity, which psycopg has as no date.
BEGIN: Final = "-infinity"
END: Final = "infinity"
ROWS_A_FETCH: Final = 5_000
# The first look at years of rows may take long; later ones take milliseconds.
STATEMENT_TIMEOUT_S: Final = 600


class ExportBusy(RuntimeError):
    """Another process closes batches of this export at this moment."""


class ExportRefused(ValueError):
    """The export cannot go on; the message says why, and what would be right."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows an export delivers; it never changes.

    Attributes:
        tenants: whose; None: all tenants'.
        since: of this UTC day and later ones; None: all.
    """

    export: str
    what: What
    tenants: tuple[str, ...] | None = None
    since: date | None = None

    def params(self) -> dict[str, object]:
        """As parameters of a query."""
        tenants = None if self.tenants is None else list(self.tenants)
        return {"export": self.export, "what": self.what.value, "tenants": tenants, "since": self.since}


@dataclass(frozen=True, slots=True)
class Extent:
    """Which rows a batch holds of its export: of transactions [from_in, to_in), of days [from_day, to_day).

    Days are ISO text, BEGIN or END; of several transactions they are always from BEGIN to END.
    """

    from_in: int
    to_in: int
    from_day: str = BEGIN
    to_day: str = END

    def params(self) -> dict[str, object]:
        """As parameters of a query."""
        return {"from_in": self.from_in, "to_in": self.to_in, "from_day": self.from_day, "to_day": self.to_day}


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the books have it; the columns of `export_batches`."""

    number: int
    extent: Extent
    form: Mapping[str, Any]
    file: str
    bytes: int
    sha256: str
    rows: int
    manifest: str
    manifest_sha256: str
    closed_at: datetime
    delivered_at: datetime | None = None
    delivered_to: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    receipt_fault: str = ""

    def has_month(self, month: str) -> bool:
        """Whether it has days of this month (YYYY-MM) between its first and its last one."""
        told = orjson.loads(self.manifest)
        return told["first_day"] is not None and told["first_day"][:7] <= month <= told["last_day"][:7]

    @property
    def sums(self) -> Mapping[str, Mapping[str, str]]:
        """What its rows add up to: {column: {currency or unit: text}}."""
        found: dict[str, dict[str, str]] = orjson.loads(self.manifest)["sums"]
        return found


@dataclass(frozen=True, slots=True)
class State:
    """How an export stands, by the database's clock.

    Attributes:
        ran_at: when it last had delivered everything; None: never.
        failures: in a row, since.
    """

    scope: Scope
    opened_at: datetime
    ran_at: datetime | None
    failures: int
    retry_at: datetime | None
    trouble: str
    now: datetime


# The first value of a column in an extent, and the first one by which there are more rows; at 0 the second value.
Reach = Callable[[Extent, str, int], tuple[Any, Any]]


@contextmanager
def closing(connection: DictConnection, scope: Scope) -> Iterator[None]:
    """A transaction in which this process alone closes batches of the export.

    Raises:
        ExportBusy: another one does.
        ExportRefused: the export has batches with rows of another kind.
        psycopg.Error: Postgres did not take it.
    """
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_S * 1000, jit="off"):
        if not _row(connection, "lock_export", scope.params())["is_held"]:
            raise ExportBusy(says("another process exports %(export)s at this moment", export=scope.export))
        state = opened(connection, scope)
        if state.scope != scope:
            raise ExportRefused(
                says(
                    "the batches of %(export)s are of %(before)s, the configuration says %(now)s: what is in an export"
                    " never changes; give the new one another name",
                    export=scope.export,
                    before=_said(state.scope),
                    now=_said(scope),
                )
            )
        yield


def _said(scope: Scope) -> str:
    whose = "all tenants" if scope.tenants is None else ", ".join(scope.tenants)
    return f"{scope.what} of {whose}" + (f" since {scope.since}" if scope.since else "")


def state_of(connection: DictConnection, export: str) -> State | None:
    """How an export stands; None: it has never run."""
    row = _row(connection, "export_named", {"export": export})
    if not row:
        return None
    tenants = None if row["tenants"] is None else tuple(row["tenants"])
    scope = Scope(export, What(row["what"]), tenants, row["since"])
    names = ("opened_at", "ran_at", "failures", "retry_at", "trouble", "now")
    return State(scope, *(row[name] for name in names))


def opened(connection: DictConnection, scope: Scope) -> State:
    """How an export stands that may never have run.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    state = state_of(connection, scope.export)
    if state is None:
        connection.execute(query("open_export"), scope.params())
        state = state_of(connection, scope.export)
    assert state is not None
    return state


def note_failure(connection: DictConnection, export: str, after_s: int, why: str) -> None:
    """An export has failed; it is tried again after so many seconds.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    connection.execute(query("export_failed"), {"export": export, "after_s": after_s, "trouble": why})


def next_extent(connection: DictConnection, scope: Scope, most_rows: int) -> tuple[int, Extent, str]:
    """Number and extent of the next batch, and the SHA-256 of the manifest before; within `closing`.

    Raises:
        ExportRefused: the database counts its transactions from lower numbers than the last batch has.
    """
    last = _row(connection, "last_batch", scope.params())
    watermark = int(_row(connection, "watermark", {})["watermark"])
    number, previous = (last["number"] + 1, last["manifest_sha256"]) if last else (1, "")
    ended = Extent(*(last[name] for name in ("from_in", "to_in", "from_day", "to_day"))) if last else None

    def reach(extent: Extent, by: str, most: int) -> tuple[Any, Any]:
        return _reach(connection, scope, extent, by, most)

    return number, extent_after(ended, watermark, most_rows, reach, scope.export), previous


def now_of(connection: DictConnection) -> datetime:
    """The time by the database's clock."""
    now: datetime = _row(connection, "watermark", {})["now"]
    return now


def extent_after(last: Extent | None, watermark: int, most_rows: int, reach: Reach, export: str) -> Extent:
    """The extent of the batch that follows on the last one: up to the first transaction that has not ended.

    Raises:
        ExportRefused: see `next_extent`.
    """
    start = 0 if last is None else last.to_in if last.to_day == END else last.from_in
    if start > watermark:
        raise ExportRefused(
            says(
                "the ledger's transactions are at %(now)s, the last batch of %(export)s ended at %(then)s: the database"
                " was put back; start `callcontrol serve` on it once, which sees to its numbers",
                now=watermark,
                export=export,
                then=start,
            )
        )
    from_day = last.to_day if last is not None and last.to_day != END else BEGIN
    wanted = Extent(start, start + 1, from_day) if from_day != BEGIN else Extent(start, watermark)
    return _limited(reach, wanted, most_rows)


def _limited(reach: Reach, wanted: Extent, most_rows: int) -> Extent:
    """As much of it as has so many rows; of a transaction, or a day, that alone has more, all of it."""
    if wanted.from_day == BEGIN:
        first, over = reach(wanted, "written_in", most_rows)
        if over is None or first is None:
            return wanted
        if over > first:
            return Extent(wanted.from_in, over)
        wanted = Extent(first, first + 1)
    first_day, over_day = reach(wanted, "of_day", most_rows)
    if over_day == first_day:
        _, over_day = reach(wanted, "of_day", 0)
    return Extent(wanted.from_in, wanted.to_in, wanted.from_day, END if over_day is None else str(over_day))


def _reach(connection: DictConnection, scope: Scope, extent: Extent, by: str, most_rows: int) -> tuple[Any, Any]:
    """The first value of a column there, and the first one by which there are more rows; at 0 the second value."""
    within = sql.SQL("SELECT {by} AS place, count(*) AS rows FROM ({rows}) AS e GROUP BY 1").format(
        by=sql.Identifier(by), rows=_rows_of(scope.what)
    )
    past = sql.SQL("total > {most}").format(most=sql.Literal(most_rows)) if most_rows else sql.SQL("nth = 2")
    statement = sql.SQL(
        "SELECT min(place) AS first, min(place) FILTER (WHERE {past}) AS over FROM ("
        "SELECT place, sum(rows) OVER (ORDER BY place) AS total, row_number() OVER (ORDER BY place) AS nth"
        " FROM ({within}) AS w) AS r"
    ).format(past=past, within=within)
    with connection.cursor() as cursor:
        row = cursor.execute(statement, _params(scope, extent, 0)).fetchone()
    assert row is not None
    return row["first"], row["over"]


def rows_in(
    connection: Connection[Any], scope: Scope, extent: Extent, number: int, columns: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch in order, with these columns; within a transaction.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    order = sql.SQL(", ").join(
        sql.SQL(_ORDERED[_is_text(scope.what, name)]).format(sql.Identifier(name))
        for name in EXPORTABLE[scope.what].key
    )
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("SELECT {} FROM ({}) AS e ORDER BY {}").format(chosen, _rows_of(scope.what), order)
    with connection.cursor("batch", row_factory=tuple_row) as cursor:
        cursor.itersize = ROWS_A_FETCH
        yield from cursor.execute(statement, _params(scope, extent, number))


# The order of texts is that of their bytes, whatever the database's locale.
_ORDERED: Final = {True: '{} COLLATE "C"', False: "{}"}


def _is_text(what: What, column: str) -> bool:
    return EXPORTABLE[what].columns[column].value == "text"


def _rows_of(what: What) -> sql.Composable:
    return sql.SQL(query(f"rows_of_{what}").decode())


def _waiting_of(what: What) -> sql.Composable:
    """Its rows without what is joined to them: this looks at many, again and again."""
    return sql.SQL(query("waiting_charges").decode()) if what is What.CHARGES else _rows_of(what)


def _params(scope: Scope, extent: Extent, number: int) -> dict[str, object]:
    return {**scope.params(), **extent.params(), "number": number}


def counted_in(connection: Connection[Any], scope: Scope, extent: Extent) -> tuple[int, dict[str, dict[str, Decimal]]]:
    """How many rows of the export the ledger has there, and what they add up to, as `Batch.sums`.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    sums = EXPORTABLE[scope.what].sums
    by = [sql.Literal(unit.removeprefix(UNIT)) if unit.startswith(UNIT) else sql.Identifier(unit) for _, unit in sums]
    added = [sql.SQL("sum({})").format(sql.Identifier(name)) for name, _ in sums]
    chosen = sql.SQL(", ").join([*by, sql.SQL("count(*)"), *added])
    places = sql.SQL(", ").join(map(sql.SQL, map(str, range(1, len(by) + 1))))
    statement = sql.SQL("SELECT {} FROM ({}) AS e GROUP BY {}").format(chosen, _rows_of(scope.what), places)
    total, found = 0, dict[str, dict[str, Decimal]]()
    with connection.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(statement, _params(scope, extent, 0)):
            total += row[len(sums)]
            for (name, _), unit, value in zip(sums, row, row[len(sums) + 1 :], strict=False):
                if value is not None:
                    of_unit = found.setdefault(name, {})
                    of_unit[unit] = EXACT.add(of_unit.get(unit, Decimal(0)), value)
    return total, found


def waiting_since(connection: DictConnection, scope: Scope, most: int) -> tuple[int, datetime | None]:
    """How many rows are in no batch yet, at most so many; and when the oldest of those found was written."""
    last = _row(connection, "last_batch", scope.params())
    start = 0 if not last else last["to_in"] if last["to_day"] == END else last["from_in"]
    extent = Extent(start, 2**62, last["to_day"] if last and last["to_day"] != END else BEGIN)
    written = "entered_at" if scope.what is What.ACCOUNT_ENTRIES else "written_at"
    statement = sql.SQL(
        "SELECT count(*) AS rows, min({written}) AS oldest FROM (SELECT {written} FROM ({rows}) AS e LIMIT {most}) AS w"
    ).format(written=sql.Identifier(written), rows=_waiting_of(scope.what), most=sql.Literal(most))
    with connection.cursor() as cursor:
        row = cursor.execute(statement, _params(scope, extent, 0)).fetchone()
    assert row is not None
    return row["rows"], row["oldest"]


def add_batch(connection: DictConnection, export: str, batch: Batch) -> None:
    """Write a batch into the books, within `closing`: with the end of the transaction it is closed."""
    names = ("number", "file", "bytes", "sha256", "rows", "manifest", "manifest_sha256", "closed_at")
    row = {name: getattr(batch, name) for name in names} | batch.extent.params()
    connection.execute(query("add_batch"), {**row, "export": export, "form": Jsonb(batch.form)})


def batches_of(connection: DictConnection, export: str, first: int = 1, last: int = 2**62) -> Iterable[Batch]:
    """Batches of an export, in order."""
    for row in connection.execute(query("batches"), {"export": export, "first": first, "last": last}):
        extent = Extent(row.pop("from_in"), row.pop("to_in"), row.pop("from_day"), row.pop("to_day"))
        yield Batch(extent=extent, **row)


def _row(connection: DictConnection, name: str, params: Mapping[str, object]) -> dict[str, Any]:
    """The one row of a query; empty if there is none."""
    return connection.execute(query(name), params).fetchone() or {}
