"""Rows as a Parquet file, by pyarrow: `callcontrol[parquet]`.

Types are those of the columns, never guessed: a number that begins with 0 stays a text. The same rows are the same
bytes by the same version of pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from callcontrol.billing.columns import Kind
from callcontrol.billing.exports.form import Form, document_text

ROWS_A_GROUP: Final = 50_000
DIGITS, DECIMALS = 38, 8


class NoParquet(RuntimeError):
    """pyarrow is not installed."""


def write_parquet(file: BinaryIO, form: Form, kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> None:
    """Write them, so many at a time.

    Raises:
        NoParquet: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise NoParquet("Parquet is written by pyarrow: pip install 'callcontrol[parquet]'") from error
    types = {
        Kind.BOOLEAN: pyarrow.bool_(),
        Kind.INTEGER: pyarrow.int64(),
        Kind.TIME: pyarrow.timestamp("us", "UTC"),
        Kind.NUMBER: pyarrow.decimal128(DIGITS, DECIMALS),
        Kind.DAY: pyarrow.date32(),
    }
    schema = pyarrow.schema([(name, types.get(kinds[name], pyarrow.string())) for name in form.columns])
    as_text = [kinds[name] in (Kind.DOCUMENT, Kind.TEXTS) for name in form.columns]
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(rows):
            columns = list(zip(*group, strict=True))
            texts = [_texts(column) if is_text else column for column, is_text in zip(columns, as_text, strict=True)]
            arrays = [pyarrow.array(column, one.type) for column, one in zip(texts, schema, strict=True)]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))


def _groups(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    left = iter(rows)
    while group := list(islice(left, ROWS_A_GROUP)):
        yield group


def _texts(column: Iterable[Any]) -> list[str | None]:
    return [None if value is None else document_text(value) for value in column]


def rewrite_parquet(was: Path, file: BinaryIO, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows in the form of another file: its columns and their types.

    Raises:
        NoParquet: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise NoParquet("Parquet is written by pyarrow: pip install 'callcontrol[parquet]'") from error
    schema = pyarrow.parquet.read_schema(was)
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        left = iter(rows)
        while group := list(islice(left, ROWS_A_GROUP)):
            writer.write_batch(pyarrow.RecordBatch.from_pylist(group, schema=schema))


def parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of a file, by column.

    Raises:
        NoParquet: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise NoParquet("Parquet is read by pyarrow: pip install 'callcontrol[parquet]'") from error
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()
