"""My account: the password, the second factor, where I am signed in."""

from __future__ import annotations

import io
from typing import Any, Final

import segno
from markupsafe import Markup
from pydantic import Field

from callcontrol.usecases.own_profile import OwnProfile
from callcontrol.usecases.people import needs_second_factor
from callcontrol.web.operations import Asked, Given, NoTenant
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said

_QR_MODULE: Final = 4


class PasswordForm(Given):
    """The password of now, and the one to come."""

    password: str = Field(min_length=1, max_length=1_024)
    new: str = Field(min_length=1, max_length=1_024)


class SessionForm(Given):
    """A session that is to end."""

    session: str = Field(min_length=1, max_length=64)


class SecondFactorForm(Given):
    """A second factor: the app shows by a code that it has the secret."""

    password: str = Field(min_length=1, max_length=1_024)
    secret: str = Field(min_length=1, max_length=64)
    code: str = Field(min_length=1, max_length=16)


def _profile(asked: Asked, connection: Any) -> OwnProfile:
    return asked.services.own_profile(asked.signed_in.user, asked.doer, connection)


def _show(asked: Asked) -> Shown:
    user, session = asked.signed_in.user, asked.signed_in.session
    with asked.services.own_ledger() as connection:
        profile = _profile(asked, connection)
        sessions, has_second = profile.sessions(), profile.has_second_factor()
    own = "" if session is None else session.session_id
    values = {"sessions": sessions, "own": own, "has_second": has_second, "must_have": needs_second_factor(user)}
    return Shown("common/account.html", values)


def _set_password(asked: Asked) -> Done:
    with asked.services.own_ledger() as connection:
        _profile(asked, connection).set_password(asked.body.password, asked.body.new)
    return Done(said(N_("The password is changed. Please sign in with the new one.")))


def _end_session(asked: Asked) -> Done:
    with asked.services.own_ledger() as connection:
        _profile(asked, connection).end_session(asked.body.session)
    return Done(said(N_("That session has ended.")))


def _show_second(asked: Asked) -> Shown:
    with asked.services.own_ledger() as connection:
        secret, address = _profile(asked, connection).new_second_factor()
    return Shown("common/second_factor.html", {"secret": secret, "qr": qr_of(address)})


def _set_second(asked: Asked) -> Done:
    form = asked.body
    with asked.services.own_ledger() as connection:
        codes = _profile(asked, connection).set_second_factor(form.password, form.secret, form.code)
    return Done(shown=Shown("common/recovery_codes.html", {"codes": codes}))


def qr_of(address: str) -> Markup:
    """The address for an authenticator app as a picture: SVG without styles."""
    drawn = io.BytesIO()
    made: Any = segno.make(address, error="m", micro=False)
    made.save(drawn, kind="svg", scale=_QR_MODULE, xmldecl=False, svgns=False, dark="#000", light="#fff")
    return Markup(drawn.getvalue().decode())


ACCOUNT: Final = Page(
    "account",
    "/account",
    N_("My account"),
    None,
    "common",
    _show,
    acts=(
        Act("password", PasswordForm, _set_password, asks_password=True),
        Act("end-session", SessionForm, _end_session),
    ),
    given=NoTenant,
    is_listed=False,
    of_tenant=False,
)
SECOND_FACTOR: Final = Page(
    "second_factor",
    "/account/second-factor",
    N_("Second factor"),
    None,
    "common",
    _show_second,
    acts=(Act("set", SecondFactorForm, _set_second, asks_password=True),),
    given=NoTenant,
    is_listed=False,
    of_tenant=False,
)
PAGES: Final = (ACCOUNT, SECOND_FACTOR)
