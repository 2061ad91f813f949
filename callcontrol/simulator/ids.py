"""Ids, tags and ports that look like a switch's own, the same ones for the same seed."""

from __future__ import annotations

import hashlib

from callcontrol.edges import clock

_FIRST_PORT = 16_384
_PORTS = 16_000


class Ids:
    """Makes ids. Two of them with the same seed make the same ids in the same order."""

    def __init__(self, seed: str | None = None) -> None:
        self._key = (seed if seed is not None else clock.new_id()).encode()[:64]
        self._made = 0

    def _hex(self) -> str:
        self._made += 1
        counter = self._made.to_bytes(8, "big")
        return hashlib.blake2b(counter, key=self._key, digest_size=16).hexdigest()

    def uuid(self) -> str:
        """A version 4 UUID in its usual writing."""
        h = self._hex()
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def token(self) -> str:
        """32 hex digits, as phones use for Call-ID."""
        return self._hex()

    def tag(self) -> str:
        """13 letters and digits, as sofia uses for tags."""
        return self._hex()[:13]

    def port(self) -> int:
        """An even port for audio."""
        self._made += 1
        return _FIRST_PORT + 2 * (self._made * 7919 % (_PORTS // 2))

    def chance(self) -> float:
        """A number in [0, 1)."""
        return int(self._hex()[:12], 16) / float(1 << 48)
