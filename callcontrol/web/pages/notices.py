"""What a form has done is said on top of the next page: kept meanwhile in a signed cookie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from falcon import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from callcontrol.web.cookies import set_cookie
from callcontrol.web.pages.texts import Said

COOKIE: Final = "said"
KEPT_S: Final = 60


class Notices:
    """Puts and takes what is to be said.

    Args:
        keys: of `web.keys`, the first signs.
    """

    def __init__(self, keys: Sequence[str], *, is_secure: bool) -> None:
        self._signer = URLSafeTimedSerializer(list(reversed(keys)), salt="callcontrol said")
        self._is_secure = is_secure

    def written(self, what: Said) -> str:
        """As the cookie has it."""
        text: str | bytes = self._signer.dumps([what.text, dict(what.values)])
        return text if isinstance(text, str) else text.decode()

    def put(self, response: Response, written: str) -> None:
        """With the next answer to this browser it is said."""
        self._set(response, written, KEPT_S)

    def take(self, request: Request, response: Response) -> Said | None:
        """What is to be said now, once."""
        written = request.cookies.get(COOKIE)
        if not written:
            return None
        self._set(response, "", 0)
        try:
            text, values = self._signer.loads(written, max_age=KEPT_S)
        except (BadData, ValueError, TypeError):
            return None
        return Said(text, values)

    def _set(self, response: Response, value: str, seconds: int) -> None:
        set_cookie(response, COOKIE, value, seconds, is_secure=self._is_secure)
