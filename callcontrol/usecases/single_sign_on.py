"""Who is a person to whom a tenant's OpenID provider vouches for: found, linked or made by the tenant's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from callcontrol.config.settings import Settings
from callcontrol.config.sign_on_settings import SignOn
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.usecases.people import LONGEST_NAME, Doer, People
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import Instant, datetime_of

WHO: Final = "single sign-on"


class SingleSignOn:
    """Finds the person.

    Args:
        connection: of the ledger's own user, as people are made and changed.

    Raises: NotSignedIn, whose message is for the log: people are told that it is not possible.
    """

    def __init__(
        self,
        settings: Settings,
        tenant: str,
        connection: DictConnection,
        address: str,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
        new_id: Callable[[], str],
    ) -> None:
        self._tenant, self._connection, self._now = tenant, connection, now
        sign_on = settings.tenants[tenant].sign_on
        assert sign_on is not None
        self._sign_on: SignOn = sign_on
        self._extensions = settings.tenants[tenant].extensions
        self._people = People(settings, connection, Doer(WHO, "panel", address), now, random, new_id)

    def person(self, claims: Mapping[str, Any]) -> tuple[User, bool]:
        """The person of these claims, with the roles they give now; and whether the provider says that there was a
        second factor: where it does not, `SigningIn.vouched_for` asks for ours.
        """
        with transaction(self._connection):
            user = self._known(claims["sub"]) or self._first(claims)
            user = self._with_roles(user, claims)
        if user.is_disabled:
            raise NotSignedIn(f"{user.login} is disabled")
        return user, self._had_second_factor(claims)

    def _known(self, subject: str) -> User | None:
        given = {"tenant": self._tenant, "issuer": self._sign_on.issuer, "subject": subject}
        row = self._connection.execute(query("user_of_identity"), given).fetchone()
        return None if row is None else people.user_by_id(self._connection, str(row["user_id"]))

    def _first(self, claims: Mapping[str, Any]) -> User:
        """The person who signs in so for the first time."""
        login = self._login(claims)
        found = people.user_of_login(self._connection, login)
        if found is not None:
            if found[0].tenant != self._tenant or not self._sign_on.link:
                raise NotSignedIn(f"there is a {login} already, and `link` is off or the person is not of this tenant")
            user = found[0]
        elif self._sign_on.create:
            user = self._made(login, claims)
        else:
            raise NotSignedIn(f"there is no {login} here, and `create` is off")
        self._link(user, claims["sub"])
        return user

    def _login(self, claims: Mapping[str, Any]) -> str:
        name, login = self._sign_on.login_claim, claims.get(self._sign_on.login_claim)
        if not isinstance(login, str) or not login:
            raise NotSignedIn(f"the provider says no {name}")
        if name == "email" and claims.get("email_verified") is not True and not self._sign_on.vouches_for_email:
            raise NotSignedIn(f"the provider does not say that it has verified {login} (vouches_for_email)")
        return login.lower()

    def _made(self, login: str, claims: Mapping[str, Any]) -> User:
        name = str(claims.get("name") or "")
        extension = str(claims.get(self._sign_on.extension_claim) or "") if self._sign_on.extension_claim else ""
        user = User(
            user_id="",
            tenant=self._tenant,
            login=login,
            name="".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME],
            roles=self._roles(claims) or self._sign_on.default_roles,
            extension=extension if extension in self._extensions else "",
            agent="",
            extensions=(),
            queues=(),
            language="",
        )
        try:
            return self._people.add(user)
        except Refused as error:
            raise NotSignedIn(f"{login} cannot be added: {error}") from error

    def _link(self, user: User, subject: str) -> None:
        given = {"tenant": self._tenant, "issuer": self._sign_on.issuer, "subject": subject}
        more = {"user_id": user.user_id, "now": datetime_of(self._now())}
        self._connection.execute(query("link_identity"), given | more)

    def _with_roles(self, user: User, claims: Mapping[str, Any]) -> User:
        """With the roles the provider gives, where it gives roles at all: what it takes away is gone."""
        if not self._sign_on.roles:
            return user
        roles = self._roles(claims) or self._sign_on.default_roles
        if not roles:
            raise NotSignedIn(f"{user.login} has no role: no value of {self._sign_on.roles_claim} gives one")
        if set(roles) == set(user.roles):
            return user
        try:
            return self._people.change(user.login, roles=roles)
        except Refused as error:
            raise NotSignedIn(f"{user.login} cannot have the roles {', '.join(roles)}: {error}") from error

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        given = claims.get(self._sign_on.roles_claim)
        values = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        found = [role for value in values if isinstance(value, str) for role in self._sign_on.roles.get(value, ())]
        return tuple(dict.fromkeys(found))

    def _had_second_factor(self, claims: Mapping[str, Any]) -> bool:
        amr, known = claims.get("amr"), set(self._sign_on.second_factor)
        told = {one for one in amr if isinstance(one, str)} if isinstance(amr, list) else set()
        return not known.isdisjoint({*told, str(claims.get("acr") or "")})
