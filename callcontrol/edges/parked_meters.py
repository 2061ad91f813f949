"""Metrics of parked callers."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import SUM

parked_total = series.counter(
    "callcontrol_parked_total",
    "Callers who were to be parked: parked, refused (no place was free), taken by a phone, returned (no phone took "
    "them in time: the parker was rung, or they were sent on)",
    tenant=series.tenants,
    how=series.of(("parked", "refused", "taken", "returned")),
)
parked_callers = Gauge("callcontrol_parked_callers", "Callers who are parked now", multiprocess_mode=SUM)
holders_reminded_total = series.counter(
    "callcontrol_holders_reminded_total",
    "Phones that were rung shortly because they had held a party for long",
    tenant=series.tenants,
)
