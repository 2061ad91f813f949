"""A worker's waiting calls get an event when the opening hours of their queue end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from callcontrol.control.events import Event, HoursOver
from callcontrol.daemon.closing_watch import ClosingWatch
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.live_state.overrides import OnOverrides
from callcontrol.kinds.targets.queue.waiting import Wait, Waiting
from callcontrol.routing.path import Path as Way
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import SetByHand
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.target import QueueTarget
from tests.daemon.queue_parts import WORKER, Listener, configured
from tests.routing.queue_world import QUEUES

OPEN, SHUT = "{week: {mon-sun: '00:00-24:00'}}", "{special: {2020-01-01: {}}}"


class Scene:
    """A worker's calls, and the overrides of its tenant's hours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.overrides: dict[str, SetByHand] = {}
        self.hours(OPEN)
        self.current = Current(folder)
        self.waiting = self.caller("call-1", "help")
        self.elsewhere = self.caller("call-2", "rush")
        self.drivers = {one.call.id: one for one in (self.waiting, self.elsewhere)}
        shared = SimpleNamespace(
            worker=WORKER, current=self.current, drivers=self.drivers, of_queues=set(self.drivers), overrides=self
        )
        self.watch = ClosingWatch(cast(WorkerContext, shared))

    def look_up(self, _tenant: str, then: OnOverrides) -> None:
        """Stands in for the store of overrides."""
        then(self.overrides, None)

    def hours(self, written: str) -> None:
        """Write these hours into the configuration."""
        configured(self.folder, help=f"{QUEUES['help']}    hours: office\n")
        file = self.folder / "tenants" / "acme.yaml"
        file.write_text(f"{file.read_text()}hours: {{office: {written}}}\n")

    @staticmethod
    def caller(id_: str, queue: str) -> Listener:
        found = Listener(id_)
        step = Wait(queue, Way(QueueTarget(queue)))
        call, ticket = found.call.next_ticket()
        found.call = replace(call, state=Waiting(step, ticket, clock.now(), entered=True))
        return found

    def new_events(self) -> list[Event]:
        """The events of the waiting caller's call since the last look."""
        found, self.waiting.events = self.waiting.events, []
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_no_call_gets_an_event_while_the_hours_are_open(scene: Scene) -> None:
    scene.watch.look()
    assert (scene.new_events(), scene.elsewhere.events) == ([], [])


def test_a_reload_that_moves_the_end_of_the_hours_counts_at_once(scene: Scene) -> None:
    scene.hours(SHUT)
    assert scene.current.reload()
    scene.watch.look()
    assert scene.new_events() == [HoursOver("closed (the week)")]
    assert scene.elsewhere.events == [], "a queue without hours never closes"
    scene.watch.look()
    assert len(scene.new_events()) == 1, "a call that is taken over meanwhile gets the event too"


def test_an_override_closes_and_opens_again(scene: Scene) -> None:
    now = clock.now()
    until = Instant(now + 3_600 * SECOND_US)
    scene.overrides = {"hours:office": Override(False, until, "extension:101", now)}
    scene.watch.look()
    (event,) = scene.new_events()
    assert isinstance(event, HoursOver)
    assert event.why.startswith("closed (override: extension:101) until ")
    scene.overrides = {}
    scene.watch.look()
    assert scene.new_events() == []


def test_a_removed_tenant_closes_no_queue(scene: Scene) -> None:
    scene.hours(SHUT)
    (scene.folder / "tenants" / "acme.yaml").rename(scene.folder / "tenants" / "beta.yaml")
    assert scene.current.reload()
    scene.watch.look()
    assert scene.new_events() == []
