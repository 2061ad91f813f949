"""Offers and conversations: ringing, accept, pass, over."""

from __future__ import annotations

from typing import Any

import pytest

from callcontrol.config.queue_settings import Strategy
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.queue import TalkEnd
from tests.distribution.world import PLAIN, START, S, Scene, layout, one_queue, queue, seat
from tests.oracle.answers import Acceptance

ALL = Strategy.ALL_AT_ONCE


def ringing_scene(agents: str = "a", **changes: Any) -> Scene:
    """c1 rings at the first agent (or, all at once, at all)."""
    scene = Scene(one_queue(len(agents.split()), **changes), agents)
    scene.join("c1", "+48600000001")
    scene.ringing("c1:1")
    scene.told()
    return scene


# --- ringing


def test_ringing_prolongs_the_lease_and_shows() -> None:
    scene = Scene(one_queue(1), "a")
    scene.join("c1")
    scene.wait(2)
    assert scene.ringing("c1:1", 25) is True
    assert scene.model.snapshot()["offers"]["c1:1"] == {
        "ticket": "c1", "agents": ["a"], "expires": START + 27 * S, "ringing": True,
        "joining": [], "closed": False, "looks": 0,
    }  # fmt: skip
    assert scene.agent("a")["state"] == "ringing"


def test_ringing_of_an_offer_that_is_over_is_nothing() -> None:
    scene = ringing_scene()
    scene.leave("c1")
    before = scene.model.snapshot()
    assert scene.ringing("c1:1") is False
    assert scene.model.snapshot() == before


# --- accept


def test_an_agent_who_accepts_talks_and_the_ticket_is_gone() -> None:
    scene = ringing_scene()
    scene.wait(7.6785)
    assert scene.accept("c1:1", "a") == Acceptance(True)
    assert (scene.agent("a")["state"], scene.agent("a")["talking"]) == ("talking", "c1")
    assert (scene.ticket("c1"), scene.line(), scene.model.snapshot()["offers"]) == (None, [], {})
    assert scene.figures() == {"entered": 1, "offers": 1, "answered": 1, "answered_in_time": 1, "wait_ms": 7_678}
    assert scene.did("a") == {"offered": 1, "answered": 1}


@pytest.mark.parametrize(("seconds", "in_time"), [(20, 1), (20.000_001, None)])
def test_in_time_is_up_to_the_service_level(seconds: float, in_time: int | None) -> None:
    scene = ringing_scene(in_time_us=20 * S)
    scene.wait(seconds)
    scene.accept("c1:1", "a")
    assert scene.figures().get("answered_in_time") == in_time


def test_said_again_it_is_accepted_again_and_counted_once() -> None:
    scene = ringing_scene("a b", strategy=ALL)
    scene.accept("c1:1", "a")
    before = scene.model.snapshot()
    assert scene.accept("c1:1", "a") == Acceptance(True)
    assert scene.model.snapshot() == before


@pytest.mark.parametrize(
    ("offer", "agent"), [("c1:1", "b"), ("c1:2", "a"), ("c2:1", "a"), ("nonsense", "a"), ("c1:1", "nobody")]
)
def test_only_he_who_has_the_offer_can_accept_it(offer: str, agent: str) -> None:
    scene = Scene(one_queue(2), "a b")
    scene.join("c1")
    before = scene.model.snapshot()
    assert scene.accept(offer, agent) == Acceptance(False)
    assert scene.model.snapshot() == before


def test_an_offer_that_was_made_again_is_void() -> None:
    scene = ringing_scene()
    scene.pass_("c1:1", "a", OfferEnd.CALLER_GONE)
    assert scene.told() == [("c1:2", ("a",))]
    assert scene.accept("c1:1", "a").accepted is False
    assert scene.accept("c1:2", "a").accepted is True


def test_of_all_at_once_the_first_has_the_caller_and_the_others_are_served() -> None:
    scene = ringing_scene("a b c", strategy=ALL)
    scene.join("c2")
    assert scene.told() == []
    assert scene.accept("c1:1", "b") == Acceptance(True, ("a", "c"))
    assert scene.told() == [("c2:1", ("a",)), ("c2:1", ("c",))]
    assert scene.accept("c1:1", "c").accepted is False
    assert scene.agent("c") | {"offer": "c2:1", "misses": 0, "rest_until": 0} == scene.agent("c")


def test_a_conversation_forgives_misses_and_accepting_alone_does_not() -> None:
    scene = ringing_scene()
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    scene.due(10)
    scene.accept("c1:2", "a")
    assert (scene.agent("a")["misses"], scene.agent("a")["rest_until"]) == (1, 0)
    scene.over("a", "c1", 5)
    assert scene.agent("a")["misses"] == 0


# --- pass


@pytest.mark.parametrize(
    ("how", "rest", "missed"),
    [
        (OfferEnd.REJECTED, 20, 1),
        (OfferEnd.BUSY, 30, 0),
        (OfferEnd.NO_ANSWER, 10, 1),
        (OfferEnd.UNREACHABLE, 60, 0),
    ],
)
def test_each_end_has_its_rest(how: OfferEnd, rest: int, missed: int) -> None:
    scene = ringing_scene()
    scene.wait(5)
    assert scene.pass_("c1:1", "a", how) is True
    agent = scene.agent("a")
    assert (agent["rest_until"], agent["last_passed"]) == (scene.now + rest * S, scene.now)
    assert (agent["misses"], agent["state"], agent["free"]) == (missed, "ready", False)
    assert (scene.figures().get("misses", 0), scene.did("a").get("missed", 0)) == (missed, missed)
    scene.due(rest - 1)
    assert scene.told() == []
    scene.due(1)
    assert scene.told() == [("c1:2", ("a",))]


@pytest.mark.parametrize("how", [OfferEnd.CALLER_GONE, OfferEnd.ELSEWHERE, OfferEnd.EXPIRED])
def test_other_ends_are_nobodys_fault(how: OfferEnd) -> None:
    scene = ringing_scene()
    scene.pass_("c1:1", "a", how)
    assert scene.agent("a") | {"rest_until": 0, "last_passed": 0, "misses": 0} == scene.agent("a")
    assert scene.told() == [("c1:2", ("a",))]


def test_the_caller_keeps_his_place_and_goes_to_the_next() -> None:
    scene = ringing_scene("a b")
    scene.elsewhere("b", "x", True)
    scene.join("c2")
    scene.elsewhere("b", "x", False)
    assert scene.told() == [("c2:1", ("b",))]
    scene.pass_("c2:1", "b", OfferEnd.CALLER_GONE)  # b takes c2 again
    scene.told()
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    assert (scene.told(), scene.line()) == ([], ["c1", "c2"])
    scene.pass_("c2:2", "b", OfferEnd.CALLER_GONE)  # c2 waits again, but c1 waited before it
    assert scene.told() == [("c1:2", ("b",))]


def test_an_agent_free_at_once_is_not_offered_the_same_caller_before_others() -> None:
    scene = ringing_scene("a b", strategy=Strategy.LONGEST_IDLE, rest_us=dict.fromkeys(PLAIN.rest_us, 0))
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    assert scene.told() == [("c1:2", ("b",))]


def test_of_all_at_once_each_who_is_let_go_takes_who_waited_before() -> None:
    plan = layout(
        {"help": queue(strategy=ALL), "vip": queue(weight_us=60 * S)},
        {"a": (seat("help", 1),), "b": (seat("help", 2), seat("vip", 1)), "c": (seat("help", 3),)},
    )
    scene = Scene(plan, "a b c")
    scene.join("c1")
    scene.ringing("c1:1", 25)
    scene.join("v1", queue="vip")
    scene.told()
    scene.due(25)
    assert scene.told() == [("v1:1", ("b",)), ("c1:2", ("a", "c"))]


def test_of_all_at_once_the_offer_lasts_as_long_as_one_has_it() -> None:
    scene = ringing_scene("a b", strategy=ALL)
    scene.pass_("c1:1", "a", OfferEnd.BUSY)
    assert scene.model.snapshot()["offers"]["c1:1"]["agents"] == ["b"]
    scene.pass_("c1:1", "b", OfferEnd.BUSY)
    assert scene.model.snapshot()["offers"] == {}
    assert scene.told() == []
    scene.due(30)
    assert scene.told() == [("c1:2", ("a",)), ("c1:2", ("b",))]


@pytest.mark.parametrize(("offer", "agent"), [("c1:1", "b"), ("c1:9", "a"), ("nonsense", "nobody")])
def test_only_he_who_has_the_offer_can_pass(offer: str, agent: str) -> None:
    scene = Scene(one_queue(2), "a b")
    scene.join("c1")
    before = scene.model.snapshot()
    assert scene.pass_(offer, agent) is False
    assert scene.model.snapshot() == before


def test_so_many_misses_in_a_row_pause_him() -> None:
    scene = ringing_scene(misses=2)
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    scene.due(10)
    scene.pass_("c1:2", "a", OfferEnd.BUSY)  # is none
    scene.due(30)
    scene.pass_("c1:3", "a", OfferEnd.REJECTED)
    agent = scene.agent("a")
    assert (agent["paused"], agent["misses"], agent["state"]) == ("missed", 0, "paused")
    assert [(notice.ticket, notice.what) for notice in scene.notices] == [("c1", "deserted")]
    scene.due(60)
    scene.told()
    scene.act("a", AgentAction.RESUME)
    assert scene.told() == [("c1:4", ("a",))]


def test_no_number_of_misses_pauses_where_none_is_set() -> None:
    scene = ringing_scene(misses=0)
    for epoch in range(1, 9):
        scene.pass_(f"c1:{epoch}", "a", OfferEnd.REJECTED)
        scene.due(20)
    assert (scene.agent("a")["paused"], scene.agent("a")["misses"]) == ("", 8)


# --- over


def test_a_conversation_is_counted_and_wrapped_up() -> None:
    scene = ringing_scene(wrap_up_us=30 * S)
    scene.accept("c1:1", "a")
    scene.wait(90.0005)
    scene.join("c2")
    assert scene.over("a", "c1", 90.0005) == scene.now + 30 * S
    agent = scene.agent("a")
    assert (agent["state"], agent["last_talk"], agent["talking"]) == ("wrap_up", scene.now, "")
    assert scene.figures() == {
        "entered": 2, "offers": 1, "answered": 1, "answered_in_time": 1,
        "talks": 1, "talk_ms": 90_000, "wrap_up_ms": 30_000,
    }  # fmt: skip
    assert scene.did("a") == {"offered": 1, "answered": 1, "talks": 1, "talk_ms": 90_000, "wrap_up_ms": 30_000}
    assert scene.model.snapshot()["talked"]["week"] == {"2026-W48": {"a": 90_000_500}}
    assert scene.told() == []
    scene.due(30)
    assert scene.told() == [("c2:1", ("a",))]


def test_without_a_wrap_up_he_is_served_at_once() -> None:
    scene = ringing_scene()
    scene.join("c2")
    scene.talk("c1", "a")
    assert scene.told() == [("c2:1", ("a",))]


def test_handling_time_is_averaged_over_about_eight_conversations() -> None:
    scene = Scene(one_queue(1, wrap_up_us=10 * S), "a")
    handling = []
    for i, seconds in enumerate((70, 150, 31)):
        scene.join(f"c{i}")
        scene.talk(f"c{i}", "a", seconds)
        scene.due(10)
        handling.append(scene.model.snapshot()["handling"]["help"])
    assert handling == [80 * S, (7 * 80 + 160) * S // 8, (7 * 90 + 41) * S // 8]


@pytest.mark.parametrize(("agent", "ticket"), [("a", "c2"), ("b", "c1"), ("nobody", "c1")])
def test_only_his_own_conversation_can_end(agent: str, ticket: str) -> None:
    scene = ringing_scene("a b")
    scene.accept("c1:1", "a")
    before = scene.model.snapshot()
    assert scene.over(agent, ticket) is None
    assert scene.model.snapshot() == before


def test_a_caller_who_went_before_they_were_joined_was_not_answered() -> None:
    scene = ringing_scene(wrap_up_us=30 * S)
    scene.wait(6)
    scene.accept("c1:1", "a")
    scene.wait(86_400)  # what is taken back is taken back where it was counted
    assert scene.over("a", "c1", 0, TalkEnd.ABANDONED) == 0
    assert scene.figures() == {"entered": 1, "offers": 1, "abandoned": 1}
    assert scene.figures(day="2026-11-24") == {}
    agent = scene.agent("a")
    assert (agent["free"], agent["misses"], agent["last_talk"], agent["rest_until"]) == (True, 0, 0, 0)


def test_an_agent_who_dropped_the_caller_has_missed_him() -> None:
    scene = ringing_scene(misses=2)
    scene.pass_("c1:1", "a", OfferEnd.NO_ANSWER)
    scene.due(10)
    scene.accept("c1:2", "a")
    scene.wait(1)
    scene.over("a", "c1", 0, TalkEnd.DROPPED)
    assert scene.figures() == {"entered": 1, "offers": 2, "misses": 2}
    agent = scene.agent("a")
    assert (agent["paused"], agent["rest_until"], agent["last_passed"]) == ("missed", scene.now + 20 * S, scene.now)


def test_neither_is_to_blame_for_a_conversation_of_no_length() -> None:
    scene = ringing_scene()
    scene.accept("c1:1", "a")
    scene.over("a", "c1", 0, TalkEnd.TALKED)
    assert scene.figures() == {"entered": 1, "offers": 1}
    assert scene.agent("a")["free"] is True
