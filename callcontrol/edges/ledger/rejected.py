"""Records that the ledger will never take, kept for a person: one JSON line each, with the reason.

    {"at": "2026-11-22T08:00:00.000000Z", "reason": "CheckViolation: …", "record": {…}}

`record` is what stood in the spool; `bytes` (base64) in its place if that is no JSON; `call` (with its trail) if no
record could be made of a call. `callcontrol records offer` offers them to the ledger again.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gevent
import orjson

from callcontrol.edges.ledger.writer import Rejection
from callcontrol.edges.spool_files import sync_folder
from callcontrol.vocabulary.moment import Instant, text_of

FILE: Final = "rejected.jsonl"  # in the data folder
MAX_BYTES = 64 << 20
LOCK_TRIES, LOCK_STEP_S = 100, 0.02


class RejectedFull(RuntimeError):
    """So many records are wrong that something else must be: a person is needed."""


# What a line holds, by the name it has there; UNREADABLE: nothing that could be read.
RECORD: Final = "record"
BYTES: Final = "bytes"
CALL: Final = "call"
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class PutAside:
    """A line of the file.

    Attributes:
        line: as it stands there.
        at: when it was put aside, ISO text in UTC.
        reason: why, in the words of what refused it last.
        kind: RECORD, BYTES, CALL or UNREADABLE.
        payload: the record's bytes, or the call as the live state keeps it.
        tenant, call_id: whose; "" where that cannot be read.
    """

    line: bytes
    at: str
    reason: str
    kind: str
    payload: bytes
    tenant: str
    call_id: str

    def refused(self, reason: str) -> bytes:
        """The line with a newer reason."""
        return orjson.dumps({**orjson.loads(self.line), "reason": reason})


class RejectedRecords:
    """The file `path`: workers append to it, `callcontrol records offer` takes out what the ledger has accepted."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self._counted: tuple[tuple[int, ...], int] = (), 0

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

    def read(self) -> list[PutAside]:
        """Everything that lies there, in the order in which it came.

        Raises:
            OSError: it cannot be read, or a worker holds the file.
        """
        if not self.path.exists():
            return []
        with self._locked() as file:
            return [_put_aside(line) for line in _lines(file)]

    def count(self) -> int:
        """How many lie there now; the file is read only when it has changed since it was counted last.

        Raises:
            OSError: it cannot be read.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return 0
        which = (found.st_ino, found.st_size, found.st_mtime_ns)
        if self._counted[0] != which:
            with self.path.open("rb") as file:
                self._counted = which, sum(1 for _ in file)
        return self._counted[1]

    def settle(self, settled: Mapping[bytes, bytes]) -> None:
        """Take these lines out, or put another in their place; what others have added meanwhile stays.

        Args:
            settled: what each becomes, b"": nothing.

        Raises:
            OSError: the disk does not take it, or a worker holds the file; then everything is as it was.
        """
        with self._locked() as file:
            kept = [new for line in _lines(file) if (new := settled.get(line, line))]
            self._replace(file, b"".join(line + b"\n" for line in kept))

    def _write(self, data: bytes) -> None:
        with self._locked() as file:
            self._append(file, data)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file, locked. If it was replaced while we waited for the lock, its successor is locked instead."""
        for _ in range(LOCK_TRIES):
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                self._lock(file)
                if self._is_in_place(file):
                    yield file
                    return
            finally:
                os.close(file)
        raise OSError(errno.EAGAIN, "it is replaced again and again", str(self.path))

    def _is_in_place(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self.path.stat())
        except FileNotFoundError:
            return False

    def _replace(self, old: int, data: bytes) -> None:
        """Another file of this name, of the same owner, at once or not at all."""
        path, owner = self.path.with_suffix(".new"), os.fstat(old)
        try:
            with path.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            path.replace(self.path)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        sync_folder(self.path.parent)

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


def _lines(file: int) -> list[bytes]:
    with os.fdopen(os.dup(file), "rb") as opened:
        opened.seek(0)
        return opened.read().splitlines()


def _put_aside(line: bytes) -> PutAside:
    try:
        value = orjson.loads(line)
        kind = next(name for name in (RECORD, BYTES, CALL) if name in value)
        content = value[kind]
        payload = base64.b64decode(content, validate=True) if kind == BYTES else orjson.dumps(content)
        tenant, call_id = _whose(kind, content)
        return PutAside(line, str(value["at"]), str(value["reason"]), kind, payload, tenant, call_id)
    except (ValueError, TypeError, KeyError, StopIteration) as error:
        why = f"the line cannot be read: {type(error).__name__}: {error}"
        return PutAside(line, "", why, UNREADABLE, line, "", "")


def _whose(kind: str, content: Any) -> tuple[str, str]:
    """Tenant and id of the call, where they stand where they should."""
    found: Any = content.get("call", {}) if kind == RECORD and isinstance(content, dict) else content
    if not isinstance(found, dict):
        return "", ""
    return str(found.get("tenant", "")), str(found.get("call_id" if kind == RECORD else "id", ""))
