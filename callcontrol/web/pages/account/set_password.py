"""`/password`: a person sets a password by a link from an admin, with a second factor where the role asks for one.

The secret of the link stands behind `#`, which no browser sends: a script puts it into the form, or a person does.
"""

from __future__ import annotations

from typing import Any, Final

from falcon import HTTP_303, HTTP_422, Request, Response

from callcontrol.edges import second_factor
from callcontrol.usecases.password_links import LinkSeen
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.signing_in import From
from callcontrol.web.guards import limited
from callcontrol.web.pages.account.account import qr_of
from callcontrol.web.pages.account.sign_in import SignInContext
from callcontrol.web.pages.page import Shown
from callcontrol.web.pages.refused import NOT_REFUSED, RefusedForm, refused_form
from callcontrol.web.pages.serving import SIGN_IN
from callcontrol.web.pages.texts import N_, said

SET_PASSWORD: Final = "/password"
LOOKED: Final = "/password/look"
_FIELDS: Final = frozenset({"password", "code"})


class LinkGiven:
    """`/password/look`: whose link it is, and what is asked for."""

    def __init__(self, context: SignInContext) -> None:
        self._context = context

    def on_get(self, request: Request, response: Response) -> None:
        """It begins with the link."""
        response.status = HTTP_303
        response.location = SET_PASSWORD

    def on_post(self, request: Request, response: Response) -> None:
        """The form for the password."""
        self._context.answer(request, response, lambda: self._look(request, response))

    def _look(self, request: Request, response: Response) -> None:
        where, form = self._context.form(request)
        _admit(self._context, where)
        link = str(form.get("link", ""))
        try:
            seen = _seen(self._context, link)
        except NotThere as error:
            response.status = HTTP_422
            refused = refused_form(error, "link", {}, frozenset({"link"}))
            self._context.layout.show(
                request, response, Shown("common/password_link.html"), refused=refused or NOT_REFUSED
            )
            return
        _ask(self._context, request, response, link, seen, "", NOT_REFUSED)


class SetPassword:
    """`/password`."""

    def __init__(self, context: SignInContext) -> None:
        self._context = context

    def on_get(self, request: Request, response: Response) -> None:
        """The link first."""
        self._context.answer(request, response, lambda: self._show(request, response))

    def on_post(self, request: Request, response: Response) -> None:
        """Set the password."""
        self._context.answer(request, response, lambda: self._set(request, response))

    def _show(self, request: Request, response: Response) -> None:
        self._context.guards.admit(request)
        self._context.layout.show(request, response, Shown("common/password_link.html"))

    def _set(self, request: Request, response: Response) -> None:
        where, form = self._context.form(request)
        _admit(self._context, where)
        link, password, secret, code = (str(form.get(name, "")) for name in ("link", "password", "secret", "code"))
        seen = _seen(self._context, link)
        try:
            with self._context.services.own_ledger() as connection:
                links = self._context.services.password_links(connection)
                codes = links.use(link, password, secret, code, where.address)
        except NotThere:
            raise
        except Refused as error:
            response.status = HTTP_422
            _ask(
                self._context,
                request,
                response,
                link,
                seen,
                secret,
                refused_form(error, "set", {}, _FIELDS) or NOT_REFUSED,
            )
            return
        if codes:
            self._context.layout.show(request, response, Shown("common/recovery_codes.html", {"codes": codes}))
            return
        notices = self._context.layout.notices
        notices.put(response, notices.written(said(N_("The password is set. Please sign in with it."))))
        response.status = HTTP_303
        response.location = SIGN_IN


def _admit(context: SignInContext, where: From) -> None:
    """Tries of one address are counted as those to sign in."""
    if not context.guards.sign_ins.admits(where.address):
        raise limited()


def _seen(context: SignInContext, link: str) -> LinkSeen:
    with context.services.own_ledger() as connection:
        return context.services.password_links(connection).look(link)


def _ask(
    context: SignInContext,
    request: Request,
    response: Response,
    link: str,
    seen: LinkSeen,
    secret: str,
    refused: RefusedForm,
) -> None:
    """The form; a second factor that was shown before stays the same."""
    address = second_factor.address_of(secret, seen.login) if secret else seen.address
    values: dict[str, Any] = {"link": link, "login": seen.login, "secret": secret or seen.secret}
    qr = qr_of(address) if seen.secret else ""
    context.layout.show(request, response, Shown("common/set_password.html", {**values, "qr": qr}), refused=refused)
