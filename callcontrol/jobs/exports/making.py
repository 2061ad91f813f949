"""Makes the file of a batch from the ledger: the same batch is the same bytes, whenever it is made."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import gevent

from callcontrol.billing.exports.exportable import EXPORTABLE, UNIT
from callcontrol.billing.exports.form import Form, lines_of
from callcontrol.billing.exports.manifest import Summary
from callcontrol.edges.ledger.export_books import Extent, Scope, rows_in
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.parquet import write_parquet
from callcontrol.vocabulary.export import FileFormat

_DAY: Final = "of_day"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made: it is gone when it is closed, or its process ends."""

    file: BinaryIO
    bytes: int
    sha256: str
    summary: Summary


def made(connection: DictConnection, scope: Scope, extent: Extent, number: int, form: Form, folder: Path) -> MadeFile:
    """Make it; within a transaction.

    Args:
        folder: where it lies meanwhile, without a name.

    Raises:
        psycopg.Error: Postgres did not answer.
        OSError: there is no room.
        NoParquet: the program that writes Parquet is not installed.
    """
    exportable, summary = EXPORTABLE[scope.what], Summary()
    more = [name for pair in exportable.sums for name in pair if not name.startswith(UNIT)]
    fetched = list(dict.fromkeys((*form.columns, *more, _DAY)))
    places = {name: place for place, name in enumerate(fetched)}
    rows = rows_in(connection, scope, extent, number, fetched)
    counted = summary.counted(rows, places, exportable.sums)
    chosen: Iterable[Sequence[Any]] = (row[: len(form.columns)] for row in counted)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # it outlives this function
    try:
        if form.format is FileFormat.PARQUET:
            write_parquet(file, form, exportable.columns, chosen)
        else:
            for piece in lines_of(form, exportable.columns, chosen):
                file.write(piece)
                gevent.sleep(0)
        file.flush()
        size = file.tell()
        file.seek(0)
        return MadeFile(file, size, hashlib.file_digest(file, "sha256").hexdigest(), summary)
    except BaseException:
        file.close()
        raise
