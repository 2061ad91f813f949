"""Every copy of a sound file: in storage and on its switch's disk; and their deletion, looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath

from callcontrol.edges.ledger.deletions import Order
from callcontrol.edges.storage import StorageAway
from callcontrol.edges.threads import aside
from callcontrol.jobs.media.bringing import brought_in
from callcontrol.jobs.media.kept_files import KeptFiles, StillThere
from callcontrol.jobs.media.moving import place_of
from callcontrol.jobs.media.retention import NotDeleted


class StoredCopies:
    """Copies where the folders of these switches are seen.

    Args:
        folders: by switch, where this host sees its folder of recordings.
    """

    def __init__(self, files: KeptFiles, folders: Callable[[], Mapping[str, Path]]) -> None:
        self._files = files
        self._folders = folders

    def switches(self) -> Collection[str]:
        """Those whose folder is there."""
        return [switch for switch, folder in self._folders().items() if folder.is_dir()]

    def delete(self, order: Order) -> None:
        """Delete every copy, and look whether none is left.

        Raises:
            NotDeleted: one is, or it cannot be known.
        """
        try:
            if order.on_switch and order.path:
                aside(_remove, self._folders()[order.switch] / PurePosixPath(order.path).name)
            for folder in self._folders().values():
                aside(_remove, brought_in(folder, order.media_id))
            aside(self._files.delete, order.place or place_of(order.tenant, order.media_id, ".wav"))
        except (StorageAway, StillThere) as error:
            raise NotDeleted(str(error)) from error
        except OSError as error:
            raise NotDeleted(f"the switch's copy cannot be removed: {error}") from error


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.exists():
        raise FileExistsError(f"{path} is there still, though it was removed")
