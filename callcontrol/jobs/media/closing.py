"""Rows whose file no worker has closed: their call is over, so the file decides what became of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from callcontrol.edges import meters
from callcontrol.edges.ledger.media_table import MediaTable, OpenMedia
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.folders import local_path
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.moving import FileSeen, NoSound, look, lost
from callcontrol.vocabulary.media import Media, MediaChange, MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant

BATCH: Final = 500
ROOMS: Final = "conference"  # the word of conference rooms as targets
# Without a record of its call a file counts as over when nothing was written to it for so long.
STILL_S: Final = 3600.0
# To the recording of a room the switch writes without a pause, no matter who is in it.
STILL_ROOM_S: Final = 120.0
# Without a record and without a file a row is given up after so long.
GIVEN_UP_S: Final = 6 * 3600.0

log = logging.getLogger("callcontrol.media")


class Closer:
    """Closes rows by their files. The arguments are those of Mover."""

    def __init__(
        self, table: MediaTable, folders: Callable[[], Mapping[str, Path]], now: Callable[[], Instant]
    ) -> None:
        self._table = table
        self._folders = folders
        self._now = now

    def step(self) -> bool:
        """Look at all rows that wait for their file."""
        folders, out_of_reach = self._folders(), ""
        changes = []
        for one in self._table.unclosed(folders, BATCH):
            try:
                if change := aside(self._seen, one, local_path(folders, one.media)):
                    changes.append(change)
            except OutOfReach as error:
                out_of_reach = str(error)
        if changes:
            self._table.note(changes)
        if out_of_reach:
            raise OutOfReach(out_of_reach)
        return False

    def _seen(self, one: OpenMedia, path: Path) -> MediaChange | None:
        """What the file says; None: it has to be waited for."""
        media = one.media
        try:
            still_s = self._now() / SECOND_US - path.stat().st_mtime
        except FileNotFoundError:
            return self._without_file(one)
        if not (one.is_over or still_s > (STILL_ROOM_S if _is_of_room(media) else STILL_S)):
            return None
        try:
            return self._closed(media, look(path))
        except NoSound as error:
            return lost(media, str(error), self._now())

    def _closed(self, media: Media, seen: FileSeen) -> MediaChange:
        length_ms = None if seen.wav is None else seen.wav.length_ms
        at, cause = self._now(), "its call is over: closed by its file"
        cause += ", whose header was mended by its size" if seen.mended else ""
        return replace(_plain(media), state=MediaState.CLOSED, at=at, cause=cause, length_ms=length_ms)

    def _without_file(self, one: OpenMedia) -> MediaChange | None:
        media, age_s = one.media, (self._now() - one.media.began_at) / SECOND_US
        if not one.is_over and age_s < GIVEN_UP_S:
            return None
        if media.state is MediaState.WANTED:
            return lost(media, "its call is over, and nothing was recorded", self._now())
        meters.media_missing_total.labels(media.switch).inc()
        why = f"it was being recorded, its call is over, and there is no file {media.path}"
        log.error("%s is lost: %s", media.media_id, why, extra={"call": media.call_id, "tenant": media.tenant})
        return lost(media, why, self._now())


def _is_of_room(media: Media) -> bool:
    return media.owner.startswith(f"{ROOMS}:")


def _plain(media: Media) -> MediaChange:
    return MediaChange(media_id=media.media_id, tenant=media.tenant, state=media.state, at=media.at)
