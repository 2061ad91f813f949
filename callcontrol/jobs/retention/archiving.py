"""A month of a table as a file, before it leaves the ledger: written, synced, read back and compared, then named.

    calls-2025-11-1.csv                 all tenants' calls of the month
    calls-2025-11-acme-1.csv            one tenant's
    calls-2025-11-1.manifest.json       rows, sums, SHA-256

A process that is killed leaves a `.part` at most, which the next attempt writes anew.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from psycopg import sql
from psycopg.rows import tuple_row

from callcontrol.billing.columns import Kind
from callcontrol.billing.exports.form import Form, lines_of, number_text
from callcontrol.config.retention_settings import Archive
from callcontrol.edges.ledger.months import EVERY_TENANT
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.parquet import parquet_rows, write_parquet
from callcontrol.edges.whole_files import file_sha256, whole_file
from callcontrol.vocabulary.export import FileFormat
from callcontrol.vocabulary.money import EXACT

ROWS_A_FETCH: Final = 5_000
MANIFEST: Final = ".manifest.json"
MANIFEST_MODE: Final = 0o644  # it has no personal data
# What is added up of a table: the column, and the column of its unit.
SUMS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "charges": (("amount", "currency"), ("cost", "cost_currency")),
    "legs": (("talk_ms", ""),),
    "calls": (("total_ms", ""),),
}
_KINDS: Final = {
    "text": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "smallint": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "timestamp with time zone": Kind.TIME,
    "date": Kind.DAY,
    "jsonb": Kind.DOCUMENT,
    "text[]": Kind.TEXTS,
}
_Sums = dict[str, dict[str, str]]


class NotArchived(RuntimeError):
    """The archive could not be written, or is not what was written; the message says why."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows: of a table of the catalogue, all or one tenant's of a month without these calls.

    Attributes:
        table: whose columns they have; name: where they are.
    """

    table: str
    name: str
    month: date
    part: int
    tenant: str = EVERY_TENANT
    without: Sequence[str] = ()

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        whose = "" if self.tenant == EVERY_TENANT else f"-{self.tenant or 'no-tenant'}"
        return f"{self.table}-{self.month:%Y-%m}{whose}-{self.part}"

    @property
    def condition(self) -> sql.Composable:
        """After WHERE."""
        if self.tenant == EVERY_TENANT:
            return sql.SQL("true")
        return sql.SQL("tenant = {} AND NOT call_id = ANY ({}::text[])").format(self.tenant, list(self.without))


@dataclass(frozen=True, slots=True)
class Counted:
    """What rows come to."""

    rows: int
    sums: _Sums


@dataclass(frozen=True, slots=True)
class Archived:
    """A file that was read back: its path and checksum; "": there is none."""

    counted: Counted
    path: str = ""
    sha256: str = ""


def archived(connection: DictConnection, rows: Rows, archive: Archive | None) -> Archived:
    """Count the rows, and write them to a file if an archive is wanted; within a transaction.

    Raises:
        NotArchived: the folder is not there, there is no room, or what is read back differs.
        NoParquet: pyarrow is not installed.
        psycopg.Error: Postgres is away.
    """
    counted = _counted(connection, rows)
    if archive is None or not counted.rows:
        return Archived(counted)
    try:
        return _written(connection, rows, archive, counted)
    except OSError as error:
        raise NotArchived(f"{archive.folder}: {error.strerror or error}") from error


def _written(connection: DictConnection, rows: Rows, archive: Archive, counted: Counted) -> Archived:
    kinds = _kinds(connection, rows.name)
    form, folder = Form(archive.format, tuple(kinds)), Path(archive.folder)
    path = folder / f"{rows.stem}.{archive.format}"
    with whole_file(path) as file:
        _write(connection, rows, form, kinds, file)
        file.flush()
        found = _read_back(Path(file.name), form, SUMS.get(rows.table, ()))
        if found != counted:
            raise NotArchived(f"{path}: {found} was read back, {counted} was written: is the disk sound?")
    sha256 = file_sha256(path)
    manifest = {
        "what": rows.table,
        "tenant": None if rows.tenant == EVERY_TENANT else rows.tenant,
        "month": f"{rows.month:%Y-%m}",
        "file": path.name,
        "format": archive.format.value,
        "sha256": sha256,
        "rows": counted.rows,
        "sums": counted.sums,
        "columns": form.columns,
        "made_by": f"callcontrol {metadata.version('callcontrol')}",
    }
    with whole_file(folder / f"{rows.stem}{MANIFEST}", MANIFEST_MODE) as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return Archived(counted, str(path), sha256)


def _write(connection: DictConnection, rows: Rows, form: Form, kinds: Mapping[str, Kind], file: BinaryIO) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, form.columns))
    statement = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY tenant, started_day").format(
        names, sql.Identifier(rows.name), rows.condition
    )
    with connection.cursor("archive", row_factory=tuple_row) as cursor:
        cursor.itersize = ROWS_A_FETCH
        found: Iterator[tuple[Any, ...]] = iter(cursor.execute(statement))
        if form.format is FileFormat.PARQUET:
            write_parquet(file, form, kinds, found)
            return
        for piece in lines_of(form, kinds, found):
            file.write(piece)


def _kinds(connection: DictConnection, name: str) -> dict[str, Kind]:
    found = connection.execute(
        "SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (name,),
    ).fetchall()
    return {row["attname"]: _KINDS.get(row["type"], Kind.NUMBER) for row in found}


def _counted(connection: DictConnection, rows: Rows) -> Counted:
    name, condition = sql.Identifier(rows.name), rows.condition
    (row,) = connection.execute(sql.SQL("SELECT count(*) AS rows FROM {} WHERE {}").format(name, condition)).fetchall()
    sums: _Sums = {}
    for column, unit in SUMS.get(rows.table, ()):
        by = sql.Identifier(unit) if unit else sql.Literal("ms")
        statement = sql.SQL("SELECT {} AS unit, sum({}) AS total FROM {} WHERE {} GROUP BY 1").format(
            by, sql.Identifier(column), name, condition
        )
        found = connection.execute(statement).fetchall()
        by_unit = {one["unit"]: _text(one["total"]) for one in found if one["total"] is not None}
        if by_unit:
            sums[column] = dict(sorted(by_unit.items()))
    return Counted(row["rows"], sums)


def _read_back(path: Path, form: Form, sums: Sequence[tuple[str, str]]) -> Counted:
    """What the file holds, read by other code than wrote it."""
    count, totals = 0, defaultdict[str, defaultdict[str, Decimal]](lambda: defaultdict(Decimal))
    for row in _rows_of(path, form):
        count += 1
        for column, unit in sums:
            if row[column] not in (None, ""):
                by = row[unit] if unit else "ms"
                totals[column][by] = EXACT.add(totals[column][by], Decimal(str(row[column])))
    plain = {name: {unit: _text(one) for unit, one in sorted(by.items())} for name, by in totals.items()}
    return Counted(count, plain)


def _text(total: Decimal) -> str:
    """Without zeros at the end: formats of files keep another number of them."""
    return number_text(total.normalize(EXACT))


def _rows_of(path: Path, form: Form) -> Iterable[Mapping[str, Any]]:
    if form.format is FileFormat.PARQUET:
        yield from parquet_rows(path)
        return
    with path.open(newline="", encoding="utf-8") as file:
        if form.format is FileFormat.JSONL:
            yield from map(orjson.loads, file)
        else:
            yield from csv.DictReader(file)
