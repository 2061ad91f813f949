"""A tenant's keys, and the data keys they wrap.

A data key seals one file and is never stored but wrapped: by AES-256-GCM (NIST SP 800-38D) with a random nonce, bound
to the tenant, the medium and the id of the wrapping key. So a wrapped key opens nothing else, and two files cannot be
exchanged with access to the storage alone. Rotation adds a key and names it as the one in force: new files are wrapped
by it, older ones stay readable by theirs, and `rewrapped` brings a wrapped key over without touching the file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class SealError(Exception):
    """A file cannot be sealed or opened; the message says why and what to do."""


class LostKey(SealError):
    """The key that wraps it is not among the tenant's."""


class WrongKey(SealError):
    """The key of that name is another one, or what it wraps was changed."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key under the tenant's key of this id: nonce, ciphertext and tag."""

    key_id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of a tenant, by id, and which of them wraps new data keys; "": files are not sealed."""

    tenant: str
    keys: Mapping[str, bytes]
    in_force: str = ""

    def new_data_key(self, media_id: str) -> tuple[bytes, WrappedKey]:
        """A data key for one file, and the same wrapped by the key in force.

        Raises:
            LostKey: there is no key in force.
        """
        data_key = AESGCM.generate_key(8 * KEY_BYTES)
        return data_key, self._wrapped(media_id, data_key)

    def unwrapped(self, media_id: str, wrapped: WrappedKey) -> bytes:
        """The data key.

        Raises:
            LostKey: its key is not among the tenant's.
            WrongKey: its key does not open it.
        """
        key = self._key(wrapped.key_id)
        nonce, sealed = wrapped.wrapped[:NONCE_BYTES], wrapped.wrapped[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, sealed, self._bound(media_id, wrapped.key_id))
        except (InvalidTag, ValueError):
            raise WrongKey(
                f"the key {wrapped.key_id!r} of tenant {self.tenant} does not open {media_id}: another key stands"
                " under this id, or the wrapped key was changed; put the key back that stood there"
            ) from None

    def rewrapped(self, media_id: str, wrapped: WrappedKey) -> WrappedKey:
        """The same data key under the key in force.

        Raises:
            LostKey, WrongKey: as `unwrapped`.
        """
        return self._wrapped(media_id, self.unwrapped(media_id, wrapped))

    def _wrapped(self, media_id: str, data_key: bytes) -> WrappedKey:
        nonce = os.urandom(NONCE_BYTES)
        bound = self._bound(media_id, self.in_force)
        return WrappedKey(self.in_force, nonce + AESGCM(self._key(self.in_force)).encrypt(nonce, data_key, bound))

    def _key(self, key_id: str) -> bytes:
        try:
            return self.keys[key_id]
        except KeyError:
            known = ", ".join(sorted(self.keys)) or "none"
            raise LostKey(
                f"tenant {self.tenant} has no key {key_id!r} (it has: {known}): write it into media.keys again,"
                " or what it wraps cannot be read"
            ) from None

    def _bound(self, media_id: str, key_id: str) -> bytes:
        return "\0".join(("callcontrol media key 1", self.tenant, media_id, key_id)).encode()
