"""Errors of files say which file: what fails at writing, locking or syncing knows a number only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An OSError in here that names no file names this one: `[Errno 28] No space left on device: '/…/lock'`."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
