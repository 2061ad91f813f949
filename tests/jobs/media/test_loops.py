"""The media job's loops: one that fails or hangs holds no other up, and what one process may do one process does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import gevent
import psycopg
import pytest

from callcontrol.edges import meters
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.jobs.media import loops
from callcontrol.jobs.media.loops import Loop, OutOfReach, Runner
from tests.supervisor.test_processes import until


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Runner]]:
    """Runners that a test starts; they are ended after it."""
    monkeypatch.setattr(loops, "FAILED_S", 0.01)
    started: list[Runner] = []
    yield started
    for one in started:
        one.stop(1)


def failed() -> float:
    return float(meters.job_steps_total.labels("move", "failed")._value.get())


def test_a_step_that_has_more_to_do_goes_on_at_once(runner: list[Runner]) -> None:
    left = [True, True, True, False]
    runner.append(Runner([Loop("move", 3600, lambda: left.pop(0) if left else False)]))
    runner[0].start()
    until(lambda: not left, 5)
    assert left == []


@pytest.mark.parametrize("error", [OutOfReach("storage is away"), ValueError("a fault of ours")])
def test_a_loop_that_fails_is_tried_again_and_holds_no_other_up(runner: list[Runner], error: Exception) -> None:
    before, others = failed(), count()

    def fails() -> bool:
        raise error

    runner.append(Runner([Loop("move", 0.01, fails), Loop("move", 0.01, lambda: next(others) < 0)]))
    runner[0].start()
    until(lambda: failed() >= before + 3, 5)
    assert next(others) >= 3


def test_a_step_that_takes_too_long_is_broken_off(runner: list[Runner]) -> None:
    before = failed()

    def hangs() -> bool:
        try:
            gevent.sleep(3600)
        except Exception:
            raise AssertionError("a step must not catch its deadline") from None
        return False

    runner.append(Runner([Loop("move", 0.01, hangs, deadline_s=0.05)]))
    runner[0].start()
    until(lambda: failed() >= before + 2, 5)
    assert failed() >= before + 2


def test_a_lease_is_one_processs_until_it_has_run_out(ledger_database: str) -> None:
    ours, theirs = JobLeases("host-a/1"), JobLeases("host-b/2")
    with psycopg.connect(ledger_database, autocommit=True) as connection:
        assert ours.hold(connection, "adopt:fs1", 60)
        assert ours.hold(connection, "adopt:fs1", -1)
        assert theirs.hold(connection, "adopt:fs1", 60)
        assert not ours.hold(connection, "adopt:fs1", 60)
        assert ours.hold(connection, "adopt:fs2", 60)
