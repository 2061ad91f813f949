"""Room on the switches' disks: copies of files that are in storage go, when they are deleted or room is needed.

What is not in storage never goes. Beyond the quota recorded talks go first, then messages, of each the oldest first: a
message that was moved is still played from the switch's disk as long as there is room. Greetings and prompts stay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.ledger.media_table import MediaTable
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.folders import folders_of
from callcontrol.jobs.media.loops import OutOfReach

LEASE_S: Final = 300.0
BATCH: Final = 1_000
MB: Final = 1_000_000

log = logging.getLogger("callcontrol.media")


class RoomKeeper:
    """Keeps each switch's folder within the quota."""

    def __init__(self, table: MediaTable, settings: Callable[[], Settings]) -> None:
        self._table = table
        self._settings = settings

    def step(self) -> bool:
        """Go through every folder that no other process goes through."""
        settings = self._settings()
        for switch, folder in folders_of(settings).items():
            if self._table.hold(f"room:{switch}", LEASE_S):
                self._make_room(switch, folder, settings.media.quota_mb * MB)
        return False

    def _make_room(self, switch: str, folder: Path, quota: int) -> None:
        try:
            sizes = aside(_sizes, folder)
        except OSError as error:
            raise OutOfReach(f"the folder of {switch} cannot be read: {error}") from error
        taken = sum(sizes.values())
        gone = 0
        for copy in self._table.copies(switch, BATCH):
            if not copy.is_deleted and taken <= quota:
                break
            name = PurePosixPath(copy.path).name
            aside(_remove, folder / name)
            self._table.copy_gone(copy)
            taken -= sizes.get(name, 0)
            gone += 1
        if gone:
            log.info("%s: %d copies of stored files went", switch, gone)
        meters.media_folder_bytes.labels(switch).set(taken)
        meters.media_quota_bytes.labels(switch).set(quota)


def _sizes(folder: Path) -> dict[str, int]:
    """The sizes of the folder's files by their names."""
    sizes = {}
    for path in folder.iterdir():
        try:
            sizes[path.name] = path.stat().st_size
        except FileNotFoundError:
            continue
    return sizes


def _remove(path: Path) -> None:
    """The copy may be gone already: a process was killed before it could say so."""
    path.unlink(missing_ok=True)
