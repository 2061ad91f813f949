"""The arithmetic of what is measured of workers: a braked one has its share and no more; ratios are of like things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing import rating
from callcontrol.edges.live_state import calls, codec, pipeline
from tests.bench.brake import KEPT_S, Allowance
from tests.bench.capacity import Load, median
from tests.bench.figures import growth_kib
from tests.bench.samples import REST, part_of, shares

TICKS = st.lists(st.floats(0.001, 0.5), min_size=1, max_size=200)


def taken(share: float, ticks: list[float], greed: float = 1.0) -> tuple[float, float]:
    """Seconds, and what of a core a process takes in them that always has something to do when it may run."""
    allowance, now_s, used_s, may_run = Allowance(share), 100.0, 7.0, True
    allowance.begin(now_s, used_s)
    for tick in ticks:
        now_s += tick
        used_s += greed * tick if may_run else 0.0
        may_run = allowance.may_run(now_s, used_s)
    return now_s - 100.0, used_s - 7.0


@given(st.floats(0.05, 0.95), TICKS)
def test_nobody_takes_more_than_his_share_but_for_one_tick(share: float, ticks: list[float]) -> None:
    seconds, used = taken(share, ticks)
    assert used <= share * seconds + max(ticks) + 1e-6


def test_a_busy_worker_gets_all_of_its_share() -> None:
    seconds, used = taken(0.25, [0.002] * 5000)
    assert used / seconds == pytest.approx(0.25, rel=0.01)


def test_an_idle_worker_does_not_save_up_its_share() -> None:
    allowance = Allowance(0.25)
    allowance.begin(0.0, 0.0)
    assert allowance.may_run(60.0, 0.0)
    assert allowance.may_run(60.0 + KEPT_S / 10, 0.2 * KEPT_S)
    assert not allowance.may_run(60.0 + KEPT_S / 5, 0.4 * KEPT_S)


def test_a_load_says_what_a_core_would_carry() -> None:
    load = Load(calls=3000, seconds=10.0, cpu_s=(2.0, 1.0))
    assert (load.per_s, load.cpu_ms, load.per_core_s) == (300.0, 1.0, 1000.0)
    assert load.cores == pytest.approx(0.3)
    assert load.capacity == 2000.0  # two workers, a core each


def test_two_workers_that_hinder_each_other_have_less_than_twice_the_capacity() -> None:
    one, two = Load(1000, 4.0, (1.5,)), Load(1000, 3.0, (0.9, 0.9))
    assert two.capacity / one.capacity == pytest.approx(2 * 1.5 / 1.8)


def test_the_middle_of_loads_is_one_that_was_measured() -> None:
    slow, middle, fast = (Load(calls, 1.0, (1.0,)) for calls in (90, 100, 170))
    assert median([fast, slow, middle]) is middle
    assert median([fast, slow]) is slow


def test_memory_counts_for_those_who_came_since() -> None:
    assert growth_kib((200, 10_000), (1_200, 35_000)) == 25.0


def test_a_moment_belongs_to_the_innermost_that_has_to_do_with_saving() -> None:
    outlet, driver = "/callcontrol/edges/live_state/server_connection.py", "/callcontrol/daemon/call_driver.py"
    assert part_of(["/redis/connection.py", outlet]) == "pipe"
    assert part_of([driver, "/callcontrol/edges/live_state/rules.py", outlet]) == REST  # a reply steps a call
    assert part_of([codec.__file__, calls.__file__, driver, outlet]) == "encode"
    assert part_of([pipeline.__file__, calls.__file__, driver]) == "pipe"
    assert part_of([calls.__file__, driver]) == "save"
    assert part_of([rating.__file__, driver]) == part_of(["/gevent/hub.py"]) == part_of([]) == REST


def test_shares_are_of_all_moments() -> None:
    assert shares({"encode": 1, "pipe": 2, REST: 5}) == {"encode": 0.125, "save": 0.0, "pipe": 0.25, REST: 0.625}
    assert set(shares({}).values()) == {0.0}
