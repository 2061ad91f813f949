"""Cookies, which are all set alike: no script reads them, and a page of another site sends them with links alone."""

from __future__ import annotations

from falcon import Response


def set_cookie(response: Response, name: str, value: str, seconds: int, *, is_secure: bool) -> None:
    """Give the browser a cookie for so many seconds; "" and 0 take it away.

    Args:
        is_secure: it is sent over TLS alone.
    """
    response.set_cookie(name, value, max_age=seconds, path="/", secure=is_secure, http_only=True, same_site="Lax")
