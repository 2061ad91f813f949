"""Runs an export: what was closed and did not arrive is delivered, then batch after batch is closed and delivered.

A batch is closed first: number, content, checksum and manifest are one row, written in one transaction. Then its file
is delivered, then its manifest, then the row says so. Whatever ends a process between two of these steps, the next one
goes on from the rows: it makes the file again, to the same bytes, and finds at the receiver what is there already.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from callcontrol.billing.exports.form import form_from
from callcontrol.billing.exports.manifest import MANIFEST, Manifest, sha256_of, stem_of
from callcontrol.edges.deliveries import Delivery
from callcontrol.edges.ledger.export_books import (
    STATEMENT_TIMEOUT_S,
    Batch,
    ExportRefused,
    Extent,
    Scope,
    add_batch,
    batches_of,
    closing,
    next_extent,
    now_of,
)
from callcontrol.edges.ledger.export_changes import why_changed
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.threads import aside
from callcontrol.jobs.exports.making import MadeFile, made
from callcontrol.jobs.exports.plans import Plan
from callcontrol.vocabulary.moment import instant_of, text_of
from callcontrol.vocabulary.sentence import says

# Below the data folder: files under way lie there.
TEMPORARY: Final = "exports"

log = logging.getLogger("callcontrol.exports")


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run has delivered."""

    batches: int
    rows: int


class Exporter:
    """Runs one export. Any number of processes may at the same time: each batch is closed once.

    Args:
        folder: where files lie while they are under way.
        on_batch: told of each batch that has arrived.
    """

    def __init__(
        self,
        connection: DictConnection,
        plan: Plan,
        delivery: Delivery,
        folder: Path,
        on_batch: Callable[[Batch], object] = lambda _: None,
    ) -> None:
        self._connection = connection
        self._plan = plan
        self._delivery = delivery
        self._folder = folder
        self._on_batch = on_batch

    def run(self) -> Delivered:
        """Deliver everything there is by now.

        Raises:
            ExportBusy, ExportRefused: see `closing`; or a batch cannot be made again as it was.
            DeliveryAway, OtherFile: the receiver does not take it.
            psycopg.Error: Postgres is away.
        """
        arrived = [self.resend(number) for number in self._undelivered()]
        is_first = True
        while closed := self._close(even_empty=is_first and self._plan.settings.empty):
            arrived.append(self._carry(*closed))
            is_first = False
        self._connection.execute(query("export_ran"), {"export": self._plan.name})
        return Delivered(len(arrived), sum(batch.rows for batch in arrived))

    def resend(self, number: int) -> Batch:
        """Deliver a batch of before, whether or not it has arrived already: file, then manifest.

        Raises:
            as `run`; ExportRefused: there is no such batch.
        """
        batch = batch_of(self._connection, self._plan.name, number)
        return self._carry(batch, remade(self._connection, self._plan.scope, batch, self._folder))

    def _undelivered(self) -> list[int]:
        rows = self._connection.execute(query("undelivered"), {"export": self._plan.name}).fetchall()
        return [row["number"] for row in rows]

    def _close(self, *, even_empty: bool) -> tuple[Batch, MadeFile] | None:
        """Close the next batch; None: there are no rows for one."""
        plan = self._plan
        with ExitStack() as closed:
            with closing(self._connection, plan.scope):
                number, extent, previous = next_extent(self._connection, plan.scope, plan.settings.most_rows)
                file = made(self._connection, plan.scope, extent, number, plan.form, self._folder)
                closed.callback(file.file.close)
                if not file.summary.rows and not even_empty:
                    return None
                batch = _batch(plan, number, extent, file, previous, now_of(self._connection))
                add_batch(self._connection, plan.name, batch)
            closed.pop_all()
        log.info("batch %d of %s is closed: %d rows", number, plan.name, batch.rows)
        return batch, file

    def _carry(self, batch: Batch, file: MadeFile) -> Batch:
        try:
            aside(self._delivery.put, batch.file, file.file, batch.sha256)
        finally:
            file.file.close()
        manifest = io.BytesIO(batch.manifest.encode())
        aside(self._delivery.put, manifest_name(batch), manifest, batch.manifest_sha256)
        params = {"export": self._plan.name, "number": batch.number, "to": self._delivery.place}
        self._connection.execute(query("batch_delivered"), params)
        log.info("batch %d of %s is delivered to %s", batch.number, self._plan.name, self._delivery.place)
        self._on_batch(batch)
        return batch


def manifest_name(batch: Batch) -> str:
    """The name of a batch's manifest."""
    return batch.file.rpartition(".")[0] + MANIFEST


def batch_of(connection: DictConnection, export: str, number: int) -> Batch:
    """A batch as the books have it.

    Raises:
        ExportRefused: there is none of this number.
    """
    for batch in batches_of(connection, export, number, number):
        return batch
    raise ExportRefused(says("%(name)s has no batch %(number)s", name=export, number=number))


def remade(connection: DictConnection, scope: Scope, batch: Batch, folder: Path) -> MadeFile:
    """The file of a batch, made again.

    Raises:
        ExportRefused: it would not be the same.
    """
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_S * 1000, jit="off"), _form_of_later():
        file = made(connection, scope, batch.extent, batch.number, form_from(batch.form), folder)
    if file.sha256 != batch.sha256:
        file.file.close()
        otherwise = "rows of it were changed or deleted since, or another version of pyarrow writes it"
        raise ExportRefused(
            says(
                "batch %(number)s of %(export)s cannot be made again: it had %(rows)s rows and %(bytes)s bytes, now"
                " %(rows_now)s and %(bytes_now)s: %(why)s",
                number=batch.number,
                export=scope.export,
                rows=batch.rows,
                bytes=batch.bytes,
                rows_now=file.summary.rows,
                bytes_now=file.bytes,
                why=why_changed(connection, scope, batch) or otherwise,
            )
        )
    return file


@contextmanager
def _form_of_later() -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ExportRefused(says("a later version of callcontrol has closed this batch: %(why)s", why=error)) from error


def _batch(plan: Plan, number: int, extent: Extent, file: MadeFile, previous: str, closed_at: datetime) -> Batch:
    summary, stem = file.summary, stem_of(plan.name, number)
    name = f"{stem}.{plan.form.format}"
    manifest = Manifest(
        export=plan.name,
        number=number,
        previous=previous,
        what=plan.scope.what.value,
        tenants=plan.scope.tenants,
        file=name,
        format=plan.form.format.value,
        bytes=file.bytes,
        sha256=file.sha256,
        rows=summary.rows,
        sums=summary.sums_text(),
        first_day=None if summary.first is None else summary.first.isoformat(),
        last_day=None if summary.last is None else summary.last.isoformat(),
        columns=plan.form.columns,
        written_in=(extent.from_in, extent.to_in),
        days=(extent.from_day, extent.to_day),
        closed_at=text_of(instant_of(closed_at)),
        made_by=f"callcontrol {metadata.version('callcontrol')}",
    ).text()
    return Batch(
        number=number,
        extent=extent,
        form=plan.form.as_json(),
        file=name,
        bytes=file.bytes,
        sha256=file.sha256,
        rows=summary.rows,
        manifest=manifest,
        manifest_sha256=sha256_of(manifest.encode()),
        closed_at=closed_at,
    )
