"""The folder into which a switch writes its own record of each leg that ended (mod_json_cdr), one file each.

    a_2b702b48-68b2-4f82-87ee-032cc72b52e3.cdr.json    as the switch writes them
    done/                                              those the ledger has
    doubtful/                                          those a person has to look at

Every operation blocks for as long as the disk takes: call them from a thread where others must not wait.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from types import MappingProxyType
from typing import Final

DONE: Final = "done"
DOUBTFUL: Final = "doubtful"
MAX_BYTES: Final = 1 << 20  # a leg's record is some 10 kB

NOTHING: Final[Mapping[str, int]] = MappingProxyType({})

_NAME: Final = re.compile(r"(a_)?[A-Za-z0-9-]{1,64}\.cdr\.json")


class FolderAway(OSError):
    """The folder cannot be read or written; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class CdrFile:
    """A file as it was found; a file that changed has another `changed` (nanoseconds since the epoch)."""

    name: str
    changed: int
    size: int


class CdrFolder:
    """Reads a switch's folder and puts away what is done with."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def oldest(self, count: int, before: int, passing: Mapping[str, int] = NOTHING) -> list[CdrFile]:
        """The files that were last written before a moment, oldest first, `count` at most.

        Args:
            before: nanoseconds since the epoch.
            passing: those that need not be looked at again unless they change: `changed` by name.

        Raises:
            FolderAway: the folder cannot be read.
        """
        try:
            with os.scandir(self.path) as entries:
                files = (file for entry in entries if (file := _file(entry)) is not None)
                wanted = (f for f in files if f.changed < before and passing.get(f.name) != f.changed)
                return nsmallest(count, wanted, key=lambda file: (file.changed, file.name))
        except OSError as error:
            raise FolderAway(f"the switch's records cannot be read: {error}: see `cdrs:` of the switch") from error

    def names(self) -> frozenset[str]:
        """Everything that lies in it.

        Raises:
            FolderAway: the folder cannot be read.
        """
        try:
            return frozenset(os.listdir(self.path))
        except OSError as error:
            raise FolderAway(f"the switch's records cannot be read: {error}: see `cdrs:` of the switch") from error

    def read(self, file: CdrFile) -> bytes:
        """What stands in a file, MAX_BYTES and one more at most.

        Raises:
            OSError: it cannot be read, or has gone.
        """
        with (self.path / file.name).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)

    def put_away(self, name: str, where: str) -> None:
        """Move a file to `done` or `doubtful`; if another process has moved it already, nothing is to be done.

        Raises:
            FolderAway: the folder cannot be written.
        """
        try:
            (self.path / where).mkdir(exist_ok=True)
            (self.path / name).replace(self.path / where / name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FolderAway(f"{name} cannot be moved to {where}/: {error}: the folder has to be writable") from error

    def count_doubtful(self) -> int:
        """How many files wait for a person."""
        try:
            return sum(_NAME.fullmatch(name) is not None for name in os.listdir(self.path / DOUBTFUL))
        except FileNotFoundError:
            return 0


def _file(entry: os.DirEntry[str]) -> CdrFile | None:
    """None if it is no leg's record, or gone since."""
    if not _NAME.fullmatch(entry.name):
        return None
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return CdrFile(entry.name, found.st_mtime_ns, found.st_size)
