"""Which switches' files this host sees, and where."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path, PurePosixPath

from callcontrol.config.fields import host_and_port
from callcontrol.config.settings import Settings
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.media import MediaChange


def folders_of(settings: Settings) -> Mapping[str, Path]:
    """By switch: its folder of recordings as this host sees it. Those that another host has are left out."""
    here = {name: settings.recordings for name, one in settings.switches.items() if _is_here(one.address)}
    return {name: Path(folder) for name, folder in ({**here, **settings.media.folders}).items()}


def local_path(folders: Mapping[str, Path], media: MediaChange) -> Path:
    """Where a medium's file is seen.

    Raises:
        OutOfReach: the folder is not there: not mounted, or no switch of this host.
    """
    folder = folders.get(media.switch)
    if folder is None or not folder.is_dir():
        raise OutOfReach(f"the folder of {media.switch} is not there: {folder}")
    return folder / PurePosixPath(media.path).name


def _is_here(address: str) -> bool:
    host, _ = host_and_port(address)
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False
