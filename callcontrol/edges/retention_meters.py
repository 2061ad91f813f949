"""Metrics of retention and erasure. What the database says is shown by every host's job alike."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX
from callcontrol.edges.register.tables import TABLES

rows_total = series.counter(
    "callcontrol_retention_rows_total",
    "Rows that were kept no longer, by table",
    table=series.of([table.name for table in TABLES if table.age]),
)
overdue_seconds = Gauge(
    "callcontrol_retention_overdue_seconds",
    "How long ago the oldest month should have left the ledger that is still there, and not held",
    multiprocess_mode=MAX,
)
grace_seconds = Gauge(
    "callcontrol_retention_grace_seconds",
    "After an upgrade, how long it is until what is kept no longer is deleted (`retention.grace_days`)",
    multiprocess_mode=MAX,
)
held_months = Gauge(
    "callcontrol_retention_held_months",
    "Months of which rows are kept longer, because they are held",
    multiprocess_mode=MAX,
)
unfinished_erasure_seconds = Gauge(
    "callcontrol_retention_unfinished_erasure_seconds",
    "Since when the erasure of a number has begun that was cut short",
    multiprocess_mode=MAX,
)
