"""Who a request is of, and whether it may be made at all: limits, same origin, cookie or token, the tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from falcon import Request

from callcontrol.edges.web.clients import RequestLimit, client_address, networks_of
from callcontrol.usecases.people import TOKEN_BEGINS
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.signing_in import From, NotSignedIn, SignedIn
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.web.operations import UNSAFE
from callcontrol.web.problems import Problem
from callcontrol.web.services import Services

MAX_BODY_BYTES: Final = 65_536
BROWSER_CHARACTERS: Final = 200
_BEARER: Final = "Bearer "


class Guards:
    """Guards of all requests.

    Args:
        everywhere: counts a request of an address at all hosts (`RequestLimit`).
    """

    def __init__(self, services: Services, everywhere: Callable[[str], int] = lambda _: 0) -> None:
        web = services.settings.web
        self._services = services
        self._proxies = networks_of(web.proxies)
        self._requests = RequestLimit(web.requests_a_minute)
        self.sign_ins = RequestLimit(web.sign_ins_a_minute, everywhere=everywhere)
        self._host = urlsplit(web.address).netloc
        self.is_secure = web.address.startswith("https:")
        # A browser takes a cookie of this name only over TLS, for this host alone.
        self.cookie = "__Host-callcontrol" if self.is_secure else "callcontrol"

    def admit(self, request: Request) -> From:
        """Where the request comes from; raises Problem where it is one too many, or too large."""
        peer = request.remote_addr or ""
        where = From(
            client_address(peer, request.get_header("X-Forwarded-For") or "", self._proxies),
            (request.get_header("User-Agent") or "")[:BROWSER_CHARACTERS],
        )
        if not self._requests.admits(where.address):
            raise limited()
        _check_size(request)
        return where

    def signed_in(self, request: Request) -> SignedIn:
        """Who asks, by token or by cookie.

        Raises:
            NotSignedIn: no one does that is known.
            Problem: a page of another site made the browser ask.
        """
        given = request.get_header("Authorization") or ""
        if given.startswith(_BEARER + TOKEN_BEGINS):
            return self._services.signing_in.of_token(given.removeprefix(_BEARER))
        cookie = request.cookies.get(self.cookie)
        if given or not cookie:
            raise NotSignedIn("no one is signed in", cure="sign in, or send `Authorization: Bearer cct_…`")
        self.check_origin(request)
        return self._services.signing_in.of_cookie(cookie)

    def still(self, request: Request, signed_in: SignedIn) -> Callable[[], object]:
        """What asks anew who a request is of, while it is answered: raises NotSignedIn once no one is signed in."""
        cookie = request.cookies.get(self.cookie)
        if signed_in.session is None or cookie is None:
            secret = (request.get_header("Authorization") or "").removeprefix(_BEARER)
            return lambda: self._services.signing_in.of_token(secret)
        return lambda: self._services.signing_in.of_cookie(cookie)

    def check_origin(self, request: Request) -> None:
        """Raises Problem where an unsafe request of a browser comes from a page of another site, or does not say."""
        if request.method not in UNSAFE:
            return
        site, origin = request.get_header("Sec-Fetch-Site"), request.get_header("Origin")
        if site == "same-origin" or (site is None and origin is not None and urlsplit(origin).netloc == self._host):
            return
        raise Problem(403, "other_origin", "this request was made by a page of another site", "origin")

    def tenant(self, signed_in: SignedIn, named: str | None) -> str:
        """In whose things; raises NotThere for those that are not the person's to name."""
        own = signed_in.person.tenant
        if own != NO_TENANT:
            if named not in (None, own) or own not in self._services.settings.tenants:
                raise NotThere(f"there is no tenant {named or own}", "tenant")
            return own
        if named is None:
            raise Problem(
                400, "tenant_needed", "an operator has to name the tenant", field="tenant", cure="add ?tenant=NAME"
            )
        if named not in self._services.settings.tenants:
            raise NotThere(f"there is no tenant {named}", "tenant")
        return named


def limited() -> Problem:
    """Too many requests."""
    cure = "wait a minute"
    return Problem(429, "too_many", "too many requests", "limited", cure=cure, headers={"Retry-After": "60"})


def _check_size(request: Request) -> None:
    if "chunked" in (request.get_header("Transfer-Encoding") or "").lower():
        raise Problem(411, "length_needed", "a body says its length", "size", cure="send Content-Length")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Problem(413, "too_large", f"a body has at most {MAX_BODY_BYTES} bytes", "size")
