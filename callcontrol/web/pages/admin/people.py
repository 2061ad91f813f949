"""People: who there is, what each may do, how they come to sign in; roles, and what each role may."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from callcontrol.edges.ledger.people import User
from callcontrol.usecases.colleagues import roles_told, version_of
from callcontrol.usecases.people import LONGEST_LOGIN, LONGEST_NAME
from callcontrol.vocabulary.language import LANGUAGES
from callcontrol.vocabulary.rights import Kind, Role, Verb, may_give
from callcontrol.web.api.tokens import tokens_told
from callcontrol.web.api.users import colleagues, link_told, session_told, user_told, users_told
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.admin.words import ABOUT_ROLES, KINDS, SCOPES, VERBS, Several, Words, values
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, NAMES, said

_SEE: Final = (Verb.SEE, Kind.USERS)
_CHANGE: Final = (Verb.CHANGE, Kind.USERS)
# So many queues are boxes to tick; of more a person writes the names.
MOST_BOXES: Final = 40


class PersonForm(Given):
    """What is set of a person."""

    name: str = Field(default="", max_length=LONGEST_NAME)
    roles: Several = Field(default=[], max_length=16)
    extension: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=64)
    extensions: Words = Field(default=[], max_length=1_000)
    queues: Several | Words = Field(default=[], max_length=1_000)
    language: str = Field(default="", max_length=8)


class NewPersonForm(PersonForm):
    """A new person."""

    login: str = Field(min_length=1, max_length=LONGEST_LOGIN)


class ChangeForm(PersonForm):
    """A person as it was looked at."""

    version: str = Field(min_length=1, max_length=64)


class LinkForm(Given):
    """Which link."""

    second_factor: str = Field(default="", max_length=2)


class SessionForm(Given):
    """A session that is to end; "": all."""

    session: str = Field(default="", max_length=64)


class NothingForm(Given):
    """Nothing is said besides."""


def _fields(form: PersonForm) -> dict[str, Any]:
    fields = form.model_dump(exclude={"login", "version"})
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _choices(asked: Asked) -> dict[str, Any]:
    """What a form of a person chooses from."""
    tenant = asked.services.tenant(asked.tenant)
    return {
        "given": [role for role in Role if role in may_give(asked.person)],
        "ABOUT_ROLES": ABOUT_ROLES,
        "known_queues": {name: queue.name or name for name, queue in tenant.queues.items()},
        "most_boxes": MOST_BOXES,
        "known_extensions": {name: one.name for name, one in tenant.extensions.items()},
        "known_agents": list(tenant.agents),
        "languages": {one: NAMES[one] for one in LANGUAGES},
    }


def _list(asked: Asked) -> Shown:
    return Shown("admin/people.html", values(users=users_told(asked), **_choices(asked)))


def _add(asked: Asked) -> Done:
    with colleagues(asked) as found:
        new = User(user_id="", tenant=asked.tenant, login=asked.body.login, **_fields(asked.body))
        user = found.add(new)
    return Done(
        said(N_("%(login)s is added. Give the person a link to set a password."), login=user.login), to=_to(user)
    )


def _to(user: User) -> str:
    return f"/users/{user.login}"


def _one(asked: Asked) -> Shown:
    with colleagues(asked) as found:
        user = found.user(asked.path["login"])
        sessions = [session_told(row) for row in found.sessions(user.login)]
    told = user_told(asked, user.login)
    tokens = [one for one in tokens_told(asked, user.login) if one.good]
    more = values(one=told, version=version_of(user), sessions=sessions, tokens=tokens, **_choices(asked))
    return Shown("admin/person.html", more)


def _change(asked: Asked) -> Done:
    with colleagues(asked) as found:
        user = found.change(asked.path["login"], asked.body.version, _fields(asked.body))
    return Done(said(N_("%(login)s is changed, and signs in again."), login=user.login))


def _link(asked: Asked) -> Done:
    told = link_told(asked, with_second_factor=asked.body.second_factor != "")
    return Done(shown=Shown("admin/link.html", values(told=told)))


def _disable(asked: Asked) -> Done:
    with colleagues(asked) as found:
        found.disable(asked.path["login"])
    return Done(said(N_("%(login)s cannot sign in any more."), login=asked.path["login"]))


def _enable(asked: Asked) -> Done:
    with colleagues(asked) as found:
        found.enable(asked.path["login"])
    return Done(said(N_("%(login)s may sign in again."), login=asked.path["login"]))


def _remove(asked: Asked) -> Done:
    with colleagues(asked) as found:
        found.remove(asked.path["login"])
    return Done(said(N_("%(login)s is removed."), login=asked.path["login"]), to="/users")


def _drop_second(asked: Asked) -> Done:
    with colleagues(asked) as found:
        found.drop_second_factor(asked.path["login"])
    return Done(said(N_("%(login)s has no second factor any more."), login=asked.path["login"]))


def _sign_out(asked: Asked) -> Done:
    with colleagues(asked) as found:
        found.end_sessions(asked.path["login"], asked.body.session or None)
    return Done(said(N_("%(login)s signs in again there."), login=asked.path["login"]))


def _roles(asked: Asked) -> Shown:
    roles = roles_told(asked.person)
    more = values(roles=roles, ABOUT_ROLES=ABOUT_ROLES, KINDS=KINDS, SCOPES=SCOPES, VERBS=VERBS)
    return Shown("admin/roles.html", more)


PEOPLE: Final = Page(
    "users",
    "/users",
    N_("People"),
    _SEE,
    "admin",
    _list,
    acts=(Act("add", NewPersonForm, _add, _CHANGE),),
)
PERSON: Final = Page(
    "user",
    "/users/{login}",
    N_("Person"),
    _SEE,
    "admin",
    _one,
    acts=(
        Act("change", ChangeForm, _change, _CHANGE),
        Act("link", LinkForm, _link, _CHANGE),
        Act("disable", NothingForm, _disable, _CHANGE),
        Act("enable", NothingForm, _enable, _CHANGE),
        Act("remove", NothingForm, _remove, _CHANGE),
        Act("drop-second-factor", NothingForm, _drop_second, _CHANGE),
        Act("sign-out", SessionForm, _sign_out, _CHANGE),
    ),
    is_listed=False,
)
ROLES_PAGE: Final = Page("roles", "/roles", N_("Roles and rights"), _SEE, "admin", _roles)
PAGES: Final = (PEOPLE, PERSON, ROLES_PAGE)
