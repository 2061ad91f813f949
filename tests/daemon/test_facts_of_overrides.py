"""A call's facts are looked up in one round trip, including overrides of opening hours."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.daemon.facts_finder import find_facts
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.overrides import OverrideStore, encode_override
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.rules import RuleStore, encode_rule
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.schedule import Override
from tests.daemon.test_adoption import pipeline
from tests.routing.world import TENANT, facts, rule

__all__ = ["pipeline"]
NUMBER = "+48221234599"
HOURS = "hours:\n  office: {week: {mon-sun: 00:00-24:00}, open: TARGET, closed: 'hangup:busy'}\n"


def world(opens: str = "extension:101", hours: str = HOURS) -> Facts:
    numbers = f'numbers:\n  "{NUMBER}": hours:office\n' if hours else "numbers:\n"
    written = TENANT.replace("numbers:\n", f"{hours.replace('TARGET', opens)}{numbers}")
    return replace(facts(NUMBER, tenant=written), rules={})


def found(pipeline: RedisPipeline, asked: Facts) -> tuple[Facts, int]:
    """The facts that were found, and the number of round trips."""
    phones = SimpleNamespace(places=lambda domain, accounts: {}, unheard=lambda: ())
    shared = SimpleNamespace(rules=RuleStore(pipeline), overrides=OverrideStore(pipeline), registrations=phones)
    result: AsyncResult = AsyncResult()
    before = pipeline.round_trips
    find_facts(shared, asked, result.set, lambda what, error: result.set_exception(error))  # type: ignore[arg-type]
    answer: Facts = result.get(timeout=10)
    return answer, pipeline.round_trips - before


@pytest.fixture
def shut(redis_client: Redis) -> Override:
    override = Override(False, None, "extension:101", clock.now())
    redis_client.hset(keys.overrides("acme"), "hours:office", encode_override(override))
    return override


def test_rules_and_overrides_come_in_one_round_trip(
    pipeline: RedisPipeline, shut: Override, redis_client: Redis
) -> None:
    redis_client.hset(keys.rules("acme"), "101/busy", encode_rule(rule("busy", "voicemail:101")))
    known, trips = found(pipeline, world())
    assert (known.overrides, trips) == ({"hours:office": shut}, 1)
    assert known.rules_of("101").of(RuleKind.BUSY) is not None


def test_overrides_are_asked_for_even_if_no_rules_are_needed(pipeline: RedisPipeline, shut: Override) -> None:
    assert found(pipeline, world("voicemail:101"))[0].overrides == {"hours:office": shut}


def test_no_overrides_are_asked_for_without_schedules(pipeline: RedisPipeline, shut: Override) -> None:
    known, trips = found(pipeline, replace(world(hours=""), dialled="+48221234507"))
    assert (known.overrides, trips) == (None, 0)


def test_an_emergency_call_makes_no_round_trip(pipeline: RedisPipeline, shut: Override) -> None:
    known, trips = found(pipeline, replace(world(), dialled="112", caller=Caller("101", extension="101")))
    assert (known.overrides, trips) == (None, 0)
