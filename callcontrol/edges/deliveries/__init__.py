"""Where batches are delivered to: a folder, a server by SFTP, object storage, a web server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO, Protocol

from callcontrol.config.export_settings import OwnExport
from callcontrol.edges.deliveries.errors import DeliveryAway, OtherFile
from callcontrol.edges.deliveries.folder import FolderDelivery

__all__ = ["Delivery", "DeliveryAway", "FolderDelivery", "OtherFile", "delivery_of"]


class Delivery(Protocol):
    """The receiver of an export. All methods block: call them aside (edges/threads.py).

    Attributes:
        place: where it is, for people; without any secret.

    Raises: DeliveryAway: it cannot be reached, has no room, or refuses; it may work later.
    """

    place: str

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        """Deliver a file under this name, all of it or nothing. What is there already with the same bytes is delivered.

        Args:
            file: read from its beginning.

        Raises:
            OtherFile: another file of that name is there; it stays.
        """
        ...

    def receipts(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Of these files, which the receiver writes, those that are there: each up to RECEIPT_BYTES."""
        ...


def delivery_of(settings: OwnExport) -> Delivery:
    """The receiver these settings name. Its library is loaded only where there is such a one."""
    if settings.sftp is not None:
        from callcontrol.edges.deliveries.sftp import SftpDelivery

        return SftpDelivery(settings.sftp)
    if settings.s3 is not None:
        from callcontrol.edges.deliveries.s3 import S3Delivery

        return S3Delivery(settings.s3)
    if settings.http is not None:
        from callcontrol.edges.deliveries.http import HttpDelivery

        return HttpDelivery(settings.http)
    assert settings.folder is not None  # checks/exports.py: there is one place
    return FolderDelivery(settings.folder)
