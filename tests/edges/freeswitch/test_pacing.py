"""Originates wait their turn at a switch that does not answer in time."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import pytest

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.failures import LimitReached
from callcontrol.edges.freeswitch.pacing import CommandPacing
from callcontrol.routing import pace
from tests.edges.freeswitch.peer import PATIENCE_S, in_background

LATE_S = 2.0


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets time pass."""
    passed = 0.0
    real = clock.monotonic

    def let_pass(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(clock, "monotonic", lambda: real() + passed)
    return let_pass


def test_as_many_as_are_allowed_go_at_once_and_each_answer_lets_one_go() -> None:
    pacing = CommandPacing("s1", most=2)
    pacing.enter(PATIENCE_S)
    pacing.enter(PATIENCE_S)
    third = in_background(pacing.enter, PATIENCE_S)
    fourth = in_background(pacing.enter, PATIENCE_S)
    gevent.sleep(0.01)
    assert not third.ready()
    pacing.leave()
    third.get(timeout=PATIENCE_S)
    assert not fourth.ready()
    pacing.leave()
    fourth.get(timeout=PATIENCE_S)


def test_one_whose_turn_does_not_come_is_refused_and_takes_nobodys_turn() -> None:
    pacing = CommandPacing("s1", most=1)
    pacing.enter(PATIENCE_S)
    with pytest.raises(LimitReached, match="window=1"):
        pacing.enter(0.01)
    pacing.leave()
    pacing.enter(0.01)


def test_late_answers_narrow_what_goes_at_once(later: Callable[[float], None]) -> None:
    pacing = CommandPacing("s1", most=5_000)
    sent = [pacing.sent() for _ in range(8)]
    later(LATE_S)
    for number in sent:
        pacing.answered(number, originate=True)
    assert pacing.allowed == pace.FIRST_WINDOW // 2
    assert pacing.slack_s >= pace.SLACK_ANSWERS * LATE_S


def test_a_switch_is_slow_before_it_answers_and_not_after_its_connection_is_lost(
    later: Callable[[float], None],
) -> None:
    pacing = CommandPacing("s1", most=5_000)
    number = pacing.sent()
    assert pacing.slack_s == 0.0
    later(LATE_S)
    assert pacing.slack_s >= pace.SLACK_ANSWERS * LATE_S
    pacing.connection_lost()
    assert pacing.slack_s == 0.0
    pacing.answered(number)
    assert pacing.answer_s == 0.0
