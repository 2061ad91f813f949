"""PINs are kept as slow hashes only: scrypt (RFC 7914), with a salt of its own for each.

A PIN has few digits: who has the hashes can try them all, and the hash makes each try cost COST. Computing one releases
the interpreter, but takes 16 MiB and, on the machine it was measured on, 60 ms of a core: callers compute it
aside (`edges/threads.py`), a few at a time.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from typing import Final, NamedTuple

_NAME: Final = "scrypt"
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_MAX_MEMORY: Final = 64 * 1024 * 1024


class Cost(NamedTuple):
    """The parameters of scrypt: memory is 128 * r * 2**log_n bytes."""

    log_n: int
    r: int
    p: int


COST: Final = Cost(14, 8, 1)
# What a box without a PIN is compared with: random bytes. It takes no PIN, and takes as long about it as any other box.
NO_PIN: Final = "scrypt$14$8$1$dnYN6ntVNSxHpIKg4IkAoA==$1CE9Gm3EgWVlrQYvBvWIDjVv/ZGmxSWe4Bt3vITn1GA="


class NoHash(ValueError):
    """What is kept is no hash that this program knows."""


def hashed(pin: str, cost: Cost = COST) -> str:
    """What is kept of a PIN, as `scrypt$14$8$1$SALT$HASH`. Blocks for as long as the cost says."""
    salt = os.urandom(_SALT_BYTES)
    parts = (b64encode(one).decode() for one in (salt, _scrypt(pin, salt, cost)))
    return "$".join((_NAME, *map(str, cost), *parts))


def is_right(pin: str, kept: str) -> bool:
    """Whether this is the PIN of which that is kept. Blocks likewise.

    Raises:
        NoHash: it is nothing that `hashed` has made.
    """
    try:
        name, log_n, r, p, salt, digest = kept.split("$")
        cost = Cost(int(log_n), int(r), int(p))
        found = _scrypt(pin, b64decode(salt, validate=True), cost)
        wanted = b64decode(digest, validate=True)
    except (ValueError, MemoryError, OverflowError) as error:
        raise NoHash(f"no hash of a PIN: {error}") from error
    if name != _NAME:
        raise NoHash(f"{name!r} is no hash that is known here")
    return hmac.compare_digest(found, wanted)


def _scrypt(pin: str, salt: bytes, cost: Cost) -> bytes:
    n = 1 << cost.log_n
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=cost.r, p=cost.p, maxmem=_MAX_MEMORY, dklen=_HASH_BYTES)
