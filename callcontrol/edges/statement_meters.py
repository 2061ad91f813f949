"""Metrics of statements. What the database says is shown by every host's job alike."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX

CLOSING_ENDS: Final = ("statement", "note", "failed")

closed_total = series.counter(
    "callcontrol_statements_closed_total",
    "Documents that the timer has closed: statements and notes of correction; failed: a month could not be closed",
    end=series.of(CLOSING_ENDS),
)
overdue = Gauge(
    "callcontrol_statements_overdue",
    "Months of tenants that should be closed by their timers and are not",
    multiprocess_mode=MAX,
)
overdue_seconds = Gauge(
    "callcontrol_statements_overdue_seconds",
    "For how long the oldest of them should have been closed; 0: there is none",
    multiprocess_mode=MAX,
)
