"""A number in months that were archived: files are written anew without it and read back, then the old ones go.

    calls-2025-11-1.csv        as it left the ledger
    calls-2025-11-1-r2.csv     without a number that was erased; its manifest names the file it replaces

A process that is killed leaves the old file, or both: `retired_months` says which one holds, and the next attempt
writes or deletes the other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from callcontrol.edges.ledger.ageing import HeldTime
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.parquet import parquet_rows, rewrite_parquet
from callcontrol.edges.register.places import Holds
from callcontrol.edges.register.tables import BY_NAME
from callcontrol.edges.threads import aside
from callcontrol.edges.whole_files import file_sha256, whole_file
from callcontrol.jobs.retention.archiving import MANIFEST, MANIFEST_MODE
from callcontrol.vocabulary.export import FileFormat
from callcontrol.vocabulary.written_forms import WrittenForms

_NAME: Final = re.compile(r"(.+?)(?:-r([0-9]+))?")
_NAMED_BY: Final = "caller_number"
_Row = dict[str, Any]


class ArchiveStays(RuntimeError):
    """An archive cannot be written anew, or is not what was archived; the message says why."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A month of a table, as `retired_months` has it; `tenant` may be all tenants'."""

    tenant: str
    what: str
    month: date
    part: int
    path: Path
    sha256: str

    @property
    def format(self) -> FileFormat:
        """That of the file."""
        return FileFormat(self.path.suffix.removeprefix("."))

    @property
    def base(self) -> str:
        """What the names of its files begin with, whichever is in force."""
        found = _NAME.fullmatch(self.path.stem)
        assert found is not None
        return found[1]

    def next(self) -> Path:
        """Where it is written anew."""
        found = _NAME.fullmatch(self.path.stem)
        assert found is not None
        return self.path.with_name(f"{self.base}-r{int(found[2] or 1) + 1}{self.path.suffix}")

    def superseded(self) -> Iterator[Path]:
        """Files of it that hold no more, and their manifests."""
        for path in sorted(self.path.parent.glob(f"{self.base}*")):
            stem = path.name.removesuffix(MANIFEST).removesuffix(self.path.suffix)
            found = _NAME.fullmatch(stem)
            if found is not None and found[1] == self.base and stem != self.path.stem:
                yield path


@dataclass(frozen=True, slots=True)
class Number:
    """What is taken out: a number of a tenant's, but not of held calls."""

    tenant: str
    forms: WrittenForms
    held: frozenset[str]

    def is_in(self, row: Mapping[str, Any], table: str) -> bool:
        """Whether a row has it, and may lose it."""
        if row["tenant"] != self.tenant or row["call_id"] in self.held:
            return False
        return any(self.forms.is_in(_text(row[name])) for name in _searched(table) if row.get(name))

    def out_of(self, row: _Row, table: str, pseudonym: str) -> _Row:
        """The row without it."""
        if not self.is_in(row, table):
            return row
        names = [name for name in BY_NAME[table].of(Holds.NAME) if self.forms.is_in(row.get(_NAMED_BY) or "")]
        kept = {name: self._kept(row[name], pseudonym) for name in _searched(table) if row.get(name)}
        return row | kept | dict.fromkeys(names, "")

    def _kept(self, value: Any, pseudonym: str) -> Any:
        text = self.forms.replaced(_text(value), pseudonym)
        return text if isinstance(value, str) else orjson.loads(text)


def _searched(table: str) -> Sequence[str]:
    return BY_NAME[table].searched


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def archives_of(connection: DictConnection, tenant: str) -> list[Archive]:
    """Every archive that can have rows of the tenant's.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    rows = connection.execute(query("archives_of"), {"tenant": tenant}).fetchall()
    return [
        Archive(row["tenant"], row["what"], row["month"], row["part"], Path(row["archive"]), row["sha256"])
        for row in rows
    ]


def stays_for(archive: Archive, tenant: str, times: Sequence[HeldTime]) -> str:
    """Why an archive is not written anew whatever is in it, in words; "": nothing is in the way."""
    if any(one.tenant == tenant and one.has(archive.month) for one in times):
        return "its time is held: `callcontrol media holds` says why"
    return "" if archive.path.exists() else "it is not seen from this host"


def rows_of(archive: Archive) -> Iterator[_Row]:
    """Its rows, as the file has them: of CSV all as text.

    Raises:
        NoParquet: pyarrow is not installed.
        OSError: it cannot be read.
    """
    return _rows(archive.path, archive.format)


def erase_in(connection: DictConnection, archive: Archive, number: Number, pseudonym: str, erasure_id: int) -> bool:
    """Write an archive anew if it has the number; whether that was so.

    Raises:
        ArchiveStays: it is not what was archived, or what was written is not read back.
        NoParquet: pyarrow is not installed.
        OSError: there is no room, or it cannot be read.
        psycopg.Error: Postgres is away.
    """
    for path in archive.superseded():
        path.unlink()
    if not aside(_has, archive, number):
        return False
    if file_sha256(archive.path) != archive.sha256:
        raise ArchiveStays(f"{archive.path} is not what was archived: its SHA-256 is another one")
    path = archive.next()
    aside(_write_anew, archive, path, number, pseudonym)
    sha256 = file_sha256(path)
    _write_manifest(archive, path, sha256, erasure_id)
    key = {"tenant": archive.tenant, "what": archive.what, "month": archive.month, "part": archive.part}
    connection.execute(query("archive_rewritten"), key | {"archive": str(path), "sha256": sha256})
    archive.path.unlink()
    archive.path.with_name(f"{archive.path.stem}{MANIFEST}").unlink(missing_ok=True)
    return True


def _has(archive: Archive, number: Number) -> bool:
    return any(number.is_in(row, archive.what) for row in rows_of(archive))


def _write_anew(archive: Archive, path: Path, number: Number, pseudonym: str) -> None:
    def changed() -> Iterator[_Row]:
        return (number.out_of(row, archive.what, pseudonym) for row in rows_of(archive))

    with whole_file(path) as file:
        match archive.format:
            case FileFormat.PARQUET:
                rewrite_parquet(archive.path, file, changed())
            case FileFormat.JSONL:
                file.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in changed())
            case FileFormat.CSV:
                _write_csv(file, archive.path, changed())
        file.flush()
        _compare(archive, Path(file.name), number, changed())


def _compare(archive: Archive, written: Path, number: Number, wanted: Iterator[_Row]) -> None:
    """What is read back is what was to be written, row by row, and has no such number."""
    for read, row in zip(_rows(written, archive.format), wanted, strict=True):
        if read != row or number.is_in(read, archive.what):
            raise ArchiveStays(f"{archive.path}: what was written without a number is read back otherwise")


def _write_csv(file: BinaryIO, was: Path, rows: Iterator[_Row]) -> None:
    """In the form of archives: billing/exports/form.py."""
    with was.open(newline="", encoding="utf-8") as old:
        columns = next(csv.reader(old))
    line = _Line()
    writer = csv.DictWriter(line, columns, lineterminator="\r\n")
    writer.writeheader()
    file.write(line.text.encode())
    for row in rows:
        writer.writerow(row)
        file.write(line.text.encode())


class _Line:
    """What csv writes to: it keeps the last line."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _rows(path: Path, format_: FileFormat) -> Iterator[_Row]:
    if format_ is FileFormat.PARQUET:
        yield from map(dict, parquet_rows(path))
        return
    with path.open(newline="", encoding="utf-8") as file:
        yield from map(orjson.loads, file) if format_ is FileFormat.JSONL else csv.DictReader(file)


def _write_manifest(archive: Archive, path: Path, sha256: str, erasure_id: int) -> None:
    """As that of the file before, with what the new one replaces, and why."""
    told = orjson.loads(archive.path.with_name(f"{archive.path.stem}{MANIFEST}").read_bytes())
    replaced = {"file": archive.path.name, "sha256": archive.sha256, "erasure": erasure_id}
    told |= {"file": path.name, "sha256": sha256, "replaces": [*told.get("replaces", ()), replaced]}
    with whole_file(path.with_name(f"{path.stem}{MANIFEST}"), MANIFEST_MODE) as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))
