"""A call goes from worker to worker over its switch while Redis cannot tell whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from gevent.event import Event
from redis import Redis

from callcontrol.control.call import Closed, Ending, Ringing
from callcontrol.control.events import AloneChecked, CallerHungUp
from callcontrol.daemon import call_acceptor, passing_on, strays
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.passing import Passing, Stray
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges.freeswitch.arrival import read_arrival
from callcontrol.edges.freeswitch.leg_commands import BACK_CONTEXT
from callcontrol.edges.freeswitch.wire import Frame, read_event
from callcontrol.edges.freeswitch.worker_events import PassedOn, Sought, Taken, WorkerEvent, read
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.workers import Workers
from callcontrol.vocabulary.moment import Instant
from tests.control.story import Story, caller
from tests.daemon.queue_parts import until
from tests.daemon.test_adoption import EXAMPLE, US, adoption, pipeline, shared, workers, written
from tests.daemon.test_offer_dispatcher import Ears
from tests.routing.world import facts

__all__ = ["adoption", "pipeline", "shared", "workers", "written"]
OTHER = "another-host/2/.x"
CHANNEL, CALL = "caller-1", "call-1"
HUNG_UP = CallerHungUp("NORMAL_CLEARING")


class Switch:
    """Tells each worker what one of them says; `deaf` ones hear nothing."""

    def __init__(self, *listening: WorkerContext) -> None:
        self.listening = listening
        self.deaf: set[str] = set()
        self.said: list[WorkerEvent] = []

    def living(self, switch: str, channels: tuple[str, ...], on_answer: Callable[[None], object]) -> None:
        on_answer(None)

    def alone(self, switch: str, channel: str, on_answer: Callable[[AloneChecked], object]) -> None:
        on_answer(AloneChecked(None))

    def gap(self, switch: str) -> Instant | None:
        return None

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        self.say(switch, Taken(worker, calls, arrived))
        return Event()

    def say(self, switch: str, said: WorkerEvent) -> bool:
        self.said.append(said)
        for one in self.listening:
            if one.worker not in self.deaf:
                passing_on.hear(one, switch, said)
        return True


class Two:
    """Our worker drives a call; the other one has its channel."""

    def __init__(self, ours: WorkerContext, pipeline: RedisPipeline) -> None:
        calls = CallStore(pipeline, lambda tenant, call: self.other.refused(tenant, call))
        self.ours = ours
        self.other = replace(ours, worker=OTHER, calls=calls, drivers={}, call_by_channel={}, held={}, lost={})
        self.other.closing, self.other.estimated = set(), {}
        self.other.strays, self.other.passing = {}, Passing()
        self.switch = Switch(ours, self.other)
        ours.switches = self.other.switches = self.switch
        call = replace(Story(facts()).begin().call, worker=US, id=CALL, legs=(caller(CHANNEL),))
        self.driver = CallDriver(call, facts(), ours, Ears())
        ours.take(self.driver)
        ours.calls.save(call)
        until(lambda: ours.calls.owners("acme") == {CALL: US})

    def asked(self) -> list[PassedOn | None]:
        """What the other worker finds, as soon as it does."""
        found: list[PassedOn | None] = []
        passing_on.seek(self.other, "fs1", CHANNEL, found.append)
        return found


@pytest.fixture
def two(shared: WorkerContext, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch) -> Two:
    monkeypatch.setattr(passing_on, "ANSWER_S", 0.02)
    monkeypatch.setattr(passing_on, "HOLD_S", 0.05)
    monkeypatch.setattr(strays, "AGAIN_S", 0.02)
    return Two(shared, pipeline)


def test_a_call_goes_as_it_stands_to_the_worker_that_has_its_channel(two: Two) -> None:
    (found,) = two.asked()
    assert found is not None
    taken = passing_on.take(two.other, "fs1", "acme", found)
    assert taken is two.other.drivers[CALL]
    assert isinstance(taken.call.state, Ringing)
    assert (taken.call.worker, taken.call.trail) == (OTHER, two.driver.call.trail)
    assert two.ours.drivers == {}
    two.driver.deliver(HUNG_UP)
    assert isinstance(two.driver.call.state, Ringing)


def test_redis_learns_of_it_as_soon_as_it_answers_and_has_what_stands_by_then(two: Two) -> None:
    (found,) = two.asked()
    assert found is not None
    taken = passing_on.take(two.other, "fs1", "acme", found)
    assert taken is not None
    taken.deliver(HUNG_UP)
    until(lambda: two.ours.calls.owners("acme") == {CALL: OTHER})
    until(lambda: [one.state for one in two.other.calls.take("acme", [CALL], OTHER, OTHER)] == [taken.call.state])
    assert isinstance(taken.call.state, Ending)
    assert two.other.strays == {}


def test_a_call_that_is_over_before_redis_answers_is_forgotten_there(two: Two) -> None:
    (found,) = two.asked()
    assert found is not None
    taken = passing_on.take(two.other, "fs1", "acme", found)
    assert taken is not None
    taken.failed("this test", RuntimeError("no more"))
    taken.failed("this test", RuntimeError("no more"))  # it is closed as it stands
    assert isinstance(taken.call.state, Closed)
    until(lambda: two.ours.calls.owners("acme") == {})


def test_a_channel_whose_worker_is_gone_begins_a_call(two: Two) -> None:
    two.switch.deaf.add(US)
    found = two.asked()
    until(lambda: found)
    assert (found, two.other.passing.sought) == ([None], {})


def test_a_worker_without_a_connection_to_the_switch_asks_nobody(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two.switch, "say", lambda switch, said: False)
    found = two.asked()
    until(lambda: found)
    assert found == [None]


def test_a_call_that_was_sent_rests_until_it_is_taken_or_not(two: Two) -> None:
    two.asked()
    two.driver.deliver(HUNG_UP)
    assert isinstance(two.driver.call.state, Ringing)
    until(lambda: isinstance(two.driver.call.state, Ending))
    assert set(two.ours.drivers) == {CALL}


def test_only_the_worker_that_has_asked_may_take_it(two: Two) -> None:
    two.asked()
    two.switch.say("fs1", Taken("a-third/3/.y", (CALL,), arrived=True))
    assert set(two.ours.drivers) == {CALL}


def test_a_call_that_a_later_version_has_stays_with_it(two: Two) -> None:
    (found,) = two.asked()
    assert found is not None
    later = replace(found, call=found.call.replace(b'"Call/3"', b'"Call/99"'))
    assert passing_on.take(two.other, "fs1", "acme", later) is None
    assert (two.other.drivers, two.other.strays) == ({}, {})
    assert set(two.ours.drivers) == {CALL}


def test_a_call_that_was_begun_anew_is_passed_on_as_that(two: Two) -> None:
    strays.began(two.ours, two.driver, Stray(CHANNEL, "joined-with"))
    (found,) = two.asked()
    assert found is not None
    passing_on.take(two.other, "fs1", "acme", found)
    stray = two.other.strays[CALL]
    assert (stray.channel, stray.by_leg, stray.passed) == (CHANNEL, "joined-with", False)
    assert two.ours.strays == {}


def test_who_has_passed_a_call_on_does_not_adopt_it_while_the_other_worker_lives(
    two: Two, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "AGAIN_S", 60.0)  # Redis is not told yet
    others = Workers(pipeline, OTHER, steady_s=0)
    others.beat()
    (found,) = two.asked()
    assert found is not None
    passing_on.take(two.other, "fs1", "acme", found)
    assert adoption.look() == 0
    others.resign()
    assert adoption.look() == 1


@pytest.mark.parametrize(
    ("dialled", "tenant", "found", "sent"),
    [
        ("117", "acme", "acme", True),
        ("+48221234583", "acme", "acme", False),
        ("117", "", "", False),
        ("117", "no-more", "", True),
    ],
)
def test_a_channel_that_begins_anew_is_of_the_tenant_it_is_marked_with(
    dialled: str, tenant: str, found: str, sent: bool
) -> None:
    data = {
        "Unique-ID": CHANNEL,
        "Caller-Context": BACK_CONTEXT,
        "Caller-Destination-Number": dialled,
        "Caller-Caller-ID-Number": "+48500100200",
        "variable_transfer_history": "bl_xfer",
        "variable_cc_tenant": tenant,
    }
    known = call_acceptor._facts(read_arrival(data), Current(EXAMPLE).configuration, {})
    assert (known.tenant_name, known.transferred) == (found, sent)


@pytest.mark.parametrize(
    "said",
    [
        Taken(OTHER, ("a-1", "b-2"), arrived=True),
        Sought(OTHER, CHANNEL),
        PassedOn(US, OTHER, CHANNEL, '{"a":"Zoë \\n\\n"}'.encode()),
        PassedOn(US, OTHER, CHANNEL, b"{}", "caller-1", "leg-2"),
    ],
)
def test_what_is_said_is_what_is_read(said: WorkerEvent) -> None:
    head, _, body = said.wire().partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[0] == "sendevent CUSTOM"
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert int(headers.pop("Content-Length", "0")) == len(body)
    event = {"Event-Name": "CUSTOM", **headers, **({"_body": body.decode()} if body else {})}
    assert read(read_event(Frame("text/event-json", b"", orjson.dumps(event)))) == said


def test_other_events_are_none_of_these() -> None:
    text = b'{"Event-Name":"CUSTOM","Event-Subclass":"sofia::register"}'
    assert read(read_event(Frame("text/event-json", b"", text))) is None
