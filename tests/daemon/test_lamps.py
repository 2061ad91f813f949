"""Message waiting lamps: what each switch is sent after changes, and after restarts of phones, switches and workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from redis import Redis

from callcontrol.daemon import lamps
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.lamps import Lamps
from callcontrol.edges import meters
from callcontrol.edges.freeswitch.commands import MessageWaiting
from callcontrol.edges.freeswitch.failures import ConnectionLost
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.post import Post
from callcontrol.vocabulary.mailbox import AddMessage, Message, MessageState, SetState, Take
from callcontrol.vocabulary.moment import Instant

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
DOMAIN = "acme.example"


@cache
def current() -> Current:
    """The example, read once."""
    return Current(EXAMPLE)


class Switch:
    """A connection to a switch that keeps what was sent."""

    def __init__(self) -> None:
        self.up_since, self.breaks_after = 1.0, 10_000
        self.heard: list[MessageWaiting] = []

    @property
    def is_up(self) -> bool:
        return self.up_since < float("inf")

    def tell(self, command: MessageWaiting) -> None:
        if len(self.heard) >= self.breaks_after:
            raise ConnectionLost
        self.heard.append(command)

    def said(self) -> dict[str, tuple[int, int]]:
        """The lamps sent to it since the last look; then forgets them."""
        heard, self.heard = self.heard, []
        return {one.user: (one.new, one.kept) for one in heard if one.domain == DOMAIN}


class Host:
    """A worker's lamps."""

    def __init__(self, pipeline: RedisPipeline, switch: Switch, name: str = "w1") -> None:
        self.store = BoxStore(pipeline)
        self.current = current()
        post = Post(pipeline, "lamps", name, lamps.KEPT_S)
        self.lamps = Lamps(self.store, post, self.current, lambda name: cast(SwitchLink, switch))


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
    made = Host(pipeline, switch)
    made.store.put("acme", "101", AddMessage(message("c-1")))
    return made


def message(name: str) -> Message:
    return Message(name, "", "", Instant(1), 5_000, "fs1", f"/rec/{name}.wav")


def test_each_change_reaches_the_lamps_of_all_users_of_the_mailbox(host: Host, switch: Switch) -> None:
    assert host.lamps.look_if_ours()
    first = switch.said()
    assert (first["101"], first["102"], first["103"]) == ((1, 0), (0, 0), (0, 0))
    host.store.put("acme", "office", AddMessage(message("c-2")))
    host.lamps.look_if_ours()
    assert switch.said() == {"102": (1, 0), "103": (1, 0)}
    host.store.put("acme", "office", Take("c-2", "extension:102"))
    host.store.put("acme", "101", SetState("c-1", MessageState.DELETED))
    host.lamps.look_if_ours()
    assert switch.said() == {"101": (0, 0), "102": (0, 1), "103": (0, 1)}
    host.lamps.look_if_ours()
    assert switch.said() == {}


def test_a_restarted_switch_is_sent_all_lamps_at_a_limited_rate(
    host: Host, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.lamps.look_if_ours()
    known = switch.said()
    monkeypatch.setattr(lamps, "LAMPS_PER_LOOK", 2)
    switch.up_since = float("inf")
    host.lamps.look_if_ours()
    assert switch.said() == {}
    switch.up_since = 2.0
    told: dict[str, tuple[int, int]] = {}
    looks, reached = 0, meters.limits_reached_total.labels("LAMPS_PER_LOOK")
    before = reached._value.get()
    while told != known:
        host.lamps.look_if_ours()
        told |= (said := switch.said())
        looks += 1
        assert 0 < len(said) <= 2
    assert looks == -(-len(known) // 2)
    assert reached._value.get() == before + looks - 1


def test_a_switch_that_goes_away_meanwhile_is_sent_the_rest_later(host: Host, switch: Switch) -> None:
    switch.breaks_after = 1
    host.lamps.look_if_ours()
    some = switch.said()
    switch.breaks_after = 10_000
    host.lamps.look_if_ours()
    rest = switch.said()
    assert (len(some), rest.keys() & some.keys()) == (1, set())
    assert (some | rest)["101"] == (1, 0)


def test_a_restarted_phone_is_sent_its_lamp_again(host: Host, switch: Switch) -> None:
    host.lamps.look_if_ours()
    switch.said()
    host.lamps.phone_changed("101", DOMAIN)
    host.lamps.phone_changed("102", DOMAIN)  # its lamp is dark
    host.lamps.look_if_ours()
    assert switch.said() == {"101": (1, 0)}


def test_a_switch_that_asks_is_answered_by_the_worker_that_keeps_the_lamps(
    host: Host, switch: Switch, pipeline: RedisPipeline
) -> None:
    other = Host(pipeline, switch, "w2")
    host.lamps.look_if_ours()
    assert not other.lamps.look_if_ours()
    switch.said()
    for one in (host, other):
        one.lamps.asked("fs1", f"sip:102@{DOMAIN}")
        one.lamps.asked("fs1", "sip:nobody@nowhere.example")
        one.lamps.asked("fs9", f"sip:102@{DOMAIN}")
    assert [(one.user, one.new) for one in switch.heard] == [("102", 0)]


def test_after_a_workers_death_another_one_sends_all_lamps(host: Host, switch: Switch, pipeline: RedisPipeline) -> None:
    host.lamps.look_if_ours()
    known = switch.said()
    other = Host(pipeline, switch, "w2")
    pipeline.ask("DEL", "cc:duty:lamps")  # its lease has expired
    assert other.lamps.look_if_ours()
    assert switch.said() == known
    assert not host.lamps.look_if_ours()


def test_an_extension_removed_from_a_mailbox_has_a_dark_lamp(
    host: Host, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.store.put("acme", "office", AddMessage(message("c-2")))
    host.lamps.look_if_ours()
    assert switch.said()["103"] == (1, 0)
    configuration = host.current.configuration
    tenant = configuration.settings.tenants["acme"]
    office = tenant.voicemail["office"].model_copy(update={"people": ("102",)})  # type: ignore[attr-defined]  # a block
    changed = tenant.model_copy(update={"voicemail": {**tenant.voicemail, "office": office}})  # type: ignore[attr-defined]  # a block
    settings = configuration.settings.model_copy(
        update={"tenants": {**configuration.settings.tenants, "acme": changed}}
    )
    monkeypatch.setattr(host.current, "configuration", replace(configuration, settings=settings))
    host.lamps.look_if_ours()
    assert switch.said() == {"103": (0, 0)}


def test_the_body_of_the_notify_is_that_of_the_rfc() -> None:
    """RFC 3842, section 3.4: the line that says whether there are messages comes first."""
    assert MessageWaiting("101", DOMAIN, "internal", 2, 1).wire() == (
        b"sendevent MESSAGE_WAITING\n"
        b"MWI-Messages-Waiting: yes\n"
        b"MWI-Message-Account: 101@acme.example\n"
        b"MWI-Voice-Message: 2/1 (0/0)\n"
        b"sofia-profile: internal\n\n"
    )
