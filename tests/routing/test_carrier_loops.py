"""Calls that leave through a carrier and come back."""

from __future__ import annotations

from dataclasses import replace

import gevent
import pytest
from redis import Redis

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.legs import bridged
from callcontrol.daemon import trunk_watch
from callcontrol.daemon.trunk_watch import AT_ONCE_S, MAX_FAILED_ROUNDS, TrunkWatch
from callcontrol.edges import clock
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rounds import COUNTS_S, FAILED_S, RoundStore
from callcontrol.routing import arrival
from callcontrol.routing.carrier_loops import LOOP, PASSED_HEADER, passed_header
from callcontrol.routing.diversion import diversion_header, history_info_header
from callcontrol.routing.path import Diversion, Path
from callcontrol.routing.plan import Refuse
from callcontrol.vocabulary.call import Caller, Origin
from callcontrol.vocabulary.leg import Certainty, End, changes
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import ExtensionTarget
from tests.control.story import Story
from tests.daemon.test_trunk_capacity import pipeline
from tests.routing.test_extension import ring
from tests.routing.world import DID, NOW, facts, rule

__all__ = ["pipeline"]

FORWARDED = {"101": [rule("always", "number:+48600100100")]}
ENDED = Refuse("NO_ROUTE_DESTINATION", Outcome.REJECTED)


def test_a_leg_that_leaves_carries_the_numbers_of_ours_it_passed() -> None:
    headers = Story(facts(rules=FORWARDED)).begin().command(do.Bridge).headers
    assert headers[PASSED_HEADER] == DID["extension"].removeprefix("+")
    came = replace(facts(rules=FORWARDED), origin=Origin((DID["group"],)))
    assert passed_header(came) == f"{DID['group']}-{DID['extension']}".replace("+", "")
    assert PASSED_HEADER not in Story(facts()).begin().command(do.Bridge).headers  # a phone of ours need not know


def test_what_comes_back_to_a_number_it_passed_is_ended_at_once() -> None:
    decision = arrival.decide(replace(facts(rules=FORWARDED), origin=Origin((DID["extension"],))))
    assert decision.step == ENDED
    assert decision.why[-1].why.startswith(LOOP)


def test_what_passed_another_number_of_ours_is_none() -> None:
    decision = arrival.decide(replace(facts(rules=FORWARDED), origin=Origin((DID["group"],))))
    assert ring(decision).legs[0].to == "number:+48600100100"


@pytest.mark.parametrize(("alike", "ended"), [(7, False), (8, True)])
def test_where_carriers_keep_no_header_so_many_calls_alike_that_ring_outside_are_one(alike: int, ended: bool) -> None:
    assert (arrival.decide(replace(facts(rules=FORWARDED), alike=alike)).step == ENDED) is ended


def alike(watch: TrunkWatch, call: Call) -> int:
    counted: list[int] = []
    watch.alike(call, counted.append)
    with gevent.Timeout(2):
        while not counted:
            gevent.sleep(0.005)
    return counted[0]


def test_calls_alike_are_those_that_ring_outside_now() -> None:
    watch, stories = TrunkWatch(), [Story(facts(rules=FORWARDED)).begin() for _ in range(3)]
    for number, story in enumerate(stories):
        story.call = replace(story.call, id=f"call-{number}")
        watch.learn(story.call, changes((), story.call.legs), story.facts.settings)
    assert alike(watch, stories[0].call) == 3
    joined = bridged(stories[0].call, stories[0].call.legs[1].id, NOW)
    watch.learn(joined, changes(stories[0].call.legs, joined.legs), stories[0].facts.settings)
    watch.over(stories[1].call)
    assert alike(watch, stories[0].call) == 1
    hidden = replace(stories[0].call, caller=Caller("", anonymous=True))
    watch.learn(hidden, changes((), hidden.legs), stories[0].facts.settings)
    assert alike(watch, hidden) == 0


def test_calls_alike_are_counted_over_all_workers(pipeline: RedisPipeline, redis_client: Redis) -> None:
    workers = [TrunkWatch(RoundStore(pipeline)) for _ in range(3)]
    calls = [Story(facts(rules=FORWARDED)).begin().call for _ in range(5)]
    calls = [replace(call, id=f"call-{number}") for number, call in enumerate(calls)]
    for number, call in enumerate(calls):
        workers[number % 2].learn(call, changes((), call.legs), facts().settings)
    assert [alike(worker, calls[0]) for worker in workers] == [5, 5, 0]  # the third has none itself, and asks none
    (key,) = redis_client.keys("*ringing-outside*")
    assert 0 < redis_client.ttl(key) <= COUNTS_S
    workers[1].over(calls[1])
    assert alike(workers[0], calls[0]) == 4
    redis_client.zadd(key, {"call-2": 1})  # its worker died long ago
    assert alike(workers[1], calls[1]) == 3


def over(call: Call) -> Call:
    """The call has come to its end."""
    ended = End(Certainty.TOLD, "USER_BUSY", Outcome.BUSY, None)
    return replace(call, legs=tuple(replace(leg, end=ended) for leg in call.legs))


def test_rounds_that_fail_at_once_count_for_a_while_over_all_workers(
    pipeline: RedisPipeline, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = [TrunkWatch(RoundStore(pipeline)) for _ in range(2)]
    for number in range(8):
        call = replace(Story(facts(rules=FORWARDED)).begin().call, id=f"call-{number}")
        workers[number % 2].learn(call, changes((), call.legs), facts().settings)
        workers[number % 2].over(over(call))
    assert [alike(worker, call) for worker in workers] == [8, 8]
    assert arrival.decide(replace(facts(rules=FORWARDED), alike=8)).why[-1].why.endswith("or have just failed there")
    (key,) = redis_client.keys("*ringing-outside*")
    assert redis_client.zcount(key, clock.now() // 1000, clock.now() // 1000 + FAILED_S * 1000) == 8
    redis_client.delete(key)
    later = trunk_watch._now() + FAILED_S * SECOND_US
    monkeypatch.setattr(trunk_watch, "_now", lambda: Instant(later))
    assert alike(workers[0], call) == 0


@pytest.mark.parametrize("how", ["rang for long", "goes on elsewhere", "was answered"])
def test_what_is_no_failed_round(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, call = TrunkWatch(), Story(facts(rules=FORWARDED)).begin().call
    watch.learn(call, changes((), call.legs), facts().settings)
    if how == "rang for long":
        later = trunk_watch._now() + (AT_ONCE_S + 1) * SECOND_US
        monkeypatch.setattr(trunk_watch, "_now", lambda: Instant(later))
    known = bridged(call, call.legs[1].id, NOW) if how == "was answered" else call
    watch.over(known if how == "goes on elsewhere" else over(known))
    assert alike(watch, call) == 0


def test_failed_rounds_have_a_limit() -> None:
    watch, known = TrunkWatch(), facts(rules=FORWARDED)
    call = Story(known).begin().call
    for number in range(MAX_FAILED_ROUNDS + 5):
        one = replace(call, id=f"call-{number}")
        watch.learn(one, changes((), one.legs), known.settings)
        watch.over(over(one))
    assert alike(watch, call) == MAX_FAILED_ROUNDS


def test_without_redis_each_worker_counts_its_own_calls_alike() -> None:
    away = RedisPipeline(connect("redis://127.0.0.1:1/0", 0.2))
    watch, call = TrunkWatch(RoundStore(away)), Story(facts(rules=FORWARDED)).begin().call
    watch.learn(call, changes((), call.legs), facts().settings)
    assert alike(watch, call) == 1
    away.stop(1)


def test_what_a_call_came_with_goes_on_behind_ours() -> None:
    path = Path(ExtensionTarget("101"), diversions=(Diversion("104", RuleKind.BUSY),))
    came = replace(facts(), origin=Origin(diversion="<sip:1@a>;reason=unconditional", history="<sip:1@a>;index=1.2"))
    ours = "<sip:+48221234504@acme.example"
    assert diversion_header(path, came) == f"{ours}>;reason=user-busy,<sip:1@a>;reason=unconditional"
    assert history_info_header(path, came) == (f"<sip:1@a>;index=1.2,{ours}?Reason=SIP%3Bcause%3D486>;index=1.2.1")
    unforwarded = Path(ExtensionTarget("101"))
    assert diversion_header(unforwarded, came) == came.origin.diversion
    assert history_info_header(unforwarded, came) == came.origin.history
