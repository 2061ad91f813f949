"""All at once: each agent who is free rings with the others, also one who becomes free while it rings."""

from __future__ import annotations

from typing import Any

import pytest

from callcontrol.config.queue_settings import Strategy
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from tests.distribution.world import START, S, Scene, layout, needs, one_queue, queue, seat

ALL = Strategy.ALL_AT_ONCE


def ringing(present: str, agents: int = 3, **changes: Any) -> Scene:
    """A caller rings at the phones of those who are present; `agents` have a seat."""
    scene = Scene(one_queue(agents, strategy=ALL, **changes), present)
    scene.join("c1")
    assert scene.ringing("c1:1")
    scene.told()
    return scene


def rings_at(scene: Scene, offer: str = "c1:1") -> list[str]:
    found: list[str] = scene.model.snapshot()["offers"].get(offer, {}).get("agents", [])
    return found


def test_an_agent_who_becomes_free_while_it_rings_joins() -> None:
    scene = ringing("a b")
    scene.here("c")
    assert scene.told() == [("c1:1", ("c",))]
    assert rings_at(scene) == ["a", "b", "c"]
    assert scene.did("c") == {"offered": 1}
    assert scene.figures()["offers"] == 3


def test_an_agent_who_joined_can_answer_first_and_the_others_are_released() -> None:
    scene = ringing("a b")
    scene.here("c")
    answer = scene.accept("c1:1", "c")
    assert (answer.accepted, answer.losers) == (True, ("a", "b"))
    assert scene.accept("c1:1", "a").accepted is False


def test_after_a_round_that_all_missed_all_ring_together_again() -> None:
    scene = ringing("a b c")
    for agent in "abc":
        scene.pass_("c1:1", agent, OfferEnd.NO_ANSWER)
        scene.wait(0.01)
    scene.due(11)
    assert rings_at(scene, "c1:2") == ["a", "b", "c"]


def test_an_agent_who_missed_and_has_rested_rings_again_while_another_still_rings() -> None:
    scene = ringing("a")
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    scene.wait(9)
    scene.here("b")
    scene.ringing("c1:2")
    scene.due(1)
    assert rings_at(scene, "c1:2") == ["b", "a"]
    assert scene.agent("a")["misses"] == 1
    scene.pass_("c1:2", "a", OfferEnd.NO_ANSWER)
    assert scene.agent("a")["misses"] == 2  # each ringing counts by itself


@pytest.mark.parametrize("how", [OfferEnd.EXPIRED, OfferEnd.CALLER_GONE])
def test_an_agent_the_switch_could_not_ring_is_not_rung_again_for_the_same_offer(how: OfferEnd) -> None:
    scene = ringing("a b")
    scene.pass_("c1:1", "a", how)
    assert rings_at(scene) == ["b"]
    assert scene.told() == []
    scene.pass_("c1:1", "b", how)
    assert rings_at(scene, "c1:2") == ["a", "b"]


def test_an_agent_who_ends_another_call_joins() -> None:
    scene = ringing("a")
    scene.elsewhere("b", "x", True)
    scene.here("b")
    assert rings_at(scene) == ["a"]
    scene.elsewhere("b", "x", False)
    assert rings_at(scene) == ["a", "b"]


def test_a_caller_who_waits_longer_than_the_one_who_rings_comes_first() -> None:
    both = layout(
        {"help": queue(strategy=ALL), "sales": queue(weight_us=60 * S)},
        {"a": (seat("help", 1),), "b": (seat("help", 2), seat("sales", 1))},
    )
    scene = Scene(both, "a")
    scene.join("c1")
    scene.ringing("c1:1")
    scene.reach(b=True)
    scene.act("b", AgentAction.PAUSE, "lunch")
    scene.join("s1", queue="sales", again=True)
    scene.told()
    scene.here("b")
    assert scene.told() == [("s1:1", ("b",))]  # sales weighs more
    assert rings_at(scene) == ["a"]


def test_a_higher_tier_number_does_not_join_while_a_lower_one_rings() -> None:
    tiers = layout(
        {"help": queue(strategy=ALL, tier_wait_us=30 * S)},
        {"a": (seat("help", 1),), "b": (seat("help", 2, tier=2),), "c": (seat("help", 3),)},
    )
    scene = Scene(tiers, "a b")
    scene.join("c1")
    scene.ringing("c1:1", 90)
    assert rings_at(scene) == ["a"]
    scene.here("c")
    assert rings_at(scene) == ["a", "c"]
    scene.ringing("c1:1", 90)
    scene.due(29)
    assert rings_at(scene) == ["a", "c"]
    scene.due(1)
    assert rings_at(scene) == ["a", "c", "b"]  # all tiers count alike from now on


def test_when_the_demand_is_relaxed_while_it_rings_more_join() -> None:
    skilled = layout(
        {"help": queue(strategy=ALL, demands=("", "german>=1"))},
        {"a": (seat("help", 1, demands=("", "german>=1")),), "b": (seat("help", 2),)},
    )
    scene = Scene(skilled, "a b")
    scene.join("c1", stages=needs("german>=1", (10, "")))
    scene.ringing("c1:1")
    assert rings_at(scene) == ["a"]
    scene.due(10)
    assert rings_at(scene) == ["a", "b"]


def test_a_joiner_whom_the_worker_does_not_take_up_is_let_go_and_nobody_joins_after_him() -> None:
    scene = ringing("a")
    scene.here("b")
    assert scene.model.snapshot()["offers"]["c1:1"]["joining"] == ["b"]
    scene.due(3)
    assert rings_at(scene) == ["a"]
    assert scene.agent("b")["free"]
    scene.here("c")
    assert rings_at(scene) == ["a"]


def test_a_joiner_who_alone_is_left_and_not_taken_up_sets_the_ticket_adrift() -> None:
    scene = ringing("a")
    scene.here("b")
    scene.pass_("c1:1", "a", OfferEnd.CALLER_GONE)
    scene.due(3)
    found = scene.ticket("c1")
    assert found is not None
    assert found["state"] == "adrift"
    assert (scene.agent("a")["offer"], scene.agent("b")["offer"]) == ("", "")


def test_taken_up_a_joiner_rings_as_long_as_the_others() -> None:
    scene = ringing("a")
    scene.wait(5)
    scene.here("b")
    scene.ringing("c1:1", 25)
    offer = scene.model.snapshot()["offers"]["c1:1"]
    assert (offer["joining"], offer["expires"]) == ([], START + 30 * S)
    scene.due(24)
    assert rings_at(scene) == ["a", "b"]


def test_another_worker_is_told_of_a_joiner_who_is_not_taken_up() -> None:
    scene = ringing("a")
    scene.here("b")
    scene.told()
    scene.worker = "w2"
    scene.place("c1")
    (told,) = scene.offers
    assert (told.id, told.agents, told.worker) == ("c1:1", ("b",), "w2")


@pytest.mark.parametrize("strategy", [one for one in Strategy if one is not ALL])
def test_of_every_other_strategy_nobody_joins(strategy: Strategy) -> None:
    scene = Scene(one_queue(2, strategy=strategy), "a")
    scene.join("c1")
    scene.here("b")
    assert rings_at(scene) == ["a"]
