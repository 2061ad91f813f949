"""Cursors: where a list goes on. They are signed, and hold for the filters they were given for, and for one person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from itsdangerous import BadSignature, URLSafeSerializer

from callcontrol.usecases.refusals import Refused

_SALT: Final = "callcontrol cursor"


class Cursors:
    """Makes and reads cursors.

    Args:
        keys: of `web.keys`, the first signs.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        # The last key of the list signs in itsdangerous.
        self._signer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)

    def made(self, place: str, filters: Mapping[str, object], user_id: str) -> str:
        """The cursor of this place in the list of these filters."""
        text: str | bytes = self._signer.dumps([place, _digest(filters, user_id)])
        return text if isinstance(text, str) else text.decode()

    def read(self, cursor: str, filters: Mapping[str, object], user_id: str) -> str:
        """The place; raises Refused where it is no cursor of this list."""
        try:
            place, digest = self._signer.loads(cursor)
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused("this is no cursor", "cursor", "give `next` of the page before") from error
        if digest != _digest(filters, user_id):
            raise Refused("this cursor is of other filters", "cursor", "keep the filters, or begin without a cursor")
        return str(place)


def _digest(filters: Mapping[str, object], user_id: str) -> str:
    given = orjson.dumps([user_id, {name: str(filters[name]) for name in filters}], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(given).hexdigest()[:16]
