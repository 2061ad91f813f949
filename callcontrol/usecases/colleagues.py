"""People of a tenant as its admin manages them: what may be given to whom, and that there is always an admin left."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from callcontrol.edges.ledger import people, people_managed
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.usecases.names import unknown
from callcontrol.usecases.people import People, right_from
from callcontrol.usecases.refusals import ChangedMeanwhile, NotThere, Refused
from callcontrol.vocabulary.rights import RIGHTS, Person, Role, may_give
from callcontrol.vocabulary.sentence import says

# What an admin sets of a person.
FIELDS: Final = ("name", "roles", "extension", "agent", "extensions", "queues", "language")


class Colleagues:
    """The people of one tenant, for one person who may change them.

    Every method raises NotThere for a login of another tenant, as for one that there is not, and Refused where what is
    asked for makes no sense or is not this person's to give.

    Args:
        connection: the ledger's own.
    """

    def __init__(self, people_: People, connection: DictConnection, person: Person, tenant: str) -> None:
        self._people, self._connection, self._person, self._tenant = people_, connection, person, tenant

    def user(self, login: str) -> User:
        """The person of a login in this tenant."""
        found = people.user_of_login(self._connection, login)
        if found is None or found[0].tenant != self._tenant:
            logins = [row["login"] for row in people.users_of(self._connection, self._tenant)]
            raise NotThere(unknown("user", login, logins), "login")
        return found[0]

    def add(self, user: User) -> User:
        """A new person, who cannot sign in before a link has been used."""
        self._check_given(user.roles)
        return self._people.add(replace(user, tenant=self._tenant))

    def change(self, login: str, version: str, changed: dict[str, Any]) -> User:
        """Other roles, names, extensions; the person signs in again.

        Args:
            version: of the person as it was looked at.

        Raises:
            ChangedMeanwhile: it has another version.
        """
        with self._alone(login) as user:
            if version_of(user) != version:
                raise ChangedMeanwhile(
                    says("%(login)s was changed meanwhile", login=login), "If-Match", says("look again, then change")
                )
            self._check_given(set(user.roles) ^ set(changed.get("roles", user.roles)))
            if Role.ADMIN not in changed.get("roles", user.roles):
                self._check_left(user, "has no longer the role admin")
            return self._people.change(user.login, **changed)

    def disable(self, login: str) -> None:
        """The person cannot sign in."""
        with self._alone(login) as user:
            self._check_given(user.roles)
            self._check_left(user, "is disabled")
            self._people.disable(user.login)

    def enable(self, login: str) -> None:
        """The person may sign in again."""
        self._check_given(self.user(login).roles)
        self._people.enable(login)

    def remove(self, login: str) -> None:
        """The person is gone."""
        with self._alone(login) as user:
            self._check_given(user.roles)
            self._check_left(user, "is removed")
            self._people.remove(user.login)

    def may_sign_in_by(self, login: str) -> User:
        """The person, where a link for the person is this one's to make: who has it signs in as that person."""
        user = self.user(login)
        self._check_given(user.roles)
        if user.is_disabled:
            raise Refused(says("%(login)s cannot sign in", login=user.login), "login", says("enable the person first"))
        return user

    def drop_second_factor(self, login: str) -> None:
        """No second factor any more."""
        self._check_given(self.user(login).roles)
        self._people.drop_second_factor(login)

    def end_sessions(self, login: str, session_id: str | None = None) -> int:
        """The person signs in again: everywhere, or where this session is."""
        return self._people.end_sessions(self.user(login).login, session_id)

    def sessions(self, login: str) -> list[dict[str, Any]]:
        """Where the person is signed in."""
        return people.sessions_of(self._connection, self.user(login))

    def add_token(self, login: str, name: str, rights: Collection[str], days: int) -> str:
        """A token that acts for this person, told once. It may do no more than who makes it."""
        self._check_given(self.user(login).roles)
        for right in rights:
            if self._person.only is not None and right_from(right) not in self._person.only:
                raise Refused(f"this token may not {right}, so it cannot give that to another one", "rights")
        return self._people.add_token(login, name, rights, days)

    def revoke_token(self, token_id: str) -> None:
        """A token of anyone in the tenant is good no more."""
        tokens = people_managed.tokens_of_tenant(self._connection, self._tenant)
        of = next((row["login"] for row in tokens if str(row["token_id"]) == token_id), None)
        if of is None:
            raise NotThere(says("there is no token %(token_id)s", token_id=token_id), "token")
        self._people.revoke_token(of, token_id)

    @contextmanager
    def _alone(self, login: str) -> Iterator[User]:
        """No one else changes people of the tenant meanwhile: or two admins could remove one another."""
        with transaction(self._connection):
            people_managed.lock_people(self._connection, self._tenant)
            yield self.user(login)

    def _check_given(self, roles: Collection[str]) -> None:
        given = may_give(self._person)
        for role in sorted(roles):
            if role not in given:
                right = f"roles you may give: {', '.join(sorted(given)) or 'none'}"
                raise Refused(says("the role %(role)s is not yours to give or to take", role=role), "roles", right)

    def _check_left(self, user: User, what: str) -> None:
        """The tenant's last admin stays one; only an operator, who can make another, may end that."""
        if Role.ADMIN not in user.roles or user.is_disabled or Role.OPERATOR in self._person.roles:
            return
        if not people_managed.others_with(self._connection, user, Role.ADMIN):
            right = "make another person an admin first"
            raise Refused(
                says("no one could manage the tenant if %(login)s %(what)s", login=user.login, what=what),
                "roles",
                right,
            )


def version_of(user: User) -> str:
    """Changes with everything that is changed of a person."""
    written = repr([user.user_id, user.is_disabled, *(getattr(user, name) for name in FIELDS)])
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def roles_told(person: Person) -> list[dict[str, Any]]:
    """Each role, with its rights, and whether this person may give it."""
    given = may_give(person)
    return [{"role": role.value, "given": role in given, "rights": _rights_of(role)} for role in Role]


def _rights_of(role: Role) -> dict[str, str]:
    return {f"{verb}:{kind}": scope.name.lower() for (verb, kind), scope in RIGHTS[role].items()}
