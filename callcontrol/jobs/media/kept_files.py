"""Sound files in storage: encoded and sealed on the way in, opened on the way out, deleted with proof.

All of it blocks: call it aside (edges/threads.py).

No sound lies on a disk of ours unsealed: what is worked on has no name in any folder, and is gone with the process.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from callcontrol.config.settings import Settings
from callcontrol.edges.sealing.keys import KeyRing, WrappedKey
from callcontrol.edges.sealing.sealed_file import Damaged, SealedReader, is_sealed, sealed
from callcontrol.edges.sound_formats import encode
from callcontrol.edges.speech.sound import BadSound
from callcontrol.edges.storage import NotThere, Storage
from callcontrol.vocabulary.media import MediaChange
from callcontrol.vocabulary.media_format import ENDINGS, MediaFormat

_PIECE_BYTES: Final = 262_144

log = logging.getLogger("callcontrol.media")


class StillThere(Exception):
    """A file was deleted, and storage has it still."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it goes into storage.

    Attributes:
        ending: of its name, with the dot.
        pieces: its content.
        wrapped: its data key, None where it is not sealed; to be noted before the file is stored.
        said: what is worth a word in its row, "" for nothing.
    """

    ending: str
    pieces: Iterable[bytes]
    wrapped: WrappedKey | None
    said: str = ""


def ring_of(settings: Settings, tenant: str) -> KeyRing:
    """The keys of a tenant; of one that is not configured any more there are none."""
    media = settings.tenants[tenant].media if tenant in settings.tenants else None
    if media is None:
        return KeyRing(tenant, {})
    keys = {key_id: base64.b64decode(key) for key_id, key in media.keys.items()}
    return KeyRing(tenant, keys, media.sealed_with or "")


class KeptFiles:
    """Files of media.

    Attributes:
        storage: the one in force.
    """

    def __init__(self, settings: Callable[[], Settings], storage: Callable[[], Storage]) -> None:
        self._settings = settings
        self.storage = storage

    def knows(self, tenant: str) -> bool:
        """Whether the tenant is configured: of one that is not, neither format nor keys are known."""
        return tenant in self._settings().tenants

    @contextmanager
    def prepared(self, media: MediaChange, pieces: Iterable[bytes], *, is_sound: bool) -> Iterator[Prepared]:
        """A file of the switch as its tenant wants it kept.

        Args:
            is_sound: False: it is no WAV, and is kept in the format it has.

        Raises:
            OSError: there is no room for working on it.
        """
        with _in_format(pieces, self._format(media) if is_sound else None, PurePosixPath(media.path).suffix) as found:
            content, ending, said = found
            ring = ring_of(self._settings(), media.tenant)
            if not ring.in_force:
                yield Prepared(ending, pieces_of(content), None, said)
                return
            wrapped, sealed_pieces = sealed(content, media.media_id, ring)
            yield Prepared(ending, sealed_pieces, wrapped, said)

    def opened(self, media: MediaChange, rewrapped: WrappedKey | None) -> BinaryIO:
        """The sound of a stored file, seekable; to be closed.

        Args:
            rewrapped: its data key as Postgres has it, if it has one.

        Raises:
            StorageAway: storage does not answer.
            NotThere: it has no such file.
            SealError: the tenant's keys do not open it, or it was changed.
        """
        digest = hashlib.sha256()
        copy = held(_digested(self.storage().get(media.place), digest))
        try:
            if digest.hexdigest() != media.sha256:
                raise Damaged(f"{media.place} is not what was stored: its checksum is {digest.hexdigest()}")
            return self.sound_in(copy, media, rewrapped)
        except BaseException:
            copy.close()
            raise

    def sound_in(self, file: BinaryIO, media: MediaChange, rewrapped: WrappedKey | None) -> BinaryIO:
        """The sound in a copy of a stored file, sealed or not; to be closed, the copy with it.

        Raises:
            SealError: as `opened`.
        """
        if not is_sealed(file):
            return file
        ring = ring_of(self._settings(), media.tenant)
        return io.BufferedReader(SealedReader(file, media.media_id, ring, rewrapped))

    def in_format(self, sound: BinaryIO, place: str, form: MediaFormat) -> BinaryIO:
        """The sound of a stored file in a format, as for a mail; to be closed, in place of what was given.

        Args:
            sound: as `opened` gives it. place: of the file.

        Raises:
            BadSound: it cannot be brought into the format.
            OSError: there is no room for working on it.
        """
        if form in (MediaFormat.MP3, MediaFormat.OPUS) and place.endswith(form.ending):
            return sound
        with sound, held(pieces_of(sound)) as source:
            target = held(())
            try:
                encode(path_of(source), path_of(target), form)
                target.seek(0)
            except BaseException:
                target.close()
                raise
            return target

    def delete(self, media_place: str) -> None:
        """Delete a file, and see that storage has it no more: under any ending, for the format may have been another
        when a process that was killed stored it.

        Raises:
            StorageAway: storage does not answer.
            StillThere: it has the file still.
        """
        storage, stem = self.storage(), PurePosixPath(media_place).with_suffix("")
        for name in dict.fromkeys((media_place, *(f"{stem}{ending}" for ending in ENDINGS))):
            storage.delete(name)
            if _has(storage, name):
                raise StillThere(f"storage has {name} still, though it was deleted")

    def _format(self, media: MediaChange) -> MediaFormat | None:
        tenant = self._settings().tenants.get(media.tenant)
        return None if tenant is None or media.kind is None else tenant.media.of(media.kind).archive


@contextmanager
def _in_format(pieces: Iterable[bytes], form: MediaFormat | None, ending: str) -> Iterator[tuple[BinaryIO, str, str]]:
    """The content in this format, its ending, and a word about it; what cannot be encoded is kept as it came."""
    with held(pieces) as source:
        if form in (None, MediaFormat.LINEAR):
            yield source, ending, ""
            return
        with tempfile.TemporaryFile() as target:
            try:
                encode(path_of(source), path_of(target), form)
            except BadSound as error:
                log.warning("%s", error)
                source.seek(0)
                yield source, ending, f"kept as it came: {error}"
                return
            target.seek(0)
            yield target, form.ending, ""


def held(pieces: Iterable[bytes]) -> BinaryIO:
    """The pieces as a file without a name, at its beginning; to be closed.

    Raises:
        OSError: there is no room for it; and what the pieces raise.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # who asked closes it
    try:
        for piece in pieces:
            file.write(piece)
        file.flush()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def path_of(file: BinaryIO) -> Path:
    """A path by which a file without a name can be opened once more, with a place of its own (proc(5), Linux)."""
    return Path(f"/proc/self/fd/{file.fileno()}")


def pieces_of(content: BinaryIO) -> Iterator[bytes]:
    """What is left of a file, piece by piece."""
    while piece := content.read(_PIECE_BYTES):
        yield piece


def _digested(pieces: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _has(storage: Storage, name: str) -> bool:
    try:
        next(storage.get(name), None)
    except NotThere:
        return False
    return True
