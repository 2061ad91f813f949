"""The spool on disk: segments of framed entries, and the mark up to which they are done with. No greenlets here.

Entries are numbered from 1 and never renumbered. A segment is named by the number of its first entry,
`00000000000000000001.spool`, and holds frames one after the other:

    length of the payload (4) · crc32 of all that follows (4) · number (8) · appended at, us since the epoch (8)
    · payload

all little-endian. A frame that is cut short, does not match its checksum or has the wrong number ends its segment: in
the last one this is what a crash in the middle of a write leaves behind (torn), elsewhere it is damage. Neither is
destroyed: the bytes are set aside in `torn`, the file in `*.damaged`.
"""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

from callcontrol.edges.file_errors import naming
from callcontrol.vocabulary.moment import Instant

Position = NewType("Position", int)
"""The number of an entry; 0 stands before the first."""

_HEAD = struct.Struct("<II")
_KEY = struct.Struct("<Qq")
_MARK = struct.Struct("<QI")
HEAD_BYTES = _HEAD.size + _KEY.size
SLICE_BYTES = 1 << 18  # what is checked in one go, while no other greenlet may run: half a millisecond


class SpoolInUse(RuntimeError):
    """Another process has the folder."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry read back: its number, when it was appended, what it holds."""

    position: Position
    at: Instant
    payload: bytes


@dataclass(slots=True)
class Segment:
    """One file: entries `first` up to, not including, `next`, in its first `size` bytes.

    Attributes:
        lost_from: the first entry that cannot be read back any more, where the file turned out damaged.
    """

    path: Path
    first: int
    next: int
    size: int = 0
    lost_from: int | None = None

    @property
    def readable(self) -> int:
        """The number behind the last entry that can be read."""
        return self.next if self.lost_from is None else self.lost_from


def frame(number: int, at: Instant, payload: bytes) -> bytes:
    """The bytes of one entry."""
    body = _KEY.pack(number, at) + payload
    return _HEAD.pack(len(payload), zlib.crc32(body)) + body


def frames(data: bytes, number: int) -> Iterator[tuple[int, Stored]]:
    """The whole entries at the beginning of `data`, each with the offset behind it, as long as their numbers go on from
    `number`."""
    offset = 0
    while offset + HEAD_BYTES <= len(data):
        length, crc = _HEAD.unpack_from(data, offset)
        end = offset + HEAD_BYTES + length
        if end > len(data) or zlib.crc32(memoryview(data)[offset + _HEAD.size : end]) != crc:
            return
        found, at = _KEY.unpack_from(data, offset + _HEAD.size)
        if found != number:
            return
        yield end, Stored(Position(number), Instant(at), data[offset + HEAD_BYTES : end])
        offset, number = end, number + 1


def frame_size(data: bytes) -> int:
    """How many bytes the entry at the beginning of `data` claims to have."""
    return HEAD_BYTES + _HEAD.unpack_from(data)[0] if len(data) >= HEAD_BYTES else 0


def lock_folder(folder: Path) -> int:
    """Make the folder and hold it for this process; the descriptor holds the lock.

    Raises:
        SpoolInUse: another process holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 20, 0).decode("ascii", "replace") or "unknown"
        os.close(lock)
        raise SpoolInUse(f"spool {folder} is in use by process {owner}: each worker needs its own folder") from None
    with naming(folder / "lock"):
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def segments(folder: Path) -> list[Segment]:
    """Every segment of the folder, in order; nothing in them is known before `check_on` has been over them."""
    return [Segment(path, int(path.stem), int(path.stem)) for path in sorted(folder.glob("*.spool"))]


def check_on(segment: Segment) -> bool:
    """Check the next entries of a file, about SLICE_BYTES of them; False where no whole entry follows."""
    begin, number = segment.size, segment.next
    with segment.path.open("rb") as file:
        rest = os.fstat(file.fileno()).st_size - begin
        data = os.pread(file.fileno(), min(SLICE_BYTES, rest), begin)
        if len(data) < frame_size(data):
            data = os.pread(file.fileno(), min(frame_size(data), rest), begin)
    for end, stored in frames(data, number):
        segment.size, segment.next = begin + end, stored.position + 1
    return segment.size > begin


def rest_bytes(segment: Segment) -> int:
    """Bytes behind the last whole entry."""
    return segment.path.stat().st_size - segment.size


def cut_torn_tail(segment: Segment) -> int:
    """Take what a crash left behind the last whole entry out of the last segment; returns its bytes.

    The bytes are kept in the file `torn` (of the latest crash only), for a person to look at.
    """
    with segment.path.open("rb") as file:
        file.seek(segment.size)
        data = file.read()
    if data:
        torn = segment.path.parent / "torn"
        torn.touch(0o600)
        torn.write_bytes(data)
        os.truncate(segment.path, segment.size)
    return len(data)


def read_mark(folder: Path) -> int:
    """The number of the last entry that is done with; 0 if unknown."""
    try:
        data = (folder / "mark").read_bytes()
    except FileNotFoundError:
        return 0
    if len(data) != _MARK.size:
        return 0
    number, crc = _MARK.unpack(data)
    return number if crc == zlib.crc32(data[:8]) else 0


def write_mark(folder: Path, number: int) -> None:
    """Remember the last entry that is done with. Not synced: a lost mark costs a repetition, which changes nothing."""
    data = number.to_bytes(8, "little")
    file = os.open(folder / "mark", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(file, data + zlib.crc32(data).to_bytes(4, "little"), 0)
    finally:
        os.close(file)


def create_segment(folder: Path, first: int) -> Segment:
    """A new, empty segment whose name is on disk."""
    segment = Segment(folder / f"{first:020d}.spool", first, first)
    os.close(os.open(segment.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    sync_folder(folder)
    return segment


def write_synced(segment: Segment, data: bytes) -> None:
    """Write behind the segment's last whole entry and wait until the disk has it.

    A write that failed half-way, or whose sync failed, is simply written again at the same place.
    """
    file = os.open(segment.path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        rest, offset = memoryview(data), segment.size
        while rest:
            written = os.pwrite(file, rest, offset)
            rest, offset = rest[written:], offset + written
        os.fdatasync(file)
    finally:
        os.close(file)


def read_at(segment: Segment, offset: int, length: int) -> bytes:
    """Up to `length` bytes of the segment's whole entries, from `offset`."""
    file = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(file, min(length, segment.size - offset), offset)
    finally:
        os.close(file)


def drop(segment: Segment) -> None:
    """Remove a segment that is done with; a damaged one is only renamed, its unread rest holds calls."""
    if segment.lost_from is not None:
        segment.path.rename(segment.path.with_suffix(".damaged"))
    else:
        segment.path.unlink()


def sync_folder(folder: Path) -> None:
    """Wait until the folder's names are on disk."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
