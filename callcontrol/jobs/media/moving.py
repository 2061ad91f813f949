"""The way of a file: closed by the switch -> in storage -> read back -> its row says so.

    look at the file, mend its header          nothing is changed but a header a crash left wrong
    bring it into its format, seal it          its wrapped key is noted before it is stored
    put it into storage under its place        the same place each time: a second try replaces the first
    read it back, compare                      what storage took is what there was
    note it as stored                          one transaction

A process that is killed between two steps leaves a row that is still closed; when its lease has run out the next
process does all steps again. The switch's copy stays until room is needed (room.py), and never goes before the row is
stored.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gevent.pool import Pool

from callcontrol.edges import meters, wav
from callcontrol.edges.ledger.media_table import MediaTable, PastMedia
from callcontrol.edges.storage import NotThere, Storage, StorageAway
from callcontrol.edges.threads import aside
from callcontrol.edges.wav import NotWav
from callcontrol.jobs.media.folders import local_path
from callcontrol.jobs.media.kept_files import KeptFiles, Prepared
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.media import Media, MediaChange, MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant

BATCH: Final = 20  # files that are claimed at once
AT_ONCE: Final = 4  # of them are moved at the same time
LEASE_S: Final = 900.0  # longer than a step may take
APPEARS_S: Final = 30.0  # a file that is not seen so long after it was closed is not there
AGAIN_S: Final = (2.0, 10.0, 30.0, 60.0, 300.0)  # waits after failed moves of one file; the last one repeats

log = logging.getLogger("callcontrol.media")


class NoSound(ValueError):
    """The file is there and holds nothing."""


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file as it was found.

    Attributes:
        wav: None where it is no WAV.
        mended: its header was wrong; else the file is kept as it is.
    """

    path: Path
    wav: wav.Wav | None
    mended: bool = False

    def pieces(self) -> Iterator[bytes]:
        """What is to be kept."""
        return wav.pieces(self.path, self.wav) if self.mended and self.wav is not None else _raw(self.path)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was counted on the way: bytes, and the checksum in hex."""

    bytes: int
    sha256: str


class Mover:
    """Moves closed files.

    Args:
        files: how they are kept. folders: those in force now.
    """

    def __init__(
        self,
        table: MediaTable,
        files: KeptFiles,
        folders: Callable[[], Mapping[str, Path]],
        now: Callable[[], Instant],
    ) -> None:
        self._table = table
        self._files = files
        self._folders = folders
        self._now = now

    def step(self) -> bool:
        """Move the next files, of the folders that are there; True if there may be more.

        Raises:
            StorageAway: storage takes nothing now.
            OutOfReach: a folder that is named is not there; what lies in the others was moved.
        """
        folders = self._folders()
        there = {switch: folder for switch, folder in folders.items() if folder.is_dir()}
        claimed = self._table.claim(there, BATCH, LEASE_S)
        self._move_all(claimed, there)
        self._tell(folders)
        if missing := sorted(folders.keys() - there):
            raise OutOfReach(f"the folder of {missing[0]} is not there: {folders[missing[0]]}")
        return len(claimed) == BATCH

    def _move_all(self, claimed: Sequence[PastMedia], folders: Mapping[str, Path]) -> None:
        """Some at once, for storage on a network makes each wait; once it is away, nothing more is tried."""
        away: list[StorageAway] = []

        def move(one: PastMedia) -> None:
            try:
                if not away:
                    self._move(one, folders)
                    return
            except StorageAway as error:
                away.append(error)
            self._put_off(one, str(away[0]))

        pool = Pool(AT_ONCE)
        try:
            for one in claimed:
                pool.spawn(move, one)
            pool.join(raise_error=True)
        finally:
            pool.kill()
        if away:
            raise away[0]

    def _move(self, one: PastMedia, folders: Mapping[str, Path]) -> None:
        media = one.media
        if not self._files.knows(media.tenant) and self._table.has_sealed(media.tenant):
            self._put_off(one, f"{media.tenant} seals its files and is not configured any more: configure it again")
            return
        try:
            seen = aside(look, local_path(folders, media))
        except FileNotFoundError:
            self._not_there(one)
        except NoSound as error:
            self._lose(media, str(error))
        except OSError as error:
            self._put_off(one, f"the switch's file cannot be read: {error}")
        else:
            self._table.settle(self._stored(media, seen))
            meters.media_moved_total.labels(media.switch).inc()

    def _stored(self, media: Media, seen: FileSeen) -> MediaChange:
        """Put it into storage and read it back; what the row is to say."""
        with ExitStack() as work:
            prepared = self._prepared(work, media, seen)
            if prepared.wrapped is not None:
                self._table.note_key(media, prepared.wrapped)
            storage, place = self._files.storage(), place_of(media.tenant, media.media_id, prepared.ending)
            put = aside(_put, storage, place, prepared.pieces)
        back = aside(_read_back, storage, place)
        if back != put:
            raise StorageAway(f"{place} was read back as {back}, and is {put}")
        mended = "its header was mended by its size" if seen.mended else ""
        return MediaChange(
            media_id=media.media_id,
            tenant=media.tenant,
            state=MediaState.STORED,
            at=self._now(),
            cause="; ".join(filter(None, (mended, prepared.said))),
            length_ms=None if seen.wav is None else seen.wav.length_ms,
            bytes=put.bytes,
            sha256=put.sha256,
            place=place,
        )

    def _prepared(self, work: ExitStack, media: Media, seen: FileSeen) -> Prepared:
        """The file as its tenant wants it kept, until the work is over."""
        try:
            whole = self._files.prepared(media, seen.pieces(), is_sound=seen.wav is not None)
            return aside(work.enter_context, whole)
        except OSError as error:
            raise StorageAway(f"{media.media_id} cannot be brought into its format: {error}") from error

    def _not_there(self, one: PastMedia) -> None:
        """A file may appear late on a mount; one that does not is lost, and that is told once."""
        media = one.media
        if media.state is MediaState.LOST:
            self._table.put_off(media, media.cause, None)
        elif self._now() - media.at < APPEARS_S * SECOND_US:
            self._put_off(one, "its file is not there yet")
        else:
            meters.media_missing_total.labels(media.switch).inc()
            self._lose(media, f"closed, and there is no file {media.path}")

    def _lose(self, media: Media, why: str) -> None:
        log.error("%s is lost: %s", media.media_id, why, extra={"call": media.call_id, "tenant": media.tenant})
        self._table.settle(lost(media, why, self._now()))

    def _put_off(self, one: PastMedia, why: str) -> None:
        self._table.put_off(one.media, why, AGAIN_S[min(one.tries, len(AGAIN_S) - 1)])

    def _tell(self, switches: Iterable[str]) -> None:
        waiting = self._table.waiting(list(switches))
        for switch in switches:
            files, oldest_s = waiting.get(switch, (0, 0.0))
            meters.media_waiting.labels(switch).set(files)
            meters.media_oldest_waiting_seconds.labels(switch).set(oldest_s)


def place_of(tenant: str, media_id: str, ending: str) -> str:
    """Its name in storage: but for the ending of its format always the same, and without a number or a name in it."""
    digest = hashlib.sha256(f"{tenant}/{media_id}".encode()).hexdigest()
    return f"{digest[:2]}/{digest[2:34]}{ending}"


def lost(media: MediaChange, why: str, at: Instant) -> MediaChange:
    """There never will be a file."""
    return MediaChange(media_id=media.media_id, tenant=media.tenant, state=MediaState.LOST, at=at, cause=why)


def look(path: Path) -> FileSeen:
    """Look at a file, and mend its header where that can be done.

    Raises:
        NoSound: it is empty, or has a header only.
        FileNotFoundError, OSError: it is not there, or cannot be read.
    """
    try:
        found = wav.read_wav(path)
    except NotWav as error:
        if path.stat().st_size <= wav.HEADER_BYTES:
            raise NoSound(f"the file {path.name} holds no sound: {error}") from None
        return FileSeen(path, None)
    if not found.sound_bytes:
        raise NoSound(f"the file {path.name} holds no sound")
    if not found.is_right:
        log.warning("%s has a header that a crash left wrong: by its size it sounds %d ms", path, found.length_ms)
        try:
            wav.mend(path, found)
        except OSError as error:  # what is stored is right all the same
            log.warning("%s cannot be mended where it is: %s", path, error)
    return FileSeen(path, found, not found.is_right)


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(wav.PIECE_BYTES):
            yield piece


def _put(storage: Storage, place: str, pieces: Iterable[bytes]) -> Checked:
    counting = _Counting(pieces)
    storage.put(place, counting)
    return counting.checked


def _read_back(storage: Storage, place: str) -> Checked:
    try:
        counting = _Counting(storage.get(place))
        for _ in counting:
            pass
    except NotThere as error:
        raise StorageAway(f"what was put there cannot be read back: {error}") from error
    return counting.checked


class _Counting:
    """Counts pieces as they go by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self._bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self._bytes += len(piece)
            yield piece

    @property
    def checked(self) -> Checked:
        return Checked(self._bytes, self._digest.hexdigest())
