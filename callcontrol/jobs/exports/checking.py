"""Redoes an export: its books against the ledger, its files against its books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import orjson

from callcontrol.billing.exports.form import number_text
from callcontrol.billing.exports.manifest import sha256_of
from callcontrol.edges.ledger.export_books import (
    BEGIN,
    END,
    STATEMENT_TIMEOUT_S,
    Batch,
    Extent,
    Scope,
    batches_of,
    counted_in,
    waiting_since,
)
from callcontrol.edges.ledger.export_changes import Retired
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.whole_files import file_sha256
from callcontrol.jobs.exports.exporting import manifest_name

# Rows that wait are counted up to so many.
MOST_WAITING: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the rows of an export.

    Attributes:
        rows: in all batches, as they were closed.
        missing: rows of the ledger that should be in a batch and are in none.
        double: rows that are in two batches.
        gone: rows that are in a batch and in the ledger no more, though they should be.
        retired: such rows of days that are kept no longer (`retention:`); they can be counted no more.
        waiting: rows that the next batch will have, as far as they are known.
        faults: what else does not add up, in words.
    """

    batches: int
    rows: int
    missing: int
    double: int
    gone: int
    retired: int
    waiting: int
    faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether everything adds up."""
        return not (self.missing or self.double or self.gone or self.faults)


def checked(connection: DictConnection, scope: Scope) -> Checked:
    """Count and add up again what the ledger has of each batch.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_S * 1000, jit="off"):
        batches = list(batches_of(connection, scope.export))
        missing = gone = double = old = 0
        retired = Retired(connection, scope)
        faults = [*_chain_faults(batches)]
        for before, batch in zip([None, *batches], batches, strict=False):
            rows, sums = counted_in(connection, scope, batch.extent)
            kept_no_longer = retired.of(batch, max(0, batch.rows - rows))
            missing, old = missing + max(0, rows - batch.rows), old + kept_no_longer
            gone += max(0, batch.rows - rows) - kept_no_longer
            if rows == batch.rows and _text(sums) != batch.sums:
                faults.append(f"batch {batch.number} has the sums {batch.sums}, the ledger {_text(sums)}")
            if (apart := _apart(before, batch)) is not None:
                faults.append(f"batch {batch.number} does not begin where the one before ended")
                between, _ = counted_in(connection, scope, apart)
                overlaps = batch.extent.from_in == apart.from_in
                double, missing = double + between * overlaps, missing + between * (not overlaps)
        waiting, _ = waiting_since(connection, scope, MOST_WAITING)
    return Checked(len(batches), sum(one.rows for one in batches), missing, double, gone, old, waiting, tuple(faults))


def _apart(before: Batch | None, batch: Batch) -> Extent | None:
    """What lies between two batches, or is in both; None: one begins where the other ended."""
    end = (0, BEGIN) if before is None else _end(before.extent)
    start = (batch.extent.from_in, batch.extent.from_day)
    if start == end:
        return None
    if start[0] == end[0]:
        return Extent(start[0], start[0] + 1)
    return Extent(min(start[0], end[0]), max(start[0], end[0]))


def _end(extent: Extent) -> tuple[int, str]:
    return (extent.to_in, BEGIN) if extent.to_day == END else (extent.from_in, extent.to_day)


def _text(sums: Mapping[str, Mapping[str, Decimal]]) -> dict[str, dict[str, str]]:
    return {name: {unit: number_text(amount) for unit, amount in by.items()} for name, by in sums.items()}


def _chain_faults(batches: Iterable[Batch]) -> Iterator[str]:
    """Numbers without a gap, and each manifest as it was, naming the one before."""
    previous = ""
    for number, batch in enumerate(batches, 1):
        if batch.number != number:
            yield f"batch {number} is missing: batch {batch.number} follows"
            return
        manifest = orjson.loads(batch.manifest)
        if manifest["previous"] != previous or sha256_of(batch.manifest.encode()) != batch.manifest_sha256:
            yield f"the manifest of batch {number} does not follow on the one before"
        if (manifest["sha256"], manifest["rows"]) != (batch.sha256, batch.rows):
            yield f"the manifest of batch {number} does not say what the books say"
        previous = batch.manifest_sha256


def delivered_faults(batches: Iterable[Batch], folder: Path) -> Iterator[str]:
    """What is wrong with files that were delivered to a folder: missing or altered.

    Raises:
        OSError: the folder cannot be read.
    """
    for batch in batches:
        for name, sha256 in ((batch.file, batch.sha256), (manifest_name(batch), batch.manifest_sha256)):
            if not (folder / name).exists():
                yield f"{name} is missing"
            elif file_sha256(folder / name) != sha256:
                yield f"{name} is not the file that was delivered"
