"""Room on the disk for the files in which metrics are kept, taken before they are mapped.

prometheus_client maps sparse files. Where the disk is full, the first write to a page of such a file ends the process
by SIGBUS, which nothing can catch, and its successor likewise. So blocks are taken first, which fails in words; without
room a process counts in memory, where Prometheus cannot see it, and goes on.
"""

from __future__ import annotations

import logging
import mmap
import os
from typing import Final

from prometheus_client.mmap_dict import MmapedDict

log = logging.getLogger(__name__)

FIRST_BYTES: Final = 1 << 16
# Of an entry, besides its key: length, padding, value and time.
_ENTRY_BYTES: Final = 40


class RoomyDict(MmapedDict):
    """prometheus_client's file of values; its blocks are there before they are written to."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        self._is_on_disk = read_mode or _has_room(filename)
        if self._is_on_disk:
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]  # it has no types
        else:
            self._f = None  # type: ignore[assignment]  # close() asks for it
            self._fname = filename
            self._capacity = FIRST_BYTES
            self._m = mmap.mmap(-1, FIRST_BYTES)
            self._positions: dict[str, int] = {}
            self._used = 8

    def _init_value(self, key: str) -> None:
        while self._used + len(key.encode()) + _ENTRY_BYTES > self._capacity:
            self._grow()
        super()._init_value(key)  # type: ignore[no-untyped-call]  # it has no types

    def _grow(self) -> None:
        wanted = self._capacity * 2
        self._is_on_disk = self._is_on_disk and _is_taken(self._f.fileno(), self._fname, wanted)
        if self._is_on_disk:
            self._m = mmap.mmap(self._f.fileno(), wanted)
        else:
            grown = mmap.mmap(-1, wanted)
            grown[: self._capacity] = self._m[: self._capacity]
            self._m = grown
        self._capacity = wanted


def _has_room(filename: str) -> bool:
    try:
        file = os.open(filename, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        log.error("metrics are counted in memory only, where they are not seen: %s", error)
        return False
    try:
        return _is_taken(file, filename, max(FIRST_BYTES, os.fstat(file).st_size))
    finally:
        os.close(file)


def _is_taken(file: int, filename: str, size: int) -> bool:
    """Whether so many bytes of the file have blocks now."""
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        log.error("metrics are counted in memory only, where they are not seen: %s: %s", filename, error.strerror)
        return False
    return True
