"""People of the API and the panel: who there is, what each may do, and what they sign in with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import passwords, second_factor
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import Act, Token, User
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.second_factor import Sealer
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.language import LANGUAGES
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from callcontrol.vocabulary.rights import NEED_SECOND_FACTOR, NO_TENANT, Kind, Person, Role, Verb
from callcontrol.vocabulary.sentence import says

LONGEST_LOGIN: Final = 64
LONGEST_NAME: Final = 128
MOST_TOKEN_DAYS: Final = 730
TOKEN_BEGINS: Final = "cct_"
_LOGIN_SIGNS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._@+-")


@dataclass(frozen=True, slots=True)
class Doer:
    """Who changes people, for the audit."""

    who: str
    through: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewSecondFactor:
    """What is told once: the secret and the address for an authenticator app, and the recovery codes."""

    secret: str
    address: str
    recovery_codes: tuple[str, ...]


class People:
    """The people of all tenants, by the ledger's own connection.

    Every method raises Refused where what is asked for makes no sense, and lets errors of Postgres pass.
    """

    def __init__(
        self,
        settings: Settings,
        connection: DictConnection,
        doer: Doer,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
        new_id: Callable[[], str],
    ) -> None:
        self._settings, self._connection, self._doer = settings, connection, doer
        self._now, self._random, self._new_id = now, random, new_id

    def add(self, user: User) -> User:
        """A new person, without a password still; `user_id` is made here."""
        user = replace(user, user_id=self._new_id(), login=user.login.lower())
        self._check(user)
        with transaction(self._connection):
            if not people.add_user(self._connection, user):
                raise Refused(
                    says("the login %(login)s is taken", login=user.login), "login", says("write another one")
                )
            self._note(user, "user added", None, _told(user))
        return user

    def change(self, login: str, **changed: object) -> User:
        """Other roles, names, queues; the person signs in again."""
        before = self.user(login)
        after: User = replace(before, **changed)  # type: ignore[arg-type]  # fields of User by their names
        self._check(after)
        with transaction(self._connection):
            people.change_user(self._connection, after)
            self._note(after, "user changed", _told(before), _told(after))
        return after

    def set_password(self, login: str, password: str) -> None:
        """A new password; the person signs in again."""
        user = self.user(login)
        check_password(password, user)
        kept = passwords.hashed(password)
        with transaction(self._connection):
            people.set_password(self._connection, user, kept)
            self._note(user, "password set")

    def set_second_factor(self, login: str) -> NewSecondFactor:
        """A new second factor and new recovery codes; those of before are good no more."""
        user, sealer = self.user(login), Sealer(self._settings.web.keys)
        secret = second_factor.new_secret(self._random)
        codes = tuple(second_factor.new_recovery_codes(self._random))
        with transaction(self._connection):
            hashes = [second_factor.recovery_hash(code) for code in codes]
            people.set_second_factor(self._connection, user, sealer.seal(secret), hashes)
            self._note(user, "second factor set")
        return NewSecondFactor(secret, second_factor.address_of(secret, user.login), codes)

    def drop_second_factor(self, login: str) -> None:
        """No second factor any more: with some roles the person cannot sign in then."""
        user = self.user(login)
        with transaction(self._connection):
            people.set_second_factor(self._connection, user, None, ())
            self._note(user, "second factor removed")

    def disable(self, login: str) -> None:
        """The person cannot sign in, and tokens are refused, until enabled again."""
        self._disable(login, self._now(), "user disabled")

    def enable(self, login: str) -> None:
        """The person may sign in again."""
        self._disable(login, None, "user enabled")

    def remove(self, login: str) -> None:
        """The person is gone, with sessions and tokens; what the person did stays in the audit."""
        user = self.user(login)
        with transaction(self._connection):
            people.remove_user(self._connection, user)
            self._note(user, "user removed", _told(user))

    def end_sessions(self, login: str, session_id: str | None = None) -> int:
        """The person signs in again: everywhere, or where this session is. How many sessions ended."""
        user = self.user(login)
        with transaction(self._connection):
            ended = people.end_sessions(self._connection, user, session_id)
            self._note(user, "sessions ended" if session_id is None else "session ended")
        return ended

    def add_token(self, login: str, name: str, rights: Collection[str], days: int) -> str:
        """A token that acts for this person, told once.

        Args:
            rights: `see:calls`, …: it may do no more, and never more than the person.
            days: for which it is good.
        """
        user = self.user(login)
        checked = tuple(f"{verb}:{kind}" for verb, kind in map(right_from, dict.fromkeys(rights)))
        if not checked:
            raise Refused(says("a token without rights can do nothing"), "rights", says("write some such as see:calls"))
        if not 1 <= days <= MOST_TOKEN_DAYS:
            raise Refused(
                says(
                    "%(days)s days: 1 to %(most_token_days)s are possible", days=days, most_token_days=MOST_TOKEN_DAYS
                ),
                "days",
            )
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise Refused(
                says("a name has 1 to %(longest_name)s characters in one line", longest_name=LONGEST_NAME), "name"
            )
        secret, now = TOKEN_BEGINS + self._random(32).hex(), self._now()
        ends_at, token_id = Instant(now + days * DAY_S * SECOND_US), self._new_id()
        with transaction(self._connection):
            people.add_token(self._connection, user, secret, token_id, name, checked, now=now, ends_at=ends_at)
            self._note(user, f"token {name} added", None, {"rights": checked, "days": days})
        return secret

    def revoke_token(self, login: str, token_id: str) -> None:
        """The token is good no more."""
        user = self.user(login)
        with transaction(self._connection):
            if not people.revoke_token(self._connection, user, token_id, self._now()):
                raise NotThere(
                    says("%(login)s has no token %(token_id)s that is still good", login=login, token_id=token_id),
                    "token_id",
                )
            self._note(user, f"token {token_id} revoked")

    def user(self, login: str) -> User:
        """The person of a login."""
        found = people.user_of_login(self._connection, login)
        if found is None:
            raise NotThere(
                says("there is no user %(login)s", login=login), "login", says("`callcontrol users list` shows all")
            )
        return found[0]

    def _disable(self, login: str, at: Instant | None, what: str) -> None:
        user = self.user(login)
        with transaction(self._connection):
            people.disable_user(self._connection, user, at)
            self._note(user, what)

    def _check(self, user: User) -> None:
        _check_login(user)
        roles = {_role(word) for word in user.roles}
        if not roles:
            raise Refused(says("a person has at least one role"), "roles", f"write some of {', '.join(Role)}")
        if user.language and user.language not in LANGUAGES:
            raise Refused(unknown("language", user.language, LANGUAGES), "language")
        if (user.tenant == NO_TENANT) != (Role.OPERATOR in roles):
            what = "an operator belongs to no tenant, and everyone else to one"
            raise Refused(
                what, "roles", says("write the tenant %(no_tenant)s for operators alone", no_tenant=NO_TENANT)
            )
        if user.tenant == NO_TENANT and len(roles) > 1:
            raise Refused(says("an operator has no other role"), "roles")
        if user.tenant != NO_TENANT:
            if user.tenant not in self._settings.tenants:
                raise NotThere(unknown("tenant", user.tenant, self._settings.tenants), "tenant")
            _check_names(user, self._settings.tenants[user.tenant])

    def _note(
        self,
        user: User,
        what: str,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> None:
        doer = self._doer
        act = Act(self._now(), doer.who, doer.through, doer.address, what, f"user {user.login}", before, after)
        people.note_command(self._connection, user.tenant, act)


def check_password(password: str, user: User) -> None:
    """Raises Refused where this is no good password. Long beats mixed (NIST SP 800-63B, 3.1.1)."""
    shortest, longest = passwords.SHORTEST, passwords.LONGEST
    if not shortest <= len(password) <= longest:
        raise Refused(
            says("a password has %(shortest)s to %(longest)s characters", shortest=shortest, longest=longest),
            "password",
        )
    if user.login in password.lower() or len(set(password)) < 5:
        raise Refused(
            says("this password is easily guessed"), "password", says("write one without the login, of more letters")
        )


def step_shown(secret: str, code: str, now: Instant) -> int:
    """The time step of a code that shows that an authenticator app has this secret; else raises Refused."""
    try:
        step = second_factor.step_of(code, secret, now) if secret else None
    except ValueError as error:
        raise Refused(
            says("this is no secret of a second factor"), "secret", says("send the one that was shown")
        ) from error
    if step is None:
        raise Refused(says("this is not the code of now"), "code", says("write the six digits the app shows"))
    return step


def right_from(text: str) -> tuple[Verb, Kind]:
    """`see:calls`; raises Refused where it is none."""
    verb, _, kind = text.partition(":")
    try:
        return Verb(verb), Kind(kind)
    except ValueError as error:
        right = f"write {' or '.join(Verb)}, a colon, and one of {', '.join(Kind)}"
        raise Refused(says("%(text)s is no right", text=text), "rights", right) from error


def person_of(user: User, settings: Settings, token: Token | None = None) -> Person:
    """What the person may do now, by the configuration in force; roles of a version to come count for nothing."""
    tenant = settings.tenants.get(user.tenant)
    queues = tenant.queues if tenant is not None and user.agent else {}
    own = (name for name, queue in queues.items() if any(seat.agent == user.agent for seat in queue.agents))
    return Person(
        user_id=user.user_id,
        login=user.login if token is None else f"{user.login}, token {token.name}",
        tenant=user.tenant,
        roles=frozenset(Role(word) for word in user.roles if word in set(Role)),
        extension=user.extension,
        agent=user.agent,
        own_queues=frozenset(own),
        extensions=frozenset(user.extensions),
        queues=frozenset(user.queues),
        only=None if token is None else frozenset(map(right_from, token.rights)),
    )


def needs_second_factor(user: User) -> bool:
    """Whether a password alone is too little for one of the person's roles."""
    return not NEED_SECOND_FACTOR.isdisjoint(user.roles)


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError as error:
        raise Refused(unknown("role", word, tuple(Role)), "roles") from error


def _check_login(user: User) -> None:
    if not 1 <= len(user.login) <= LONGEST_LOGIN or not _LOGIN_SIGNS.issuperset(user.login):
        right = f"write 1 to {LONGEST_LOGIN} small letters, digits and . _ @ + -"
        raise Refused(says("%(login)s is no login", login=user.login), "login", right)
    if len(user.name) > LONGEST_NAME or not user.name.isprintable():
        raise Refused(
            says("a name has at most %(longest_name)s characters in one line", longest_name=LONGEST_NAME), "name"
        )


def _check_names(user: User, tenant: Tenant) -> None:
    for field, names, known in (
        ("extension", [user.extension] if user.extension else [], tenant.extensions),
        ("agent", [user.agent] if user.agent else [], tenant.agents),
        ("extensions", user.extensions, tenant.extensions),
        ("queues", user.queues, tenant.queues),
    ):
        for name in names:
            if name not in known:
                raise NotThere(unknown(field.removesuffix("s"), name, tuple(known)), field)


def _told(user: User) -> Mapping[str, object]:
    return {name: value for name, value in asdict(user).items() if name != "user_id"}
