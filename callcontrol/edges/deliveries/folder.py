"""Delivery to a folder: of a disk of this host, or a mount."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from callcontrol.edges import clock
from callcontrol.edges.deliveries.errors import DeliveryAway, other_file
from callcontrol.edges.spool_files import sync_folder
from callcontrol.edges.whole_files import file_sha256
from callcontrol.vocabulary.moment import SECOND_US

PIECE_BYTES: Final = 1 << 20
# As much of a receipt is read.
RECEIPT_BYTES: Final = 4_096
# Files under way bear this ending. What a killed process left is removed when it is so old.
PART: Final = ".part"
FORGOTTEN_S: Final = 3_600.0


class FolderDelivery:
    """Files appear whole: they are written beside their place under another name, synced, and renamed."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self.place = folder

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        """As Delivery."""
        path = self._folder / name
        with self._said(name):
            if path.exists():
                if file_sha256(path) != sha256:
                    raise other_file(path)
                return
            part = self._folder / f".{name}.{secrets.token_hex(4)}{PART}"
            try:
                _write(part, file)
                part.replace(path)
            except BaseException:
                with suppress(OSError):
                    part.unlink()
                raise
            sync_folder(self._folder)
            self._sweep(name)

    def receipts(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """As Delivery."""
        found = {}
        with self._said("receipts"):
            for name in names:
                with suppress(FileNotFoundError), (self._folder / name).open("rb") as file:
                    found[name] = file.read(RECEIPT_BYTES)
        return found

    def _sweep(self, name: str) -> None:
        """Remove what killed processes left half written of this file."""
        for part in self._folder.glob(f".{name}.*{PART}"):
            with suppress(FileNotFoundError):  # another process has just renamed its own
                if part.stat().st_mtime < clock.now() / SECOND_US - FORGOTTEN_S:
                    part.unlink()

    @contextmanager
    def _said(self, name: str) -> Iterator[None]:
        if not self._folder.is_dir():
            raise DeliveryAway(f"there is no folder {self._folder}")
        try:
            yield
        except OSError as error:
            raise DeliveryAway(f"{self._folder / name}: {error.strerror or error}") from error


def _write(path: Path, file: BinaryIO) -> None:
    file.seek(0)
    with path.open("xb") as part:
        os.fchmod(part.fileno(), 0o640)
        while piece := file.read(PIECE_BYTES):
            part.write(piece)
        part.flush()
        os.fsync(part.fileno())
