"""The spool: records wait here, safe on disk, until Postgres has them.

    positions = spool.append([payload])          # returns when the disk has them
    spool.submit([payload], then=book_closed)    # returns at once; `then` is called when the disk has them
    for stored in spool.read_from(position, 500): ...
    spool.forget_upto(position)

Group commit: one greenlet at a time takes everything that waits, writes it and syncs once, in a thread, so that neither
the hub nor the callers of a busy disk stand still: what comes meanwhile goes with the next round. A disk that fails is
tried again until it works; what waits for it is bounded, and nothing is called durable that is not.

One process per folder (spool_files.py has the format). Entries are delivered at least once: a reader that was
killed before it forgot an entry reads that entry again.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import gevent
from gevent.event import Event
from gevent.threadpool import ThreadPool

from callcontrol.edges import clock, meters, spool_files
from callcontrol.edges.spool_files import Position, Segment, SpoolInUse, Stored
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.moment import SECOND_US, Instant

__all__ = [
    "EntryRefused",
    "Position",
    "Spool",
    "SpoolClosed",
    "SpoolFull",
    "SpoolInUse",
    "SpoolLimits",
    "SpoolSlow",
    "Stored",
]

RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # waits after a failed write; the last one repeats
READ_BYTES = 1 << 20
DONE_S = 600  # the first write after so long begins a file, if all in the last one is done with
GROUP_BYTES = 1 << 20  # what is framed in one go, while no other greenlet runs: a few milliseconds
# One write begins so long after the one before it, at the soonest (seconds): a sync, in a thread, costs a hundred
# entries as much as one, and each alone a twentieth of what its call costs.
PACE_S = 0.01

log = logging.getLogger("callcontrol.spool")


class SpoolFull(RuntimeError):
    """No room: nothing of what was handed over is kept."""


class EntryRefused(ValueError):
    """No entry can look like this: it is empty, or larger than any."""


class SpoolSlow(RuntimeError):
    """The disk did not confirm in time; the entries still wait and will be written."""


class SpoolClosed(RuntimeError):
    """The spool was closed before the entries were on disk."""


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """How much the spool may hold, in bytes.

    Attributes:
        total_bytes: on disk and waiting for it together.
        segment_bytes: one file; at most a quarter of total_bytes.
        entry_bytes: one entry.
    """

    total_bytes: int = 1 << 30
    segment_bytes: int = 16 << 20
    entry_bytes: int = 32 << 20


@dataclass(slots=True)
class _AppendRequest:
    """Entries of one caller that are not on disk yet."""

    payloads: Sequence[bytes]
    size: int
    then: Callable[[], None] | None
    written: Event
    positions: list[Position]


class Spool:
    """An append-only queue in a folder of this process's own."""

    def __init__(
        self, folder: Path, limits: SpoolLimits | None = None, *, now: Callable[[], Instant] = clock.now
    ) -> None:
        """Open the folder, made if missing, and check what it holds: in a thread, in slices between which others run.

        Raises:
            SpoolInUse: another process has it open.
        """
        self.folder = folder
        self.limits = limits or SpoolLimits()
        self._segment_bytes = min(self.limits.segment_bytes, self.limits.total_bytes // 4)
        self.last_error = ""
        self.arrived = Event()  # set whenever entries became durable; cleared by the one that waits
        self._now = now
        self._since = now()  # the last segment is that old
        self._lock = spool_files.lock_folder(folder)
        self._forgotten = spool_files.read_mark(folder)
        self._segments: deque[Segment] = deque(spool_files.segments(folder))
        try:
            self._check()
            self.torn_bytes = self._recover()
        except OSError:  # the next one who opens it may
            os.close(self._lock)
            raise
        self._waiting: deque[_AppendRequest] = deque()
        self._waiting_bytes = 0
        self._write_began_s = float("-inf")
        self._flusher: gevent.Greenlet | None = None
        self._closing = Event()
        self._threads = ThreadPool(2)  # one writes, one reads
        self._cursor = (Position(0), 0)  # the entry that was read last, and the offset behind it in its segment

    @property
    def depth(self) -> int:
        """Entries on disk that are not forgotten yet."""
        return self.count_from(Position(self._forgotten + 1))

    @property
    def size_bytes(self) -> int:
        """Bytes on disk; a file goes when its last entry is forgotten."""
        return sum(s.size for s in self._segments)

    @property
    def waiting(self) -> int:
        """Calls of submit whose entries are not on disk yet."""
        return len(self._waiting)

    @property
    def forgotten(self) -> Position:
        """The last entry that is done with."""
        return Position(self._forgotten)

    def append(self, payloads: Sequence[bytes], timeout_s: float = 30.0) -> list[Position]:
        """Store entries, in this order, and wait until the disk has them.

        Raises:
            SpoolFull: no room; nothing is stored.
            EntryRefused: an entry is empty or larger than limits.entry_bytes.
            SpoolSlow: the disk has not confirmed within timeout_s.
            SpoolClosed: the spool is closed.
        """
        request = self._enqueue(payloads, None)
        if not request.written.wait(timeout_s):
            raise SpoolSlow(f"spool {self.folder}: not confirmed within {timeout_s:g} s {self.last_error}".rstrip())
        if len(request.positions) < len(payloads):
            raise SpoolClosed(f"spool {self.folder} was closed before the disk had the entries")
        return request.positions

    def submit(self, payloads: Sequence[bytes], then: Callable[[], None]) -> None:
        """Store entries and return at once; `then` is called, in order, when the disk has them. It must not block.

        Raises: SpoolFull, EntryRefused, SpoolClosed as append.
        """
        self._enqueue(payloads, then)

    def read_from(self, position: Position, count: int, timeout_s: float = 30.0) -> list[Stored]:
        """Up to `count` durable entries (and about READ_BYTES) from this number on, in order; none at the end."""
        segment = next((s for s in self._segments if s.readable > max(position, s.first)), None)
        if segment is None:
            return []
        with gevent.Timeout(timeout_s, SpoolSlow(f"spool {self.folder}: no read within {timeout_s:g} s")):
            found: list[Stored] = self._threads.apply(self._read, (segment, position, count))
        return found

    def count_from(self, position: Position) -> int:
        """How many entries on disk have this number or a higher one."""
        return sum(s.next - max(s.first, position) for s in self._segments if s.next > position)

    def forget_upto(self, position: Position) -> None:
        """Everything up to this entry is done with; files without others are removed."""
        if position <= self._forgotten:
            return
        spool_files.write_mark(self.folder, position)
        self._forgotten = position
        while len(self._segments) > 1 and self._segments[0].next <= position + 1:
            self._threads.apply(spool_files.drop, (self._segments.popleft(),))

    def close(self, timeout_s: float = 30.0) -> None:
        """Write what waits, as far as the disk lets us within timeout_s, and release the folder."""
        if self._closing.is_set():
            return
        if self._flusher is not None:
            self._flusher.join(timeout_s)
        self._closing.set()
        if self._flusher is not None:
            self._flusher.join(RETRY_S[-1])
        while self._waiting:
            self._waiting.popleft().written.set()
        self._threads.kill()
        os.close(self._lock)

    def _enqueue(self, payloads: Sequence[bytes], then: Callable[[], None] | None) -> _AppendRequest:
        if self._closing.is_set():
            raise SpoolClosed(f"spool {self.folder} is closed")
        size = sum(len(p) + spool_files.HEAD_BYTES for p in payloads)
        self._check_room(payloads, size)
        request = _AppendRequest(payloads, size, then, Event(), [])
        self._waiting.append(request)
        self._waiting_bytes += size
        if self._flusher is None or self._flusher.dead:
            self._flusher = gevent.spawn(self._flush)
        return request

    def _check_room(self, payloads: Sequence[bytes], size: int) -> None:
        longest = max(map(len, payloads), default=0)
        if longest > self.limits.entry_bytes or not all(payloads):
            size = longest if all(payloads) else 0
            meters.limits_reached_total.labels("spool_entry").inc()
            raise EntryRefused(f"spool entry of {size} bytes: 1 to {self.limits.entry_bytes} fit")
        if self.size_bytes + self._waiting_bytes + size > self.limits.total_bytes:
            meters.limits_reached_total.labels("spool_bytes").inc()
            raise SpoolFull(
                f"spool {self.folder} holds {self.depth} entries, {self.size_bytes} bytes and {self._waiting_bytes}"
                f" waiting for the disk, of at most {self.limits.total_bytes}: bring the ledger back, or allow more"
                " (limits.spool_bytes)"
            )

    def _flush(self) -> None:
        """Write until nothing waits."""
        while self._waiting and not self._closing.is_set():
            self._gather()
            group, data = self._next_group()
            number = self._segments[-1].next
            if not self._store_stubbornly(data, sum(len(t.payloads) for t in group)):
                break
            for request in group:
                self._waiting.popleft()
                self._waiting_bytes -= request.size
                request.positions = [Position(number + n) for n in range(len(request.payloads))]
                number += len(request.payloads)
            self.arrived.set()
            for request in group:
                self._tell(request)
        self._flusher = None

    def _gather(self) -> None:
        """Let a group become larger, where another one has just been written."""
        wait_s = self._write_began_s + PACE_S - clock.monotonic()
        if wait_s > 0:
            self._closing.wait(wait_s)
        self._write_began_s = clock.monotonic()

    def _next_group(self) -> tuple[list[_AppendRequest], bytes]:
        """What waits, up to GROUP_BYTES, as numbered frames."""
        group: list[_AppendRequest] = []
        parts: list[bytes] = []
        number, size, now = self._segments[-1].next, 0, self._now()
        for request in self._waiting:
            if group and size + request.size > min(GROUP_BYTES, self._segment_bytes):
                break
            parts += (spool_files.frame(number + n, now, payload) for n, payload in enumerate(request.payloads))
            number += len(request.payloads)
            group.append(request)
            size += request.size
        return group, b"".join(parts)

    def _store_stubbornly(self, data: bytes, count: int) -> bool:
        """Until the disk has it (True) or we are told to close (False)."""
        attempt = 0
        while not self._closing.is_set():
            stored: Segment | OSError = self._threads.apply(self._store, (data,))
            if isinstance(stored, Segment):
                stored.size, stored.next = stored.size + len(data), stored.next + count
                self.last_error = ""
                return True
            wait_s = RETRY_S[min(attempt, len(RETRY_S) - 1)]
            self.last_error = f"{type(stored).__name__}: {stored}"
            log.error("spool %s cannot be written, again in %s s: %s", self.folder, wait_s, stored)
            self._closing.wait(wait_s)
            attempt += 1
        return False

    def _store(self, data: bytes) -> Segment | OSError:
        """In a thread: only the flusher comes here, so there is no other writer."""
        try:
            segment = self._roomy_segment(len(data))
            spool_files.write_synced(segment, data)
        except OSError as error:
            return error
        return segment

    def _roomy_segment(self, size: int) -> Segment:
        segment = self._segments[-1]
        is_full = segment.size > 0 and segment.size + size > self._segment_bytes
        if is_full or segment.lost_from is not None or self._is_done(segment):
            segment = spool_files.create_segment(self.folder, segment.next)
            self._segments.append(segment)
            self._since = self._now()
        return segment

    def _is_done(self, segment: Segment) -> bool:
        """Whether nothing in it is needed any more: what it says of people does not stay until the file is full."""
        is_old = self._now() - self._since > DONE_S * SECOND_US
        return is_old and segment.size > 0 and segment.next <= self._forgotten + 1

    def _tell(self, request: _AppendRequest) -> None:
        request.written.set()
        if request.then is None:
            return
        try:
            request.then()
        except Exception:
            log.exception("spool %s: what should follow entry %s failed", self.folder, request.positions[-1:])

    def _read(self, segment: Segment, position: Position, count: int) -> list[Stored]:
        """In a thread: entries of one segment."""
        number, offset = segment.first, 0
        if self._cursor[0] + 1 == position and segment.first < position:
            number, offset = position, self._cursor[1]
        found: list[Stored] = []
        room = READ_BYTES
        while len(found) < count and number < segment.readable and (not found or room > 0):
            data = spool_files.read_at(segment, offset, READ_BYTES)
            if 0 < len(data) < spool_files.frame_size(data):
                data = spool_files.read_at(segment, offset, spool_files.frame_size(data))
            before, base = number, offset
            for end, stored in spool_files.frames(data, number):
                number, offset = stored.position + 1, base + end
                if stored.position >= position:
                    found.append(stored)
                    room -= len(stored.payload)
                if len(found) >= count:
                    break
            if number == before:
                log.error("spool %s is damaged at byte %s: unreadable from entry %s on", segment.path, offset, number)
                segment.lost_from = number
        if found:
            self._cursor = (found[-1].position, offset)
        return found

    def _check(self) -> None:
        """Every file to the byte; damage is what lies behind the last whole entry, but of the last file."""
        for segment in self._segments:
            while aside(spool_files.check_on, segment):
                pass
            if segment is not self._segments[-1] and spool_files.rest_bytes(segment):
                segment.lost_from = segment.next
                log.error("spool %s is damaged after entry %s: its rest is kept", segment.path, segment.next - 1)

    def _recover(self) -> int:
        """Put in order what the last process left; returns the bytes of a torn write that was taken out."""
        torn = aside(spool_files.cut_torn_tail, self._segments[-1]) if self._segments else 0
        if torn:
            log.warning("spool %s: %s bytes of an unfinished write set aside (file `torn`)", self.folder, torn)
        following = max(self._forgotten + 1, self._segments[-1].next if self._segments else 1)
        if not self._segments or self._segments[-1].next < following:
            self._segments.append(aside(spool_files.create_segment, self.folder, following))
        while len(self._segments) > 1 and self._segments[0].next <= self._forgotten + 1:
            aside(spool_files.drop, self._segments.popleft())
        return torn
