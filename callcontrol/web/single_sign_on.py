"""`/sign-in/TENANT`: signing in by the tenant's own OpenID provider, and coming back from there."""

from __future__ import annotations

import base64
import hmac
import logging
import os
from typing import Final

import orjson
from falcon import HTTP_303, App, Request, Response

from callcontrol.config.sign_on_settings import SignOn
from callcontrol.edges import clock, web_meters
from callcontrol.edges.openid import Attempt, NotBelieved, ProviderAway, Providers
from callcontrol.edges.second_factor import NotOpened, Sealer
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.usecases.single_sign_on import SingleSignOn
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.web.cookies import set_cookie
from callcontrol.web.guards import Guards, limited
from callcontrol.web.problems import Problem
from callcontrol.web.services import Services
from callcontrol.web.sessions import set_session
from callcontrol.web.vouched import BY_PROVIDER, SECOND_STEP, Vouched

PATH: Final = "/sign-in/{tenant}"
# So long a person may take at the provider.
ATTEMPT_S: Final = 600
_BYTES: Final = 32

log = logging.getLogger("callcontrol.web")


class SignOnResources:
    """Both addresses. Where the provider does not say that there was a second factor, ours is asked for before anyone
    who has one, or needs one, is signed in (`web/pages/account/second_step.py`).
    """

    def __init__(self, services: Services, guards: Guards) -> None:
        self._services, self._guards = services, guards
        self._providers = Providers(services.now)
        self._vouched = Vouched(services, guards)
        self._cookie = f"{guards.cookie}-sign-on"

    def add_to(self, app: App[Request, Response]) -> None:
        """Serve them."""
        app.add_route(PATH, self)
        app.add_route(f"{PATH}/callback", self, suffix="callback")

    def on_get(self, request: Request, response: Response, tenant: str) -> None:
        """To the provider."""
        self._guards.admit(request)
        sign_on = self._sign_on(tenant)
        attempt = Attempt(*(base64.urlsafe_b64encode(os.urandom(_BYTES)).rstrip(b"=").decode() for _ in range(3)))
        try:
            address = self._providers.address_of(sign_on, attempt, self._back(tenant))
        except ProviderAway as error:
            raise _away(tenant, error) from error
        kept = [tenant, attempt.state, attempt.nonce, attempt.verifier, self._services.now()]
        sealed = Sealer(self._services.settings.web.keys).seal(orjson.dumps(kept).decode()).decode()
        self._keep(response, sealed, ATTEMPT_S)
        _go(response, address)
        web_meters.requests_total.labels("none").inc()

    def on_get_callback(self, request: Request, response: Response, tenant: str) -> None:
        """Back from the provider."""
        where = self._guards.admit(request)
        if not self._guards.sign_ins.admits(where.address):
            web_meters.sign_ins_total.labels("limited").inc()
            raise limited()
        self._keep(response, "", 0)
        sign_on = self._sign_on(tenant)
        services = self._services
        try:
            attempt, code = self._attempt(request, tenant, sign_on), request.get_param("code") or ""
            claims = self._providers.claims(sign_on, attempt, code, self._back(tenant))
            with services.own_ledger() as connection:
                found = SingleSignOn(
                    services.settings, tenant, connection, where.address, services.now, os.urandom, clock.new_id
                )
                user, had_second = found.person(claims)
            if not had_second and services.signing_in.vouched_for(user.user_id)[1]:
                self._vouched.keep(response, tenant, user.user_id)
                _go(response, SECOND_STEP.format(tenant=tenant))
                web_meters.requests_total.labels("none").inc()
                return
            cookie = services.signing_in.begin_for(user, where, BY_PROVIDER)
        except ProviderAway as error:
            raise _away(tenant, error) from error
        except (NotBelieved, NotSignedIn) as error:
            web_meters.sign_ins_total.labels("wrong").inc()
            log.warning("sign-on of tenant %s was refused: %s", tenant, error)
            cure = "sign in once more; if it stays so, ask your administrator"
            raise Problem(403, "not_signed_in", "signing in was not possible", "signed_out", cure=cure) from error
        web_meters.sign_ins_total.labels("done").inc()
        web_meters.requests_total.labels("none").inc()
        set_session(self._guards, response, cookie, services.settings.web.session_hours * 3_600)
        _go(response, "/")

    def _sign_on(self, tenant: str) -> SignOn:
        settings = self._services.settings.tenants.get(tenant)
        if settings is None or settings.sign_on is None:
            raise NotThere("there is no such page")
        return settings.sign_on

    def _back(self, tenant: str) -> str:
        return f"{self._services.settings.web.address.rstrip('/')}{PATH.format(tenant=tenant)}/callback"

    def _attempt(self, request: Request, tenant: str, sign_on: SignOn) -> Attempt:
        """What this browser was sent to the provider with; raises NotBelieved where the answer is to another one."""
        try:
            opened = Sealer(self._services.settings.web.keys).open(request.cookies.get(self._cookie, "").encode())
            asked_of, state, nonce, verifier, at = orjson.loads(opened)
        except (NotOpened, ValueError) as error:
            raise NotBelieved("this browser was not sent to the provider, or too long ago") from error
        if asked_of != tenant or self._services.now() - at >= ATTEMPT_S * SECOND_US:
            raise NotBelieved("this browser was sent for another tenant, or too long ago")
        if not hmac.compare_digest(state.encode(), (request.get_param("state") or "").encode()):
            raise NotBelieved("the state is another one")
        if (issuer := request.get_param("iss")) is not None and issuer != sign_on.issuer:
            raise NotBelieved("another provider answers (RFC 9207)")
        if (refused := request.get_param("error")) is not None:
            raise NotBelieved(f"the provider refused: {refused[:64]!r}")
        return Attempt(state, nonce, verifier)

    def _keep(self, response: Response, value: str, seconds: int) -> None:
        set_cookie(response, self._cookie, value, seconds, is_secure=self._guards.is_secure)


def _go(response: Response, address: str) -> None:
    response.status = HTTP_303
    response.location = address
    response.set_header("Cache-Control", "no-store")
    response.set_header("Referrer-Policy", "no-referrer")


def _away(tenant: str, error: ProviderAway) -> Problem:
    log.error("the sign-on of tenant %s cannot be reached: %s", tenant, error)
    what = "the provider of your company cannot be reached now"
    return Problem(503, "provider_away", what, "store", cure="try again later", headers={"Retry-After": "30"})
