"""Loops of one process run at the same moments."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.edges import clock

MOMENTS = st.floats(0, 1_000_000)


def waits(now_s: float, period_s: float) -> float:
    with mock.patch.object(clock, "monotonic", return_value=now_s):
        return clock.until_tick(period_s)


@given(MOMENTS, st.sampled_from([0.5, 1.0, 5.0, 15.0]))
def test_a_loop_never_runs_twice_in_a_moment_nor_leaves_a_period_out(now_s: float, period_s: float) -> None:
    assert period_s * clock.EARLY <= waits(now_s, period_s) <= period_s * (1 + clock.EARLY) + 1e-6


@given(MOMENTS)
def test_loops_with_periods_that_are_multiples_run_at_the_same_moments(now_s: float) -> None:
    run_s = now_s + waits(now_s, 15.0)
    # each of the others runs then, too: from a little earlier it waits until then
    for period_s in (0.5, 1.0, 5.0):
        assert waits(run_s - period_s / 2, period_s) == pytest.approx(period_s / 2, abs=1e-6)


def test_processes_run_at_different_moments() -> None:
    with mock.patch("os.getpid", return_value=1_000):
        one = waits(0.0, 1.0)
    with mock.patch("os.getpid", return_value=1_001):
        assert waits(0.0, 1.0) != pytest.approx(one, abs=0.1)
