"""The way of what a worker has to tell the ledger: spool on disk -> ledger -> spool entry dropped.

An entry is durable when the spool's disk has it; from then on it reaches the ledger even if this process is killed at
the next instruction, for the next one begins with what the spool holds. It reaches the ledger at least once, so the
ledger has to know it again.

Postgres away: the spool grows, `state()` says so, and it drains by itself, with smaller batches and longer waits until
the first success.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import gevent
from gevent.event import Event

from callcontrol.daemon.left_records import EntrySort, LeftRecords
from callcontrol.edges import clock
from callcontrol.edges.ledger.rejected import RejectedFull
from callcontrol.edges.ledger.writer import LedgerAway, Rejection
from callcontrol.edges.spool import Position, SpoolSlow, Stored
from callcontrol.vocabulary.moment import Instant

BATCH = 500  # records in one statement, at most
GATHER_S = 0.05  # how long a batch waits for more: the price of fewer transactions
BUSY = 4  # so many times as long where more has come while one was written
BACK_OFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # waits while the ledger is away; the last one repeats

log = logging.getLogger("callcontrol.records")


class SpoolPort(Protocol):
    """What the writer needs of a spool (edges/spool.py)."""

    arrived: Event
    last_error: str

    @property
    def size_bytes(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def forgotten(self) -> Position: ...

    def submit(self, payloads: Sequence[bytes], then: Callable[[], None]) -> None: ...
    def read_from(self, position: Position, count: int) -> list[Stored]: ...
    def count_from(self, position: Position) -> int: ...
    def forget_upto(self, position: Position) -> None: ...
    def close(self, timeout_s: float) -> None: ...


class LedgerPort(Protocol):
    """What the writer needs of a ledger (edges/ledger/writer.py)."""

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]: ...
    def close(self) -> None: ...


class RejectedPort(Protocol):
    """Where records go that the ledger never takes (edges/ledger/rejected.py)."""

    def add(self, rejections: Sequence[Rejection], now: Instant) -> None: ...
    def add_call(self, call: bytes, reason: str, now: Instant) -> None: ...
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RecordWriterState:
    """For metrics and probes.

    Attributes:
        depth: records on disk that the ledger has not confirmed.
        left: of these, records that wait for a later version of this program.
        waiting: records that the disk has not confirmed.
        spool_bytes: size of the spool on disk.
        oldest: when the oldest of the unconfirmed records was spooled; None if there is none.
        written, rejected: records the ledger took, and those it never will, since the start.
        failures: how often in a row the ledger could not be written; 0 when it works.
        last_error: why it could not, or why the disk cannot; "" when all is well.
    """

    depth: int
    left: int
    waiting: int
    spool_bytes: int
    oldest: Instant | None
    written: int
    rejected: int
    failures: int
    last_error: str


class SpoolWriter:
    """Takes entries of one sort, and carries what the spool holds into the ledger. One per spool.

    Args:
        sort: how its entries are read, as far as that is needed here.
    """

    def __init__(
        self,
        spool: SpoolPort,
        ledger: LedgerPort,
        rejected: RejectedPort,
        *,
        sort: EntrySort,
        now: Callable[[], Instant] = clock.now,
        batch: int = BATCH,
        gather_s: float = GATHER_S,
    ) -> None:
        self._spool = spool
        self._ledger = ledger
        self._rejected_file = rejected
        self._sort = sort
        self._now = now
        self._batch = self._size = batch
        self._gather_s = gather_s
        self._oldest: Instant | None = None
        self._next_position = Position(spool.forgotten + 1)
        self._left = LeftRecords(sort)
        self._written = self._rejected = self._failures = 0
        self._last_error = ""
        self._stopping = Event()
        self._drained = Event()
        self._drainer: gevent.Greenlet | None = None

    def start(self) -> None:
        """Begin to drain, with what an earlier process left."""
        if self._drainer is None:
            self._drainer = gevent.spawn(self._drain)

    def rejected_now(self) -> int:
        """How many rejected records there are, of this worker and of others.

        Raises:
            OSError: it cannot be read.
        """
        return self._rejected_file.count()

    def state(self) -> RecordWriterState:
        """The state, for metrics and probes."""
        depth = self._to_be_written + self._left.count
        return RecordWriterState(
            depth=depth,
            left=self._left.count,
            waiting=self._spool.waiting,
            spool_bytes=self._spool.size_bytes,
            oldest=(self._left.since or self._oldest) if depth else None,
            written=self._written,
            rejected=self._rejected,
            failures=self._failures,
            last_error=self._last_error or self._spool.last_error,
        )

    @property
    def _to_be_written(self) -> int:
        return self._spool.count_from(self._next_position)

    def drained(self, timeout_s: float) -> bool:
        """Wait until the ledger has everything the spool holds, but what only a later version can read; False if it did
        not within timeout_s.
        """
        until_s = clock.monotonic() + timeout_s
        while self._to_be_written or self._spool.waiting:
            self._drained.clear()
            if not self._drained.wait(until_s - clock.monotonic()):
                return False
        return True

    def stop(self, deadline_s: float) -> None:
        """Write what can be written within the deadline; the rest stays in the spool for the next process."""
        until_s = clock.monotonic() + deadline_s
        if self._drainer is not None and not self._failures:
            self.drained(deadline_s)
        self._stopping.set()
        self._spool.arrived.set()
        if self._drainer is not None:
            self._drainer.join(max(until_s - clock.monotonic(), 0))
            self._drainer.kill(timeout=1)  # in the middle of a batch: it is read again by the next process
        self._ledger.close()
        self._spool.close(max(until_s - clock.monotonic(), 0.1))
        left = self._to_be_written + self._left.count
        if left:
            log.warning("records: %s stay in the spool for the next start (%s)", left, self._last_error or "deadline")

    def _drain(self) -> None:
        is_prepared = False
        while not self._stopping.is_set():
            try:
                if not is_prepared:
                    self._prepare()
                    is_prepared = True
                stored = self._next()
                if stored:
                    self._carry(stored)
            except Exception as error:  # whatever it is, the records wait in the spool and are tried again
                self._back_off(error)

    def _prepare(self) -> None:
        """Create the tables and the months' partitions before the first call ends."""
        left = self._spool.read_from(Position(self._spool.forgotten + 1), 1)
        self._oldest = left[0].at if left else None
        self._ledger.write([])
        self._recovered()

    def _next(self) -> list[Stored]:
        """The next records, waited for and gathered; none if there is nothing after all."""
        self._spool.arrived.clear()
        stored = self._spool.read_from(self._next_position, self._size)
        if stored:
            self._oldest = stored[0].at
            return stored
        self._drained.set()
        if not self._stopping.is_set():
            self._spool.arrived.wait()
            self._gather()
        return []

    def _gather(self, times: int = 1) -> None:
        """Let a batch become larger."""
        self._stopping.wait(times * self._gather_s)

    def _carry(self, stored: list[Stored]) -> None:
        """Write them to the ledger, then drop them from the spool, up to the first that a later version has to read."""
        readable = self._left.without(stored)
        rejections = self._ledger.write([entry.payload for entry in readable])
        if rejections:
            self._rejected_file.add(rejections, self._now())
            for rejection in rejections:
                log.error("record rejected: %s: %s", rejection.reason, rejection.payload[:200])
        self._left.count += len(stored) - len(readable)
        self._next_position = Position(stored[-1].position + 1)
        self._spool.forget_upto(Position((self._left.first or self._next_position) - 1))
        self._written += len(readable) - len(rejections)
        self._rejected += len(rejections)
        self._recovered()
        if not self._to_be_written:
            self._drained.set()
        elif len(stored) < self._size:
            self._gather(BUSY)
        self._size = min(self._batch, self._size * 2)

    def _back_off(self, error: Exception) -> None:
        wait_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        self._last_error = f"{type(error).__name__}: {error}"
        self._size = max(1, self._size // 2)
        depth = self._to_be_written
        known = isinstance(error, LedgerAway | RejectedFull | SpoolSlow | OSError)
        log.error("ledger away, %s records wait, again in %s s: %s", depth, wait_s, error, exc_info=not known)
        self._stopping.wait(wait_s)

    def _recovered(self) -> None:
        if self._failures:
            log.warning("ledger is back after %s attempts, %s records wait", self._failures, self._to_be_written)
        self._failures, self._last_error = 0, ""
