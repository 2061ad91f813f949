"""Metrics of limits that count the calls of a payer."""

from __future__ import annotations

from callcontrol.edges import series
from callcontrol.vocabulary.counters import Cap
from callcontrol.vocabulary.direction import Direction

limit_reached_total = series.counter(
    "callcontrol_limit_reached_total",
    "Legs that were not dialled outside: a limit of who would have paid, or of the tenant as a whole, was reached; by"
    " the cap and the class of the number",
    limit=series.of(Cap),
    direction=series.of(Direction),
)
