"""`/users`: the people of a tenant, what each may do, and how they come to sign in; `/roles`: what there is to give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from pydantic import Field

from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.usecases.colleagues import Colleagues, roles_told, version_of
from callcontrol.usecases.people import LONGEST_LOGIN, LONGEST_NAME
from callcontrol.usecases.refusals import NotThere
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told
from callcontrol.web.problems import Problem

MOST_NAMES: Final = 1_000


class UserFields(Given):
    """What an admin sets of a person."""

    name: str = Field(default="", max_length=LONGEST_NAME)
    roles: list[str] = Field(min_length=1, max_length=16)
    extension: str = Field(default="", max_length=64, description="the person's own")
    agent: str = Field(default="", max_length=64, description="the person as an agent of queues")
    extensions: list[str] = Field(default=[], max_length=MOST_NAMES, description="those a supervisor looks after")
    queues: list[str] = Field(default=[], max_length=MOST_NAMES, description="those a supervisor looks after")
    language: str = Field(default="", max_length=8, description='of the panel; "": the tenant\'s')


class NewUserGiven(UserFields):
    """A new person."""

    login: str = Field(min_length=1, max_length=LONGEST_LOGIN)


class LinkGiven(Given):
    """Which link."""

    second_factor: bool = Field(default=False, description="a new second factor is set with it as well")


class UserTold(Told):
    """A person; `has_password` false: no link has been used yet."""

    login: str
    name: str
    roles: list[str]
    extension: str
    agent: str
    extensions: list[str]
    queues: list[str]
    language: str
    has_password: bool
    has_second_factor: bool
    disabled_at: str | None
    signed_in_at: str | None


class UsersTold(Told):
    """The people of the tenant, by login."""

    users: list[UserTold]


class SessionTold(Told):
    """Where someone is signed in."""

    session: str
    address: str
    browser: str
    since: str
    seen_at: str
    ends_at: str


class UserDetail(Told):
    """A person, and where the person is signed in."""

    user: UserTold
    sessions: list[SessionTold]


class RoleTold(Told):
    """A role: its rights with their scope, and whether you may give it."""

    role: str
    given: bool
    rights: dict[str, str]


class RolesTold(Told):
    """All roles."""

    roles: list[RoleTold]


class LinkTold(Told):
    """A link by which the person sets a password: told once, good once."""

    login: str
    link: str
    ends_at: str


class Done(Told):
    """It is done."""

    login: str
    done: str


@contextmanager
def colleagues(asked: Asked) -> Iterator[Colleagues]:
    """The people of the tenant, to change them."""
    with asked.services.own_ledger() as connection:
        yield _colleagues(asked, connection)


def _colleagues(asked: Asked, connection: DictConnection) -> Colleagues:
    return Colleagues(asked.services.people_by(asked.doer, connection), connection, asked.person, asked.tenant)


def users_told(asked: Asked) -> list[UserTold]:
    """The people of the tenant."""
    with asked.services.people(asked.tenant) as connection:
        return [_row(row) for row in people.users_of(connection, asked.tenant)]


def user_told(asked: Asked, login: str) -> UserTold:
    """One of them."""
    found = next((one for one in users_told(asked) if one.login == login.lower()), None)
    if found is None:
        raise NotThere(says("there is no user %(login)s", login=login), "login")
    return found


def _row(row: Mapping[str, Any]) -> UserTold:
    names = ("login", "name", "roles", "extension", "agent", "extensions", "queues", "language")
    told: dict[str, Any] = {name: row[name] for name in (*names, "has_password", "has_second_factor")}
    return UserTold(**told | {name: _time(row[name]) for name in ("disabled_at", "signed_in_at")})


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def session_told(row: Mapping[str, Any]) -> SessionTold:
    """A row of the sessions."""
    return SessionTold(
        session=str(row["session_id"]),
        address=row["address"],
        browser=row["browser"],
        since=row["created_at"].isoformat(),
        seen_at=row["seen_at"].isoformat(),
        ends_at=row["ends_at"].isoformat(),
    )


def _list(asked: Asked) -> Answer:
    return Answer(UsersTold(users=users_told(asked)))


def _one(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        user = found.user(asked.path["login"])
        sessions = [session_told(row) for row in found.sessions(user.login)]
    told = UserDetail(user=user_told(asked, user.login), sessions=sessions)
    return Answer(told, headers={"ETag": f'"{version_of(user)}"'})


def _fields(given: UserFields) -> dict[str, Any]:
    fields = given.model_dump(exclude={"login"})
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _add(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        user = found.add(User(user_id="", tenant=asked.tenant, login=asked.body.login, **_fields(asked.body)))
    return Answer(user_told(asked, user.login), 201, is_noted=True)


def _change(asked: Asked) -> Answer:
    if not asked.if_match:
        raise Problem(428, "version_needed", "say which version you change", field="If-Match", cure="send its ETag")
    with colleagues(asked) as found:
        user = found.change(asked.path["login"], asked.if_match.strip('"'), _fields(asked.body))
    return Answer(user_told(asked, user.login), headers={"ETag": f'"{version_of(user)}"'}, is_noted=True)


def _disable(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        found.disable(asked.path["login"])
    return _done(asked, "disabled")


def _enable(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        found.enable(asked.path["login"])
    return _done(asked, "enabled")


def _remove(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        found.remove(asked.path["login"])
    return _done(asked, "removed")


def _done(asked: Asked, what: str) -> Answer:
    return Answer(Done(login=asked.path["login"].lower(), done=what), is_noted=True)


def _drop_second_factor(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        found.drop_second_factor(asked.path["login"])
    return _done(asked, "second factor removed")


def _sign_out(asked: Asked) -> Answer:
    with colleagues(asked) as found:
        ended = found.end_sessions(asked.path["login"])
    return _done(asked, f"{ended} sessions ended")


def _end_session(asked: Asked) -> Answer:
    session = asked.path["session"]
    with colleagues(asked) as found:
        if session not in {str(row["session_id"]) for row in found.sessions(asked.path["login"])}:
            raise NotThere(says("there is no session %(session)s", session=session), "session")
        found.end_sessions(asked.path["login"], session)
    return _done(asked, "session ended")


def link_told(asked: Asked, *, with_second_factor: bool) -> LinkTold:
    """A new link for the person of the address: told once."""
    with asked.services.own_ledger() as connection:
        user = _colleagues(asked, connection).may_sign_in_by(asked.path["login"])
        links = asked.services.password_links(connection)
        secret, ends_at = links.make(user, asked.doer, with_second_factor=with_second_factor)
    address = f"{asked.services.settings.web.address}/password#{secret}"
    return LinkTold(login=user.login, link=address, ends_at=text_of(ends_at))


def _link(asked: Asked) -> Answer:
    return Answer(link_told(asked, with_second_factor=asked.body.second_factor), 201, is_noted=True)


def _roles(asked: Asked) -> Answer:
    return Answer(RolesTold(roles=[RoleTold(**one) for one in roles_told(asked.person)]))


_SEE, _CHANGE = (Verb.SEE, Kind.USERS), (Verb.CHANGE, Kind.USERS)
_USER: Final = "/users/{login}"
OPERATIONS: Final = (
    Operation("list_users", "GET", "/users", "The people of the tenant", _SEE, _list, UsersTold),
    Operation("add_user", "POST", "/users", "A new person", _CHANGE, _add, UserTold, body=NewUserGiven, status=201),
    Operation("get_user", "GET", _USER, "A person, and where signed in", _SEE, _one, UserDetail),
    Operation(
        "change_user",
        "PUT",
        _USER,
        "Other roles, names, extensions: all of them are given; the person signs in again",
        _CHANGE,
        _change,
        UserTold,
        body=UserFields,
        takes_version=True,
    ),
    Operation("remove_user", "DELETE", _USER, "The person is gone, with sessions and tokens", _CHANGE, _remove, Done),
    Operation("disable_user", "PUT", f"{_USER}/disabled", "The person cannot sign in", _CHANGE, _disable, Done),
    Operation("enable_user", "DELETE", f"{_USER}/disabled", "The person may sign in again", _CHANGE, _enable, Done),
    Operation(
        "make_link",
        "POST",
        f"{_USER}/link",
        "A link by which the person sets a password, good once for a day; the one before is good no more",
        _CHANGE,
        _link,
        LinkTold,
        body=LinkGiven,
        status=201,
        tells_secret=True,
    ),
    Operation(
        "drop_second_factor",
        "DELETE",
        f"{_USER}/second-factor",
        "No second factor any more: with some roles the person needs a link to set one",
        _CHANGE,
        _drop_second_factor,
        Done,
    ),
    Operation("end_sessions", "DELETE", f"{_USER}/sessions", "Signed out everywhere", _CHANGE, _sign_out, Done),
    Operation(
        "end_session", "DELETE", f"{_USER}/sessions/{{session}}", "Signed out there", _CHANGE, _end_session, Done
    ),
    Operation("list_roles", "GET", "/roles", "Each role with its rights", _SEE, _roles, RolesTold),
)
