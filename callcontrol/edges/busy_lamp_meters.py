"""Metrics of busy lamps."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import SUM

lamp_watches_total = series.counter(
    "callcontrol_lamp_watches_total",
    "Subscriptions to busy lamps, as each worker has heard of them: watched (begun or renewed), ended, refused (it is "
    "not of the phone's own tenant)",
    switch=series.switches,
    how=series.of(("watched", "ended", "refused")),
)
lamps_watched = Gauge(
    "callcontrol_lamps_watched",
    "Subscriptions to busy lamps that last now, told by the worker that keeps the lamps; limit for each switch in "
    "busy_lamps.MAX_WATCHES",
    multiprocess_mode=SUM,
)
busy_lamps_told_total = series.counter(
    "callcontrol_busy_lamps_told_total", "Busy lamps sent to a switch", switch=series.switches
)
