"""Live streams: queues and agents as they change, to any number of browsers for one look at Redis.

A tenant that has viewers is looked at LOOK_S after the look before; what has changed goes to each stream. A stream that
does not read is not waited for: what it missed is replaced by a snapshot. While Redis is away the streams are told
since when nothing is known, so that no number on a wall is wrong without its age.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import cache
from typing import Final, TypeVar

import gevent
import orjson
from gevent.lock import BoundedSemaphore
from gevent.queue import Empty

from callcontrol.edges import clock, web_meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.web.wire import Wire
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.rights import Person
from callcontrol.web.api.queues import AgentTold, QueueTold
from callcontrol.web.outlet import Outlet, Rest
from callcontrol.web.services import Services
from callcontrol.web.snapshots import TenantSnapshots
from callcontrol.web.told import Change, Told, sight_of

LOOK_S: Final = 0.1
HEARTBEAT_S: Final = 15.0
# A stream asks so often whether its person is still signed in; where Postgres is away it goes on without for so long.
CHECK_S: Final = 60.0
UNCHECKED_S: Final = 900.0
# Changes that are kept for those that come back.
KEPT: Final = 256
# Streams that are told of a change before others have a turn: requests, and streams that begin.
AT_ONCE: Final = 100

log = logging.getLogger("callcontrol.web")

_Events = Generator[bytes, None, None]
_Row = TypeVar("_Row", QueueTold, AgentTold)


class Watched:
    """A tenant that is looked at while it has viewers."""

    def __init__(self, services: Services, tenant: str) -> None:
        self._services, self._tenant, self._snapshots = services, tenant, TenantSnapshots(services, tenant)
        self.epoch = clock.new_nonce()
        self.number = 0
        self.looked_at = services.now()
        self.stale_since: str | None = text_of(self.looked_at)
        self.now = Told(tenant, (), ())
        self._rows: tuple[dict[str, QueueTold], dict[str, AgentTold]] = ({}, {})
        self.kept: deque[Change] = deque(maxlen=KEPT)
        self.streams: set[Outlet] = set()
        self._looked: gevent.Greenlet | None = None
        self._joining = BoundedSemaphore()

    def join(self, outlet: Outlet) -> None:
        """A stream begins. The first one has the tenant looked at before it returns."""
        with self._joining:
            begins = self._looked is None or self._looked.dead
            if begins:
                self.look()
            self.streams.add(outlet)
            if begins:
                self._looked = gevent.spawn(self._watch)

    def leave(self, outlet: Outlet) -> None:
        """A stream has ended."""
        self.streams.discard(outlet)

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
            queues, agents = self._snapshots.look()
        except LiveStateError:
            if self.stale_since is None:
                self.stale_since = text_of(self.looked_at)
                self._tell(None)
            return
        self.looked_at = self._services.now()
        self._compare(queues, agents)

    def _compare(self, queues: list[QueueTold], agents: list[AgentTold]) -> None:
        was_stale, self.stale_since = self.stale_since is not None, None
        before, now = self._rows, ({one.queue: one for one in queues}, {one.agent: one for one in agents})
        self._rows = now
        changed = Told(self._tenant, _changed(before[0], now[0]), _changed(before[1], now[1]))
        gone = bool(before[0].keys() - now[0].keys() or before[1].keys() - now[1].keys())
        if not (changed.queues or changed.agents or gone or was_stale):
            return
        self.now = Told(self._tenant, queues, agents)
        if changed.queues or changed.agents or gone:
            self.number += 1
            self.kept.append(Change(self.number, changed))
        if gone:
            # A change cannot say it: who comes back gets a snapshot.
            self.kept.clear()
        self._tell(None if was_stale or gone else self.kept[-1])

    def _tell(self, change: Change | None) -> None:
        """To all streams; None: each looks itself how things are."""

        @cache
        def written(sight: Person) -> bytes:
            assert change is not None
            return self.event("change", change.number, change.told.for_(sight))

        for number, outlet in enumerate(tuple(self.streams), 1):
            outlet.tell(change, written)
            if number % AT_ONCE == 0:
                gevent.sleep(0)

    def event(self, kind: str, number: int, rows: bytes) -> bytes:
        """An event with rows; its time is that of this moment: by it a browser knows how old they are."""
        head = f'event: {kind}\nid: {self.epoch}-{number}\ndata: {{"at":"{text_of(self._services.now())}",'
        return head.encode() + rows + b"\n\n"

    def since(self, event_id: str) -> list[Change] | None:
        """What has changed since an event; None: that is not known any more."""
        epoch, _, number = event_id.partition("-")
        if epoch != self.epoch or not number.isdecimal():
            return None
        seen = int(number)
        first = self.kept[0].number if self.kept else self.number + 1
        if not first - 1 <= seen <= self.number:
            return None
        return [change for change in self.kept if change.number > seen]


class Live:
    """All live streams of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watched: dict[str, Watched] = {}
        self.count = 0
        self.is_stopping = False

    def stop(self) -> None:
        """All streams end; browsers come back to another process, or to the next."""
        self.is_stopping = True
        for watched in self._watched.values():
            for outlet in watched.streams:
                if outlet.waiting.full():
                    outlet.waiting.get_nowait()
                outlet.waiting.put_nowait(None)

    def stream(
        self, person: Person, tenant: str, last_id: str, still: Callable[[], object], wire: Wire | None = None
    ) -> _Events:
        """The events of a stream, as they are sent; all but those that go out by the wire at once.

        Args:
            last_id: of the last event the browser has, "" for none.
            still: raises NotSignedIn once the person is not signed in any more.
        """
        watched, outlet = self._watched_of(tenant), Outlet(sight_of(person), wire)
        watched.join(outlet)
        self.count += 1
        web_meters.streams.inc()
        why = "left"
        try:
            yield from self._begin(watched, outlet.sight, last_id)
            outlet.is_open = True
            # Streams that began at the same moment do not all ask at the same one.
            checked = clock.monotonic() - CHECK_S * self._services.chance()
            known = checked
            while not self.is_stopping:
                yield self._next(watched, outlet)
                if clock.monotonic() - checked >= CHECK_S:
                    checked = clock.monotonic()
                    known = checked if _is_known(still) else known
                    if checked - known >= UNCHECKED_S:
                        why = "unchecked"
                        return
            why = "stopped"
        except NotSignedIn:
            why = "signed_out"
            outlet.flush()
            yield _told("end", {"why": "signed_out"})
        finally:
            watched.leave(outlet)
            self.count -= 1
            web_meters.streams.dec()
            web_meters.stream_ends_total.labels(why).inc()

    def _watched_of(self, tenant: str) -> Watched:
        if tenant not in self._watched:
            self._watched[tenant] = Watched(self._services, tenant)
        return self._watched[tenant]

    def _begin(self, watched: Watched, sight: Person, last_id: str) -> Iterator[bytes]:
        missed = watched.since(last_id) if last_id and watched.stale_since is None else None
        if missed is None:
            yield self._snapshot(watched, sight)
            return
        yield b": go on\n\n"
        for change in missed:
            yield watched.event("change", change.number, change.told.for_(sight))

    def _next(self, watched: Watched, outlet: Outlet) -> bytes:
        """What the request's greenlet sends next; nothing where the wire has sent it."""
        try:
            change = outlet.waiting.get(timeout=HEARTBEAT_S)
        except Empty:
            return _told("beat", {"at": text_of(self._services.now())})
        outlet.flush()
        match change:
            case None:
                return self._snapshot(watched, outlet.sight)
            case Rest():
                return b""
        return watched.event("change", change.number, change.told.for_(outlet.sight))

    def _snapshot(self, watched: Watched, sight: Person) -> bytes:
        if watched.stale_since is not None:
            return _told("stale", {"at": text_of(self._services.now()), "since": watched.stale_since})
        return watched.event("snapshot", watched.number, watched.now.for_(sight))


def _is_known(still: Callable[[], object]) -> bool:
    """Whether the person is signed in still: raises NotSignedIn where not; False where Postgres does not tell."""
    try:
        still()
    except NoLedger as error:
        log.info("whether a viewer is signed in still is not known: %s", error)
        return False
    return True


def _changed(before: Mapping[str, _Row], now: Mapping[str, _Row]) -> list[_Row]:
    return [row for name, row in now.items() if before.get(name) != row]


def _told(kind: str, told: Mapping[str, str]) -> bytes:
    return f"event: {kind}\ndata: ".encode() + orjson.dumps(told) + b"\n\n"
