"""Addresses without their credentials: what is said of an address, or by a driver about one, may stand in a log."""

from __future__ import annotations

import re
from typing import Final

# Up to the last @, for a password may hold / @ : # ? and blanks that were not written as %2F and so on.
# Rather too much is hidden than too little.
_LOGIN: Final = re.compile("://.*@", re.DOTALL)
_PASSWORD: Final = re.compile(r"(?i)\b([a-z_]*(?:password|secret)\s*=\s*)('(?:[^'\\]|\\.)*'?|[^\s&]*)")


def without_credentials(text: str) -> str:
    """The text with `…` for the login of a URL, sound or not, and for each `password=…` of a connection string."""
    return _PASSWORD.sub(r"\1…", _LOGIN.sub("://…@", text))


def said_by(error: BaseException) -> str:
    """What a driver's error says, in one line and without credentials."""
    return without_credentials(" ".join(str(error).split()))
