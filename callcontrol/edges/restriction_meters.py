"""Metrics of restrictions."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX
from callcontrol.vocabulary.restriction import Level

restrictions_total = series.counter(
    "callcontrol_restrictions_total",
    "Times that a limit has restricted a payer, by how far: warn (people are told), ask_pin, block_class,"
    " block_outgoing",
    tenant=series.tenants,
    level=series.of(tuple(level.value for level in Level if level is not Level.RELEASED)),
)
restricted_payers = Gauge(
    "callcontrol_restricted_payers",
    "Payers that are restricted now, by how far at most; `callcontrol limits show` says who and why",
    ("tenant", "level"),
    multiprocess_mode=MAX,
)
legs_ended_total = series.counter(
    "callcontrol_restricted_legs_ended_total",
    "Legs outside that were ended because their payer was restricted while they rang or talked",
    tenant=series.tenants,
)
