"""A sealed file: a small header, then the content in chunks that can be neither changed, reordered nor cut off.

The chunks are sealed by AES-256-GCM as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015; the
payload of age-encryption.org/v1): the nonce is the chunk's number, and its last byte says whether it is the last chunk.
The data key is made for this file alone, so that no nonce comes twice under one key. Any chunk can be opened without
those before it, so a player may seek.

    magic and version   9 bytes
    header length       2 bytes, big-endian
    header              JSON: medium, key (id), wrapped (base64)
    chunks              65,536 bytes of content each, the last 0 to 65,536, each followed by a tag of 16 bytes

A wrapped key that was brought over to another key stands in Postgres; then the header's counts no more.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callcontrol.edges.sealing.keys import KeyRing, SealError, WrappedKey

MAGIC: Final = b"ccsealed\x01"
CHUNK_BYTES: Final = 65_536
TAG_BYTES: Final = 16
MAX_HEADER_BYTES: Final = 4_096
_LENGTH_BYTES: Final = 2
_SEALED_CHUNK: Final = CHUNK_BYTES + TAG_BYTES


class Damaged(SealError):
    """The file was changed, cut off, or is no sealed file."""


def sealed(content: BinaryIO, media_id: str, ring: KeyRing) -> tuple[WrappedKey, Iterator[bytes]]:
    """Seal a file from where it stands: its wrapped key, and the sealed file piece by piece.

    Raises:
        LostKey: there is no key in force.
    """
    data_key, wrapped = ring.new_data_key(media_id)
    return wrapped, _pieces(content, media_id, data_key, wrapped)


def is_sealed(file: BinaryIO) -> bool:
    """Whether this is a sealed file; it is left at its beginning."""
    file.seek(0)
    found = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return found


def header_of(file: BinaryIO) -> tuple[str, WrappedKey]:
    """The medium and the wrapped key that stand in the file; it is left at its first chunk.

    Raises:
        Damaged: it is no sealed file, or its header was changed.
    """
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged("this is no sealed file: it does not begin as one")
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    try:
        told = orjson.loads(file.read(min(length, MAX_HEADER_BYTES)))
        wrapped = base64.b64decode(told["wrapped"], validate=True)
        return str(told["medium"]), WrappedKey(str(told["key"]), wrapped)
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"the header of the sealed file cannot be read: {type(error).__name__}: {error}") from None


class SealedReader(io.RawIOBase):
    """The content of a sealed file, opened chunk by chunk, from any place."""

    def __init__(self, file: BinaryIO, media_id: str, ring: KeyRing, rewrapped: WrappedKey | None = None) -> None:
        """Open it, and its last chunk, so that a file that was cut off is found before anything of it is given out.

        Args:
            file: the sealed file, seekable; it is closed with this reader.
            rewrapped: the wrapped key that counts instead of the header's.

        Raises:
            Damaged: it was changed, cut off, or is no sealed file, or it is another medium's.
            LostKey, WrongKey: the tenant's keys do not open it.
        """
        super().__init__()
        self._file, self.media_id = file, media_id
        medium, wrapped = header_of(file)
        if medium != media_id:
            raise Damaged(f"the file of {media_id} is that of {medium}: storage was changed")
        self._cipher = AESGCM(ring.unwrapped(media_id, rewrapped or wrapped))
        self._begin = file.tell()
        body = file.seek(0, io.SEEK_END) - self._begin
        self._last = max(0, body - 1) // _SEALED_CHUNK
        self.size = body - (self._last + 1) * TAG_BYTES
        self._at = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        self._chunk(self._last)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The place in the content, in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Content from the current place on, at most to the end of its chunk.

        Raises:
            Damaged: the chunk was changed.
        """
        if self._at >= self.size:
            return 0
        number, skipped = divmod(self._at, CHUNK_BYTES)
        piece = self._chunk(number)[skipped : skipped + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file too."""
        if not self.closed:
            self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._opened[0] != number:
            self._file.seek(self._begin + number * _SEALED_CHUNK)
            found = self._file.read(_SEALED_CHUNK)
            try:
                content = self._cipher.decrypt(_nonce(number, number == self._last), found, None)
            except (InvalidTag, ValueError):
                which = f"chunk {number + 1} of {self._last + 1}"
                raise Damaged(f"{which} of {self.media_id} does not open: it was changed or the file cut off") from None
            self._opened = (number, content)
        return self._opened[1]


def _pieces(content: BinaryIO, media_id: str, data_key: bytes, wrapped: WrappedKey) -> Iterator[bytes]:
    told = {"medium": media_id, "key": wrapped.key_id, "wrapped": base64.b64encode(wrapped.wrapped).decode()}
    header = orjson.dumps(told)
    yield MAGIC + len(header).to_bytes(_LENGTH_BYTES, "big") + header
    cipher, number, chunk = AESGCM(data_key), 0, content.read(CHUNK_BYTES)
    while True:
        following = content.read(CHUNK_BYTES)
        yield cipher.encrypt(_nonce(number, not following), chunk, None)
        if not following:
            return
        number, chunk = number + 1, following


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
