"""Delivery to object storage that speaks S3. An upload that is broken off leaves no object."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, Final

from callcontrol.config.export_settings import ExportBucket
from callcontrol.edges.deliveries.errors import DeliveryAway, other_file
from callcontrol.edges.deliveries.folder import RECEIPT_BYTES
from callcontrol.edges.storage.errors import NotThere, StorageAway
from callcontrol.edges.storage.s3 import S3Storage

_PIECE_BYTES: Final = 1 << 20


class S3Delivery:
    """A bucket, and what the names of its objects begin with."""

    def __init__(self, settings: ExportBucket) -> None:
        self._storage = S3Storage(settings)
        self._prefix = settings.prefix
        self.place = f"{settings.endpoint}/{settings.bucket}/{settings.prefix}"

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        """As Delivery."""
        try:
            there = self._sha256_of(name)
            if there is None:
                file.seek(0)
                self._storage.put(self._prefix + name, _pieces(file))
            elif there != sha256:
                raise other_file(f"{self.place}{name}")
        except StorageAway as error:
            raise DeliveryAway(str(error)) from error

    def receipts(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """As Delivery."""
        found = {}
        try:
            for name in names:
                with suppress(NotThere):
                    found[name] = next(self._storage.get(self._prefix + name), b"")[:RECEIPT_BYTES]
        except StorageAway as error:
            raise DeliveryAway(str(error)) from error
        return found

    def _sha256_of(self, name: str) -> str | None:
        """Of an object; None: there is none."""
        digest = hashlib.sha256()
        try:
            for piece in self._storage.get(self._prefix + name):
                digest.update(piece)
        except NotThere:
            return None
        return digest.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE_BYTES), b"")
