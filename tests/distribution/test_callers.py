"""Callers: join (refused, coming back, taking up a callback, sticky, with demands), place, leave."""

from __future__ import annotations

from typing import Any

import pytest

from callcontrol.routing.queue_layout import AgentLayout
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.queue import Entered, Leaving, Place, Refusal, TalkEnd
from tests.distribution.world import START, S, Scene, layout, needs, one_queue, queue, seat

ANN, BEN = "+48600000001", "+48600000002"


def entered(answer: object) -> Entered:
    assert isinstance(answer, Entered)
    return answer


# --- who is let in


def test_a_caller_is_offered_at_once_and_told_his_place() -> None:
    scene = Scene(one_queue(2), "a b")
    assert scene.join("c1") == Entered(Place(1, 1, 2, 0), START)
    (offer,) = scene.offers
    assert (offer.id, offer.ticket, offer.queue, offer.epoch, offer.agents) == ("c1:1", "c1", "help", 1, ("a",))
    assert (offer.joined, offer.expires, offer.worker) == (START, START + 3 * S, "w1")
    assert (offer.callback, offer.attempt, offer.number) == (False, 0, "")
    assert scene.agent("a")["state"] == "reserved"
    assert scene.figures() == {"entered": 1, "offers": 1}
    assert scene.did("a") == {"offered": 1}


@pytest.mark.parametrize("present", ["", "b"])
def test_a_queue_in_which_nobody_is_active_is_not_entered(present: str) -> None:
    seats = {"a": (seat("help", 1),), "b": (seat("sales", 1),)}
    scene = Scene(layout({"help": queue(), "sales": queue()}, seats), present)
    assert scene.join("c1") is Refusal.NO_AGENT
    assert scene.join("c2", queue="nonsense") is Refusal.NO_AGENT
    assert (scene.line(), scene.figures()) == ([], {})


def test_an_agent_who_is_busy_is_active() -> None:
    scene = Scene(one_queue(1), "a")
    scene.elsewhere("a", "x", True)
    assert entered(scene.join("c1")).place == Place(1, 1, 1, 0)


def test_a_full_queue_is_not_entered() -> None:
    scene = Scene(one_queue(1, length=2), "a")
    scene.join("c1")
    scene.join("c2")
    assert scene.join("c3") is Refusal.FULL
    scene.leave("c1")
    entered(scene.join("c3"))


def test_a_queue_with_too_long_a_wait_is_not_entered() -> None:
    scene = Scene(one_queue(2, expected_us=100 * S), "a b")
    for i in range(5):
        entered(scene.join(f"known{i}"))  # nothing is known of its conversations: any wait is possible
        scene.talk(f"known{i}", "a", 100)
    for i in range(2):
        entered(scene.join(f"c{i}"))  # of 2 agents the second in line waits 100 seconds
    assert scene.join("c3") is Refusal.TOO_LONG
    entered(scene.join("c4", priority=1))  # that place would be the first


def test_one_who_is_known_keeps_his_place_and_changes_his_worker() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.join("c2")
    scene.wait(5)
    scene.worker = "w2"
    assert scene.join("c2", priority=9) == Entered(Place(2, 2, 1, 0), START)
    ticket = scene.ticket("c2")
    assert ticket is not None
    assert (ticket["worker"], ticket["priority"]) == ("w2", 0)
    assert scene.figures()["entered"] == 2


def test_one_whose_agent_dropped_him_comes_again_without_being_refused() -> None:
    scene = Scene(one_queue(1, length=1), "a")
    scene.join("c1", ANN)
    scene.accept("c1:1", "a")
    scene.join("c2")
    scene.act("a", AgentAction.PAUSE)
    scene.over("a", "c1", 0, TalkEnd.DROPPED)
    assert scene.join("c1b", ANN, joined=START, again=True) == Entered(Place(1, 2, 0, 0), START)
    assert scene.line() == ["c1b", "c2"]
    assert scene.figures()["entered"] == 2
    assert scene.join("c3", queue="nonsense", again=True) is Refusal.NO_AGENT


# --- places and order


def test_the_line_is_by_arrival_less_weight_and_priority() -> None:
    scene = Scene(one_queue(1, priority_us=60 * S), "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1")
    scene.wait(59)
    scene.join("c2", priority=1)
    scene.wait(2)
    scene.join("c3", priority=1)
    scene.join("c4", priority=2)
    assert scene.line() == ["c4", "c2", "c1", "c3"]
    assert [entered(scene.place(ticket)).place.position for ticket in ("c1", "c4")] == [3, 1]


def test_an_agent_takes_the_first_of_all_his_queues() -> None:
    plan = layout({"help": queue(), "vip": queue(weight_us=30 * S)}, {"a": (seat("help", 1), seat("vip", 1))})
    scene = Scene(plan, "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1")
    scene.wait(20)
    scene.join("v1", queue="vip")
    scene.wait(11)
    scene.join("v2", queue="vip")
    scene.elsewhere("a", "x", False)
    order = []
    for _ in range(3):
        ticket = scene.offers[-1].ticket
        order.append(ticket)
        scene.talk(ticket, "a")
    assert order == ["v1", "c1", "v2"]


# --- coming back


def test_a_caller_who_gave_up_finds_the_old_place_once() -> None:
    scene = Scene(one_queue(1), "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1", ANN, priority=2)
    scene.join("c2", BEN)
    scene.wait(10)
    scene.leave("c1")
    scene.wait(59)
    assert scene.join("c3", ANN) == Entered(Place(1, 2, 1, 0), START, "came_back")
    assert scene.line() == ["c3", "c2"]
    assert entered(scene.join("c4", ANN)).took_up == ""


@pytest.mark.parametrize(
    ("how", "seconds", "number", "queue_name"),
    [
        (Leaving.ABANDONED, 60, ANN, "help"),  # too late
        (Leaving.KEY, 1, ANN, "help"),
        (Leaving.ABANDONED, 1, BEN, "help"),
        (Leaving.ABANDONED, 1, ANN, "sales"),
    ],
)
def test_others_find_no_place(how: Leaving, seconds: int, number: str, queue_name: str) -> None:
    scene = Scene(layout({"help": queue(), "sales": queue()}, {"a": (seat("help", 1), seat("sales", 1))}), "a")
    scene.join("c1", ANN)
    scene.leave("c1", how)
    scene.wait(seconds)
    assert scene.join("c2", number, queue=queue_name) == Entered(Place(1, 1, 1, 0), scene.now)


def test_an_anonymous_caller_leaves_no_place_behind() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", "")
    scene.leave("c1")
    scene.wait(1)
    assert entered(scene.join("c2", "")).took_up == ""


def test_a_returning_caller_is_not_refused_by_a_full_queue() -> None:
    scene = Scene(one_queue(1, length=1), "a")
    scene.join("c1", ANN)
    scene.leave("c1")
    scene.join("c2")
    assert entered(scene.join("c3", ANN)).took_up == "came_back"


def test_a_callers_own_callback_is_taken_up_and_its_agent_is_free_for_him() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", ANN)
    scene.call_back("c1", ANN)
    assert scene.offers[-1].callback
    scene.told()
    scene.wait(2)
    assert scene.join("c2", ANN) == Entered(Place(1, 1, 1, 0), START, "callback")
    assert scene.told() == [("c2:1", ("a",))]
    assert scene.line() == ["c2"]
    assert scene.accept("c1:2", "a").accepted is False


def test_a_caller_who_takes_up_a_callback_overtakes_no_caller_waiting_for_its_agent() -> None:
    plan = layout({"help": queue(), "vip": queue(weight_us=60 * S)}, {"a": (seat("help", 1), seat("vip", 1))})
    scene = Scene(plan, "a")
    scene.join("c1", ANN)
    scene.call_back("c1", ANN)
    scene.join("v1", queue="vip")
    scene.told()
    scene.join("c2", ANN)
    assert scene.told() == [("v1:1", ("a",))]


def test_a_callback_that_is_being_called_is_not_taken_up() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1", ANN)
    scene.call_back("c1", ANN)
    scene.accept("c1:2", "a")
    assert entered(scene.join("c2", ANN)).took_up == ""
    assert scene.ticket("c1") is not None


# --- sticky


def sticky_scene(**changes: Any) -> Scene:
    """b has talked with Ann, a is in front of b in the list."""
    scene = Scene(one_queue(2, sticky_within_us=3_600 * S, sticky_first_us=20 * S, **changes), "b")
    scene.join("c1", ANN)
    scene.talk("c1", "b")
    scene.here("a")
    scene.told()
    return scene


def test_a_caller_goes_first_to_who_knows_him() -> None:
    scene = sticky_scene()
    scene.join("c2", BEN)
    scene.join("c3", ANN)
    assert scene.told() == [("c2:1", ("a",)), ("c3:1", ("b",))]


def test_for_a_while_nobody_else_is_offered_him() -> None:
    scene = sticky_scene()
    scene.elsewhere("b", "x", True)
    scene.join("c2", ANN)
    assert scene.told() == []
    ticket = scene.ticket("c2")
    assert ticket is not None
    assert (ticket["lane"], ticket["stage"]) == ("@b", 0)
    scene.due(19)
    assert scene.told() == []
    scene.due(1)
    assert scene.told() == [("c2:1", ("a",))]


def test_he_takes_the_caller_who_waits_for_him_when_he_is_free() -> None:
    scene = sticky_scene()
    scene.elsewhere("b", "x", True)
    scene.join("c2", ANN)
    scene.elsewhere("b", "x", False)
    assert scene.told() == [("c2:1", ("b",))]


@pytest.mark.parametrize("action", [AgentAction.LOG_OUT, AgentAction.PAUSE])
def test_nobody_waits_for_one_who_is_not_active(action: AgentAction) -> None:
    scene = sticky_scene()
    scene.elsewhere("b", "x", True)
    scene.join("c2", ANN)
    scene.act("b", action)
    assert scene.told() == [("c2:1", ("a",))]
    scene.join("c3", ANN)
    found = scene.ticket("c3")
    assert found is not None
    assert found["lane"] == ""


def test_acquaintance_ends_with_its_time() -> None:
    scene = sticky_scene()
    scene.wait(3_600)
    scene.join("c2", ANN)
    scene.leave("c2")
    scene.wait(0.000_001)
    scene.join("c3", ANN, joined=scene.now)
    assert scene.told() == [("c2:1", ("b",)), ("c3:1", ("a",))]


def test_after_a_pass_the_stage_is_looked_at_anew() -> None:
    scene = sticky_scene()
    scene.join("c2", ANN)
    scene.ringing("c2:1")
    scene.wait(10)
    scene.pass_("c2:1", "b", OfferEnd.BUSY)  # b rests, and the caller waits for b
    assert scene.told() == [("c2:1", ("b",))]
    scene.due(10)
    assert scene.told() == [("c2:2", ("a",))]


def test_a_queue_that_is_not_sticky_knows_nobody() -> None:
    scene = Scene(one_queue(2), "b")
    scene.join("c1", ANN)
    scene.talk("c1", "b")
    scene.here("a")
    scene.join("c2", ANN)
    assert scene.told()[-1] == ("c2:1", ("a",))


# --- demands


def german_scene(present: str) -> Scene:
    """a speaks no German, b does, c does very well."""
    seats = {
        "a": (seat("help", 1),),
        "b": (seat("help", 2, demands=("", "german>=1")),),
        "c": (seat("help", 3, demands=("", "german>=1", "german>=5")),),
    }
    return Scene(layout({"help": queue(demands=("", "german>=1", "german>=5"))}, seats), present)


def test_a_demand_is_part_of_the_choice() -> None:
    scene = german_scene("a b c")
    scene.join("c1", stages=needs("german>=5"))
    scene.join("c2", stages=needs("german>=1"))
    scene.join("c3", stages=needs("german>=1"))
    assert scene.told() == [("c1:1", ("c",)), ("c2:1", ("b",))]
    scene.join("c4")
    assert scene.told() == [("c4:1", ("a",))]


def test_demands_are_relaxed_by_waiting() -> None:
    scene = german_scene("a b")
    scene.join("c1", stages=needs("german>=5", (10, "german>=1"), (30, "")))
    scene.elsewhere("b", "x", True)
    scene.due(10)
    assert scene.told() == []
    scene.due(20)
    assert scene.told() == [("c1:1", ("a",))]


def test_a_missed_stage_is_made_up_for_when_the_ticket_waits_again() -> None:
    scene = german_scene("a c")
    scene.join("c1", stages=needs("german>=5", (10, "")))
    scene.ringing("c1:1")
    scene.due(15)
    scene.pass_("c1:1", "c")
    assert scene.told() == [("c1:1", ("c",)), ("c1:2", ("a",))]


def test_a_caller_who_waited_long_before_has_the_later_stage_at_once() -> None:
    scene = german_scene("a")
    scene.join("c1", stages=needs("german>=5", (10, "")), joined=START - 20 * S)
    assert scene.told() == [("c1:1", ("a",))]


def test_a_demand_the_queue_does_not_have_is_none() -> None:
    scene = german_scene("a")
    scene.join("c1", stages=needs("klingon>=1"))
    assert scene.told() == [("c1:1", ("a",))]


def test_demands_begin_after_the_sticky_time_at_the_earliest() -> None:
    seats = {"a": (seat("help", 1),), "b": (seat("help", 2, demands=("", "german>=1")),), "c": (seat("help", 3),)}
    sticky = {"sticky_within_us": 3_600 * S, "sticky_first_us": 20 * S}
    scene = Scene(layout({"help": queue(demands=("", "german>=1"), **sticky)}, seats), "c")
    scene.join("c1", ANN)
    scene.talk("c1", "c")
    scene.here("a")
    scene.elsewhere("c", "x", True)
    scene.told()
    scene.join("c2", ANN, stages=needs("german>=1", (10, "german>=1"), (30, "")))
    scene.due(20)
    found = scene.ticket("c2")
    assert found is not None
    assert (found["lane"], found["stage"]) == ("german>=1", 2)
    scene.due(10)
    assert scene.told() == [("c2:1", ("a",))]


# --- leaving


def test_the_agents_of_one_who_leaves_are_served_at_once() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.ringing("c1:1")
    scene.join("c2")
    scene.told()
    assert scene.leave("c1") is True
    assert scene.told() == [("c2:1", ("a",))]
    assert scene.leave("c1") is False
    assert (scene.agent("a")["misses"], scene.agent("a")["last_passed"]) == (0, 0)


@pytest.mark.parametrize(
    ("how", "seconds", "figure"),
    [
        (Leaving.ABANDONED, 4.999_999, "abandoned_short"),
        (Leaving.ABANDONED, 5, "abandoned"),
        (Leaving.WAITED_OUT, 1, "overflowed"),
        (Leaving.DESERTED, 1, "overflowed"),
        (Leaving.KEY, 1, "overflowed"),
        (Leaving.MOVED, 1, None),
        (Leaving.REMOVED, 1, None),
        (Leaving.FAILED, 1, None),
    ],
)
def test_how_a_caller_left_is_counted(how: Leaving, seconds: float, figure: str | None) -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.wait(seconds)
    scene.leave("c1", how)
    counted = {figure: 1} if figure else {}
    assert scene.figures() == {"entered": 1, "offers": 1} | counted


def test_the_place_of_one_who_is_gone_is_not_known() -> None:
    scene = Scene(one_queue(1), "a")
    assert scene.place("c1") is None


def test_a_place_tells_what_the_expected_wait_is_made_of() -> None:
    plan = one_queue(2)
    scene = Scene(layout(dict(plan.queues), {}, **plan.agents, x=AgentLayout(True, True, ())), "a b")
    scene.join("c1")
    scene.talk("c1", "a", 61.5)
    scene.join("c2")
    scene.join("c3")
    assert entered(scene.place("c3")).place == Place(position=2, waiting=2, active=2, handling_ms=61_500)


# --- leases: a place whose call no worker has


def test_a_caller_whose_worker_is_never_heard_of_again_is_gone_after_a_while() -> None:
    scene = Scene(one_queue(1), "")
    scene.here("a")
    scene.elsewhere("a", "x", True)
    scene.join("c1")
    scene.wait(1)
    scene.join("c2")
    scene.due(178)
    assert scene.line() == ["c1", "c2"]
    scene.place("c2")
    scene.due(1)
    assert scene.line() == ["c2"]
    assert [(notice.ticket, notice.what) for notice in scene.notices] == [("c1", "lost")]
    assert scene.figures() == {"entered": 2}


def test_the_agents_of_a_place_that_is_given_up_are_free() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.ringing("c1:1", 600)
    scene.due(180)
    assert (scene.line(), scene.agent("a")["free"]) == ([], True)


def test_a_callback_needs_no_worker() -> None:
    scene = Scene(one_queue(1), "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1", "+48600000001")
    scene.call_back("c1", "+48600000001", expires=7_200)
    scene.due(7_199)
    assert scene.line() == ["c1"]


# --- who counts as before whom


def test_a_held_callback_is_before_nobody() -> None:
    scene = Scene(one_queue(1, length=1), "a")
    scene.elsewhere("a", "x", True)
    scene.join("c1", "+48600000001")
    scene.call_back("c1", "+48600000001", after=600)
    entered = scene.join("c2")
    assert isinstance(entered, Entered)
    assert (entered.place.position, entered.place.waiting) == (1, 1)
    assert scene.join("c3") is Refusal.FULL
    scene.leave("c2")
    scene.due(100)
    scene.due(500)  # now the caller may be called: that place counts, and it is the first
    assert scene.join("c4") is Refusal.FULL


def test_the_expected_wait_counts_no_held_callback() -> None:
    scene = Scene(one_queue(1, expected_us=100 * S), "a")
    scene.join("c0")
    scene.talk("c0", "a", 90)
    scene.elsewhere("a", "x", True)
    scene.join("c1", "+48600000001")
    scene.call_back("c1", "+48600000001", after=600)
    assert isinstance(scene.join("c2"), Entered)
    assert scene.join("c3") is Refusal.TOO_LONG
