"""Files are brought to a switch that a call wants to play there: from a folder this host sees, or out of storage,
opened and as linear sound. They lie in a folder of their own in the switch's recordings until no call wants them.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from callcontrol.config.settings import Settings
from callcontrol.edges import box_meters, clock
from callcontrol.edges.ledger.media_table import MediaTable
from callcontrol.edges.live_state.brought_sounds import Brought, BroughtSounds, SoundWanted
from callcontrol.edges.speech.sound import BadSound
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.folders import local_path
from callcontrol.jobs.media.kept_files import pieces_of
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.moving import NoSound, look
from callcontrol.jobs.media.reach import within_reach
from callcontrol.vocabulary.media import BROUGHT, Media, MediaState, brought_path
from callcontrol.vocabulary.media_format import MediaFormat
from callcontrol.vocabulary.moment import SECOND_US

EVERY_S: Final = 0.2
# So many of a switch in one step.
BATCH: Final = 20
# What was brought goes when it was not asked for so long (seconds), the oldest first where there are more than so many.
KEPT_S: Final = 3_600.0
MOST: Final = 1_000

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_GONE: Final = (MediaState.LOST, MediaState.DELETED)

log = logging.getLogger("callcontrol.media")


class NotYet(Exception):
    """The file is on its way into storage."""


class Shelf(Protocol):
    """Where the files are. Both raise OutOfReach where a store or the file's key is away."""

    def media(self, tenant: str, media_id: str) -> Media | None:
        """The row, None if there is none."""

    def in_format(self, media: Media, form: MediaFormat) -> BinaryIO:
        """The sound of a stored file in a format; raises BadSound."""


class Bringer:
    """Brings what is wanted at the switches whose folders are seen here.

    Args:
        recordings: as the switches know their folder. folders: where this host sees it, by switch.
    """

    def __init__(
        self,
        sounds: BroughtSounds,
        shelf: Shelf,
        settings: Callable[[], Settings],
        folders: Callable[[], Mapping[str, Path]],
    ) -> None:
        self._sounds = sounds
        self._shelf = shelf
        self._settings = settings
        self._folders = folders

    def step(self) -> bool:
        """Bring what is wanted now.

        Raises:
            OutOfReach: Redis is away.
        """
        folders = {switch: folder for switch, folder in self._folders().items() if folder.is_dir()}
        more = False
        with within_reach():
            for switch in folders:
                more = self._bring_to(switch, folders) or more
        return more

    def _bring_to(self, switch: str, folders: Mapping[str, Path]) -> bool:
        later: list[SoundWanted] = []
        for _ in range(BATCH):
            wanted = self._sounds.take(switch)
            if wanted is None:
                break
            try:
                self._sounds.tell(wanted, self._brought(wanted, folders))
            except NotYet:
                later.append(wanted)
        for one in later:
            self._sounds.put_back(one)
        return not later and wanted is not None

    def _brought(self, wanted: SoundWanted, folders: Mapping[str, Path]) -> Brought:
        """What became of it; raises NotYet."""
        if not _NAME.fullmatch(wanted.media_id):
            return Brought("", f"{wanted.media_id!r} is no name of a file")
        try:
            with within_reach():
                trouble = self._there(wanted, folders)
        except (OutOfReach, BadSound, NoSound, OSError) as error:
            trouble = str(error)
        if trouble:
            log.error("%s cannot be brought to %s: %s", wanted.media_id, wanted.switch, trouble)
            return Brought("", f"{wanted.media_id} cannot be brought: {trouble}")
        return Brought(brought_path(self._settings().recordings, wanted.media_id))

    def _there(self, wanted: SoundWanted, folders: Mapping[str, Path]) -> str:
        """Bring it, or keep it for longer; why that cannot be done, in words."""
        media = self._shelf.media(wanted.tenant, wanted.media_id)
        if media is None:
            return "it has no row"
        if media.state in _GONE:
            return f"it is {media.state}: {media.cause}"
        target = brought_in(folders[wanted.switch], wanted.media_id)
        if aside(_renewed, target):
            return ""
        if media.switch in folders and (source := local_path(folders, media)).exists():
            aside(_written, target, look(source).pieces())
        elif media.state is not MediaState.STORED:
            raise NotYet
        else:
            with self._shelf.in_format(media, MediaFormat.LINEAR) as sound:
                aside(_written, target, pieces_of(sound))
        log.info("%s was brought to %s", wanted.media_id, wanted.switch)
        return ""


class BroughtKeeper:
    """Removes what was brought and is not wanted any more, and copies of files that are deleted everywhere else."""

    def __init__(self, table: MediaTable, folders: Callable[[], Mapping[str, Path]]) -> None:
        self._table = table
        self._folders = folders

    def step(self) -> bool:
        """Look through the folders that are seen here."""
        for switch, folder in self._folders().items():
            there = aside(_files, folder / BROUGHT)
            gone = self._table.gone([path.stem for path in there])
            old = clock.now() / SECOND_US - KEPT_S
            going = [path for path, at_s in there.items() if path.stem in gone or at_s < old]
            left = sorted(there.keys() - going, key=lambda path: there[path])
            for path in (*going, *left[: max(0, len(left) - MOST)]):
                aside(path.unlink, missing_ok=True)
            box_meters.sounds_lent.labels(switch).set(min(len(left), MOST))
        return False


def brought_in(folder: Path, media_id: str) -> Path:
    """Where a file lies if it was brought to the switch of this folder."""
    return folder / BROUGHT / f"{media_id}.wav"


def _files(folder: Path) -> dict[Path, float]:
    """What is there, and when it was asked for last (seconds since the epoch)."""
    found = {}
    with suppress(FileNotFoundError):  # nothing was ever brought
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                found[path] = path.stat().st_mtime
    return found


def _renewed(target: Path) -> bool:
    """Whether it is there; if so it stays for longer."""
    try:
        os.utime(target)
    except FileNotFoundError:
        return False
    return True


def _written(target: Path, pieces: Iterable[bytes]) -> None:
    """The file, whole or not at all; the switch, another user, reads it. The folder above lets no others in."""
    with suppress(FileExistsError):
        target.parent.mkdir(mode=0o755)
    part = target.with_name(f"{target.stem}.{clock.new_id()}")
    with part.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    part.chmod(0o644)
    part.replace(target)
