"""Busy lamps: what each subscription is told after changes, and after restarts of switches and workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from redis import Redis

from callcontrol.control.call import Call
from callcontrol.daemon import busy_lamps
from callcontrol.daemon.busy_lamps import BusyLamps
from callcontrol.daemon.busy_legs import BusyLegs
from callcontrol.daemon.configuration import Current
from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.failures import ConnectionLost, UnsafeText
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.presence_commands import ShowLight
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.edges.live_state import busy_lamps as stored
from callcontrol.edges.live_state.busy_lamps import BusyLegStore, LampWatchStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.busy_lamp import BusyLeg, LampWatch, Light
from callcontrol.vocabulary.leg import changes
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import DoNotDisturb
from callcontrol.vocabulary.parked import ParkedCaller
from tests.daemon.test_on_calls import call, ended

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
DOMAIN = "acme.example"
TALKS = BusyLeg("117", "leg-1", is_ringing=False)


@cache
def current() -> Current:
    """The example with busy lamps, read once."""
    made = Current(EXAMPLE)
    settings = made.configuration.settings.model_copy(update={"busy_lamps": True})
    made.configuration = replace(made.configuration, settings=settings)
    return made


class Switch:
    """A connection to a switch that keeps what was sent."""

    def __init__(self) -> None:
        self.up_since, self.breaks_after = 1.0, 10_000
        self.heard: list[ShowLight] = []

    @property
    def is_up(self) -> bool:
        return self.up_since < float("inf")

    def tell(self, command: ShowLight) -> None:
        if len(self.heard) >= self.breaks_after:
            raise ConnectionLost
        command.wire()
        self.heard.append(command)

    def said(self) -> dict[str, Light]:
        """What each subscription was told since the last look."""
        heard, self.heard = self.heard, []
        return {one.call_id: one.light for one in heard}


class Host:
    """A worker's busy lamps."""

    def __init__(self, pipeline: RedisPipeline, switch: Switch, name: str = "w1") -> None:
        self.legs, self.parked = BusyLegStore(pipeline), ParkedStore(pipeline)
        self.overrides = OverrideStore(pipeline)
        self.lamps = BusyLamps(pipeline, name, current(), lambda name: cast(SwitchLink, switch))

    def look(self) -> bool:
        return self.lamps.look_if_ours()

    def hears(self, call_id: str, number: str, **changed: str) -> None:
        """The switch has asked for a subscription's lamp."""
        told = {
            "Event-Name": "PRESENCE_PROBE",
            "proto": "lamp",
            "from": f"105@{DOMAIN}",
            "to": f"lamp+{number}@{DOMAIN}",
            "proto-specific-event-name": "dialog",
            "expires": "600",
            "sub-call-id": call_id,
        }
        self.lamps.asked("fs1", cast(SwitchEvent, Probe({**told, **changed})))


class Probe:
    """An event of the switch."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers, self.name = headers, headers["Event-Name"]

    def get(self, name: str) -> str:
        return self._headers.get(name, "")


@pytest.fixture
def pipeline(redis_url: str, redis_client: Redis) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, 1.0))
    yield made
    made.stop(1)


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def host(pipeline: RedisPipeline, switch: Switch) -> Host:
    return Host(pipeline, switch)


def test_who_subscribes_is_told_and_then_each_change(host: Host, switch: Switch) -> None:
    assert host.look()
    host.hears("c-1", "117")
    host.hears("c-2", "701", **{"proto-specific-event-name": "presence"})
    host.hears("c-3", "104-app")  # a phone of 104
    host.look()
    assert switch.said() == {"c-1": Light.DARK, "c-2": Light.DARK, "c-3": Light.DARK}
    host.legs.keep("acme", (replace(TALKS, is_ringing=True), BusyLeg("104", "leg-2", is_ringing=False)))
    host.look()
    assert switch.said() == {"c-1": Light.RINGING, "c-3": Light.BUSY}
    host.legs.keep("acme", (TALKS,))
    caller = ParkedCaller("701", "lot", "call-1", "ch", "fs1", "w1", clock.now())
    host.parked.claim("acme", caller, ("701",), lambda *told: None)
    host.look()
    assert switch.said() == {"c-1": Light.BUSY, "c-2": Light.BUSY}
    host.legs.forget("acme", TALKS)
    host.parked.free("acme", "701", "call-1")
    host.overrides.store(
        "acme", "undisturbed:117", DoNotDisturb(None, "extension:117", clock.now()), lambda error: None
    )
    host.look()
    assert switch.said() == {"c-1": Light.UNDISTURBED, "c-2": Light.DARK}
    host.hears("c-1", "117")  # it renews its subscription, and is told again
    host.look()
    host.look()
    assert switch.said() == {"c-1": Light.UNDISTURBED}


@pytest.mark.parametrize(
    "changed",
    [
        {"from": "101@globex.example"},
        {"to": "lamp+201@globex.example"},
        {"proto-specific-event-name": "message-summary"},
        {"expires": "0"},
        {"sub-call-id": "a b"},
        {"sub-call-id": ""},
    ],
)
def test_what_is_no_watch_of_ours_is_told_nothing(host: Host, switch: Switch, changed: dict[str, str]) -> None:
    host.look()
    host.hears("c-1", "117", **changed)
    host.look()
    assert switch.said() == {}


def test_one_that_is_ended_is_told_nothing_more(host: Host, switch: Switch, pipeline: RedisPipeline) -> None:
    host.look()
    host.hears("c-1", "117")
    host.look()
    host.hears("c-1", "117", expires="0")
    switch.said()
    host.legs.keep("acme", (TALKS,))
    host.look()
    assert switch.said() == {}
    assert LampWatchStore(pipeline).look("fs1", clock.now()) == {}


def test_a_restarted_switch_is_told_all_again_what_shines_first(
    host: Host, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.look()
    for number in ("102", "103", "105", "117"):
        host.hears(f"c-{number}", number)
    host.legs.keep("acme", (TALKS,))
    host.look()
    assert len(switch.said()) == 4
    monkeypatch.setattr(busy_lamps, "LAMPS_PER_LOOK", 2)
    reached = meters.limits_reached_total.labels("BUSY_LAMPS_PER_LOOK")
    before = reached._value.get()
    switch.up_since = 2.0
    host.look()
    first = switch.said()
    assert (len(first), first["c-117"]) == (2, Light.BUSY)
    switch.breaks_after = 1
    host.look()
    switch.breaks_after = 10_000
    host.look()
    assert first.keys() | switch.said().keys() == {"c-102", "c-103", "c-105", "c-117"}
    assert reached._value.get() == before + 1


def test_another_worker_tells_what_the_one_before_has_heard_of(
    host: Host, switch: Switch, pipeline: RedisPipeline
) -> None:
    other = Host(pipeline, switch, "w2")
    assert host.look()
    assert not other.look()
    host.hears("c-1", "117")
    host.legs.keep("acme", (TALKS,))
    host.look()
    assert switch.said() == {"c-1": Light.BUSY}
    pipeline.ask("DEL", "cc:duty:busy lamps")  # its lease has expired
    assert other.look()
    assert switch.said() == {"c-1": Light.BUSY}
    assert not host.look()


def test_a_subscription_that_another_worker_alone_has_heard_is_read(
    host: Host, switch: Switch, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.look()
    Host(pipeline, switch, "w2").hears("c-1", "117")
    monkeypatch.setattr(busy_lamps, "READ_S", 0.0)
    host.look()
    assert switch.said() == {"c-1": Light.DARK}


def test_watches_are_limited_and_end(pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MAX_WATCHES", 1)
    store, now = LampWatchStore(pipeline), clock.now()
    watch = LampWatch("acme", "117", Instant(now + 5_000_000))
    store.keep("fs1", "c-1", watch)
    store.keep("fs1", "c-2", watch)
    store.keep("fs1", "c-1", watch)
    assert list(store.look("fs1", now)) == ["c-1"]
    assert store.look("fs1", watch.until) == {}
    store.keep("fs1", "c-2", watch)
    assert list(store.look("fs1", now)) == ["c-2"]


def test_legs_of_extensions_are_told_while_they_ring_and_talk(pipeline: RedisPipeline) -> None:
    settings, store = current().configuration.settings, BusyLegStore(pipeline)
    own, rung = BusyLegs(store), call("a", "117", caller="105")
    own.learn(rung, changes((), rung.legs), settings)
    expected = {BusyLeg("105", "c-a", is_ringing=False), BusyLeg("117", "leg-a", is_ringing=True)}
    assert set(store.look("acme")) == expected
    talks = replace(rung, legs=(rung.legs[0], rung.legs[1].answered_at(rung.arrived)))
    own.learn(talks, changes(rung.legs, talks.legs), settings)
    assert BusyLeg("117", "leg-a", is_ringing=False) in store.look("acme")
    over = ended(talks)
    own.learn(over, changes(talks.legs, over.legs), settings)
    assert [one.extension for one in store.look("acme")] == ["105"]
    own.over(over)
    assert store.look("acme") == ()


def test_a_call_that_another_worker_took_over_is_told_by_that_one(pipeline: RedisPipeline) -> None:
    settings, store = current().configuration.settings, BusyLegStore(pipeline)
    first, second, rung = BusyLegs(store), BusyLegs(store), call("a", "117")
    first.learn(rung, changes((), rung.legs), settings)
    first.lost(rung)
    second.renew((rung,), settings)
    first.over(rung)
    assert [one.extension for one in store.look("acme")] == ["117"]
    second.over(rung)
    assert store.look("acme") == ()


def test_where_there_are_no_lamps_nothing_is_kept(pipeline: RedisPipeline) -> None:
    settings, store = current().configuration.settings.model_copy(update={"busy_lamps": False}), BusyLegStore(pipeline)
    rung: Call = call("a", "117")
    BusyLegs(store).learn(rung, changes((), rung.legs), settings)
    BusyLegs(store).renew((rung,), settings)
    assert store.look("acme") == ()


def test_a_lamp_as_the_switch_is_told() -> None:
    assert ShowLight("c-1@10.0.0.7", DOMAIN, "internal", Light.RINGING).wire() == (
        b"sendevent PRESENCE_IN\n"
        b"proto: lamp\n"
        b"login: internal\n"
        b"from: lamp@acme.example\n"
        b"event_type: presence\n"
        b"alt_event_type: dialog\n"
        b"call-id: c-1@10.0.0.7\n"
        b"unique-id: lamp\n"
        b"rpid: on-the-phone\n"
        b"status: Ringing\n"
        b"force-status: Ringing\n"
        b"channel-state: CS_ROUTING\n"
        b"answer-state: early\n"
        b"presence-call-direction: outbound\n\n"
    )


@pytest.mark.parametrize("call_id", ["c-1\napi system", "c 1", "", "x" * 201, "ż"])
def test_a_call_id_that_is_no_word_is_not_sent(call_id: str) -> None:
    with pytest.raises(UnsafeText):
        ShowLight(call_id, DOMAIN, "internal", Light.DARK).wire()
