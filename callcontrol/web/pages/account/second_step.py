"""`/sign-in/TENANT/second-factor`: our second factor, for whom the tenant's provider vouches without saying that there
was one. Who has none, and needs one, sets it here; a password is not asked for, as such people may have none.
"""

from __future__ import annotations

from typing import Any, Final

from falcon import HTTP_303, HTTP_422, Request, Response

from callcontrol.edges import web_meters
from callcontrol.edges.ledger.people import User
from callcontrol.usecases.own_profile import OwnProfile
from callcontrol.usecases.people import Doer
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.signing_in import From, NotSignedIn
from callcontrol.web.pages.account.account import qr_of
from callcontrol.web.pages.account.sign_in import SignInContext
from callcontrol.web.pages.page import Shown
from callcontrol.web.pages.refused import NOT_REFUSED, RefusedForm, refused_form
from callcontrol.web.sessions import admit_sign_in, set_session
from callcontrol.web.vouched import BY_PROVIDER, SECOND_STEP, Vouched

_FORM: Final = "second-factor"


class SecondStep:
    """The code that the app shows, or the first one of a new secret."""

    def __init__(self, context: SignInContext) -> None:
        self._context, self._vouched = context, Vouched(context.services, context.guards)

    def on_get(self, request: Request, response: Response, tenant: str) -> None:
        """The form."""
        self._context.answer(request, response, lambda: self._look(request, response, tenant))

    def on_post(self, request: Request, response: Response, tenant: str) -> None:
        """Sign in."""
        self._context.answer(request, response, lambda: self._take(request, response, tenant))

    def _look(self, request: Request, response: Response, tenant: str) -> None:
        where = self._context.guards.admit(request)
        user, _, has_one = self._context.services.signing_in.vouched_for(self._vouched.read(request, tenant))
        self._ask(request, response, user, where, has_one)

    def _take(self, request: Request, response: Response, tenant: str) -> None:
        where, form = self._context.form(request)
        user, _, has_one = self._context.services.signing_in.vouched_for(self._vouched.read(request, tenant))
        admit_sign_in(self._context.guards, user.login, where)
        secret, code = str(form.get("secret", "")), str(form.get("code", ""))
        try:
            codes = () if has_one else self._set(user, where, secret, code)
            cookie = self._context.services.signing_in.begin_for(user, where, BY_PROVIDER, code if has_one else None)
        except (NotSignedIn, Refused) as error:
            self._refuse(request, response, user, where, error, "" if has_one else secret, has_one)
            return
        self._sign_in(request, response, cookie, codes)

    def _set(self, user: User, where: From, secret: str, code: str) -> tuple[str, ...]:
        """The recovery codes of the second factor that is set now."""
        with self._context.services.own_ledger() as connection:
            return self._profile(user, where, connection).set_first_factor(secret, code)

    def _sign_in(self, request: Request, response: Response, cookie: str, codes: tuple[str, ...]) -> None:
        web_meters.sign_ins_total.labels("done").inc()
        set_session(self._context.guards, response, cookie, self._context.services.settings.web.session_hours * 3_600)
        self._vouched.forget(response)
        if codes:
            self._context.layout.show(
                request, response, Shown("common/recovery_codes.html", {"codes": codes, "is_in": True})
            )
            return
        response.status = HTTP_303
        response.location = "/"

    def _refuse(
        self, request: Request, response: Response, user: User, where: From, error: Refused, secret: str, has_one: bool
    ) -> None:
        web_meters.sign_ins_total.labels("wrong").inc()
        response.status = HTTP_422
        wrong = Refused("this is not the code the app shows now", "code") if has_one else error
        refused = refused_form(wrong, _FORM, {}, frozenset({"code"}))
        self._ask(request, response, user, where, has_one, refused or NOT_REFUSED, secret)

    def _ask(
        self,
        request: Request,
        response: Response,
        user: User,
        where: From,
        has_one: bool,
        refused: RefusedForm = NOT_REFUSED,
        secret: str = "",
    ) -> None:
        values: dict[str, Any] = {"login": user.login, "action": SECOND_STEP.format(tenant=user.tenant)}
        if not has_one:
            with self._context.services.own_ledger() as connection:
                secret, address = self._profile(user, where, connection).new_second_factor(secret)
            values |= {"secret": secret, "qr": qr_of(address)}
        template = "common/second_step.html" if has_one else "common/first_factor.html"
        self._context.layout.show(request, response, Shown(template, values), refused=refused)

    def _profile(self, user: User, where: From, connection: Any) -> OwnProfile:
        return self._context.services.own_profile(user, Doer(user.login, "panel", where.address), connection)
