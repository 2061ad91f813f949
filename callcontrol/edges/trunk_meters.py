"""Metrics of trunks."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX

trunk_full_total = series.counter(
    "callcontrol_trunk_full_total",
    "Legs that were not sent out through a trunk: all its channels were in use, or as many calls had begun within a "
    "second as may; the next trunk was tried",
    trunk=series.trunks,
    of=series.of(("channels", "rate")),
)
trunk_channels = Gauge(
    "callcontrol_trunk_channels",
    "Channels of a trunk that legs of all workers have now",
    ("trunk",),
    multiprocess_mode=MAX,
)
trunk_channels_limit = Gauge(
    "callcontrol_trunk_channels_limit", "`channels` of a trunk; 0: no limit", ("trunk",), multiprocess_mode=MAX
)
trunk_answer_ratio = Gauge(
    "callcontrol_trunk_answer_ratio",
    "Answer-seizure ratio of a trunk over the last hour, of all workers (0 to 1); 1 while there are too few calls",
    ("trunk",),
    multiprocess_mode=MAX,
)
