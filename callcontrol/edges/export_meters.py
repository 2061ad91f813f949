"""Metrics of exports. What the database says of one is shown by every host's job alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prometheus_client import Gauge

from callcontrol.config.checks.exports import exports_in
from callcontrol.config.settings import Settings
from callcontrol.edges import series
from callcontrol.edges.meters import MAX

RUN_ENDS: Final = ("done", "failed")


def _exports(settings: Settings) -> Iterable[str]:
    return [name for _, name, _ in exports_in(settings)]


def _gauge(name: str, what: str) -> Gauge:
    return Gauge(f"callcontrol_export_{name}", what, ["export"], multiprocess_mode=MAX)


runs_total = series.counter(
    "callcontrol_export_runs_total",
    "Runs of an export by its timer, and how they ended",
    export=_exports,
    end=series.of(RUN_ENDS),
)
rows_total = series.counter(
    "callcontrol_export_rows_total", "Rows that its timer's runs have delivered", export=_exports
)
last_success_timestamp_seconds = _gauge(
    "last_success_timestamp_seconds", "When an export last had delivered everything it could (Unix time); 0: never"
)
rows_waiting = _gauge("rows_waiting", "Rows that are in no batch yet; counted up to a million")
oldest_row_seconds = _gauge("oldest_row_seconds", "Age of the oldest row that is in no batch yet; 0: there is none")
overdue_seconds = _gauge("overdue_seconds", "How long ago the timer of an export wanted a run that has not ended well")
held_seconds = _gauge(
    "held_seconds",
    "How much older than the last run the oldest row is that was not in it: a transaction is open since then",
)
failures = _gauge("failures", "How often in a row an export has failed")
unconfirmed_batches = _gauge("unconfirmed_batches", "Batches of an export with `receipts:` that have no receipt yet")
unconfirmed_overdue_seconds = _gauge(
    "unconfirmed_overdue_seconds",
    "How much longer than its `receipts:` an export's oldest batch without a receipt has been delivered",
)
wrong_receipts = _gauge("wrong_receipts", "Batches whose receipt says the SHA-256 of another manifest")
