"""Files of ours among files of others: compared, written and removed without ever touching what is not ours.

A file is ours if its first line is the marker. Every file is replaced as a whole (written beside it, then renamed), so
a FreeSWITCH that reads at this moment sees the old one or the new one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# They hold passwords: the owner writes, the group (FreeSWITCH's) reads.
MODE = 0o640


class ForeignFile(Exception):
    """A file that shall be written is there already and belongs to another program; the message names it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is not as it should be; `text` None means that it goes."""

    path: Path
    text: str | None
    what: str  # new, changed, gone

    def __str__(self) -> str:
        return f"{self.what}: {self.path}"


def changes(root: Path, wanted: Mapping[str, str], folders: Sequence[str], marker: str) -> tuple[Change, ...]:
    """What would have to be done so that exactly the wanted files of ours are there.

    Raises:
        ForeignFile: one of them would replace a file without the marker.
        OSError: a file or folder cannot be read.
    """
    ours = {path for folder in folders for path in _ours_in(root / folder, marker)}
    found = [*_wanted(root, wanted, ours)]
    gone = [Change(path, None, "gone") for path in sorted(ours - {root / name for name in wanted})]
    return (*found, *gone)


def carry_out(change: Change) -> None:
    """Write or remove the file.

    Raises:
        OSError: it cannot be done.
    """
    if change.text is None:
        change.path.unlink()
        return
    change.path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(prefix=f".{change.path.name}.", dir=change.path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(change.text)
            file.flush()
            os.fchmod(descriptor, MODE)
            os.fsync(descriptor)
        Path(beside).replace(change.path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def opened_wider(root: Path, folders: Sequence[str], marker: str) -> tuple[Path, ...]:
    """Files of ours that more may read or write than MODE allows, as an earlier version left them."""
    ours = (path for folder in folders for path in _ours_in(root / folder, marker))
    return tuple(path for path in ours if path.stat().st_mode & 0o777 & ~MODE)


def closed(path: Path) -> str:
    """Take from others what MODE does not allow; says what was done.

    Raises:
        OSError: it cannot be done.
    """
    before = path.stat().st_mode & 0o777
    path.chmod(before & MODE)
    return f"mode {before:04o} is now {before & MODE:04o}: {path}"


def _wanted(root: Path, wanted: Mapping[str, str], ours: set[Path]) -> Iterator[Change]:
    for name, text in sorted(wanted.items()):
        path = root / name
        if not path.exists():
            yield Change(path, text, "new")
        elif path not in ours:
            raise ForeignFile(f"{path} was not written by callcontrol: move it away or give the entry another name")
        elif path.read_text(encoding="utf-8", errors="replace") != text:
            yield Change(path, text, "changed")


def _ours_in(folder: Path, marker: str) -> Iterator[Path]:
    for path in sorted(folder.glob("*.xml")):
        with path.open(encoding="utf-8", errors="replace") as file:
            if file.readline().rstrip("\n") == marker:
                yield path
