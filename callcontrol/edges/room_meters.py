"""Metrics of conference rooms."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX, SUM
from callcontrol.vocabulary.room import RoomVerdict

entries_total = series.counter(
    "callcontrol_room_entries_total",
    "Callers who were to enter a conference room: in, locked, full, unknown (the live state did not answer)",
    tenant=series.tenants,
    how=series.of(RoomVerdict),
)
wrong_pins_total = series.counter(
    "callcontrol_room_wrong_pins_total",
    "Wrong PINs of conference rooms that callers have pressed",
    tenant=series.tenants,
)
participants = Gauge("callcontrol_room_participants", "Callers who are in a conference room now", multiprocess_mode=SUM)
oldest_seconds = Gauge(
    "callcontrol_room_oldest_seconds",
    "Since when the conference room that is open longest is open, 0: none is",
    multiprocess_mode=MAX,
)
