"""`/api/v1/password-link`: a person sets a password by a link from an admin. Who asks is known by the link alone."""

from __future__ import annotations

from typing import Any, Final

import orjson
from falcon import Request, Response
from pydantic import Field

from callcontrol.edges import web_meters
from callcontrol.usecases.signing_in import From
from callcontrol.web.dispatch import tell
from callcontrol.web.guards import Guards, limited
from callcontrol.web.operations import Given, Told
from callcontrol.web.services import Services
from callcontrol.web.sessions import json_of

PATH: Final = "/password-link"


class LinkLooked(Given):
    """The last part of the link, behind `#`."""

    link: str = Field(min_length=1, max_length=128)


class LinkUsed(LinkLooked):
    """A new password, and the second factor where one is asked for."""

    password: str = Field(max_length=1_024)
    secret: str = Field(default="", max_length=64, description="of the second factor, as it was shown")
    code: str = Field(default="", max_length=16, description="what the authenticator app shows for it")


class LinkSeenTold(Told):
    """Whose link it is; with a secret: a second factor is set with it."""

    login: str
    secret: str
    address: str


class LinkDone(Told):
    """The password is set; codes for when the phone is lost, each good once."""

    recovery_codes: list[str]


class PasswordLink:
    """Looking at a link, and using it up."""

    def __init__(self, services: Services, guards: Guards) -> None:
        self._services, self._guards = services, guards

    def on_post(self, request: Request, response: Response) -> None:
        """What it asks for."""
        self._answer(request, response, self._look)

    def on_put(self, request: Request, response: Response) -> None:
        """Set the password."""
        self._answer(request, response, self._use)

    def _answer(self, request: Request, response: Response, do: Any) -> None:
        try:
            where = self._guards.admit(request)
            self._guards.check_origin(request)
            if not self._guards.sign_ins.admits(where.address):
                raise limited()
            told: Told = do(json_of(request), where)
            response.content_type = "application/json"
            response.set_header("Cache-Control", "no-store")
            response.data = orjson.dumps(told.model_dump())
            web_meters.requests_total.labels("none").inc()
        except Exception as error:
            web_meters.requests_total.labels(tell(error, response)).inc()

    def _look(self, given: Any, _: From) -> LinkSeenTold:
        looked = LinkLooked.model_validate(given)
        with self._services.own_ledger() as connection:
            seen = self._services.password_links(connection).look(looked.link)
        return LinkSeenTold(login=seen.login, secret=seen.secret, address=seen.address)

    def _use(self, given: Any, where: From) -> LinkDone:
        used = LinkUsed.model_validate(given)
        with self._services.own_ledger() as connection:
            links = self._services.password_links(connection)
            codes = links.use(used.link, used.password, used.secret, used.code, where.address)
        return LinkDone(recovery_codes=list(codes))
