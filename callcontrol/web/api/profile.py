"""`/me/…`: one's own access: sessions, password, second factor, language. Tokens have none of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import Field

from callcontrol.usecases.own_profile import OwnProfile
from callcontrol.web.api.users import SessionTold, session_told
from callcontrol.web.operations import Answer, Asked, Given, NoTenant, Operation, Told
from callcontrol.web.problems import Problem


class PasswordGiven(Given):
    """A new password; the one of before shows that it is you."""

    password: str = Field(max_length=1_024)
    new: str = Field(max_length=1_024)


class SecondFactorGiven(Given):
    """The secret that was shown, and what the authenticator app shows for it now."""

    password: str = Field(max_length=1_024)
    secret: str = Field(min_length=16, max_length=64)
    code: str = Field(max_length=16)


class Nothing(Given):
    """Nothing is said besides."""


class LanguageGiven(Given):
    """Of the panel."""

    language: str = Field(max_length=8, description='en, pl, ru; "": the tenant\'s')


class AccessTold(Told):
    """How you sign in, and where you are signed in now; `this`: the session that asks."""

    login: str
    language: str
    has_second_factor: bool
    this: str
    sessions: list[SessionTold]


class NewSecretTold(Told):
    """For an authenticator app: told once, and it counts once you have sent a code of it."""

    secret: str
    address: str


class RecoveryTold(Told):
    """Codes for when the phone is lost, each good once: told once."""

    recovery_codes: list[str]


class OwnDone(Told):
    """It is done."""

    done: str


@contextmanager
def profile(asked: Asked) -> Iterator[OwnProfile]:
    """One's own access; raises Problem for a token."""
    if asked.signed_in.session is None:
        raise Problem(409, "session_needed", "a token has no access of its own", cure="sign in as the person")
    with asked.services.own_ledger() as connection:
        yield asked.services.own_profile(asked.signed_in.user, asked.doer, connection)


def _access(asked: Asked) -> Answer:
    session = asked.signed_in.session
    with profile(asked) as own:
        told = AccessTold(
            login=asked.signed_in.user.login,
            language=asked.signed_in.user.language,
            has_second_factor=own.has_second_factor(),
            this="" if session is None else session.session_id,
            sessions=[session_told(row) for row in own.sessions()],
        )
    return Answer(told)


def _end(asked: Asked) -> Answer:
    with profile(asked) as own:
        own.end_session(asked.path["session"])
    return Answer(OwnDone(done="session ended"), is_noted=True)


def _password(asked: Asked) -> Answer:
    with profile(asked) as own:
        own.set_password(asked.body.password, asked.body.new)
    return Answer(OwnDone(done="password set, sign in again"), is_noted=True)


def _new_secret(asked: Asked) -> Answer:
    with profile(asked) as own:
        secret, address = own.new_second_factor()
    return Answer(NewSecretTold(secret=secret, address=address))


def _second_factor(asked: Asked) -> Answer:
    with profile(asked) as own:
        codes = own.set_second_factor(asked.body.password, asked.body.secret, asked.body.code)
    return Answer(RecoveryTold(recovery_codes=list(codes)), is_noted=True)


def _language(asked: Asked) -> Answer:
    with profile(asked) as own:
        own.set_language(asked.body.language)
    return Answer(OwnDone(done="language set"), is_noted=True)


OPERATIONS: Final = (
    Operation("get_access", "GET", "/me/access", "Where you are signed in", None, _access, AccessTold, NoTenant),
    Operation("end_own_session", "DELETE", "/me/sessions/{session}", "Signed out there", None, _end, OwnDone, NoTenant),
    Operation(
        "set_password",
        "PUT",
        "/me/password",
        "A new password; you sign in again everywhere",
        None,
        _password,
        OwnDone,
        NoTenant,
        PasswordGiven,
        asks_password=True,
    ),
    Operation(
        "new_second_factor",
        "POST",
        "/me/second-factor",
        "A secret for an authenticator app; it counts once a code of it is sent by PUT",
        None,
        _new_secret,
        NewSecretTold,
        NoTenant,
        Nothing,
        tells_secret=True,
    ),
    Operation(
        "set_second_factor",
        "PUT",
        "/me/second-factor",
        "The secret counts from now on; you sign in again everywhere",
        None,
        _second_factor,
        RecoveryTold,
        NoTenant,
        SecondFactorGiven,
        asks_password=True,
        tells_secret=True,
    ),
    Operation("set_language", "PUT", "/me/language", "Of the panel", None, _language, OwnDone, NoTenant, LanguageGiven),
)
