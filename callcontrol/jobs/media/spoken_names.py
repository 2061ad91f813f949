"""Names that were said at entering conference rooms: their files go when the call is over, and have no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from callcontrol.edges.ledger.media_table import MediaTable
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.media import call_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.room import SPOKEN_NAME

# The record of a call comes soon after its end; of one that never comes the file goes after so long (seconds): no
# participant stays for longer.
OLDEST_S: Final = 24 * 3600.0
EVERY_S: Final = 30.0
MOST: Final = 1_000  # at a time


class NameKeeper:
    """Deletes them. The arguments are those of Mover."""

    def __init__(
        self, table: MediaTable, folders: Callable[[], Mapping[str, Path]], now: Callable[[], Instant]
    ) -> None:
        self._table = table
        self._folders = folders
        self._now = now

    def step(self) -> bool:
        """Look at all that are there."""
        for folder in self._folders().values():
            written = aside(_written_in, folder)
            if not written:
                continue
            oldest = min(written.values())
            over = self._table.calls([*map(_call, written)], oldest, self._now())
            for path, at in written.items():
                if _call(path) in over or self._now() - at > OLDEST_S * SECOND_US:
                    aside(path.unlink, missing_ok=True)
        return False


def _call(path: Path) -> str:
    return call_of(path.stem.removeprefix(SPOKEN_NAME))


def _written_in(folder: Path) -> dict[Path, Instant]:
    """The files of a folder, and when they were written to last."""
    found = {}
    for path in sorted(folder.glob(f"{SPOKEN_NAME}*.wav"))[:MOST]:
        with suppress(FileNotFoundError):
            found[path] = Instant(path.stat().st_mtime_ns // 1000)
    return found
