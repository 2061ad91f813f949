"""Metrics of webhooks."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge, Histogram

from callcontrol.edges import series
from callcontrol.edges.meters import LAST

RESULTS: Final = ("delivered", "again", "dead", "gone")

attempts_total = series.counter(
    "callcontrol_webhook_attempts_total",
    "Deliveries to webhooks: delivered, to be made again, dead (given up after a day), gone (what was to be told is no"
    " more in the ledger)",
    result=series.of(RESULTS),
)
seconds = Histogram(
    "callcontrol_webhook_seconds", "How long a delivery took", buckets=(0.05, 0.2, 0.5, 1.0, 3.0, 10.0, 60.0)
)
waiting = Gauge("callcontrol_webhook_waiting", "Events that wait to be delivered", multiprocess_mode=LAST)
oldest_seconds = Gauge(
    "callcontrol_webhook_oldest_seconds",
    "For how long the oldest event waits of webhooks that are not paused",
    multiprocess_mode=LAST,
)
dead = Gauge("callcontrol_webhook_dead", "Events that were given up and not sent again yet", multiprocess_mode=LAST)
