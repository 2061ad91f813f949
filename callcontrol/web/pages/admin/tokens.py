"""Tokens of integrations: what each may, when it was used last; making and revoking."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.usecases.people import LONGEST_LOGIN, LONGEST_NAME, MOST_TOKEN_DAYS
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.tokens import DEFAULT_DAYS, TokensGiven, tokens_told
from callcontrol.web.api.users import colleagues, users_told
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.admin.words import KINDS, VERBS, Several, values
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said


class TokenForm(Given):
    """A new token."""

    login: str = Field(min_length=1, max_length=LONGEST_LOGIN)
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    rights: Several = Field(default=[], max_length=64)
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_TOKEN_DAYS)


class RevokeForm(Given):
    """A token that is to be good no more."""

    token: str = Field(min_length=1, max_length=64)


def _show(asked: Asked) -> Shown:
    tokens = tokens_told(asked, asked.given.login)
    pairs = [
        (one.login, f"{one.name} ({one.login})" if one.name else one.login)
        for one in users_told(asked)
        if not one.disabled_at
    ]
    more = values(tokens=tokens, pairs=pairs, KINDS=KINDS, VERBS=VERBS, days=DEFAULT_DAYS, most=MOST_TOKEN_DAYS)
    return Shown("admin/tokens.html", more)


def _add(asked: Asked) -> Done:
    form = asked.body
    with colleagues(asked) as found:
        secret = found.add_token(form.login, form.name, form.rights, form.days)
    return Done(shown=Shown("admin/token.html", values(name=form.name, login=form.login, secret=secret)))


def _revoke(asked: Asked) -> Done:
    with colleagues(asked) as found:
        found.revoke_token(asked.body.token)
    return Done(said(N_("The token is revoked: it is good no more.")))


_CHANGE: Final = (Verb.CHANGE, Kind.USERS)
PAGES: Final = (
    Page(
        "tokens",
        "/tokens",
        N_("Tokens"),
        (Verb.SEE, Kind.USERS),
        "admin",
        _show,
        acts=(Act("add", TokenForm, _add, _CHANGE), Act("revoke", RevokeForm, _revoke, _CHANGE)),
        given=TokensGiven,
    ),
)
