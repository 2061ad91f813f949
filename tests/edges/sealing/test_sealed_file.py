"""A sealed file gives back what was sealed, to those who have the key, and nothing to others."""

import io
import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.edges.sealing.keys import KeyRing, LostKey, WrappedKey, WrongKey
from callcontrol.edges.sealing.sealed_file import (
    CHUNK_BYTES,
    TAG_BYTES,
    Damaged,
    SealedReader,
    header_of,
    is_sealed,
    sealed,
)

OLD, NEW = os.urandom(32), os.urandom(32)
RING = KeyRing("acme", {"2026-10": OLD, "2026-11": NEW}, in_force="2026-10")
MEDIUM = "call-1"
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5)


def sealed_bytes(content: bytes, ring: KeyRing = RING, media_id: str = MEDIUM) -> tuple[WrappedKey, bytes]:
    wrapped, pieces = sealed(io.BytesIO(content), media_id, ring)
    return wrapped, b"".join(pieces)


def opened(file: bytes, ring: KeyRing = RING, rewrapped: WrappedKey | None = None, media_id: str = MEDIUM) -> bytes:
    with SealedReader(io.BytesIO(file), media_id, ring, rewrapped) as reader:
        return reader.read()


def content_of(size: int) -> bytes:
    return bytes(n * 7 % 251 for n in range(size))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back_with_its_size(size: int) -> None:
    _, file = sealed_bytes(content_of(size))
    assert is_sealed(io.BytesIO(file))
    assert opened(file) == content_of(size)
    assert SealedReader(io.BytesIO(file), MEDIUM, RING).size == size


def test_nothing_of_the_content_is_seen() -> None:
    _, file = sealed_bytes(b"the number of my card is " * 1000)
    assert b"card" not in file


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3 * CHUNK_BYTES), st.integers(0, CHUNK_BYTES + 10))
def test_a_player_may_seek(at: int, length: int) -> None:
    content = content_of(2 * CHUNK_BYTES + 99)
    _, file = sealed_bytes(content)
    buffered = io.BufferedReader(SealedReader(io.BytesIO(file), MEDIUM, RING))
    buffered.seek(at)
    assert buffered.read(length) == content[at : at + length]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_byte_anywhere_is_found(data: st.DataObject) -> None:
    _, file = sealed_bytes(content_of(CHUNK_BYTES + 9))
    place = data.draw(st.integers(0, len(file) - 1))
    changed = bytearray(file)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Damaged, WrongKey, LostKey)):
        opened(bytes(changed))


@pytest.mark.parametrize("size", [5, CHUNK_BYTES, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 7])
def test_a_file_that_is_cut_off_is_found_when_it_is_opened(size: int) -> None:
    _, file = sealed_bytes(content_of(size))
    whole = CHUNK_BYTES + TAG_BYTES
    header = len(file) - size - TAG_BYTES * max(1, -(-size // CHUNK_BYTES))
    for end in (len(file) - 1, header + whole, header, header - 1, 3, 0):
        if end < len(file):
            with pytest.raises(Damaged):
                SealedReader(io.BytesIO(file[:end]), MEDIUM, RING)


def test_exchanged_repeated_and_added_chunks_are_found() -> None:
    _, file = sealed_bytes(content_of(3 * CHUNK_BYTES))
    size = CHUNK_BYTES + TAG_BYTES
    header, chunks = file[: -3 * size], [file[-3 * size : -2 * size], file[-2 * size : -size], file[-size:]]
    for order in ((1, 0, 2), (0, 0, 2), (0, 1, 2, 2), (0, 1), (2,)):
        with pytest.raises(Damaged):
            opened(header + b"".join(chunks[n] for n in order))


def test_two_files_of_a_tenant_cannot_be_exchanged() -> None:
    mine, _ = sealed_bytes(b"mine")
    _, other = sealed_bytes(b"another's", media_id="call-2")
    with pytest.raises(Damaged, match="that of call-2"):
        opened(other)
    forged = other.replace(b"call-2", MEDIUM.encode())
    with pytest.raises(WrongKey):
        opened(forged)
    with pytest.raises(Damaged):
        opened(forged, rewrapped=mine)


def test_another_tenants_ring_opens_nothing_even_with_the_same_key() -> None:
    _, file = sealed_bytes(b"private")
    with pytest.raises(WrongKey):
        opened(file, replace(RING, tenant="beta"))


def test_a_lost_key_and_a_wrong_key_are_told_apart() -> None:
    _, file = sealed_bytes(b"private")
    with pytest.raises(
        LostKey, match=r"tenant acme has no key '2026-10' \(it has: 2026-11\): write it into media.keys"
    ):
        opened(file, KeyRing("acme", {"2026-11": NEW}, "2026-11"))
    with pytest.raises(WrongKey, match="the key '2026-10' of tenant acme does not open call-1: another key stands"):
        opened(file, KeyRing("acme", {"2026-10": NEW}, "2026-10"))
    with pytest.raises(LostKey, match="it has: none"):
        sealed_bytes(b"private", KeyRing("acme", {}))


def test_rotation_leaves_old_files_readable_and_rewrapping_lets_the_old_key_go() -> None:
    wrapped, file = sealed_bytes(b"private")
    rotated = replace(RING, in_force="2026-11")
    assert opened(file, rotated) == b"private"
    over = rotated.rewrapped(MEDIUM, wrapped)
    assert over.key_id == "2026-11"
    without_old = KeyRing("acme", {"2026-11": NEW}, "2026-11")
    assert opened(file, without_old, rewrapped=over) == b"private"
    newer, newer_file = sealed_bytes(b"later", rotated)
    assert newer.key_id == "2026-11"
    assert opened(newer_file, without_old) == b"later"


def test_each_file_has_a_data_key_of_its_own() -> None:
    one, first = sealed_bytes(b"the same")
    two, second = sealed_bytes(b"the same")
    assert RING.unwrapped(MEDIUM, one) != RING.unwrapped(MEDIUM, two)
    assert first != second
    assert header_of(io.BytesIO(first)) == (MEDIUM, one)


def test_what_is_no_sealed_file_is_told() -> None:
    assert not is_sealed(io.BytesIO(b"RIFF...."))
    with pytest.raises(Damaged, match="this is no sealed file"):
        opened(b"RIFF....WAVE")
    with pytest.raises(Damaged, match="header"):
        opened(b"ccsealed\x01\x00\x05{...}")
