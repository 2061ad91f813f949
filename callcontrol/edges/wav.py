"""WAV files as a switch leaves them, those of a switch that crashed as well.

libsndfile, by which FreeSWITCH writes them (mod_sndfile.c), puts the length into the header when it closes the file. A
switch that was killed leaves a header of no length, or of a part: the size of the file says how much sound there is.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

PIECE_BYTES: Final = 1 << 18
_RIFF_BYTES: Final = 12
HEADER_BYTES: Final = 44  # of the shortest header
HEAD_BYTES: Final = 4_096  # the chunk of the sound begins within so many bytes
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")


class NotWav(ValueError):
    """The file is no WAV; says why."""


@dataclass(frozen=True, slots=True)
class Wav:
    """What a file holds by its size.

    Attributes:
        head: its first bytes as they should be, up to where the sound begins.
        sound_bytes: bytes of sound, whole samples only; what stands behind it is not looked at.
        bytes_per_s: of sound.
        is_right: whether the header of the file says the same.
    """

    head: bytes
    sound_bytes: int
    bytes_per_s: int
    is_right: bool

    @property
    def length_ms(self) -> int:
        """How long it sounds."""
        return self.sound_bytes * 1000 // self.bytes_per_s

    @property
    def bytes(self) -> int:
        """Of the head and the sound together."""
        return len(self.head) + self.sound_bytes


def read_wav(path: Path) -> Wav:
    """Read the header, and compare it with the size of the file.

    Raises:
        NotWav: it is none.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return _read(file)


def mend(path: Path, wav: Wav) -> None:
    """Write the right header into the file.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("r+b") as file:
        file.write(wav.head)
        file.flush()
        os.fsync(file.fileno())


def pieces(path: Path, wav: Wav) -> Iterator[bytes]:
    """The file as it should be, piece by piece.

    Raises:
        OSError: it cannot be read, or has less sound than it had.
    """
    yield wav.head
    left = wav.sound_bytes
    with path.open("rb") as file:
        file.seek(len(wav.head))
        while left:
            piece = file.read(min(left, PIECE_BYTES))
            if not piece:
                raise OSError(errno.EIO, "it has become shorter", str(path))
            left -= len(piece)
            yield piece


def _read(file: BinaryIO) -> Wav:
    data = file.read(HEAD_BYTES)
    if len(data) < _RIFF_BYTES or data[:4] != b"RIFF" or data[8:_RIFF_BYTES] != b"WAVE":
        raise NotWav("it does not begin as a WAV file")
    offset, form = _RIFF_BYTES, None
    while offset + _CHUNK.size <= len(data):
        name, length = _CHUNK.unpack_from(data, offset)
        inside = offset + _CHUNK.size
        if name == b"fmt " and inside + _FORMAT.size <= len(data):
            form = _FORMAT.unpack_from(data, inside)
        if name == b"data" and form is not None:
            return _wav(file, data[:inside], length, form)
        offset = inside + length + length % 2
    raise NotWav("its header ends before the sound begins")


def _wav(file: BinaryIO, head: bytes, told: int, form: tuple[int, ...]) -> Wav:
    bytes_per_s, block = form[3], max(form[4], 1)
    if not bytes_per_s:
        raise NotWav("its header says no rate")
    there = os.fstat(file.fileno()).st_size - len(head)
    if told == there or (0 < told < there and _chunk_follows(file, len(head) + told, len(head) + there)):
        return Wav(head, told, bytes_per_s, True)
    sound = there - there % block
    said = head[: -_CHUNK.size] + _CHUNK.pack(b"data", sound)
    return Wav(said[:4] + struct.pack("<I", len(said) - 8 + sound) + said[8:], sound, bytes_per_s, False)


def _chunk_follows(file: BinaryIO, end: int, size: int) -> bool:
    """Whether another chunk, or nothing but a byte that fills up, stands behind the sound that ends there."""
    begin = end + end % 2
    file.seek(begin)
    head = file.read(_CHUNK.size)
    if begin >= size:
        return True
    is_chunk = len(head) == _CHUNK.size and head[:4].isalnum()  # silence is none
    return is_chunk and begin + _CHUNK.size + _CHUNK.unpack(head)[1] <= size
