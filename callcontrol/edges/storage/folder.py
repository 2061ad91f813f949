"""Storage in a folder: of a disk of this host, or a mount."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from callcontrol.edges.spool_files import sync_folder
from callcontrol.edges.storage.errors import NotThere, StorageAway

PIECE_BYTES: Final = 1 << 18
# Files that are being written lie here. What a killed process left is removed when it is a day old.
PARTS: Final = ".parts"
FORGOTTEN_S: Final = 86_400.0


class FolderStorage:
    """Files in a folder, which is made when the first one comes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """As Storage: written elsewhere in the folder, synced, then moved to its place."""
        path, part = self._root / name, self._root / PARTS / secrets.token_hex(16)
        try:
            for folder in (path.parent, part.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(part, chunks)
                part.replace(path)
            except BaseException:
                with suppress(OSError):
                    part.unlink()
                raise
            sync_folder(path.parent)
        except OSError as error:
            raise StorageAway(f"{path} cannot be written: {error.strerror or error}") from error

    def get(self, name: str) -> Iterator[bytes]:
        """As Storage."""
        path = self._root / name
        try:
            with path.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
        except FileNotFoundError:
            if not self._root.is_dir():
                raise StorageAway(f"there is no folder {self._root}") from None
            raise NotThere(f"there is no {path}") from None
        except OSError as error:
            raise StorageAway(f"{path} cannot be read: {error.strerror or error}") from error

    def delete(self, name: str) -> None:
        """As Storage."""
        path = self._root / name
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise StorageAway(f"{path} cannot be removed: {error.strerror or error}") from error

    def sweep(self, now_s: float) -> int:
        """Remove what killed processes left unfinished more than FORGOTTEN_S ago; returns how many files."""
        left = [path for path in (self._root / PARTS).glob("*") if path.stat().st_mtime < now_s - FORGOTTEN_S]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
