"""Metrics of calls that go from worker to worker over their switch."""

from __future__ import annotations

from callcontrol.edges import series

calls_passed_on_total = series.counter(
    "callcontrol_calls_passed_on_total",
    "Calls whose channel came to this worker while Redis was away, and which the worker that had them passed on",
)
