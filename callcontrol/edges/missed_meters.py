"""Metrics of missed callers."""

from __future__ import annotations

from prometheus_client import Gauge, Histogram

from callcontrol.edges import series
from callcontrol.edges.meters import MAX
from callcontrol.vocabulary.missed import CaseEnd

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_WAITS = (5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY)

open_cases = Gauge(
    "callcontrol_missed_open_cases", "Callers no person has spoken with, by number and target", multiprocess_mode=MAX
)
overdue_cases = Gauge(
    "callcontrol_missed_overdue_cases", "Those of them without a call back though one is due", multiprocess_mode=MAX
)
oldest_case_seconds = Gauge(
    "callcontrol_missed_oldest_case_seconds", "Seconds since the oldest open case was opened", multiprocess_mode=MAX
)
first_try_seconds = Histogram(
    "callcontrol_missed_first_try_seconds", "From the missed call to the first call back", buckets=_WAITS
)
closed_seconds = Histogram(
    "callcontrol_missed_closed_seconds", "From the missed call until people spoke with the caller", buckets=_WAITS
)
closed_total = series.counter(
    "callcontrol_missed_closed_total",
    "Cases that were closed: reached (called back), came_back (called again), dismissed",
    how=series.of([end.value for end in CaseEnd if end is not CaseEnd.EXPIRED]),
)
