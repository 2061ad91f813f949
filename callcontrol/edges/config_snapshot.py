"""The configuration in force on this host: the folder's files as they were when they were accepted, in one file.

The supervisor checks the admin's folder, at its start and at each SIGHUP, and keeps what it accepts here; workers read
nothing else. So all workers of a host live under the same configuration, whatever is being edited in the folder, and a
worker that dies, or a whole daemon that is started on a folder with mistakes, goes on with the last good one.

Secrets that the files only name are kept with them as they were found then: one that is changed, or cannot be read any
more, comes into force for all workers with the next SIGHUP, or is refused; no worker is kept from starting by it.
So are public holidays and events of calendars: workers compute none.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from callcontrol.edges.day_tables import FoundDays
from callcontrol.edges.file_errors import naming
from callcontrol.edges.spool_files import sync_folder
from callcontrol.vocabulary.moment import Instant, text_of

NAME: Final = "configuration.json"
# How the file is laid out. A reader of another layout leaves it alone: the folder is read instead.
_LAYOUT: Final = 1
_DIGEST_CHARACTERS: Final = 12


class NoSnapshot(Exception):
    """There is no snapshot that can be read; the message names the file and says why."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Which configuration it is.

    Attributes:
        at: when this host accepted it. The same files, accepted again, keep their moment.
        digest: of the files' names and texts: two hosts with the same files have the same.
    """

    at: Instant
    digest: str

    def __str__(self) -> str:
        return f"{text_of(self.at)} {self.digest}"


UNKNOWN: Final = Version(Instant(0), "")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files by their path relative to the folder, their version, the secrets they name (`secret_sources`), and what was
    known of holidays and calendars (`day_tables`).
    """

    version: Version
    files: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    days: FoundDays = field(default_factory=FoundDays, repr=False)

    def is_as(self, other: Snapshot) -> bool:
        """Whether both say the same, whenever that was accepted."""
        is_as = self.version.digest == other.version.digest and self.secrets == other.secrets
        return is_as and self.days == other.days


def snapshot_of(
    files: Mapping[str, str], at: Instant, secrets: Mapping[str, str] | None = None, days: FoundDays | None = None
) -> Snapshot:
    """The snapshot of files that are accepted now. The digest is shown, so no secret goes into it."""
    whole = "".join(f"{len(name)}:{name}{len(files[name])}:{files[name]}" for name in sorted(files))
    digest = hashlib.sha256(whole.encode("utf-8", errors="surrogateescape")).hexdigest()
    return Snapshot(Version(at, digest[:_DIGEST_CHARACTERS]), dict(files), dict(secrets or {}), days or FoundDays())


def keep(path: Path, snapshot: Snapshot) -> None:
    """Put a snapshot in the place of the one before, whole or not at all. It holds passwords: it is its owner's alone.

    Raises:
        OSError: it cannot be written; the one before is still there.
    """
    version = {"layout": _LAYOUT, "at": snapshot.version.at, "digest": snapshot.version.digest}
    days = {"year": snapshot.days.year, "tables": snapshot.days.tables}
    text = orjson.dumps({**version, "files": snapshot.files, "secrets": snapshot.secrets, "days": days})
    beside = path.with_suffix(".new")
    with naming(beside), open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def kept(path: Path) -> Snapshot:
    """The snapshot in this file.

    Raises:
        NoSnapshot: there is none, it cannot be read, or another version of the program laid it out.
    """
    try:
        found = orjson.loads(path.read_bytes())
        if found["layout"] != _LAYOUT:
            raise NoSnapshot(f"{path} is laid out as {found['layout']}, this version reads {_LAYOUT}")
        version, days = Version(Instant(found["at"]), found["digest"]), FoundDays(**found.get("days", {}))
        return Snapshot(version, found["files"], found.get("secrets", {}), days)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoSnapshot(f"{path} holds no configuration: {error}") from error
