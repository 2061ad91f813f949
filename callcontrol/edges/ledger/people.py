"""People of the API and the panel: who they are, their sessions and tokens, and what they did.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of

# Sessions and tokens say when they were used last, no more exactly than this (microseconds).
NOTED_US: Final = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class User:
    """A person: the columns of `web_users`, but for what is secret."""

    user_id: str
    tenant: str
    login: str
    name: str
    roles: tuple[str, ...]
    extension: str
    agent: str
    extensions: tuple[str, ...]
    queues: tuple[str, ...]
    language: str
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a person signs in with: hashes, and the sealed second factor."""

    password_hash: str
    totp: bytes | None
    totp_step: int
    recovery: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """Someone who is signed in."""

    hash: bytes
    session_id: str
    user_id: str
    tenant: str
    seen_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an integration; `rights` as `see:calls`."""

    token_id: str
    user_id: str
    tenant: str
    name: str
    rights: tuple[str, ...]
    ends_at: Instant
    used_at: Instant | None
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What someone did, for the audit.

    Attributes:
        who: the login, of a token also its name; of a command the account on the host.
        through: `panel`, `api` or `command`.
        object: what it was done to: `extension:101`, `user ewa`.
        before, after: how it was and is; None where nothing was changed.
    """

    at: Instant
    who: str
    through: str
    address: str
    what: str
    object: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def secret_hash(secret: str) -> bytes:
    """What is kept of a cookie or a token, which have 256 bits by chance."""
    return hashlib.sha256(secret.encode()).digest()


def user_of_login(connection: DictConnection, login: str) -> tuple[User, Secrets] | None:
    """The person of a login; None: there is none."""
    row = connection.execute(query("user_of_login"), {"login": login.lower()}).fetchone()
    return None if row is None else (_user(row), _secrets(row))


def user_by_id(connection: DictConnection, user_id: str) -> User | None:
    """The person of a session or a token; None: there is none any more."""
    row = connection.execute(query("user_by_id"), {"user_id": user_id}).fetchone()
    return None if row is None else _user(row)


def session_of(connection: DictConnection, cookie: str) -> Session | None:
    """The session of a cookie; None: it has ended, or never was."""
    row = connection.execute(query("session_of_cookie"), {"hash": secret_hash(cookie)}).fetchone()
    if row is None:
        return None
    return Session(
        row["session_hash"],
        str(row["session_id"]),
        str(row["user_id"]),
        row["tenant"],
        instant_of(row["seen_at"]),
        instant_of(row["ends_at"]),
    )


def token_of(connection: DictConnection, secret: str) -> Token | None:
    """The token of a request; None: there is none such."""
    row = connection.execute(query("token_of_request"), {"hash": secret_hash(secret)}).fetchone()
    if row is None:
        return None
    return Token(
        str(row["token_id"]),
        str(row["user_id"]),
        row["tenant"],
        row["name"],
        tuple(row["rights"]),
        instant_of(row["ends_at"]),
        None if row["used_at"] is None else instant_of(row["used_at"]),
        row["revoked_at"] is not None,
    )


def begin_session(
    connection: DictConnection,
    user: User,
    cookie: str,
    session_id: str,
    address: str,
    browser: str,
    *,
    now: Instant,
    ends_at: Instant,
) -> None:
    """Someone has signed in."""
    given = {
        "hash": secret_hash(cookie),
        "session_id": session_id,
        "user_id": user.user_id,
        "tenant": user.tenant,
        "address": address,
        "browser": browser,
        "now": datetime_of(now),
        "ends_at": datetime_of(ends_at),
    }
    connection.execute(query("begin_session"), given)


def note_use(connection: DictConnection, session: Session, now: Instant) -> None:
    """A session is used."""
    if now - session.seen_at >= NOTED_US:
        given = {"hash": session.hash, "tenant": session.tenant, "now": datetime_of(now)}
        connection.execute(query("session_is_used"), given)


def note_token_use(connection: DictConnection, token: Token, now: Instant) -> None:
    """A token is used."""
    if token.used_at is None or now - token.used_at >= NOTED_US:
        given = {"token_id": token.token_id, "tenant": token.tenant, "now": datetime_of(now)}
        connection.execute(query("token_is_used"), given)


def end_session(connection: DictConnection, session: Session) -> None:
    """Someone signs out."""
    connection.execute(query("end_session"), {"hash": session.hash, "tenant": session.tenant})


def end_sessions(connection: DictConnection, user: User, session_id: str | None = None) -> int:
    """All sessions of a person end, or this one; how many."""
    given = {"user_id": user.user_id, "tenant": user.tenant, "session_id": session_id}
    return connection.execute(query("end_sessions_of"), given).rowcount


def drop_ended_sessions(connection: DictConnection, tenant: str, now: Instant, idle_us: int) -> None:
    """Sessions of a tenant that are over."""
    idle_since = datetime_of(Instant(now - idle_us))
    given = {"tenant": tenant, "now": datetime_of(now), "idle_since": idle_since}
    connection.execute(query("drop_ended_sessions"), given)


def take_code(connection: DictConnection, user: User, step: int) -> bool:
    """Spend the code of a time step; False: it, or a later one, was spent before."""
    given = {"user_id": user.user_id, "tenant": user.tenant, "step": step}
    return connection.execute(query("take_code"), given).fetchone() is not None


def take_recovery(connection: DictConnection, user: User, hash_: bytes) -> bool:
    """Spend a recovery code; False: it was spent before, or is none."""
    given = {"user_id": user.user_id, "tenant": user.tenant, "hash": hash_}
    return connection.execute(query("take_recovery"), given).fetchone() is not None


def note_sign_in(connection: DictConnection, user: User, password_hash: str, now: Instant) -> None:
    """Someone has signed in, with the password of this hash."""
    given = {"user_id": user.user_id, "tenant": user.tenant, "now": datetime_of(now), "password_hash": password_hash}
    connection.execute(query("user_signed_in"), given)


def note_act(connection: DictConnection, act: Act) -> None:
    """Add what was done to the audit of the tenant of this connection."""
    connection.execute(query("note_act"), _act_row(act))


def note_command(connection: DictConnection, tenant: str, act: Act) -> None:
    """Add what was done by the ledger's own connection: by a command, or to people of the tenant."""
    connection.execute(query("note_command"), {"tenant": tenant, **_act_row(act)})


@dataclass(frozen=True, slots=True)
class WantedActs:
    """Which acts of the audit: all that match everything given.

    Attributes:
        before_id: only what was noted before this one.
        who: a login, with its tokens.
        what, object: what these have in them.
    """

    before_id: int | None = None
    since: Instant | None = None
    until: Instant | None = None
    who: str = ""
    what: str = ""
    object: str = ""


ALL_ACTS: Final = WantedActs()


def acts_noted(
    connection: DictConnection, tenant: str, limit: int, wanted: WantedActs = ALL_ACTS
) -> list[dict[str, Any]]:
    """What was done in a tenant, the latest first, so many."""
    words = {name: getattr(wanted, name) for name in ("before_id", "who", "what", "object")}
    span = {"since": wanted.since and datetime_of(wanted.since), "until": wanted.until and datetime_of(wanted.until)}
    return connection.execute(query("acts_noted"), {"tenant": tenant, "limit": limit, **words, **span}).fetchall()


def users_of(connection: DictConnection, tenant: str | None) -> list[dict[str, Any]]:
    """The people of a tenant, or all; rows as they are, without secrets."""
    return connection.execute(query("users_of"), {"tenant": tenant}).fetchall()


def add_user(connection: DictConnection, user: User) -> bool:
    """A new person; False: the login is taken."""
    return connection.execute(query("add_user"), _user_row(user)).fetchone() is not None


def change_user(connection: DictConnection, user: User) -> None:
    """What a person is; sessions end, so that no one goes on with rights of before."""
    with transaction(connection):
        connection.execute(query("change_user"), _user_row(user))
        end_sessions(connection, user)


def disable_user(connection: DictConnection, user: User, at: Instant | None) -> None:
    """The person may not sign in any more, or (None) may again."""
    with transaction(connection):
        moment: datetime | None = None if at is None else datetime_of(at)
        connection.execute(query("disable_user"), {"user_id": user.user_id, "at": moment})
        end_sessions(connection, user)


def set_password(connection: DictConnection, user: User, password_hash: str) -> None:
    """A new password; sessions end, and links to set one are good no more."""
    with transaction(connection):
        connection.execute(query("drop_links_of"), {"user_id": user.user_id})
        connection.execute(query("set_password"), {"user_id": user.user_id, "password_hash": password_hash})
        end_sessions(connection, user)


def set_second_factor(connection: DictConnection, user: User, totp: bytes | None, recovery: Sequence[bytes]) -> None:
    """A new second factor, or none; sessions end."""
    with transaction(connection):
        given = {"user_id": user.user_id, "totp": totp, "recovery": list(recovery)}
        connection.execute(query("set_second_factor"), given)
        end_sessions(connection, user)


def remove_user(connection: DictConnection, user: User) -> None:
    """The person, with sessions and tokens; what the person did stays in the audit."""
    connection.execute(query("remove_user"), {"user_id": user.user_id})


def sessions_of(connection: DictConnection, user: User) -> list[dict[str, Any]]:
    """The sessions of a person, the latest first."""
    return connection.execute(query("sessions_of"), {"user_id": user.user_id, "tenant": user.tenant}).fetchall()


def add_token(
    connection: DictConnection,
    user: User,
    secret: str,
    token_id: str,
    name: str,
    rights: Sequence[str],
    *,
    now: Instant,
    ends_at: Instant,
) -> None:
    """A new token, which acts for this person."""
    given = {
        "hash": secret_hash(secret),
        "token_id": token_id,
        "user_id": user.user_id,
        "tenant": user.tenant,
        "name": name,
        "rights": list(rights),
        "now": datetime_of(now),
        "ends_at": datetime_of(ends_at),
    }
    connection.execute(query("add_token"), given)


def tokens_of(connection: DictConnection, user: User) -> list[dict[str, Any]]:
    """The tokens of a person, the latest first."""
    return connection.execute(query("tokens_of"), {"user_id": user.user_id}).fetchall()


def revoke_token(connection: DictConnection, user: User, token_id: str, now: Instant) -> bool:
    """The token is good no more; False: the person has none such."""
    given = {"user_id": user.user_id, "token_id": token_id, "now": datetime_of(now)}
    return connection.execute(query("revoke_token"), given).fetchone() is not None


def _act_row(act: Act) -> dict[str, Any]:
    return {
        "at": datetime_of(act.at),
        "who": act.who,
        "through": act.through,
        "address": act.address,
        "what": act.what,
        "object": act.object,
        "before": None if act.before is None else orjson.dumps(act.before).decode(),
        "after": None if act.after is None else orjson.dumps(act.after).decode(),
    }


def _user_row(user: User) -> dict[str, Any]:
    names = ("user_id", "tenant", "login", "name", "extension", "agent", "language")
    lists = {name: list(getattr(user, name)) for name in ("roles", "extensions", "queues")}
    return {name: getattr(user, name) for name in names} | lists


def _user(row: Mapping[str, Any]) -> User:
    names = ("tenant", "login", "name", "extension", "agent", "language")
    lists = {name: tuple(row[name]) for name in ("roles", "extensions", "queues")}
    plain: dict[str, Any] = {name: row[name] for name in names} | lists
    return User(user_id=str(row["user_id"]), is_disabled=row["disabled_at"] is not None, **plain)


def _secrets(row: Mapping[str, Any]) -> Secrets:
    return Secrets(row["password_hash"], row["totp"], row["totp_step"], tuple(row["recovery"]))
