"""A call's first decision needs one round trip to Redis: rules, and the language where it is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control.call import new_call
from callcontrol.control.commands import RememberLanguage
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.facts_finder import find_facts
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from tests.daemon.test_adoption import US, pipeline, shared, written  # fixtures
from tests.daemon.test_survival import until
from tests.routing.queue_world import HELP
from tests.routing.test_language import POLE, SPOKEN, arriving
from tests.routing.world import DID

__all__ = ["pipeline", "shared", "written"]


@pytest.fixture
def found() -> list[Facts]:
    return []


def look_up(shared: WorkerContext, facts: Facts, found: list[Facts]) -> None:
    """Look up the facts of the first decision, into `found`."""

    def fault(what: str, error: Exception) -> None:
        raise AssertionError(what) from error

    find_facts(shared, replace(facts, rules={}, registered={}), found.append, fault)
    until(lambda: bool(found))


def remember(shared: WorkerContext, number: str = POLE.number) -> None:
    shared.languages.remember("acme", number, "ru", 30)


def test_the_language_and_the_rules_come_in_one_round_trip(
    shared: WorkerContext, pipeline: RedisPipeline, found: list[Facts]
) -> None:
    remember(shared)
    look_up(shared, arriving(POLE, DID["extension"]), found)
    before = pipeline.round_trips
    found.clear()
    look_up(shared, arriving(POLE, DID["extension"]), found)
    assert (pipeline.round_trips - before, found[0].remembered, "101" in found[0].rules) == (1, "ru", True)


def test_where_no_rules_are_needed_the_language_is_asked_for_alone(shared: WorkerContext, found: list[Facts]) -> None:
    remember(shared)
    nowhere = SPOKEN.replace(f'"{HELP}": queue:help', f'"{HELP}": hangup:busy')
    look_up(shared, arriving(POLE, HELP, nowhere), found)
    assert (found[0].remembered, found[0].rules) == ("ru", {})


@pytest.mark.parametrize(
    ("caller", "written"),
    [
        (replace(POLE, anonymous=True), SPOKEN),
        (Caller("101", extension="101"), SPOKEN),
        (POLE, SPOKEN.replace("remember_language: 30\n", "")),
    ],
)
def test_no_language_is_asked_for_where_none_is_remembered(
    shared: WorkerContext, pipeline: RedisPipeline, found: list[Facts], caller: Caller, written: str
) -> None:
    remember(shared, caller.number)
    nowhere = written.replace(f'"{HELP}": queue:help', f'"{HELP}": hangup:busy')
    until(lambda: pipeline.depth == 0)
    before = pipeline.commands
    look_up(shared, arriving(caller, HELP, nowhere), found)
    assert (pipeline.commands - before, found[0].remembered) == (0, None)


def test_the_driver_stores_the_language_chosen_by_key(shared: WorkerContext, found: list[Facts]) -> None:
    facts, now = arriving(POLE), clock.now()
    call = new_call(
        id_="call-1", channel="call-1", switch="fs1", worker=US, tenant="acme", caller=POLE, dialled=HELP, now=now
    )
    driver = CallDriver(call, facts, shared, None)
    driver._carry_out((RememberLanguage(POLE.number, "ru", 30),))
    look_up(shared, facts, found)
    assert found[0].remembered == "ru"
