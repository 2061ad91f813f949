"""What people do to queues: prioritise, notify, and a new layout while callers wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.config.queue_settings import Strategy
from callcontrol.routing.queue_layout import AgentLayout, Layout
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.queue import Notice, TalkEnd
from tests.distribution.world import START, S, Scene, layout, needs, one_queue, queue, seat

ANN = "+48600000001"


def waiting(plan: Layout | None = None, count: int = 3) -> Scene:
    """So many callers c1, c2, … wait for agent a, who is elsewhere."""
    scene = Scene(plan or one_queue(1), "a")
    scene.elsewhere("a", "x", True)
    for i in range(1, count + 1):
        scene.join(f"c{i}")
        scene.wait(1)
    return scene


# --- prioritise, notify


def test_another_priority_is_another_place() -> None:
    scene = waiting()
    assert scene.prioritise("c3", 1) is True
    assert scene.line() == ["c3", "c1", "c2"]
    scene.elsewhere("a", "x", False)
    assert scene.told() == [("c3:1", ("a",))]
    assert scene.prioritise("c3", 0) is True  # also while the caller is offered
    assert scene.line() == ["c1", "c2", "c3"]
    assert scene.prioritise("c9", 1) is False


def test_a_notice_goes_to_the_tickets_worker() -> None:
    scene = waiting()
    assert scene.notify("c2", "moved", "sales") is True
    assert scene.notices == [Notice("c2", "w1", "moved", "sales")]
    assert scene.line() == ["c1", "c2", "c3"]
    assert scene.notify("c9", "removed") is False


def test_a_callback_can_only_be_removed() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", ANN)
    scene.call_back("c1", ANN)
    scene.join("c2")
    scene.told()
    assert scene.notify("c1", "moved", "sales") is False
    assert scene.notify("c1", "removed") is True
    assert [(notice.ticket, notice.what, notice.detail) for notice in scene.notices] == [("c1", "offer_void", "c1:2")]
    assert scene.line() == ["c2"]
    assert scene.told() == [("c2:1", ("a",))]


# --- configure


def test_the_layout_in_force_changes_nothing() -> None:
    scene = waiting(one_queue(2, strategy=Strategy.RANDOM))
    scene.here("b")
    before = scene.model.snapshot()
    lots = dict(scene.model.state.agent("b").lots)
    assert scene.configure(one_queue(2, strategy=Strategy.RANDOM)) is False
    assert (scene.model.snapshot(), scene.model.state.agent("b").lots) == (before, lots)


def test_a_new_agent_is_not_there_until_he_logs_in_and_one_who_is_there_is_served() -> None:
    scene = waiting()
    assert scene.configure(one_queue(2)) is True
    assert scene.told() == []
    scene.here("b")
    assert scene.told() == [("c1:1", ("b",))]


def test_an_agent_who_gets_a_seat_is_offered_callers_at_once_in_the_order_of_all_queues() -> None:
    queues = {"help": queue(), "vip": queue(weight_us=60 * S)}
    seats = {"a": (seat("help", 1), seat("vip", 1)), "b": (), "c": ()}
    scene = waiting(layout(queues, seats))
    scene.join("v1", queue="vip")
    scene.here("b")
    scene.here("c")
    assert scene.told() == []
    scene.configure(layout(queues, {"a": seats["a"], "b": (seat("help", 2), seat("vip", 2)), "c": (seat("help", 3),)}))
    assert scene.told() == [("v1:1", ("b",)), ("c1:1", ("c",))]


def test_nobodys_state_is_touched() -> None:
    scene = waiting(one_queue(1, wrap_up_us=30 * S))
    scene.elsewhere("a", "x", False)
    scene.accept("c1:1", "a")
    before = scene.model.snapshot()
    scene.configure(one_queue(1, wrap_up_us=50 * S, weight_us=9 * S))
    assert scene.model.snapshot() == before
    assert scene.over("a", "c1", 5) == scene.now + 50 * S


def test_callers_of_a_queue_that_is_gone_are_told_and_kept() -> None:
    scene = waiting()
    scene.call_back("c3", ANN)
    scene.configure(layout({"other": queue()}, {"a": (seat("other", 1),)}))
    assert scene.notices == [Notice("c1", "w1", "queue_gone"), Notice("c2", "w1", "queue_gone")]
    assert scene.line() == ["c1", "c2", "c3"]
    scene.elsewhere("a", "x", False)
    assert scene.told() == []
    assert scene.prioritise("c1", 1) is False
    scene.configure(one_queue(1))
    assert scene.told() == [("c1:1", ("a",))]


def test_an_offer_of_a_queue_that_is_gone_lasts() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.configure(layout({"other": queue()}, {"a": (seat("other", 1),)}))
    assert scene.accept("c1:1", "a").accepted
    assert scene.over("a", "c1", 5) == scene.now
    assert scene.agent("a")["free"] is True


def test_what_was_counted_is_taken_back_also_from_a_queue_that_is_gone() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.accept("c1:1", "a")
    scene.configure(layout({"other": queue()}, {"a": (seat("other", 1),)}))
    scene.over("a", "c1", 0, TalkEnd.ABANDONED)
    assert scene.figures() == {"entered": 1, "offers": 1, "abandoned": 1}


def test_an_agent_who_is_no_more_stops_being_what_he_was() -> None:
    scene = Scene(one_queue(2), "a b")
    scene.wait(10)
    scene.configure(one_queue(1))
    assert scene.model.snapshot()["did"]["2026-11-23"]["b"] == {"in_ready_ms": 10_000}
    scene.wait(10)
    scene.configure(one_queue(2))
    assert (scene.agent("b")["state"], scene.agent("b")["since"]) == ("ready", scene.now)
    assert scene.model.snapshot()["did"]["2026-11-23"]["b"]["in_logged_out_ms"] == 10_000


def test_a_queue_that_is_gone_asks_for_no_rest() -> None:
    scene = Scene(one_queue(1, misses=1), "a")
    scene.join("c1")
    scene.configure(layout({"other": queue()}, {"a": (seat("other", 1),)}))
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    assert scene.agent("a") | {"paused": "", "rest_until": START, "free": True} == scene.agent("a")


def test_an_agent_who_is_no_more_keeps_his_offer_and_gets_no_other() -> None:
    scene = Scene(one_queue(2), "a")
    scene.join("c1")
    scene.join("c2")
    plan = one_queue(2)
    scene.configure(replace(plan, agents={"b": plan.agents["b"]}))
    assert scene.agent("a")["offer"] == "c1:1"
    scene.told()
    scene.talk("c1", "a")
    assert scene.told() == []
    assert "a" not in scene.model.snapshot()["agents"]
    scene.configure(plan)
    assert scene.told() == [("c2:1", ("a",))]


def test_callers_are_told_when_the_new_layout_has_nobody_active_for_them() -> None:
    scene = waiting(layout({"help": queue()}, {"a": (seat("help", 1),), "b": (seat("help", 2),)}), count=2)
    scene.configure(layout({"help": queue()}, {"b": (seat("help", 1),)}))
    assert scene.notices == [Notice("c1", "w1", "deserted"), Notice("c2", "w1", "deserted")]
    scene.configure(layout({"help": queue(length=3)}, {"b": (seat("help", 1),)}))
    assert len(scene.notices) == 2


def test_a_demand_that_is_no_more_is_none() -> None:
    seats = {"a": (seat("help", 1),), "b": (seat("help", 2, demands=("", "x>=1")),)}
    scene = Scene(layout({"help": queue(demands=("", "x>=1"))}, seats), "a")
    scene.join("c1", stages=needs("x>=1"))
    scene.configure(layout({"help": queue()}, {"a": (seat("help", 1),)}))
    assert scene.told() == [("c1:1", ("a",))]


@pytest.mark.parametrize("seats", [{"a": (), "b": (seat("help", 2),)}, {"b": (seat("help", 2),)}])
def test_nobody_waits_for_one_who_has_no_seat_any_more(seats: dict[str, tuple[()]]) -> None:
    sticky = queue(sticky_within_us=3_600 * S, sticky_first_us=600 * S)
    both = {"a": (seat("help", 1),), "b": (seat("help", 2),)}
    scene = Scene(layout({"help": sticky}, both), "a")
    scene.join("c1", ANN)
    scene.talk("c1", "a")
    scene.elsewhere("a", "x", True)
    scene.here("b")
    scene.join("c2", ANN)
    scene.told()
    scene.configure(layout({"help": sticky}, seats))
    assert scene.told() == [("c2:1", ("b",))]


def test_nobody_waits_for_one_whom_the_new_layout_makes_inactive() -> None:
    sticky = queue(sticky_within_us=3_600 * S, sticky_first_us=600 * S)
    seats = {"a": (seat("help", 1),), "b": (seat("help", 2),)}
    scene = Scene(layout({"help": sticky}, seats, a=AgentLayout(True, False, seats["a"])))
    scene.reach(a=True)
    scene.join("c1", ANN)
    scene.talk("c1", "a")
    scene.elsewhere("a", "x", True)
    scene.here("b")
    scene.join("c2", ANN)
    scene.told()
    scene.configure(layout({"help": sticky}, seats))  # a has to log in now
    assert scene.told() == [("c2:1", ("b",))]


def test_lots_are_drawn_anew() -> None:
    scene = Scene(one_queue(3, strategy=Strategy.IN_ORDER), "a b c")
    assert scene.model.state.agent("a").lots == {}
    scene.configure(one_queue(3, strategy=Strategy.RANDOM))
    assert all("help" in scene.model.state.agent(name).lots for name in "abc")
