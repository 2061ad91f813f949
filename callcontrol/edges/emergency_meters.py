"""Metrics of emergency calls."""

from __future__ import annotations

from callcontrol.edges import series

emergency_calls_total = series.counter(
    "callcontrol_emergency_calls_total",
    "Calls of phones to emergency numbers; the log and the records say which",
    tenant=series.tenants,
)
