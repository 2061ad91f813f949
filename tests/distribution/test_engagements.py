"""Agents in conversations and in other calls whose calls are lost: none is kept from callers for ever."""

from __future__ import annotations

from tests.distribution.world import Scene, one_queue


def talking() -> Scene:
    scene = Scene(one_queue(2), "a b")
    scene.join("c1")
    scene.accept("c1:1", "a")
    scene.elsewhere("b", "x", True)
    scene.join("c2")
    scene.join("c3")
    scene.told()
    return scene


def test_agents_whose_calls_no_worker_has_are_freed_and_offered_the_next_callers() -> None:
    scene = talking()
    scene.wait(179)
    assert scene.engaged() == 0
    scene.wait(1)
    assert scene.engaged() == 2
    assert (scene.agent("a")["talking"], scene.agent("b")["elsewhere"]) == ("", [])
    assert scene.told() == [("c2:1", ("a",)), ("c3:1", ("b",))]
    assert scene.figures()["answered"] == 1, "nothing tells that they never talked"
    assert scene.over("a", "c1") is None


def test_of_whom_a_worker_says_that_they_go_on_are_not() -> None:
    scene = talking()
    for _ in range(20):
        scene.wait(170)
        assert scene.engaged(("a", "c1"), ("b", "x")) == 0
    assert (scene.agent("a")["talking"], scene.agent("b")["elsewhere"]) == ("c1", ["x"])
    scene.wait(170)
    scene.engaged(("a", "c1"))
    scene.wait(10)
    assert scene.engaged() == 1
    assert (scene.agent("a")["state"], scene.agent("b")["state"]) == ("talking", "reserved")


def test_a_call_that_is_saved_is_some_workers_however_long_none_speaks() -> None:
    scene = talking()
    scene.wait(3_600)
    assert scene.engaged(calls="call") == 0
    scene.wait(179)
    assert scene.engaged() == 0
    scene.wait(1)
    assert scene.engaged() == 2


def test_what_is_over_is_not_brought_back_by_a_worker_that_says_so() -> None:
    scene = talking()
    scene.over("a", "c1", 20)
    scene.elsewhere("b", "x", False)
    offers = scene.told()
    scene.engaged(("a", "c1"), ("b", "x"))
    assert (scene.agent("a")["talking"], scene.agent("b")["elsewhere"]) == ("", [])
    assert offers == [("c2:1", ("a",)), ("c3:1", ("b",))]
    assert scene.model.snapshot()["engaged"] == {}
