"""`/tokens`: what integrations sign in with. Each acts for a person, does no more than it says, and ends."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from callcontrol.edges.ledger import people_managed
from callcontrol.usecases.people import LONGEST_LOGIN, LONGEST_NAME, MOST_TOKEN_DAYS
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.users import colleagues
from callcontrol.web.operations import Answer, Asked, Common, Given, Operation, Told

DEFAULT_DAYS: Final = 365


class TokensGiven(Common):
    """Whose."""

    login: str = Field(default="", max_length=LONGEST_LOGIN, description="only those that act for this person")


class NewTokenGiven(Given):
    """A new token."""

    login: str = Field(min_length=1, max_length=LONGEST_LOGIN, description="for whom it acts")
    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="what it is for")
    rights: list[str] = Field(min_length=1, max_length=64, description="see:calls, change:rules, …")
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_TOKEN_DAYS, description="for which it is good")


class TokenTold(Told):
    """A token; its secret is told only when it is made."""

    token: str
    login: str
    name: str
    rights: list[str]
    created_at: str
    ends_at: str
    used_at: str | None
    revoked_at: str | None
    good: bool


class TokensTold(Told):
    """Tokens, by person, the latest first."""

    tokens: list[TokenTold]


class NewTokenTold(Told):
    """The secret of a new token: told once."""

    login: str
    name: str
    secret: str


class TokenRevoked(Told):
    """It is good no more."""

    token: str


def tokens_told(asked: Asked, login: str = "") -> list[TokenTold]:
    """The tokens of the tenant, or of one of its people."""
    with asked.services.people(asked.tenant) as connection:
        rows = people_managed.tokens_of_tenant(connection, asked.tenant, login.lower())
    return [_told(row, asked.services.now()) for row in rows]


def _told(row: dict[str, Any], now: Instant) -> TokenTold:
    times = {name: row[name] and row[name].isoformat() for name in ("created_at", "ends_at", "used_at", "revoked_at")}
    good = row["revoked_at"] is None and row["ends_at"] > datetime_of(now)
    names = {name: row[name] for name in ("login", "name", "rights")}
    return TokenTold(token=str(row["token_id"]), good=good, **names, **times)


def _list(asked: Asked) -> Answer:
    return Answer(TokensTold(tokens=tokens_told(asked, asked.given.login)))


def _add(asked: Asked) -> Answer:
    body = asked.body
    with colleagues(asked) as found:
        secret = found.add_token(body.login, body.name, body.rights, body.days)
    return Answer(NewTokenTold(login=body.login.lower(), name=body.name, secret=secret), 201, is_noted=True)


def _revoke(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        found.revoke_token(asked.path["token"])
    return Answer(TokenRevoked(token=asked.path["token"]), is_noted=True)


_CHANGE: Final = (Verb.CHANGE, Kind.USERS)
OPERATIONS: Final = (
    Operation(
        "list_tokens",
        "GET",
        "/tokens",
        "Tokens of integrations, with their last use",
        (Verb.SEE, Kind.USERS),
        _list,
        TokensTold,
        TokensGiven,
    ),
    Operation(
        "add_token",
        "POST",
        "/tokens",
        "A new token: its secret is shown only once",
        _CHANGE,
        _add,
        NewTokenTold,
        body=NewTokenGiven,
        status=201,
        tells_secret=True,
    ),
    Operation("revoke_token", "DELETE", "/tokens/{token}", "A token is good no more", _CHANGE, _revoke, TokenRevoked),
)
