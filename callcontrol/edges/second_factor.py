"""The second factor: codes by time (RFC 6238), and recovery codes for when the phone is lost.

The secret is sealed in the database: who has only that can make no codes. The keys are those of `web.keys`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from callcontrol.vocabulary.moment import SECOND_US, Instant

STEP_S: Final = 30
# Clocks of phones differ: the code before, this one, the next.
STEPS_APART: Final = (0, -1, 1)
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_PURPOSE: Final = b"callcontrol second factor"

Random = Callable[[int], bytes]


class NotOpened(ValueError):
    """None of the keys has sealed this secret."""


class Sealer:
    """Seals and opens secrets.

    Args:
        keys: of `web.keys`, the first seals.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises: ValueError: there is no key."""
        if not keys:
            raise ValueError("web.keys has no key: second factors cannot be sealed")
        self._keys = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, secret: str) -> bytes:
        """The secret as it is kept."""
        return self._keys.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret.

        Raises:
            NotOpened: another key has sealed it.
        """
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken as error:
            raise NotOpened("no key of web.keys has sealed this second factor: set it anew") from error


def new_secret(random: Random) -> str:
    """A new secret, as people type it."""
    return base64.b32encode(random(SECRET_BYTES)).decode()


def address_of(secret: str, login: str) -> str:
    """What an authenticator app reads from a picture: `otpauth://totp/…`."""
    found: str = pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=login, issuer_name="callcontrol")
    return found


def step_of(code: str, secret: str, now: Instant) -> int | None:
    """The time step of which this is the code; None: it is none of now."""
    present, given = now // SECOND_US // STEP_S, code.replace(" ", "")
    totp = pyotp.TOTP(secret, interval=STEP_S)
    for apart in STEPS_APART:
        if pyotp.utils.strings_equal(totp.generate_otp(present + apart), given):
            return int(present + apart)
    return None


def new_recovery_codes(random: Random) -> list[str]:
    """Codes that are good once each, as `a2b3-c4d5-…`."""
    return [_grouped(base64.b32encode(random(_RECOVERY_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> bytes:
    """What is kept of a recovery code. It has 80 bits by chance: a fast hash is enough."""
    return hashlib.sha256("".join(code.lower().split()).replace("-", "").encode()).digest()


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, None, _PURPOSE).derive(key.encode()))
