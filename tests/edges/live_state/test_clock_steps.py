"""The wall clock steps, here and at Redis: what is under way in the queues lasts as long as it was to last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import OnReply, RedisPipeline
from callcontrol.edges.live_state.server_clock import ServerClocks
from callcontrol.edges.live_state.servers import Servers
from callcontrol.vocabulary.agent import AgentState, AgentView, OfferEnd
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Entered, TalkEnd
from tests.distribution.plans import FULL
from tests.edges.live_state import call_centre
from tests.edges.live_state.call_centre import TENANT, CallCentre, occasion

HELP = FULL.queues["help"]
HOUR_S = 3_600
REST_S = HELP.rest_us[OfferEnd.REJECTED] // SECOND_US
WRAP_UP_S = HELP.wrap_up_us // SECOND_US


class Hosts:
    """The clocks of this host and of that of Redis, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed_s = 1_000.0
        self.here_s = 0
        self.redis_s = 0
        monkeypatch.setattr(clock, "now", lambda: Instant(self._wall_us(self.here_s)))
        monkeypatch.setattr(clock, "monotonic", lambda: self.passed_s)

    def redis_us(self) -> int:
        """What TIME says."""
        return self._wall_us(self.redis_s)

    def _wall_us(self, off_s: int) -> int:
        return 1_795_000_000 * SECOND_US + int((self.passed_s + off_s) * SECOND_US)


class PipeToOtherTime(RedisPipeline):
    """A pipe to a Redis whose clock is set by hand; what the scripts do is real."""

    def __init__(self, servers: Servers, hosts: Hosts) -> None:
        super().__init__(servers)
        self._hosts = hosts

    def submit(self, *command: Any, on_reply: OnReply, last: Callable[[], bytes] | None = None) -> None:
        def replied(reply: Any, trouble: Any) -> None:
            if isinstance(reply, list) and len(reply) == 6:
                reply[4] = self._hosts.redis_us() + int(reply[5])
            on_reply(reply, trouble)

        super().submit(*command, on_reply=replied, last=last)


class Centre(CallCentre):
    def __init__(self, url: str, hosts: Hosts) -> None:
        super().__init__(url, 5.0)
        self._hosts = hosts

    def shown(self, name: str) -> AgentView:
        """As a table on the host of Redis has it."""
        at = replace(occasion(TENANT), now=Instant(self._hosts.redis_us()))
        (found,) = [one for one in self.views.agents(TENANT, at) if one.name == name]
        return found

    def settle(self) -> None:
        """What has fallen due is done, and what follows from it."""
        for _ in range(3):
            self.store.due(TENANT)
            self.pipeline.ask("PING")

    def count(self) -> int:
        return len({offer.id for offer in self.offers()})


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Hosts:
    made = Hosts(monkeypatch)
    monkeypatch.setattr(call_centre, "RedisPipeline", partial(PipeToOtherTime, hosts=made))
    return made


@pytest.fixture
def centre(redis_url: str, redis_client: Redis, hosts: Hosts) -> Iterator[Centre]:
    one = Centre(redis_url, hosts)
    one.open("anna")
    assert isinstance(one.join("call-0/1"), Entered)
    one.settle()
    yield one
    one.pipeline.stop(1)


by = pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
where = pytest.mark.parametrize("both", [True, False], ids=["of the one host there is", "of Redis alone"])


def step(hosts: Hosts, by_s: int, both: bool) -> None:
    hosts.redis_s += by_s
    hosts.here_s += by_s if both else 0


@by
@where
def test_an_agent_who_rests_is_rung_when_the_rest_is_over(
    centre: Centre, hosts: Hosts, step_s: int, both: bool
) -> None:
    (offer,) = centre.offers()
    centre.store.pass_(TENANT, offer.id, "anna", OfferEnd.REJECTED)
    hosts.passed_s += 1
    centre.settle()
    step(hosts, step_s, both)
    centre.settle()
    hosts.passed_s += REST_S - 2
    centre.settle()
    assert centre.count() == 1
    hosts.passed_s += 2
    centre.settle()
    assert centre.count() == 2
    offered = centre.offers()[-1]
    assert abs(offered.expires - clock.now() - 3 * SECOND_US) < SECOND_US  # in the time of this host


@by
@where
def test_a_wrap_up_lasts_as_long_as_it_was_to_last(centre: Centre, hosts: Hosts, step_s: int, both: bool) -> None:
    assert centre.accept(centre.offers()[0])
    centre.store.over(TENANT, "anna", "call-0/1", 5 * SECOND_US, TalkEnd.TALKED)
    centre.settle()
    step(hosts, step_s, both)
    hosts.passed_s += 1
    centre.settle()
    shown = centre.shown("anna")
    assert shown.state is AgentState.WRAP_UP
    assert shown.until is not None
    assert abs(shown.until - hosts.redis_us() - (WRAP_UP_S - 1) * SECOND_US) < SECOND_US  # as tables show it
    hosts.passed_s += WRAP_UP_S
    centre.settle()
    assert centre.shown("anna").state is AgentState.READY


@by
def test_a_step_is_taken_out_once_whoever_notices_it(
    centre: Centre, redis_url: str, redis_client: Redis, hosts: Hosts, step_s: int
) -> None:
    other = Centre(redis_url, hosts)
    other.settle()
    step(hosts, step_s, both=True)
    for one in (centre, other, centre):
        one.settle()
    later = Centre(redis_url, hosts)  # a worker that starts after the step
    later.settle()
    assert int(redis_client.get(keys.correction(TENANT)) or 0) == -step_s * SECOND_US
    step(hosts, -step_s, both=True)  # and back
    for one in (later, other, centre):
        one.settle()
    assert int(redis_client.get(keys.correction(TENANT)) or 0) == 0
    for one in (other, later):
        one.pipeline.stop(1)


def test_a_clock_that_drifts_apart_in_a_night_has_not_stepped(hosts: Hosts) -> None:
    clocks = ServerClocks()
    assert clocks.heard(TENANT, clock.monotonic(), hosts.redis_us()) == 0
    hosts.passed_s += 10 * HOUR_S
    assert clocks.heard(TENANT, clock.monotonic(), hosts.redis_us() + 4 * SECOND_US) == 0
    assert clocks.heard(TENANT, clock.monotonic(), hosts.redis_us() + 8 * SECOND_US) == 4 * SECOND_US


def test_a_correction_of_another_worker_is_followed(hosts: Hosts) -> None:
    clocks = ServerClocks()
    clocks.heard(TENANT, clock.monotonic(), hosts.redis_us())
    hour_us = HOUR_S * SECOND_US
    assert clocks.heard(TENANT, clock.monotonic(), hosts.redis_us() - hour_us, -hour_us) == 0
    assert clocks.there(TENANT, clock.now()) == clock.now() - hour_us
