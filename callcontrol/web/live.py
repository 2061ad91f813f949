"""Live streams: queues and agents as they change, to any number of browsers for one look at Redis.

A tenant that has viewers is looked at LOOK_S after the look before; what has changed goes to each stream. A stream that
does not read is not waited for: what it missed is replaced by a snapshot. While Redis is away the streams are told
since when nothing is known, so that no number on a wall is wrong without its age.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import gevent
import orjson
from gevent.lock import BoundedSemaphore
from gevent.queue import Empty, Full, Queue

from callcontrol.edges import clock, web_meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.rights import Person
from callcontrol.web.api.queues import AgentTold, QueueTold, seen_agents, seen_queues, snapshot
from callcontrol.web.house import House

LOOK_S: Final = 0.25
HEARTBEAT_S: Final = 15.0
# A stream asks so often whether its person is still signed in.
CHECK_S: Final = 60.0
# Changes that a stream may be behind, and that are kept for those that come back.
WAITING: Final = 64
KEPT: Final = 256


_Events = Generator[bytes, None, None]


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed with one look; `number` is the last part of its id."""

    number: int
    queues: tuple[QueueTold, ...]
    agents: tuple[AgentTold, ...]


class Watched:
    """A tenant that is looked at while it has viewers."""

    def __init__(self, house: House, tenant: str) -> None:
        self._house, self._tenant = house, tenant
        self.epoch = clock.new_nonce()
        self.number = 0
        self.stale_since: str | None = text_of(house.now())
        self.queues: dict[str, QueueTold] = {}
        self.agents: dict[str, AgentTold] = {}
        self.kept: deque[Change] = deque(maxlen=KEPT)
        self.streams: set[Queue] = set()
        self._looked: gevent.Greenlet | None = None
        self._joining = BoundedSemaphore()

    def join(self) -> Queue:
        """A new stream's queue. The first one has the tenant looked at before it returns."""
        waiting: Queue = Queue(WAITING)
        with self._joining:
            begins = self._looked is None or self._looked.dead
            if begins:
                self.look()
            self.streams.add(waiting)
            if begins:
                self._looked = gevent.spawn(self._watch)
        return waiting

    def leave(self, waiting: Queue) -> None:
        """A stream has ended."""
        self.streams.discard(waiting)

    def _watch(self) -> None:
        while self.streams:
            gevent.sleep(LOOK_S)
            try:
                self.look()
            except Exception as error:
                note_fault("web", "a tenant could not be looked at", error, tenant=self._tenant)

    def look(self) -> None:
        """Look once, and tell the streams what has changed."""
        try:
            queues, agents = snapshot(self._house.live(), self._tenant)
        except LiveStateError:
            if self.stale_since is None:
                self.stale_since = text_of(self._house.now())
                self._tell(None)
            return
        was_stale, self.stale_since = self.stale_since is not None, None
        changed = Change(
            self.number + 1,
            tuple(one for one in queues if self.queues.get(one.queue) != one),
            tuple(one for one in agents if self.agents.get(one.agent) != one),
        )
        gone = len(queues) != len(self.queues) or len(agents) != len(self.agents)
        self.queues = {one.queue: one for one in queues}
        self.agents = {one.agent: one for one in agents}
        if changed.queues or changed.agents or gone:
            self.number = changed.number
            self.kept.append(changed)
        if was_stale or gone:
            self._tell(None)
        elif changed.queues or changed.agents:
            self._tell(changed)

    def _tell(self, change: Change | None) -> None:
        """To all streams; None: each looks itself how things are."""
        for waiting in self.streams:
            try:
                waiting.put_nowait(change)
            except Full:
                while not waiting.empty():
                    waiting.get_nowait()
                waiting.put_nowait(None)

    def since(self, event_id: str) -> list[Change] | None:
        """What has changed since an event; None: that is not known any more."""
        epoch, _, number = event_id.partition("-")
        if epoch != self.epoch or not number.isdecimal():
            return None
        seen = int(number)
        if seen > self.number or (self.kept and seen < self.kept[0].number - 1) or (not self.kept and seen):
            return None
        return [change for change in self.kept if change.number > seen]


class Live:
    """All live streams of this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._watched: dict[str, Watched] = {}
        self.count = 0
        self.is_stopping = False

    def stop(self) -> None:
        """All streams end; browsers come back to another process, or to the next."""
        self.is_stopping = True
        for watched in self._watched.values():
            for waiting in watched.streams:
                if waiting.full():
                    waiting.get_nowait()
                waiting.put_nowait(None)

    def stream(self, person: Person, tenant: str, last_id: str, still: Callable[[], object]) -> _Events:
        """The events of a stream, as they are sent.

        Args:
            last_id: of the last event the browser has, "" for none.
            still: raises NotSignedIn once the person is not signed in any more.
        """
        watched = self._watched.setdefault(tenant, Watched(self._house, tenant))
        waiting = watched.join()
        self.count += 1
        web_meters.streams.inc()
        why = "left"
        try:
            yield from self._begin(watched, person, tenant, last_id)
            checked = clock.monotonic()
            while not self.is_stopping:
                yield self._next(watched, waiting, person, tenant)
                if clock.monotonic() - checked >= CHECK_S:
                    checked = clock.monotonic()
                    still()
            why = "stopped"
        except NotSignedIn:
            why = "signed_out"
            yield _event("end", "", {"why": "signed_out"})
        finally:
            watched.leave(waiting)
            self.count -= 1
            web_meters.streams.dec()
            web_meters.stream_ends_total.labels(why).inc()

    def _begin(self, watched: Watched, person: Person, tenant: str, last_id: str) -> Iterator[bytes]:
        missed = watched.since(last_id) if last_id and watched.stale_since is None else None
        if missed is None:
            yield self._snapshot(watched, person, tenant)
            return
        yield b": go on\n\n"
        for change in missed:
            yield self._change(watched, person, tenant, change)

    def _next(self, watched: Watched, waiting: Queue, person: Person, tenant: str) -> bytes:
        try:
            change = waiting.get(timeout=HEARTBEAT_S)
        except Empty:
            return b": beat\n\n"
        if change is None:
            return self._snapshot(watched, person, tenant)
        return self._change(watched, person, tenant, change)

    def _snapshot(self, watched: Watched, person: Person, tenant: str) -> bytes:
        if watched.stale_since is not None:
            return _event("stale", "", {"at": text_of(self._house.now()), "since": watched.stale_since})
        told = self._told(person, tenant, list(watched.queues.values()), list(watched.agents.values()))
        return _event("snapshot", f"{watched.epoch}-{watched.number}", told)

    def _change(self, watched: Watched, person: Person, tenant: str, change: Change) -> bytes:
        told = self._told(person, tenant, list(change.queues), list(change.agents))
        return _event("change", f"{watched.epoch}-{change.number}", told)

    def _told(self, person: Person, tenant: str, queues: list[QueueTold], agents: list[AgentTold]) -> dict[str, Any]:
        return {
            "at": text_of(self._house.now()),
            "queues": [one.model_dump() for one in seen_queues(person, tenant, queues)],
            "agents": [one.model_dump() for one in seen_agents(person, tenant, agents)],
        }


def _event(kind: str, event_id: str, told: dict[str, Any]) -> bytes:
    head = f"id: {event_id}\n" if event_id else ""
    return f"event: {kind}\n{head}data: ".encode() + orjson.dumps(told) + b"\n\n"
