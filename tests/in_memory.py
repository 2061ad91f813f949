"""Temporary folders of the tests are in memory where there is plenty: most of what a store's files cost is the disk's.

A new Postgres cluster takes a second of the processor on a disk and a third of that in memory, and so does each table
made anew. pytest's own folders stay on the disk: they outlast the run. A TMPDIR that is set stays.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
# A whole run takes about a gigabyte at a time; with less room than this the disk is used.
ROOM_BYTES = 4 << 30
AVAILABLE_BYTES = 8 << 30
# What a container may use, if it is a number.
LIMIT = Path("/sys/fs/cgroup/memory.max")


def use_memory() -> None:
    """Let `tempfile` here, and in every process begun from here on, make its folders in memory."""
    if "TMPDIR" in os.environ or not has_room():
        return
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def has_room(memory: Path = MEMORY, limit: Path = LIMIT) -> bool:
    """Whether folders there are large enough, and programs in them can be run."""
    try:
        found, available = os.statvfs(memory), re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
        most = limit.read_text().strip() if limit.exists() else "max"
    except OSError:
        return False
    enough = available is not None and int(available[1]) << 10 >= AVAILABLE_BYTES
    allowed = not most.isdigit() or int(most) >= AVAILABLE_BYTES
    runs = not found.f_flag & os.ST_NOEXEC and os.access(memory, os.W_OK | os.X_OK)
    return runs and enough and allowed and found.f_bavail * found.f_frsize >= ROOM_BYTES
