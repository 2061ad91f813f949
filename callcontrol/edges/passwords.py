"""Passwords of people are kept as argon2id hashes alone (RFC 9106).

A hash takes 20 MB and, on the machine it was measured on, 36 ms of a core: computed in a thread, two at a time, or
every other request would wait for it.
"""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent.lock import BoundedSemaphore

from callcontrol.edges.threads import aside

# OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
MEMORY_KIB: Final = 19_456
PASSES: Final = 2
AT_ONCE: Final = 2
SHORTEST: Final = 12
LONGEST: Final = 128

_hasher: Final = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
_turns: Final = BoundedSemaphore(AT_ONCE)
# What a login without a password, or one that is unknown, is compared with: it takes as long and fits no password.
NONE: Final = "$argon2id$v=19$m=19456,t=2,p=1$Xq8jZyT6b1yvWw2mS0fVNQ$7tHk1cVvYJrVJ8mK3bqgW8l0b1qN4Jm3m0sZl9yq2xA"


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _turns:
        kept: str = aside(_hasher.hash, password)
    return kept


def is_right(password: str, kept: str) -> bool:
    """Whether this is the password of which that is kept; a hash that is none is no password's."""
    if len(password) > LONGEST:
        password, kept = "", NONE
    with _turns:
        found: bool = aside(_verified, kept or NONE, password)
    return found and bool(kept)


def is_old(kept: str) -> bool:
    """Whether it was made with other costs than new ones."""
    old: bool = _hasher.check_needs_rehash(kept)
    return old


def _verified(kept: str, password: str) -> bool:
    try:
        return bool(_hasher.verify(kept, password))
    except (VerificationError, InvalidHashError):
        return False
