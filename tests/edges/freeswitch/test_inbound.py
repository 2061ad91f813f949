"""The link to a switch: logs in, subscribes, runs commands and jobs, comes back, and says what happened."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
from gevent.queue import Queue

from callcontrol.edges.freeswitch.commands import Auth
from callcontrol.edges.freeswitch.failures import (
    AccessRefused,
    ApiError,
    AuthRefused,
    CommandRefused,
    ConnectionLost,
    HandlerFailed,
    JobTimedOut,
    LimitReached,
    ReplyTimedOut,
    SwitchClosed,
    UnsafeText,
    WouldDeadlock,
)
from callcontrol.edges.freeswitch.inbound import JobResult, SwitchLink
from callcontrol.edges.freeswitch.switch_connection import LinkLimits
from callcontrol.edges.freeswitch.wire import SwitchEvent
from tests.edges.freeswitch.peer import (
    CORE,
    PATIENCE_S,
    EventSocket,
    Peer,
    api_reply,
    event_socket,
    framed,
    in_background,
    json_event,
    plain_event,
)

OTHER_CORE = "99999999-2222-4333-8444-555555555555"
FAST = LinkLimits(first_retry_s=0.01, last_retry_s=0.02)


class Watched:
    """A link whose news can be waited for."""

    def __init__(self, switch: EventSocket, limits: LinkLimits = FAST, **changed: Any) -> None:
        self.events: Queue[SwitchEvent] = Queue()
        self.news: Queue[tuple[object, ...]] = Queue()
        told: dict[str, Any] = {
            "on_event": self.events.put,
            "on_up": lambda core: self.news.put(("up", core)),
            "on_down": lambda reason: self.news.put(("down", type(reason))),
            "on_restart": lambda old, new: self.news.put(("restart", old, new)),
        }
        names, custom = ("CHANNEL_CREATE", "HEARTBEAT"), ("sofia::register",)
        self.link = SwitchLink(
            "s1",
            switch.place,
            Auth("secret"),
            names=names,
            custom=custom,
            limits=limits,
            chance=random.Random(7),
            **(told | changed),
        )
        self.link.start()

    def next(self) -> tuple[object, ...]:
        news: tuple[object, ...] = self.news.get(timeout=PATIENCE_S)
        return news


@pytest.fixture
def switch() -> Iterator[EventSocket]:
    with event_socket() as socket:
        yield socket


@pytest.fixture
def up(switch: EventSocket) -> Iterator[tuple[Peer, Watched]]:
    """A link that is up, and the switch at its other end."""
    watched = Watched(switch)
    peer = switch.logged_in()
    assert watched.next() == ("up", CORE)
    yield peer, watched
    watched.link.stop()


Up = tuple[Peer, Watched]


def test_it_subscribes_to_what_is_asked_and_what_it_needs(switch: EventSocket) -> None:
    watched = Watched(switch)
    peer = switch.accept()
    peer.say(b"Content-Type: auth/request\n\n")
    assert peer.command() == b"auth secret"
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
    assert peer.command() == b"event json HEARTBEAT BACKGROUND_JOB CHANNEL_CREATE CUSTOM sofia::register"
    assert not watched.link.is_up
    watched.link.stop()


def test_commands_and_their_errors(up: Up) -> None:
    peer, watched = up
    asking = in_background(watched.link.api, "uuid_exists a", PATIENCE_S)
    assert peer.command() == b"api uuid_exists a"
    peer.say(api_reply(b"true\n"))
    assert asking.get(timeout=PATIENCE_S) == "true"
    for refusal in (b"-ERR no such channel\n", b"-USAGE: <uuid>\n"):
        asking = in_background(watched.link.api, "uuid_kill 600100200", PATIENCE_S)
        peer.command()
        peer.say(api_reply(refusal))
        with pytest.raises(ApiError, match="uuid_kill: -") as caught:
            asking.get(timeout=PATIENCE_S)
        assert "600100200" not in str(caught.value)  # arguments may be a caller's
    with pytest.raises(UnsafeText):
        watched.link.api("status\n\napi system x", 1.0)
    with pytest.raises(ReplyTimedOut):
        watched.link.api("status", 0.01)


def test_a_blank_line_asks_for_events_and_stands_between_commands(up: Up) -> None:
    peer, watched = up
    watched.link.poll_events()
    asking = in_background(watched.link.api, "status", PATIENCE_S)
    assert peer.command() == b"\napi status"
    peer.say(api_reply(b"UP\n"))
    assert asking.get(timeout=PATIENCE_S) == "UP"  # it has one answer: the blank line has none
    watched.link.stop()
    watched.link.poll_events()


def test_jobs_end_in_any_order(up: Up) -> None:
    peer, watched = up
    first, second = (in_background(watched.link.bgapi, f"originate {n}", f"job-{n}", PATIENCE_S) for n in (1, 2))
    assert peer.commands(2) == [b"bgapi originate 1\nJob-UUID: job-1", b"bgapi originate 2\nJob-UUID: job-2"]
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: job-1\nJob-UUID: job-1\n\n")
    peer.say(json_event("BACKGROUND_JOB", Job_UUID="job-2", body="-ERR USER_BUSY\n"))
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: job-2\nJob-UUID: job-2\n\n")
    peer.say(json_event("BACKGROUND_JOB", Job_UUID="job-1", body="+OK leg-1\n"))
    answered, busy = first.get(timeout=PATIENCE_S), second.get(timeout=PATIENCE_S)
    assert (answered.ok, answered.value) == (True, "leg-1")
    assert (busy.ok, busy.value) == (False, "USER_BUSY")
    assert watched.events.empty()


def test_jobs_of_others_are_events(up: Up) -> None:
    peer, watched = up
    peer.say(json_event("BACKGROUND_JOB", Job_UUID="not ours", body="+OK\n"))
    event = watched.events.get(timeout=PATIENCE_S)
    assert (event.name, event.body) == ("BACKGROUND_JOB", "+OK\n")


def test_jobs_are_bounded_in_number_and_time(switch: EventSocket) -> None:
    watched = Watched(switch, LinkLimits(jobs=1, first_retry_s=0.01))
    peer = switch.logged_in()
    watched.next()
    running = in_background(watched.link.bgapi, "originate", "job-1", PATIENCE_S)
    peer.command()
    with pytest.raises(LimitReached, match="jobs=1"):
        watched.link.bgapi("originate", "job-2", 0.01)
    peer.say(
        b"Content-Type: command/reply\nReply-Text: +OK\n\n", json_event("BACKGROUND_JOB", Job_UUID="job-1", body="+OK")
    )
    assert running.get(timeout=PATIENCE_S) == JobResult("+OK")
    late = in_background(watched.link.bgapi, "originate", "job-3", 0.05)
    peer.command()
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK\n\n")
    with pytest.raises(JobTimedOut, match="job-3"):
        late.get(timeout=PATIENCE_S)
    watched.link.stop()


def test_a_job_that_is_not_begun_says_so(up: Up) -> None:
    peer, watched = up
    first = in_background(watched.link.bgapi, "originate", "job-1", PATIENCE_S)
    peer.command()
    with pytest.raises(CommandRefused, match="in use"):
        watched.link.bgapi("originate", "job-1", 1.0)
    peer.say(b"Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n")
    with pytest.raises(CommandRefused, match="permission denied"):
        first.get(timeout=PATIENCE_S)


def test_when_the_connection_is_lost_everybody_is_released_and_it_comes_back(switch: EventSocket, up: Up) -> None:
    peer, watched = up
    job = in_background(watched.link.bgapi, "originate", "job-1", PATIENCE_S)
    peer.command()
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK\n\n")
    asking = in_background(watched.link.api, "status", PATIENCE_S)
    peer.command()
    peer.close()
    for waiter in (job, asking):
        with pytest.raises(ConnectionLost):
            waiter.get(timeout=PATIENCE_S)
    assert watched.next() == ("down", SwitchClosed)
    with pytest.raises(ConnectionLost, match="link to switch s1 is down"):
        watched.link.api("status", 1.0)
    switch.logged_in()
    assert watched.next() == ("up", CORE)
    assert watched.link.is_up


def test_a_restarted_switch_is_noticed_on_return(switch: EventSocket, up: Up) -> None:
    peer, watched = up
    peer.close()
    assert watched.next() == ("down", SwitchClosed)
    switch.logged_in(core=OTHER_CORE)
    assert watched.next() == ("restart", CORE, OTHER_CORE)
    assert watched.next() == ("up", OTHER_CORE)


def test_a_new_core_in_a_heartbeat_is_noticed(up: Up) -> None:
    peer, watched = up
    peer.say(json_event("HEARTBEAT", Core_UUID=CORE), json_event("HEARTBEAT", Core_UUID=OTHER_CORE))
    assert watched.next() == ("restart", CORE, OTHER_CORE)
    assert watched.link.core_uuid == OTHER_CORE
    assert [watched.events.get(timeout=PATIENCE_S).name for _ in range(2)] == ["HEARTBEAT"] * 2


def test_it_tries_for_ever(switch: EventSocket, caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(switch)
    refusals = [
        (b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n", AccessRefused, "acl"),
        (
            b"Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: -ERR invalid\n\n",
            AuthRefused,
            "password",
        ),
        (b"garbage\n\n", ConnectionLost, "Not the event socket protocol"),
    ]
    with caplog.at_level(logging.WARNING):
        for said, _, _ in refusals:
            peer = switch.accept()
            head, _, rest = said.partition(b"\n\n")
            peer.say(head + b"\n\n")
            if rest.startswith(b"Content-Type"):
                peer.command()
            peer.say(rest)
            peer.until_closed()
        switch.logged_in()
        assert watched.next() == ("up", CORE)  # and no "down" before it was up
    for _, _, hint in refusals:
        assert hint in caplog.text
    watched.link.stop()


@pytest.mark.parametrize("refused_command", ["event", "global_getvar core_uuid"])
def test_missing_permissions_are_named(
    switch: EventSocket, caplog: pytest.LogCaptureFixture, refused_command: str
) -> None:
    watched = Watched(switch)
    peer = switch.accept()
    peer.say(b"Content-Type: auth/request\n\n")
    peer.command()
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
    peer.command()
    if refused_command != "event":
        peer.say(b"Content-Type: command/reply\nReply-Text: +OK\n\n")
        peer.command()
    peer.say(b"Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n")
    assert peer.until_closed() == b""
    switch.accept()  # tries again
    assert f"The switch refused {refused_command}: -ERR permission denied (esl-allowed-" in caplog.text
    watched.link.stop()


def test_retries_spread_and_slow_down() -> None:
    with event_socket() as switch:
        link = Watched(switch, LinkLimits(first_retry_s=0.2, last_retry_s=15.0)).link
        waits_s = [link._retry_s(failures) for failures in range(1, 60)]
        link.stop()
    bounds_s = [min(0.2 * 2 ** (failures - 1), 15.0) for failures in range(1, 60)]
    assert all(bound_s / 2 <= wait_s <= bound_s for wait_s, bound_s in zip(waits_s, bounds_s, strict=True))
    assert len(set(waits_s)) == len(waits_s)


def test_a_callback_may_use_the_link(switch: EventSocket) -> None:
    answers: Queue[str] = Queue()
    links: list[SwitchLink] = []
    watched = Watched(switch, on_up=lambda core: answers.put(links[0].api("show channels as json", PATIENCE_S)))
    links.append(watched.link)
    peer = switch.logged_in()
    assert peer.command() == b"api show channels as json"
    peer.say(api_reply(b'{"row_count": 0}\n'))
    assert answers.get(timeout=PATIENCE_S) == '{"row_count": 0}'
    watched.link.stop()


def test_waiting_in_its_reader_is_refused(switch: EventSocket) -> None:
    refused: Queue[WouldDeadlock] = Queue()

    links: list[SwitchLink] = []

    def wait(_: SwitchEvent) -> None:
        (link,) = links
        for ask in (lambda: link.api("status", 1.0), lambda: link.bgapi("status", "j", 1.0)):
            with pytest.raises(WouldDeadlock) as caught:
                ask()
            refused.put(caught.value)

    watched = Watched(switch, on_event=wait)
    links.append(watched.link)
    peer = switch.logged_in()
    watched.next()
    peer.say(json_event("CHANNEL_CREATE"))
    assert [str(refused.get(timeout=PATIENCE_S)) for _ in range(2)]
    watched.link.stop()


def test_an_event_that_cannot_be_handled_costs_neither_the_link_nor_the_next_event(switch: EventSocket) -> None:
    handled: Queue[str] = Queue()

    def fail_once(event: SwitchEvent) -> None:
        handled.put(event.get("Unique-ID"))
        if event.get("Unique-ID") == "bad":
            raise ZeroDivisionError

    def is_wanted(text: bytes) -> bool:
        return not text.startswith(b"{unreadable") or bool(1 / 0)

    watched = Watched(switch, on_event=fail_once, wanted=is_wanted)
    peer = switch.logged_in()
    assert watched.next() == ("up", CORE)
    asked = in_background(watched.link.api, "status", PATIENCE_S)
    peer.command()
    peer.say(json_event("CHANNEL_CREATE", "bad"), framed("text/event-json", b"{unreadable"))
    peer.say(json_event("CHANNEL_CREATE", "good"), api_reply(b"UP"))
    assert [handled.get(timeout=PATIENCE_S) for _ in range(2)] == ["bad", "good"]
    assert asked.get(timeout=PATIENCE_S) == "UP"
    assert watched.link.is_up
    assert watched.news.empty()
    watched.link.stop()


@pytest.mark.parametrize("failing", ["on_up", "on_down"])
def test_a_failing_callback_costs_this_connection_only(switch: EventSocket, failing: str) -> None:
    failed: Queue[str] = Queue()

    def fail(_: object) -> None:
        failed.put(failing)
        raise ZeroDivisionError

    failing_callback: dict[str, Any] = {failing: fail}
    watched = Watched(switch, **failing_callback)
    peer = switch.logged_in()
    if failing == "on_down":
        watched.next()
        peer.close()
    assert failed.get(timeout=PATIENCE_S) == failing
    if failing != "on_down":
        assert watched.next() == ("down", HandlerFailed)
    switch.logged_in()
    watched.link.stop()


def test_a_stopped_link_stays_down(switch: EventSocket) -> None:
    watched = Watched(switch)
    peer = switch.logged_in()
    watched.next()
    asking = in_background(watched.link.api, "status", PATIENCE_S)
    peer.command()
    watched.link.stop()
    with pytest.raises(ConnectionLost, match="the link was stopped"):
        asking.get(timeout=PATIENCE_S)
    assert peer.until_closed() == b""
    assert not watched.link.is_up
    assert watched.news.empty()


def test_events_nobody_wants_are_not_even_read(switch: EventSocket) -> None:
    watched = Watched(switch, wanted=lambda text: b"ours" in text)
    peer = switch.logged_in()
    assert watched.next() == ("up", CORE)
    peer.say(json_event("CHANNEL_CREATE", "theirs"), framed("text/event-json", b"{theirs, and no JSON"))
    peer.say(json_event("CHANNEL_CREATE", "ours"), plain_event("Event-Name: CHANNEL_CREATE", "Unique-ID: plain"))
    heard = [watched.events.get(timeout=PATIENCE_S).get("Unique-ID") for _ in range(2)]
    assert heard == ["ours", "plain"]
    assert watched.link.is_up
    watched.link.stop()
