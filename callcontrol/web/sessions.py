"""`/api/v1/session`: signing in and out. The browser keeps an opaque cookie, which scripts cannot read."""

from __future__ import annotations

import logging
from typing import Any, Final

import orjson
from falcon import HTTP_204, Request, Response
from pydantic import Field

from callcontrol.edges import web_meters
from callcontrol.usecases.signing_in import From, NotSignedIn
from callcontrol.web.cookies import set_cookie
from callcontrol.web.dispatch import tell
from callcontrol.web.guards import Guards, limited
from callcontrol.web.operations import Given
from callcontrol.web.problems import Problem
from callcontrol.web.services import Services

PATH: Final = "/session"
LONGEST: Final = 128

log = logging.getLogger("callcontrol.web")


class SignInGiven(Given):
    """Who signs in."""

    login: str = Field(min_length=1, max_length=LONGEST)
    password: str = Field(max_length=1_024)
    code: str = Field(default="", max_length=64, description="of the second factor, or a recovery code")


class Session:
    """The session of a browser."""

    def __init__(self, services: Services, guards: Guards) -> None:
        self._services, self._guards = services, guards

    def on_post(self, request: Request, response: Response) -> None:
        """Sign in."""
        self._answer(request, response, self._sign_in)

    def on_delete(self, request: Request, response: Response) -> None:
        """Sign out."""
        self._answer(request, response, self._sign_out)

    def _answer(self, request: Request, response: Response, do: Any) -> None:
        try:
            do(request, response, self._guards.admit(request))
            response.status = HTTP_204
            response.set_header("Cache-Control", "no-store")
            web_meters.requests_total.labels("none").inc()
        except Exception as error:
            web_meters.requests_total.labels(tell(error, response)).inc()

    def _sign_in(self, request: Request, response: Response, where: From) -> None:
        self._guards.check_origin(request)
        given = SignInGiven.model_validate(json_of(request))
        admit_sign_in(self._guards, given.login, where)
        try:
            cookie = self._services.signing_in.sign_in(given.login, given.password, given.code, where)
        except NotSignedIn:
            web_meters.sign_ins_total.labels("wrong").inc()
            raise
        web_meters.sign_ins_total.labels("done").inc()
        set_session(self._guards, response, cookie, self._services.settings.web.session_hours * 3_600)

    def _sign_out(self, request: Request, response: Response, where: From) -> None:
        self._services.signing_in.sign_out(self._guards.signed_in(request), where)
        set_session(self._guards, response, "", 0)


def admit_sign_in(guards: Guards, login: str, where: From) -> None:
    """Tries of one account and of one address, each within a minute, at all hosts; raises Problem for too many."""
    # Both are counted, whatever comes of the first.
    admitted = [guards.sign_ins.admits(one) for one in (where.address, f"login {login.lower()}")]
    if not all(admitted):
        web_meters.sign_ins_total.labels("limited").inc()
        log.warning("too many tries to sign in, the last one from %s", where.address)
        raise limited()


def set_session(guards: Guards, response: Response, cookie: str, seconds: int) -> None:
    """Give the browser the session's cookie; "" and 0 take it away."""
    set_cookie(response, guards.cookie, cookie, seconds, is_secure=guards.is_secure)


def json_of(request: Request) -> Any:
    """The body of a request; raises Problem where it is no JSON."""
    if (request.content_type or "").partition(";")[0].strip() != "application/json":
        cure = "send Content-Type: application/json"
        raise Problem(415, "not_json", "the body is JSON", field="Content-Type", cure=cure)
    try:
        return orjson.loads(request.bounded_stream.read())
    except orjson.JSONDecodeError as error:
        raise Problem(400, "not_json", f"the body is no JSON: {error}") from error
