"""Connections to switches: which switch originates a callback, which events are read, how gaps are closed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import gevent
import pytest

from callcontrol.config.settings import Settings
from callcontrol.control.events import ChannelsChecked, LegGone
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.switch_links import EVENTS, SwitchLinks
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.simulator import Settings as Simulated
from callcontrol.simulator import Simulator
from callcontrol.simulator.air import Air
from tests.config.folder import loaded
from tests.daemon.queue_parts import until
from tests.edges.freeswitch.peer import api_reply, event_socket, framed, json_event


class Switches:
    """Two switches, and the links to both."""

    def __init__(self) -> None:
        air = Air()
        self.simulated = {name: Simulator(Simulated(hostname=name), air).start() for name in ("fs1", "fs2")}
        self.board = SwitchLinks(self._settings(), Registrations(), random.Random(1), lambda user, domain: None, int)
        nobody_calls = SimpleNamespace(
            worker="host/1", drivers={}, call_by_channel={}, joined={}, estimated={}, taken_elsewhere=print
        )
        self.board.start(cast(WorkerContext, nobody_calls))
        until(lambda: not self.board.down())

    def _settings(self) -> Settings:
        switches = "".join(
            f'  {name}: {{address: "127.0.0.1:{s.port}", password: ClueCon, sip: "192.0.2.{n}:5060"}}\n'
            for n, (name, s) in enumerate(self.simulated.items(), 1)
        )
        return loaded(main=f"switches:\n{switches}")

    def close(self) -> None:
        self.board.stop()
        for simulator in self.simulated.values():
            simulator.stop()


@pytest.fixture
def switches() -> Iterator[Switches]:
    made = Switches()
    yield made
    made.close()


def test_a_callback_begins_at_the_agents_switch_or_else_at_the_first(switches: Switches) -> None:
    assert switches.board.best() == "fs1"
    assert switches.board.best(["fs2"]) == "fs2"
    assert switches.board.best(["taken out", "fs2", "fs1"]) == "fs2"


def test_a_callback_never_begins_at_a_switch_that_is_down_while_another_is_up(switches: Switches) -> None:
    switches.simulated["fs2"].kill()
    until(lambda: switches.board.down() == ("fs2",))
    assert switches.board.best(["fs2"]) == "fs1"
    switches.simulated["fs1"].kill()
    until(lambda: len(switches.board.down()) == 2)
    assert switches.board.best() == "fs1"


def hangup_complete(channel: str, call: str = "") -> bytes:
    """The event of a leg's end, as on the wire; `call` is the call that the leg is marked with."""
    mark = f',"variable_cc_call":"{call}"' if call else ""
    text = f'"Event-Name":"CHANNEL_HANGUP_COMPLETE","Unique-ID":"{channel}"{mark},"Hangup-Cause":"USER_BUSY"'
    return b"{%s}" % text.encode()


class FakeCall:
    """A stand-in for the driver of a call in progress, which keeps its events."""

    def __init__(self) -> None:
        self.call = SimpleNamespace(id="ours", caller_channel="our-a-leg", switch="fs1", watched_legs=())
        self.legs: list[str] = []
        self.checked: list[ChannelsChecked] = []

    def deliver(self, event: LegGone | ChannelsChecked) -> None:
        if isinstance(event, ChannelsChecked):
            self.checked.append(event)
        else:
            self.legs.append(event.leg_id)


def having(call: FakeCall) -> WorkerContext:
    """A worker with this call."""
    channels = {"our-a-leg": "ours"}
    found = SimpleNamespace(drivers={"ours": call}, call_by_channel=channels, joined={}, estimated={})
    return cast(WorkerContext, found)


def test_the_switch_keeps_back_what_no_worker_wants_of_channels_that_park() -> None:
    """Of all that is subscribed to, each event of any other name has a filter that lets it through."""
    with event_socket() as switch:
        main = f'switches:\n  fs1: {{address: "127.0.0.1:{switch.place.port}", password: secret}}\n'
        board = SwitchLinks(loaded(main=main), Registrations(), random.Random(1), lambda user, domain: None, int)
        board.start(having(FakeCall()))
        switch.logged_in()
        board.stop()
    passed = {line.decode() for line in switch.filters}
    assert "filter variable_cc_heard true" in passed
    named = {line.removeprefix("filter Event-Name ") for line in passed}
    assert {"CUSTOM", "HEARTBEAT", "BACKGROUND_JOB", *EVENTS}.difference(named) == {"CHANNEL_PARK"}


def test_the_legs_of_other_workers_calls_are_not_read() -> None:
    call = FakeCall()
    with event_socket() as switch:
        main = f'switches:\n  fs1: {{address: "127.0.0.1:{switch.place.port}", password: secret}}\n'
        registered: list[str] = []
        board = SwitchLinks(
            loaded(main=main), Registrations(), random.Random(1), lambda user, domain: registered.append(user), int
        )
        board.start(having(call))
        peer = switch.logged_in()
        assert peer.command() == b"api show registrations as json"
        peer.say(api_reply(b'{"row_count":0}'))
        for text in (
            b'{of "Unique-ID":"theirs", and no JSON: it would end the connection}',
            hangup_complete("b-leg", "theirs"),
            hangup_complete("our-a-leg"),
            hangup_complete("our-b-leg", "ours"),
        ):
            peer.say(framed("text/event-json", text))
        peer.say(json_event("CUSTOM", "", Event_Subclass="sofia::unregister", from_user="yvonne", from_host="acme"))
        until(lambda: registered)
        board.stop()
    assert call.legs == ["our-a-leg", "our-b-leg"]


def test_missed_ends_are_asked_for_when_a_lost_connection_is_back() -> None:
    call = FakeCall()
    with event_socket() as switch:
        main = f'switches:\n  fs1: {{address: "127.0.0.1:{switch.place.port}", password: secret}}\n'
        board = SwitchLinks(loaded(main=main), Registrations(), random.Random(1), lambda user, domain: None, int)
        board.start(having(call))
        first = switch.logged_in()
        first.command()
        first.say(api_reply(b'{"row_count":0}'))
        until(lambda: board.event_gaps.until())
        call.call.watched_legs = ("ours", "listed late", "gone")
        lost = clock.now()
        first.close()
        second = switch.logged_in()
        second.command()
        second.say(api_reply(b'{"row_count":0}'))
        assert second.command() == b"api show channels as json"
        second.say(api_reply(b'{"row_count":1,"rows":[{"uuid":"ours"}]}'))
        assert second.command() == b"api uuid_exists listed late"
        second.say(api_reply(b"true"))
        assert second.command() == b"api uuid_exists gone"
        assert board.event_gaps.gap("fs1") is not None
        second.say(api_reply(b"false"))
        until(lambda: call.checked and board.event_gaps.gap("fs1") is None)
        board.stop()
    (checked,) = call.checked
    assert checked.alive == frozenset({"ours", "listed late"})
    assert checked.heard_until is not None
    assert lost <= checked.heard_until <= clock.now()


def test_the_answer_that_a_channel_is_gone_waits_for_the_event_of_its_end() -> None:
    """uuid_exists is false from the start of a hang-up on, CHANNEL_HANGUP_COMPLETE comes at its end."""
    call = FakeCall()
    with event_socket() as switch:
        main = f'switches:\n  fs1: {{address: "127.0.0.1:{switch.place.port}", password: secret}}\n'
        board = SwitchLinks(loaded(main=main), Registrations(), random.Random(1), lambda user, domain: None, int)
        board.start(
            cast(WorkerContext, SimpleNamespace(drivers={"ours": call}, call_by_channel={}, joined={}, estimated={}))
        )
        peer = switch.logged_in()
        assert peer.command() == b"api show registrations as json"
        peer.say(api_reply(b'{"row_count":0}'))
        until(lambda: not board.down())
        answers: list[tuple[frozenset[str] | None, list[str]]] = []
        board.living("fs1", ("ours",), lambda alive: answers.append((alive, list(call.legs))))
        assert peer.command() == b"api uuid_exists ours"
        peer.say(api_reply(b"false"))
        gevent.sleep(0.2)
        peer.say(framed("text/event-json", hangup_complete("ours")))
        until(lambda: answers)
        assert answers == [(frozenset(), ["ours"])]
        board.stop()


def test_events_of_ends_are_waited_for_once_for_all_calls_when_a_connection_is_back() -> None:
    calls = {name: FakeCall() for name in ("first", "second")}
    channels = {f"leg of {name}": name for name in calls}
    with event_socket() as switch:
        main = f'switches:\n  fs1: {{address: "127.0.0.1:{switch.place.port}", password: secret}}\n'
        board = SwitchLinks(loaded(main=main), Registrations(), random.Random(1), lambda user, domain: None, int)
        worker = SimpleNamespace(drivers=calls, call_by_channel=channels, joined={}, estimated={})
        board.start(cast(WorkerContext, worker))
        for name, one in calls.items():
            one.call.watched_legs = (f"leg of {name}",)
        peer = switch.logged_in()
        peer.command()
        peer.say(api_reply(b'{"row_count":0}'))
        peer.command()
        peer.say(api_reply(b'{"row_count":0,"rows":[]}'))
        for channel in channels:
            assert peer.command() == f"api uuid_exists {channel}".encode()
            assert [one.checked for one in calls.values()] == [[], []]
            peer.say(api_reply(b"false"))
        for channel in channels:
            peer.say(framed("text/event-json", hangup_complete(channel)))
        until(lambda: all(one.legs for one in calls.values()))
        assert [one.checked for one in calls.values()] == [[], []]
        until(lambda: board.event_gaps.gap("fs1") is None and all(one.checked for one in calls.values()))
        board.stop()
    assert [one.legs for one in calls.values()] == [[channel] for channel in channels]


def test_a_takeover_announced_at_a_switch_is_heard_by_the_other_workers(switches: Switches) -> None:
    heard: list[tuple[str, bool]] = []
    settings = switches._settings()
    other = SwitchLinks(settings, Registrations(), random.Random(2), lambda user, domain: None, int)
    shared = SimpleNamespace(
        worker="host/2",
        drivers={},
        call_by_channel={},
        joined={},
        taken_elsewhere=lambda call, arrived, by: heard.append((call, arrived)),
    )
    began = clock.monotonic()
    other.start(cast(WorkerContext, shared))
    until(lambda: not other.down())
    assert (other.heard_since("fs1", began), other.heard_since("fs1", clock.monotonic())) == (False, True)
    announced = switches.board.announce("fs1", "host/1", ("call-1", "call-2"), arrived=True)
    assert not announced.is_set()
    assert announced.wait(10)
    switches.board.announce("fs1", "host/2", ("our-own",), arrived=False)
    switches.board.announce("fs1", "host/1", ("call-3",), arrived=False)
    until(lambda: len(heard) >= 3)
    other.stop()
    assert sorted(heard) == [("call-1", True), ("call-2", True), ("call-3", False)]
