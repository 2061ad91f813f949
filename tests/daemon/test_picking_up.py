"""A phone picks a call up: every worker tells which of its calls ring there, and has the chosen one picked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.events import LegBridged
from callcontrol.control.parked_events import NotPickedUp, PickedUp, RingingFound
from callcontrol.daemon import parked_line
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import RingingCall, Taker
from tests.control.story import Story
from tests.daemon.test_missed_keys import Driven
from tests.routing.world import facts

TAKER = Taker("call-9", "taker-9", "fs1", "102", "w2")


class Store:
    """What would be told to other workers."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.has_another = False

    def answer_ringing(self, tenant: str, taker: Taker, calls: Iterable[RingingCall]) -> None:
        self.told.append(("rings", *(one.call for one in calls)))

    def tell_not_picked_up(self, tenant: str, taker: Taker, call_id: str, *, is_another: bool = False) -> None:
        self.told.append(("not picked up", call_id, is_another))

    def give(
        self, tenant: str, taker: Taker, call: str, given: Callable[[], object], another: Callable[[], object] = print
    ) -> None:
        (another if self.has_another else given)()


def ringing(name: str, after_s: float = 0) -> Call:
    """A call that rings at 101."""
    story = Story(facts(caller=Caller("+48500100200"))).begin()
    story.command(do.Bridge)
    call = replace(story.call, id=name, tenant="acme")
    late_us = int(after_s * 1_000_000)
    return call.with_legs([replace(leg, dialled=Instant(leg.dialled + late_us)) for leg in call.legs])


def worker(*calls: Call) -> tuple[WorkerContext, dict[str, Driven], Store]:
    driven = {call.id: Driven(call) for call in calls}
    store = Store()
    shared = SimpleNamespace(drivers=driven, parked=store, worker="w1")
    return cast(WorkerContext, shared), driven, store


def test_a_worker_tells_all_its_calls_that_ring_there_or_that_none_does() -> None:
    answered = Story(facts()).begin()
    answered.then(LegBridged(answered.command(do.Bridge).legs[0][0], answered.facts.now))
    other = replace(answered.call, id="answered", tenant="acme")
    shared, _, store = worker(ringing("late", 5), ringing("early"), other)
    parked_line.picks_up(shared, "acme", TAKER, ["101"], True)
    parked_line.picks_up(shared, "acme", TAKER, ["105"], True)
    parked_line.picks_up(shared, "another", TAKER, ["101"], True)
    assert store.told == [("rings", "late", "early"), ("rings",), ("rings",)]


def test_a_taker_of_the_version_before_gets_the_longest_at_once() -> None:
    shared, driven, store = worker(ringing("late", 5), ringing("early"))
    parked_line.picks_up(shared, "acme", TAKER, ["101"], False)
    assert (driven["early"].events, driven["late"].events, store.told) == ([PickedUp(TAKER)], [], [])


@pytest.mark.parametrize(("call", "at"), [("gone", "101"), ("early", "105")])
def test_a_call_that_is_gone_or_rings_elsewhere_is_not_picked_up(call: str, at: str) -> None:
    shared, driven, store = worker(ringing("early"))
    parked_line.pick_up(shared, "acme", TAKER, call, [at])
    assert (driven["early"].events, store.told) == ([], [("not picked up", call, False)])


def test_a_phone_that_was_given_another_call_gets_no_second_one() -> None:
    shared, driven, store = worker(ringing("early"))
    store.has_another = True
    parked_line.pick_up(shared, "acme", TAKER, "early", ["101"])
    assert (driven["early"].events, store.told) == ([], [("not picked up", "early", True)])
    store.has_another = False
    parked_line.pick_up(shared, "acme", TAKER, "early", ["101"])
    assert driven["early"].events == [PickedUp(TAKER)]


def test_answers_reach_the_call_that_asked() -> None:
    shared, driven, _ = worker(ringing("asks"))
    found = RingingCall("early", "w3", "fs1", ringing("early").arrived)
    parked_line.rings(shared, "asks", [found])
    parked_line.not_picked_up(shared, "asks", "early", True)
    parked_line.rings(shared, "gone", [found])
    parked_line.not_picked_up(shared, "gone", "early", True)
    assert driven["asks"].events == [RingingFound((found,)), NotPickedUp("early", is_another=True)]
