"""Metrics of phones that are rung so that they call a number."""

from __future__ import annotations

from callcontrol.edges import series
from callcontrol.vocabulary.click_to_call import ClickStage

clicks_total = series.counter(
    "callcontrol_click_to_calls_total",
    "Phones that were to ring and then call a number, by the result: picked_up, not_picked_up, offline, failed",
    how=series.of(tuple(stage.value for stage in ClickStage if stage is not ClickStage.RINGING)),
)
