"""Where sound files are kept for good: a folder, or object storage. Names are ours, such as `3f/9a0c….wav`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from callcontrol.config.settings import Settings
from callcontrol.edges.storage.errors import NotThere, StorageAway
from callcontrol.edges.storage.folder import FolderStorage

__all__ = ["FolderStorage", "NotThere", "Storage", "StorageAway", "storage_of"]


class Storage(Protocol):
    """Keeps files by name. All methods block: call them aside (edges/threads.py).

    Raises: StorageAway: it cannot be reached, has no room, or refuses; it may work later.
    """

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Keep this file, all of it or nothing; one of the same name is replaced. It is durable when this returns."""
        ...

    def get(self, name: str) -> Iterator[bytes]:
        """The file, piece by piece; raises NotThere."""
        ...

    def delete(self, name: str) -> None:
        """Remove the file; one that is not there is removed already."""
        ...


def storage_of(settings: Settings) -> Storage:
    """The storage these settings name."""
    s3 = settings.media.s3
    if s3 is None:
        return FolderStorage(Path(settings.media.storage or Path(settings.data) / "media"))
    from callcontrol.edges.storage.s3 import S3Storage  # its library is loaded only where there is such a storage

    return S3Storage(s3)
