"""Metrics of what is recorded: conversations, and whatever else the switch has to write."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import SUM
from callcontrol.vocabulary.media import MediaKind

recordings_total = series.counter(
    "callcontrol_talk_recordings_total",
    "Recordings of conversations that ended, by how: closed, lost (there is no file, or not all of it)",
    how=series.of(("closed", "lost")),
)
recordings_running = Gauge("callcontrol_talks_recorded", "Conversations being recorded now", multiprocess_mode=SUM)
unwritable_total = series.counter(
    "callcontrol_recordings_unwritable_total",
    "Recordings that the switch could not write: its disk is full, or the folder `recordings` is not its own",
    kind=series.of(MediaKind),
)
