"""Agents: what they ask for, their reach, their other calls, and the word for what they are doing."""

from __future__ import annotations

import pytest

from callcontrol.routing.queue_layout import AgentLayout
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.queue import Refusal
from tests.distribution.world import S, Scene, layout, one_queue, queue, seat
from tests.oracle.answers import Objection


def shop(present: str = "") -> Scene:
    """a logs in; b is active whenever reachable; c is at an external number."""
    plan = layout(
        {"help": queue(wrap_up_us=30 * S)},
        {"a": (seat("help", 1),)},
        b=AgentLayout(True, False, (seat("help", 2),)),
        c=AgentLayout(False, True, (seat("help", 3),)),
    )
    return Scene(plan, present)


def states(scene: Scene) -> list[str]:
    return [scene.agent(name)["state"] for name in "abc"]


def test_who_is_active() -> None:
    scene = shop()
    assert states(scene) == ["logged_out", "unreachable", "logged_out"]
    scene.act("a", AgentAction.LOG_IN)
    scene.act("c", AgentAction.LOG_IN)
    assert states(scene) == ["unreachable", "unreachable", "ready"]
    scene.reach(a=True, b=True)
    assert states(scene) == ["ready", "ready", "ready"]
    scene.act("b", AgentAction.PAUSE, "lunch")
    scene.act("c", AgentAction.LOG_OUT)
    scene.reach(a=False)
    assert states(scene) == ["unreachable", "paused", "logged_out"]
    assert scene.agent("b")["paused"] == "lunch"


def test_each_who_becomes_free_is_served() -> None:
    scene = shop()
    scene.act("c", AgentAction.LOG_IN)
    for i in range(1, 5):
        scene.join(f"c{i}")
    scene.told()
    scene.reach(b=True)
    assert scene.told() == [("c2:1", ("b",))]
    scene.here("a")
    assert scene.told() == [("c3:1", ("a",))]
    scene.elsewhere("a", "x", True)
    scene.elsewhere("a", "y", True)
    scene.leave("c3")
    scene.elsewhere("a", "x", False)
    assert (scene.told(), scene.agent("a")["elsewhere"]) == ([], ["y"])
    scene.elsewhere("a", "y", False)
    assert scene.told() == [("c4:1", ("a",))]


def test_an_always_active_agent_cannot_log_out() -> None:
    scene = shop("b")
    assert scene.act("b", AgentAction.LOG_OUT) is Objection.AUTO
    assert scene.act("b", AgentAction.PAUSE) is None
    assert scene.agent("b")["paused"] == "pause"


@pytest.mark.parametrize("action", [*AgentAction])
def test_nobody_else_is_an_agent(action: AgentAction) -> None:
    scene = shop()
    before = scene.model.snapshot()
    assert scene.act("nobody", action, "5") is Objection.UNKNOWN
    assert scene.model.snapshot() == before


@pytest.mark.parametrize("action", [AgentAction.LOG_IN, AgentAction.RESUME])
def test_a_pause_ends_and_misses_are_forgiven(action: AgentAction) -> None:
    scene = shop("a")
    scene.join("c1")
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    scene.act("a", AgentAction.PAUSE, "lunch")
    scene.act("a", action)
    assert (scene.agent("a")["paused"], scene.agent("a")["misses"]) == ("", 0)


def wrapping_up() -> Scene:
    scene = shop("a")
    scene.join("c1")
    scene.join("c2")
    scene.talk("c1", "a")
    scene.told()
    assert states(scene)[0] == "wrap_up"
    return scene


def test_a_wrap_up_can_be_ended() -> None:
    scene = wrapping_up()
    scene.wait(5)
    scene.act("a", AgentAction.END_WRAP_UP)
    assert scene.told() == [("c2:1", ("a",))]


def test_a_wrap_up_can_be_prolonged() -> None:
    scene = wrapping_up()
    assert scene.act("a", AgentAction.PROLONG_WRAP_UP, str(15 * S)) is None
    scene.due(44)
    assert scene.told() == []
    scene.due(1)
    assert scene.told() == [("c2:1", ("a",))]


@pytest.mark.parametrize(("seconds", "detail"), [(30, "5000000"), (5, "long"), (5, ""), (5, "-5"), (5, "²")])
def test_only_a_wrap_up_can_be_prolonged_and_only_by_some_time(seconds: int, detail: str) -> None:
    scene = wrapping_up()
    scene.wait(seconds)
    before = scene.model.snapshot()
    assert scene.act("a", AgentAction.PROLONG_WRAP_UP, detail) is Objection.NO_WRAP_UP
    assert scene.model.snapshot() == before


def test_nothing_else_touches_a_wrap_up() -> None:
    scene = wrapping_up()
    until = scene.agent("a")["wrap_until"]
    scene.elsewhere("a", "x", True)
    scene.reach(a=False)
    scene.reach(a=True)
    scene.elsewhere("a", "x", False)
    scene.act("a", AgentAction.PAUSE)
    scene.act("a", AgentAction.RESUME)
    scene.act("a", AgentAction.LOG_OUT)
    scene.act("a", AgentAction.LOG_IN)
    assert scene.agent("a")["wrap_until"] == until
    assert scene.told() == []


def test_time_alone_frees_nobody_but_the_next_word_of_him_does() -> None:
    scene = wrapping_up()
    scene.wait(30)
    scene.join("c3")
    assert scene.told() == []
    scene.elsewhere("a", "x", False)
    assert scene.told() == [("c2:1", ("a",))]


def test_an_offer_outlasts_a_pause() -> None:
    scene = shop("a")
    scene.join("c1")
    scene.act("a", AgentAction.PAUSE)
    assert scene.agent("a")["state"] == "reserved"
    assert scene.accept("c1:1", "a").accepted


def test_callers_are_told_when_the_last_agent_leaves() -> None:
    scene = shop("a b")
    for i in range(1, 5):
        scene.join(f"c{i}", f"+4860000000{i}", priority=i)
    scene.call_back("c4", "+48600000004")
    scene.reach(a=False)
    assert scene.notices == []
    scene.act("b", AgentAction.PAUSE)
    assert [(notice.ticket, notice.worker, notice.what) for notice in scene.notices] == [
        ("c3", "w1", "deserted"),
        ("c2", "w1", "deserted"),
        ("c1", "w1", "deserted"),
    ]
    assert scene.join("c5") is Refusal.NO_AGENT
    assert scene.line() == ["c4", "c3", "c2", "c1"]


def test_when_one_goes_as_another_comes_no_queue_looks_deserted() -> None:
    scene = Scene(one_queue(2), "a")
    scene.act("b", AgentAction.LOG_IN)
    scene.elsewhere("a", "x", True)
    scene.join("c1")
    scene.reach(a=False, b=True)
    assert scene.notices == []
    assert scene.told() == [("c1:1", ("b",))]


def test_time_in_each_state_is_added_when_it_changes() -> None:
    scene = shop("a")
    scene.wait(10)
    scene.join("c1")
    scene.wait(1)
    scene.ringing("c1:1")
    scene.wait(4)
    scene.talk("c1", "a", 60.0009)
    scene.due(30)
    scene.act("a", AgentAction.PAUSE, "lunch")
    scene.wait(7)
    scene.act("a", AgentAction.PAUSE, "tea")
    scene.wait(7)
    scene.act("a", AgentAction.LOG_OUT)
    did = scene.model.snapshot()["did"]["2026-11-23"]["a"]
    assert {figure: did[figure] for figure in did if figure.startswith("in_")} == {
        "in_ready_ms": 10_000,
        "in_reserved_ms": 1_000,
        "in_ringing_ms": 4_000,
        "in_talking_ms": 60_000,
        "in_wrap_up_ms": 30_000,
        "in_paused_ms": 14_000,
    }
