"""`supervisor.pid` in the data folder: which process owns it. Its lock, not its text, says whether that one lives."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.file_errors import naming

NAME: Final = "supervisor.pid"
# A process that only asks for the owner holds the lock for an instant; the lock of a killed supervisor lasts as long.
LOCK_S: Final = 1.0
_STEP_S: Final = 0.02


class InUse(RuntimeError):
    """Another supervisor has the data folder."""


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Own the data folder as long as the context lasts.

    Raises:
        InUse: another process has it.
        OSError: the folder cannot be made or written.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = os.open(data / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _lock(file, data)
        with naming(data / NAME):
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
        os.ftruncate(file, 0)
    finally:
        os.close(file)


def running(data: Path) -> int | None:
    """The process that has the data folder; None if none has.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        file = os.open(data / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _is_free(file) else _pid_in(file)
    finally:
        os.close(file)


def _lock(file: int, data: Path) -> None:
    due = clock.monotonic() + LOCK_S
    while not _is_locked(file, fcntl.LOCK_EX):
        if clock.monotonic() > due:
            raise InUse(f"{data} is in use by process {_pid_in(file)}: stop that (`callcontrol drain`), or set `data:`")
        time.sleep(_STEP_S)


def _is_free(file: int) -> bool:
    if not _is_locked(file, fcntl.LOCK_SH):
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def _is_locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_in(file: int) -> int | None:
    """The number in the file; None in the instant before it is written."""
    text = os.pread(file, 20, 0).strip()
    return int(text) if text.isdigit() else None
