"""Metrics of several workers become one set: each gauge has to say how."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import meters


def test_every_gauge_is_of_the_living_and_says_how_several_become_one() -> None:
    gauges = {name: one for name, one in vars(meters).items() if isinstance(one, Gauge)}
    modes = {name: one._multiprocess_mode for name, one in gauges.items()}
    ways = {meters.SUM, meters.MIN, meters.MAX, meters.LAST}
    assert {name: mode for name, mode in modes.items() if mode not in ways} == {}
    assert len(gauges) > 20


def test_each_kind_of_file_is_made_when_a_worker_starts() -> None:
    """A draining worker of a killed supervisor must not make one in the folder of the next."""
    gauges = [one for one in vars(meters).values() if isinstance(one, Gauge)]
    unlabelled = {one._multiprocess_mode for one in gauges if not one._labelnames}
    assert unlabelled | {meters.limit._multiprocess_mode} == {meters.SUM, meters.MIN, meters.MAX, meters.LAST}
