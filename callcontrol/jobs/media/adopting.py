"""Files without a row: of a version before there were rows, or of a worker whose word was lost with its disk.

CALL-N.wav              named by its row: whose it is, its call's record says
TENANT-BOX-CALL.wav     a message, named so before there were rows
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.ledger.media_table import CallOfFile, MediaTable
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.folders import folders_of
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState, media_id_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.room import SPOKEN_NAME

BOXES: Final = "voicemail"  # the word of boxes as targets
YOUNG_S: Final = 120.0  # the row of such a file may be on its way
LEASE_S: Final = 300.0
BATCH: Final = 500

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_BY_ROW: Final = re.compile(rf"(?P<call>{_UUID})-(?P<n>\d+)")
_BY_BOX: Final = re.compile(rf"(?P<whose>.+)-(?P<call>{_UUID})")

log = logging.getLogger("callcontrol.media")


@dataclass(frozen=True, slots=True)
class FileFound:
    """A file that nothing was written to for YOUNG_S: its name, and when it was written to last."""

    name: str
    written: Instant

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return Path(self.name).stem

    @property
    def call_id(self) -> str:
        """The call in its name, "" if there is none."""
        found = _BY_ROW.fullmatch(self.stem) or _BY_BOX.fullmatch(self.stem)
        return found["call"] if found is not None else ""


class Adopter:
    """Gives rows to files without one. What has been looked at once is not asked for again."""

    def __init__(self, table: MediaTable, settings: Callable[[], Settings], now: Callable[[], Instant]) -> None:
        self._table = table
        self._settings = settings
        self._now = now
        self._seen: dict[str, set[str]] = {}

    def step(self) -> bool:
        """Go through every folder that no other process goes through."""
        settings = self._settings()
        for switch, folder in folders_of(settings).items():
            if self._table.hold(f"adopt:{switch}", LEASE_S):
                self._look(switch, folder, settings)
        return False

    def _look(self, switch: str, folder: Path, settings: Settings) -> None:
        try:
            found = aside(found_in, folder, self._now())
        except OSError as error:
            raise OutOfReach(f"the folder of {switch} cannot be read: {error}") from error
        seen = self._seen.setdefault(switch, set())
        seen.intersection_update(one.name for one in found)
        fresh = [one for one in found if one.name not in seen]
        strange = 0
        for start in range(0, len(fresh), BATCH):
            strange += self._adopt(switch, fresh[start : start + BATCH], settings)
        meters.media_strange_files.labels(switch).set(strange)

    def _adopt(self, switch: str, files: list[FileFound], settings: Settings) -> int:
        """Make rows for those that have none; returns of how many it is not known whose they are."""
        by_path = {f"{settings.recordings}/{one.name}": one for one in files}
        known = self._table.known(switch, by_path)
        self._table.wake(switch, known)
        left = {path: one for path, one in by_path.items() if path not in known}
        calls = self._calls(left.values())
        changes = {path: self._row(switch, path, one, calls.get(one.call_id), settings) for path, one in left.items()}
        rows = [change for change in changes.values() if change is not None]
        if rows:
            self._table.note(rows)
            meters.media_adopted_total.labels(switch).inc(len(rows))
            log.warning("%s: %d files without a row have one now", switch, len(rows))
        strange = {path for path, change in changes.items() if change is None}
        self._seen[switch].update(one.name for path, one in by_path.items() if path not in strange)
        return len(strange)

    def _calls(self, files: Iterable[FileFound]) -> dict[str, CallOfFile]:
        dated = [one for one in files if one.call_id]
        if not dated:
            return {}
        written = [one.written for one in dated]
        return self._table.calls([one.call_id for one in dated], min(written), max(written))

    def _row(
        self, switch: str, path: str, file: FileFound, call: CallOfFile | None, settings: Settings
    ) -> MediaChange | None:
        named = _BY_ROW.fullmatch(file.stem)
        tenant, box = ("", "") if named else whose(file.stem, settings)
        if call is not None:
            tenant, box = call.tenant, call.boxes.get(path, box)
        if not tenant:
            return None
        media_id = file.stem if named else media_id_of(file.call_id, 0)
        is_talk = call is not None and media_id in call.talks
        return MediaChange(
            media_id=media_id,
            tenant=tenant,
            state=MediaState.CLOSED,
            at=file.written,
            cause="its file was found without a row",
            kind=MediaKind.MESSAGE if box else MediaKind.TALK if is_talk else None,
            call_id=file.call_id,
            switch=switch,
            path=path,
            owner=f"{BOXES}:{box}" if box else "",
            caller=call.caller if call is not None else "",
        )


def found_in(folder: Path, now: Instant) -> list[FileFound]:
    """The sound files of a folder that nothing was written to for YOUNG_S.

    Raises:
        OSError: it cannot be read.
    """
    found = []
    for path in folder.iterdir():
        try:
            written = Instant(path.stat().st_mtime_ns // 1000)
        except FileNotFoundError:
            continue
        if path.suffix == ".wav" and not path.name.startswith(SPOKEN_NAME) and now - written > YOUNG_S * SECOND_US:
            found.append(FileFound(path.name, written))
    return sorted(found, key=lambda one: one.written)


def whose(stem: str, settings: Settings) -> tuple[str, str]:
    """Tenant and box in the name of a file of before there were rows; "" where the tenant is none of ours."""
    named = _BY_BOX.fullmatch(stem)
    for tenant in sorted(settings.tenants, key=len, reverse=True):
        if named is not None and named["whose"].startswith(f"{tenant}-"):
            return tenant, named["whose"].removeprefix(f"{tenant}-")
    return "", ""
