"""Records that the ledger will never take, kept for a person: one JSON line each, with the reason.

    {"at": "2026-11-22T08:00:00.000000Z", "reason": "CheckViolation: …", "record": {…}}

`record` is what stood in the spool; `bytes` (base64) in its place if that is no JSON; `call` (with its trail) if no
record could be made of a call.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

import gevent
import orjson

from callcontrol.edges.ledger.writer import Rejection
from callcontrol.vocabulary.moment import Instant, text_of

MAX_BYTES = 64 << 20
LOCK_TRIES, LOCK_STEP_S = 100, 0.02


class RejectedFull(RuntimeError):
    """So many records are wrong that something else must be: a person is needed."""


class RejectedRecords:
    """The file `path`, which only grows."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self.max_bytes = max_bytes

    def add(self, rejections: Sequence[Rejection], now: Instant) -> None:
        """Append and wait until the disk has it. Other workers append to the same file: one at a time.

        Raises:
            RejectedFull: the file would grow beyond max_bytes.
            OSError: the disk does not take it, or another worker holds the file; nothing of it stays.
        """
        self._write(b"".join(_line(rejection, now) for rejection in rejections))

    def add_call(self, call: bytes, reason: str, now: Instant) -> None:
        """Append a call, as the live state keeps it, of which no record could be made.

        Raises:
            RejectedFull, OSError: as `add`.
        """
        self._write(orjson.dumps({"at": text_of(now), "reason": reason, "call": orjson.loads(call)}) + b"\n")

    def _write(self, data: bytes) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._lock(file)
            self._append(file, data)
        finally:
            os.close(file)

    def _lock(self, file: int) -> None:
        """Without ever standing still: a worker that was stopped may hold it for long."""
        for _ in range(LOCK_TRIES):
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                gevent.sleep(LOCK_STEP_S)
        raise OSError(errno.EAGAIN, "another worker holds it", str(self.path))

    def _append(self, file: int, data: bytes) -> None:
        size = os.fstat(file).st_size
        if size + len(data) > self.max_bytes:
            raise RejectedFull(
                f"{self.path} holds {size} bytes of rejected records, of at most {self.max_bytes}:"
                " find out why, then move it away"
            )
        written = os.write(file, data)
        if written < len(data):  # the disk is full: half a line would spoil the next process's
            os.ftruncate(file, size)
            raise OSError(errno.ENOSPC, f"only {written} of {len(data)} bytes fit", str(self.path))
        os.fdatasync(file)


def _line(rejection: Rejection, now: Instant) -> bytes:
    told = {"at": text_of(now), "reason": rejection.reason}
    try:
        return orjson.dumps({**told, "record": orjson.loads(rejection.payload)}) + b"\n"
    except orjson.JSONDecodeError:
        return orjson.dumps({**told, "bytes": base64.b64encode(rejection.payload).decode()}) + b"\n"
