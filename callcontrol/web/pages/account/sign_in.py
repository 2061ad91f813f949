"""Pages for who is not signed in: signing in, a first second factor, signing out, language and theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from falcon import HTTP_303, HTTP_422, Request, Response

from callcontrol.edges import web_meters
from callcontrol.usecases.people import Doer
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.signing_in import From, NotSignedIn, SecondFactorMissing
from callcontrol.vocabulary.sentence import says
from callcontrol.web.guards import Guards
from callcontrol.web.pages.account.account import qr_of
from callcontrol.web.pages.layout import Layout
from callcontrol.web.pages.page import Shown
from callcontrol.web.pages.preferences import TENANT, keep, local_address
from callcontrol.web.pages.refused import NOT_REFUSED, RefusedForm, refused_form
from callcontrol.web.pages.serving import SIGN_IN, Serving, form_of, from_of
from callcontrol.web.pages.texts import N_, said
from callcontrol.web.services import Services
from callcontrol.web.sessions import admit_sign_in, set_session
from callcontrol.web.single_sign_on import PATH as SIGN_ON

FIRST_FACTOR: Final = "/sign-in/second-factor"
SIGN_OUT: Final = "/sign-out"
PREFERENCES: Final = "/preferences"


class SignInContext:
    """What these pages share.

    Args:
        serving: tells what is wrong.
    """

    def __init__(self, services: Services, guards: Guards, layout: Layout, serving: Serving) -> None:
        self.services, self.guards, self.layout, self._serving = services, guards, layout, serving

    def answer(self, request: Request, response: Response, do: Callable[[], None]) -> None:
        """Carry it out, or tell what is wrong."""
        try:
            do()
            refused = "none"
        except Exception as error:
            refused = self._serving.refuse(error, request, response)
        web_meters.requests_total.labels(refused).inc()

    def form(self, request: Request) -> tuple[From, dict[str, Any]]:
        """Where a form comes from, and its fields."""
        return from_of(self.guards, request), form_of(request, request.bounded_stream.read())


class SignIn:
    """`/sign-in`."""

    def __init__(self, context: SignInContext) -> None:
        self._context = context

    def on_get(self, request: Request, response: Response) -> None:
        """The form."""
        self._context.answer(request, response, lambda: self._look(request, response))

    def on_post(self, request: Request, response: Response) -> None:
        """Sign in, and go where one wanted to."""
        self._context.answer(request, response, lambda: self._sign_in(request, response))

    def _look(self, request: Request, response: Response) -> None:
        self._context.guards.admit(request)
        self._show(request, response)

    def _show(self, request: Request, response: Response, refused: RefusedForm = NOT_REFUSED) -> None:
        self._context.layout.show(
            request, response, Shown("common/sign_in.html", {"sign_ons": self._sign_ons()}), refused=refused
        )

    def _sign_ons(self) -> list[dict[str, str]]:
        """Buttons of the tenants that have a provider of their own, and words for it."""
        tenants = self._context.services.settings.tenants
        labels = {name: one.sign_on.label for name, one in tenants.items() if one.sign_on is not None}
        return [{"address": SIGN_ON.format(tenant=name), "label": label} for name, label in labels.items() if label]

    def _sign_in(self, request: Request, response: Response) -> None:
        where, form = self._context.form(request)
        login, password, code = (str(form.get(name, "")) for name in ("login", "password", "code"))
        admit_sign_in(self._context.guards, login, where)
        try:
            cookie = self._context.services.signing_in.sign_in(login, password, code, where)
        except SecondFactorMissing as missing:
            show_first_factor(self._context, request, response, missing, where)
            return
        except NotSignedIn as error:
            web_meters.sign_ins_total.labels("wrong").inc()
            response.status = HTTP_422
            refused = refused_form(Refused(str(error)), "sign-in", {"login": login}, frozenset())
            self._show(request, response, refused or NOT_REFUSED)
            return
        web_meters.sign_ins_total.labels("done").inc()
        set_session(self._context.guards, response, cookie, self._context.services.settings.web.session_hours * 3_600)
        response.status = HTTP_303
        response.location = local_address(request.get_param("back") or "")


class FirstFactor:
    """`/sign-in/second-factor`: whose role asks for a second factor, and who has none, sets it before signing in."""

    def __init__(self, context: SignInContext) -> None:
        self._context = context

    def on_get(self, request: Request, response: Response) -> None:
        """It begins with the password."""
        response.status = HTTP_303
        response.location = SIGN_IN

    def on_post(self, request: Request, response: Response) -> None:
        """Take the second factor, and tell the recovery codes."""
        self._context.answer(request, response, lambda: self._take(request, response))

    def _take(self, request: Request, response: Response) -> None:
        where, form = self._context.form(request)
        login, password, secret, code = (str(form.get(name, "")) for name in ("login", "password", "secret", "code"))
        admit_sign_in(self._context.guards, login, where)
        try:
            self._context.services.signing_in.sign_in(login, password, "", where)
        except SecondFactorMissing as missing:
            self._set(request, response, missing, where, (password, secret, code))
            return
        # It was set meanwhile, or none is needed.
        raise NotThere(says("there is no second factor to set"))

    def _set(
        self,
        request: Request,
        response: Response,
        missing: SecondFactorMissing,
        where: From,
        typed: tuple[str, str, str],
    ) -> None:
        doer = Doer(missing.user.login, "panel", where.address)
        try:
            with self._context.services.own_ledger() as connection:
                codes = self._context.services.own_profile(missing.user, doer, connection).set_second_factor(*typed)
        except Refused as error:
            response.status = HTTP_422
            refused = refused_form(error, "second-factor", {}, frozenset({"code", "password"}))
            show_first_factor(self._context, request, response, missing, where, refused or NOT_REFUSED, typed[1])
            return
        self._context.layout.show(request, response, Shown("common/recovery_codes.html", {"codes": codes}))


def show_first_factor(
    context: SignInContext,
    request: Request,
    response: Response,
    missing: SecondFactorMissing,
    where: From,
    refused: RefusedForm = NOT_REFUSED,
    secret: str = "",
) -> None:
    """The secret for an authenticator app; the same one again where its code was not right."""
    doer = Doer(missing.user.login, "panel", where.address)
    with context.services.own_ledger() as connection:
        secret, address = context.services.own_profile(missing.user, doer, connection).new_second_factor(secret)
    values = {"login": missing.user.login, "secret": secret, "qr": qr_of(address)}
    context.layout.show(request, response, Shown("common/first_factor.html", values), refused=refused)


class SignOut:
    """`/sign-out`."""

    def __init__(self, context: SignInContext) -> None:
        self._context = context

    def on_post(self, request: Request, response: Response) -> None:
        """The session ends."""
        self._context.answer(request, response, lambda: self._sign_out(request, response))

    def _sign_out(self, request: Request, response: Response) -> None:
        where = from_of(self._context.guards, request)
        self._context.services.signing_in.sign_out(self._context.guards.signed_in(request), where)
        set_session(self._context.guards, response, "", 0)
        notices = self._context.layout.notices
        notices.put(response, notices.written(said(N_("You are signed out."))))
        response.status = HTTP_303
        response.location = SIGN_IN


class Chosen:
    """`/preferences`: language, theme, an operator's tenant."""

    def __init__(self, context: SignInContext) -> None:
        self._context = context

    def on_post(self, request: Request, response: Response) -> None:
        """Keep what was chosen."""
        self._context.answer(request, response, lambda: self._keep(request, response))

    def _keep(self, request: Request, response: Response) -> None:
        _, form = self._context.form(request)
        if form.get(TENANT) and form[TENANT] not in self._context.services.settings.tenants:
            raise NotThere(says("there is no tenant %(name)s", name=form[TENANT]), TENANT)
        keep(form, response, is_secure=self._context.guards.is_secure)
