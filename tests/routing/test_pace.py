"""How many originates a switch gets at once, and how long is waited for one that is slow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.routing.pace import (
    FIRST_WINDOW,
    IN_TIME_S,
    LEAST_WINDOW,
    MAX_SLACK_S,
    SLACK_ANSWERS,
    Pace,
    slack_s,
    smoothed,
)

QUICK, LATE = 0.01, 3.0


def answers(pace: Pace, count: int, took_s: float, since_s: float = 0.0) -> tuple[Pace, float]:
    """So many originates, each sent when the one before was answered."""
    now_s = since_s
    for _ in range(count):
        pace, now_s = pace.answered(now_s, now_s + took_s, originate=True), now_s + took_s
    return pace, now_s


def test_a_quick_switch_gets_as_many_as_are_allowed_at_all() -> None:
    pace, _ = answers(Pace(100), 100, QUICK)
    assert (Pace(100).allowed, pace.allowed) == (FIRST_WINDOW, 100)
    assert Pace(10).allowed == 10


def test_each_late_answer_halves_the_window_once_for_what_was_under_way_together() -> None:
    pace = Pace(5_000)
    for _ in range(30):  # sent together, answered together
        pace = pace.answered(0.0, LATE, originate=True)
    assert pace.allowed == FIRST_WINDOW // 2
    pace = pace.answered(LATE + 0.1, 2 * LATE + 0.1, originate=True)
    assert pace.allowed == FIRST_WINDOW // 4


def test_a_switch_that_hardly_answers_still_gets_a_few() -> None:
    pace, _ = answers(Pace(5_000), 20, LATE)
    assert pace.allowed == LEAST_WINDOW


def test_the_full_rate_is_back_within_seconds() -> None:
    pace, now_s = answers(Pace(200), 20, LATE)
    round_trips = 0
    while pace.allowed < 200:
        for _ in range(pace.allowed):
            pace = pace.answered(now_s, now_s + QUICK, originate=True)
        now_s, round_trips = now_s + QUICK, round_trips + 1
    assert round_trips <= 7
    assert slack_s(pace.answer_at(now_s)) == 0.0


def test_a_switch_that_is_asked_nothing_more_is_not_slow_for_ever() -> None:
    pace, now_s = answers(Pace(200), 1, LATE)
    assert slack_s(pace.answer_at(now_s)) > 0.0
    assert slack_s(pace.answer_at(now_s + 6.0)) == 0.0


def test_other_commands_tell_of_slowness_but_do_not_widen_the_window() -> None:
    assert Pace(5_000).answered(0.0, QUICK, originate=False).allowed == FIRST_WINDOW
    assert Pace(5_000).answered(0.0, LATE, originate=False).allowed == FIRST_WINDOW // 2


def test_what_waits_for_a_slow_switch_waits_a_multiple_of_its_answers_and_no_longer_than_is_allowed() -> None:
    assert slack_s(IN_TIME_S) == 0.0
    assert slack_s(2.0) == SLACK_ANSWERS * 2.0
    assert slack_s(1_000.0) == MAX_SLACK_S


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_slower_answer_counts_at_once_and_a_faster_one_bit_by_bit(before_s: float, took_s: float) -> None:
    found = smoothed(before_s, took_s)
    assert took_s <= found <= max(before_s, took_s) * (1 + 1e-9)


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=60), st.integers(LEAST_WINDOW, 300))
def test_the_window_keeps_within_its_bounds(took: list[tuple[float, bool]], most: int) -> None:
    pace, now_s = Pace(most), 0.0
    for took_s, originate in took:
        pace, now_s = pace.answered(now_s, now_s + took_s, originate=originate), now_s + took_s
        assert min(LEAST_WINDOW, most) <= pace.allowed <= most
