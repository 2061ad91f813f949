"""Where a server's files and socket are, if its folder is too deep or closed to the user it runs as.

Two limits are met in practice. A socket's path holds at most 107 bytes, and clones can be deep. And a server
that refuses to run as root runs as `nobody`, and root's home folder (0700) is closed to that user.
We do not open other people's folders; the server moves instead, and its folder keeps a link to the new place.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from callcontrol.edges.embedded import child
from callcontrol.edges.embedded.child import Account, EmbeddedStoreError

SOCKET_PATH_BYTES = 107  # sun_path without its final NUL (unix(7))
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # needs no quoting in a URL, a DSN or a list of folders
LASTING_TEMPORARY = Path("/var/tmp")  # kept over a reboot, unlike /tmp


def reaches(account: Account | None, path: Path, access: str = "-x") -> bool:
    """Whether `account` has `access` (as test(1) writes it: -r -w -x) to `path`; tested as that user."""
    if account is None:
        return True
    return child.run(["/usr/bin/test", access, path], account=account, deadline_s=10.0).returncode == 0


def home_folder(folder: Path, account: Account | None) -> Path:
    """`folder`, or, if `account` cannot enter it, the folder its link `moved` leads to."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is None:
        folder.chmod(0o700)
        return folder
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
    if reaches(account, folder):
        return folder
    link = folder / "moved"
    if not link.is_dir():
        link.unlink(missing_ok=True)
        link.symlink_to(_new_home())
    return link.resolve()


def _new_home() -> Path:
    """A new folder with a random name (so it cannot have been prepared), which every user may pass through."""
    created = Path(tempfile.mkdtemp(prefix="callcontrol-", dir=LASTING_TEMPORARY))
    created.chmod(0o711)
    return created


def hand_over(path: Path, account: Account | None) -> None:
    """Give `path` and all below it to `account`, for its use alone."""
    if account is None:
        return
    for entry in [path, *path.rglob("*")]:
        os.lchown(entry, account.uid, account.gid)


def programs_within_reach(programs: Path, home: Path, account: Account | None) -> Path:
    """`programs` itself, or a copy of it in `home` if `account` cannot read it (below /root, say).

    The programs find the wheel's own libraries beside the package, in `<package>.libs`: both go together.
    """
    if reaches(account, programs / "bin", "-x") and reaches(account, programs / "share", "-r"):
        return programs
    package = programs.parent
    copy = home / f"programs-{_mark(programs)}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=home))
        for part in (programs, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.relative_to(package.parent), symlinks=True)
        hand_over(unfinished, account)
        unfinished.rename(copy)
    return copy / package.name / programs.name


def socket_folder(home: Path, socket_name: str, account: Account | None) -> Path:
    """A folder for the socket: `home`/socket, or a short one in the temporary folder if that is too long.

    The short one has a name that follows from `home`, so the address survives a restart. A folder of that name that
    belongs to another user is refused.
    """
    folder = next(f for f in _socket_folders(home) if _fits(f, socket_name) and reaches(account, f.parent))
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = os.geteuid() if account is None else account.uid
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        raise EmbeddedStoreError(f"{folder} is needed for a socket, but belongs to another user: remove it")
    folder.chmod(0o700)
    hand_over(folder, account)
    return folder


def _socket_folders(home: Path) -> Iterator[Path]:
    yield home / "socket"
    yield Path(tempfile.gettempdir()) / f"callcontrol-{_mark(home)}"
    yield Path("/tmp") / f"callcontrol-{_mark(home)}"


def _fits(folder: Path, socket_name: str) -> bool:
    path = str(folder / socket_name)
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and PLAIN_PATH.fullmatch(path) is not None


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
