"""Each strategy: who comes first of the same agents, and who follows in a queue of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callcontrol.config.queue_settings import Strategy
from callcontrol.vocabulary.agent import OfferEnd
from tests.distribution.world import Scene, layout, one_queue, queue, seat
from tests.oracle import strategies
from tests.oracle.candidate import Candidate, Standing
from tests.oracle.strategies import ORDERS, SCORE


def candidate(name: str, position: int, **known: int) -> Candidate:
    nothing = {"tier": 1, "last_talk": 0, "talked_us": 0, "talks": 0, "lot": 0}
    return Candidate(name=name, position=position, **(nothing | known))


ANNA = candidate("anna", 1, last_talk=50, talked_us=900, talks=2, lot=30)
BOB = candidate("bob", 2, last_talk=20, talked_us=300, talks=7, lot=10)
CARL = candidate("carl", 3, last_talk=70, talked_us=100, talks=4, lot=20)


@pytest.mark.parametrize(
    ("strategy", "standing", "order"),
    [(strategy, standing, order) for strategy, orders in ORDERS.items() for standing, order in orders],
)
def test_the_order(strategy: Strategy, standing: Standing, order: str) -> None:
    score = SCORE[strategy]
    ranked = sorted((ANNA, BOB, CARL), key=lambda one: score(one, standing))
    assert " ".join(one.name for one in ranked) == order


def test_each_strategy_has_its_file_and_no_file_is_left_over() -> None:
    folder = Path(strategies.__path__[0])
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == {*Strategy} == set(SCORE)
    assert all(ORDERS.values())


def served(strategy: Strategy, calls: int = 4, **changes: Any) -> list[str]:
    """Who has each of so many calls, one after the other, of a minute each, three agents being free."""
    scene = Scene(one_queue(3, strategy=strategy, **changes), "a b c")
    answered = []
    for i in range(calls):
        scene.join(f"c{i}")
        agent = scene.offers[-1].agents[0]
        answered.append(agent)
        scene.talk(f"c{i}", agent)
    return answered


def test_all_at_once_rings_all_who_are_free_in_the_order_of_the_list() -> None:
    scene = Scene(one_queue(3, strategy=Strategy.ALL_AT_ONCE), "c b a")
    scene.elsewhere("b", "x", True)
    scene.join("c1")
    assert scene.told() == [("c1:1", ("a", "c"))]


def test_in_order_begins_at_the_top_each_time() -> None:
    assert served(Strategy.IN_ORDER) == ["a", "a", "a", "a"]


def test_round_robin_goes_on_and_begins_again() -> None:
    assert served(Strategy.ROUND_ROBIN, 5) == ["a", "b", "c", "a", "b"]


def test_round_robin_goes_on_after_whoever_was_offered_a_caller_however_that_came_about() -> None:
    scene = Scene(one_queue(3, strategy=Strategy.ROUND_ROBIN), "b")
    scene.join("c1")
    scene.join("c2")
    scene.talk("c1", "b")  # b takes c2, which waited for any agent
    scene.talk("c2", "b")
    scene.here("a")
    scene.here("c")
    scene.told()
    scene.join("c3")
    assert scene.told() == [("c3:1", ("c",))]


def test_round_robin_keeps_a_cursor_for_each_tier() -> None:
    seats = {"a": (seat("help", 1, tier=1),), "b": (seat("help", 2, tier=2),), "c": (seat("help", 3, tier=2),)}
    scene = Scene(layout({"help": queue(strategy=Strategy.ROUND_ROBIN)}, seats), "a b c")
    for i in range(3):
        scene.join(f"c{i}")
    assert [agents for _, agents in scene.told()] == [("a",), ("b",), ("c",)]
    assert scene.model.snapshot()["cursors"] == {"help": {"1": 1, "2": 3}}


def test_longest_idle_takes_who_talked_longest_ago() -> None:
    assert served(Strategy.LONGEST_IDLE) == ["a", "b", "c", "a"]


def test_an_offer_that_came_to_nothing_puts_behind_equals_only() -> None:
    scene = Scene(one_queue(3, strategy=Strategy.LONGEST_IDLE), "a b c")
    scene.join("c1")
    scene.pass_("c1:1", "a", OfferEnd.BUSY)
    scene.talk("c1", "b")
    scene.due(60)  # a's rest has ended; like c it has never talked
    scene.told()
    for i in (2, 3, 4):
        scene.join(f"c{i}")
    assert [agents for _, agents in scene.told()] == [("c",), ("a",), ("b",)]


def test_least_talked_counts_microseconds_in_the_window_only() -> None:
    scene = Scene(one_queue(2, strategy=Strategy.LEAST_TALKED), "a b")
    scene.join("c1")
    scene.talk("c1", "a", 30)
    scene.join("c2")
    scene.talk("c2", "b", 20)
    scene.told()
    scene.join("c3")
    assert scene.told() == [("c3:1", ("b",))]
    scene.talk("c3", "b", 20)
    scene.join("c4")
    assert scene.told() == [("c4:1", ("a",))]  # 30 against 40 seconds
    scene.talk("c4", "a", 3_600)
    scene.wait(86_400)
    scene.join("c5")
    assert scene.told() == [("c5:1", ("b",))]  # on a new day all begin at nothing; b's last talk is longer ago


def test_fewest_calls_counts_conversations_over_all_queues_in_the_window() -> None:
    plan = layout(
        {"help": queue(strategy=Strategy.FEWEST_CALLS, window="week"), "sales": queue()},
        {"a": (seat("help", 1), seat("sales", 1)), "b": (seat("help", 2),)},
    )
    scene = Scene(plan, "a b")
    scene.join("s1", queue="sales")
    scene.talk("s1", "a", 1)
    scene.told()
    scene.join("c1")
    assert scene.told() == [("c1:1", ("b",))]
    scene.talk("c1", "b", 3_600)
    scene.join("c2")
    assert scene.told() == [("c2:1", ("a",))]  # one each; a's last talk is longer ago
    scene.talk("c2", "a", 1)
    scene.wait(86_400)
    scene.join("c3")
    assert scene.told() == [("c3:1", ("b",))]  # another day of the same week


def test_random_takes_by_weight() -> None:
    seats = {name: (seat("help", i, weight=weight),) for i, (name, weight) in enumerate({"a": 1, "b": 3}.items(), 1)}
    scene = Scene(layout({"help": queue(strategy=Strategy.RANDOM)}, seats), "a b")
    taken: Counter[str] = Counter()
    for i in range(400):
        scene.join(f"c{i}")
        agent = scene.offers[-1].agents[0]
        taken[agent] += 1
        scene.talk(f"c{i}", agent)
    assert 80 <= taken["a"] <= 120  # seeded: the same in every run


@pytest.mark.parametrize("strategy", [one for one in Strategy if one is not Strategy.ALL_AT_ONCE])
def test_a_lower_tier_is_offered_only_when_the_higher_has_nobody_free(strategy: Strategy) -> None:
    seats = {"a": (seat("help", 1, tier=2),), "b": (seat("help", 2, tier=1),), "c": (seat("help", 3, tier=2),)}
    scene = Scene(layout({"help": queue(strategy=strategy)}, seats), "a b")
    scene.join("c1")
    scene.join("c2")
    assert [agents for _, agents in scene.told()] == [("b",), ("a",)]


def test_all_at_once_rings_one_tier() -> None:
    seats = {"a": (seat("help", 1, tier=2),), "b": (seat("help", 2, tier=1),), "c": (seat("help", 3, tier=1),)}
    scene = Scene(layout({"help": queue(strategy=Strategy.ALL_AT_ONCE)}, seats), "a b c")
    scene.join("c1")
    scene.join("c2")
    assert [agents for _, agents in scene.told()] == [("b", "c"), ("a",)]


def test_tiers_count_alike_when_the_higher_has_not_answered_for_long_enough() -> None:
    seats = {"a": (seat("help", 1, tier=2),), "b": (seat("help", 2, tier=1),)}
    scene = Scene(layout({"help": queue(tier_wait_us=30_000_000)}, seats), "a b")
    no_rest = OfferEnd.CALLER_GONE
    scene.join("c1")
    scene.wait(29)
    scene.pass_("c1:1", "b", no_rest)
    scene.wait(1)
    scene.pass_("c1:2", "b", no_rest)
    assert scene.told() == [("c1:1", ("b",)), ("c1:2", ("b",)), ("c1:3", ("a",))]
