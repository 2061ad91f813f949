"""Metrics of supervisors."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import SUM
from callcontrol.vocabulary.supervision import ListeningEnd

listenings_total = series.counter(
    "callcontrol_listenings_total",
    "Times that a supervisor listened to a conversation, by how it ended: hung_up, call_ended, out_of_scope, "
    "withdrawn, taken_over, failed",
    tenant=series.tenants,
    how=series.of(tuple(ListeningEnd)),
)
eavesdrops_total = series.counter(
    "callcontrol_eavesdrops_total",
    "Times that an eavesdrop began at a channel, by the switch's events: ordered by a supervisor, or not_ordered",
    switch=series.switches,
    how=series.of(("ordered", "not_ordered")),
)
supervisors = Gauge("callcontrol_supervisors", "Supervisors who listen to a conversation now", multiprocess_mode=SUM)
