"""A switch's folder, a storage and a table of media, and a clock that a test moves."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted, PastMedia
from callcontrol.edges.storage import FolderStorage, StorageAway
from callcontrol.jobs.media.closing import Closer
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.jobs.media.moving import Mover
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.config.folder import TENANT, loaded

NOON = Instant(1_764_072_000_000_000)
AS_IT_COMES = "message: {archive: linear}, talk: {archive: linear}"
RATE = 8_000  # of 16-bit samples


def wav(length_ms: int, told: int | None = None) -> bytes:
    """A file as a switch writes it; `told`: bytes of sound that its header says, if not the truth."""
    sound = bytes(range(256)) * (RATE * 2 * length_ms // 1000 // 256 + 1)
    sound = sound[: RATE * 2 * length_ms // 1000]
    said = len(sound) if told is None else told
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + said) + b"WAVE" + form + b"data" + struct.pack("<I", said) + sound


class Away:
    """A storage that a test takes away; counts what is put under each name."""

    def __init__(self, storage: FolderStorage) -> None:
        self.why, self.gone = "", ""  # nothing is taken; nothing is given out
        self.puts: dict[str, int] = {}
        self._storage = storage

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        if self.why:
            raise StorageAway(self.why)
        self.puts[name] = self.puts.get(name, 0) + 1
        self._storage.put(name, chunks)

    def get(self, name: str) -> Iterator[bytes]:
        if self.gone:
            raise StorageAway(self.gone)
        return self._storage.get(name)

    def delete(self, name: str) -> None:
        self._storage.delete(name)


class World:
    """One switch, one storage, any number of processes."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.recordings, self.stored = folder / "recordings", folder / "stored"
        self.recordings.mkdir()
        self.storage = Away(FolderStorage(self.stored))
        self.settings = loaded(f"{TENANT}media: {{{AS_IT_COMES}}}\n")
        self.now = NOON
        self._dsn = dsn
        self._tables: list[MediaTable] = []
        self.table = self.new_table("test")

    def new_table(self, name: str) -> MediaTable:
        self._tables.append(MediaTable(self._dsn, name, self.now))
        return self._tables[-1]

    def pass_(self, seconds: float) -> None:
        self.now = Instant(self.now + int(seconds * SECOND_US))
        for table in self._tables:
            table.now = self.now

    def mover(self, name: str = "one") -> Mover:
        files = KeptFiles(lambda: self.settings, lambda: self.storage)
        return Mover(self.new_table(name), files, self.folders, lambda: self.now)

    def closer(self) -> Closer:
        return Closer(self.new_table("closer"), self.folders, lambda: self.now)

    def folders(self) -> Mapping[str, Path]:
        return {"fs1": self.recordings}

    def change(self, n: int, state: MediaState = MediaState.CLOSED, **more: object) -> MediaChange:
        """The n-th message, in this state now."""
        change = MediaChange(
            media_id=f"call-{n}-2",
            tenant="acme",
            state=state,
            at=self.now,
            kind=MediaKind.MESSAGE,
            call_id=f"call-{n}",
            switch="fs1",
            path=f"/var/lib/freeswitch/recordings/call-{n}-2.wav",
            owner="voicemail:101",
        )
        return replace(change, **more)  # type: ignore[arg-type]  # fields of one test

    def message(
        self, n: int, data: bytes | None, state: MediaState = MediaState.CLOSED, kind: MediaKind = MediaKind.MESSAGE
    ) -> Path:
        """A message with this file; None: without one."""
        path = self.recordings / f"call-{n}-2.wav"
        if data is not None:
            path.write_bytes(data)
        self.table.note([self.change(n, state, kind=kind)])
        return path

    def rows(self) -> dict[str, PastMedia]:
        return {one.media.media_id: one for one in self.table.find(MediaWanted())}

    def row(self, n: int) -> PastMedia:
        return self.rows()[f"call-{n}-2"]

    def kept(self, n: int) -> bytes:
        """What storage has of the n-th message."""
        return (self.stored / self.row(n).media.place).read_bytes()

    def close(self) -> None:
        for table in self._tables:
            table.close()
