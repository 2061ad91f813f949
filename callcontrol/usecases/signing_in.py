"""Signing in: a login, a password, and the code of the second factor where there is one.

Whatever is wrong, the answer is the same, and takes as long for a login that is unknown: its password is compared and
its refusal noted likewise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callcontrol.config.settings import Settings
from callcontrol.edges import passwords, second_factor
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import Act, Secrets, Session, User
from callcontrol.edges.ledger.reader import Access, connect, explained
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.second_factor import NotOpened, Sealer
from callcontrol.usecases.people import LONGEST_LOGIN, needs_second_factor, person_of
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.rights import NO_TENANT, Person

HOUR_US = 3_600 * SECOND_US
MINUTE_US = 60 * SECOND_US


class NotSignedIn(Refused):
    """No one is signed in, or not any more."""


class SecondFactorMissing(NotSignedIn):
    """The password is right, and too little: a second factor is compulsory, and the person has none yet."""

    def __init__(self, user: User) -> None:
        wrong = _wrong()
        super().__init__(str(wrong), cure=wrong.cure)
        self.user = user


@dataclass(frozen=True, slots=True)
class From:
    """Where a request comes from: the client's address, and what its browser calls itself."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, and how: the person, the user's row, and the session; None: by a token."""

    person: Person
    user: User
    session: Session | None


class SigningIn:
    """Who a request is of. Every method raises NoLedger while Postgres is away.

    Args:
        ledger: what opens a connection that shows a tenant's rows.
        random: so many bytes by chance.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        ledger: Callable[[str], Access],
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
        new_id: Callable[[], str],
    ) -> None:
        self._settings, self._ledger, self._now = settings, ledger, now
        self._random, self._new_id = random, new_id

    def sign_in(self, login: str, password: str, code: str, where: From) -> str:
        """Begin a session; returns what the cookie holds.

        Raises:
            NotSignedIn: login, password or code are not right; it is not said which.
            SecondFactorMissing: the person has to set one first (`OwnProfile.set_second_factor`).
        """
        with explained():
            with connect(self._ledger(NO_TENANT)) as connection:
                found = people.user_of_login(connection, login)
            kept = found[1].password_hash if found else passwords.NONE
            is_right = passwords.is_right(password, kept)
            if found is None:
                with connect(self._ledger(NO_TENANT)) as connection:
                    self._note(connection, login[:LONGEST_LOGIN], where, "sign-in refused")
                raise _wrong()
            user, secrets = found
            with connect(self._ledger(user.tenant)) as connection:
                if not is_right or user.is_disabled or not self._has_second(connection, user, secrets, code):
                    self._note(connection, user.login, where, "sign-in refused")
                    is_missing = is_right and not user.is_disabled and secrets.totp is None
                    raise SecondFactorMissing(user) if is_missing else _wrong()
                return self._begin(connection, user, password, secrets, where)

    def vouched_for(self, user_id: str) -> tuple[User, bool, bool]:
        """The person for whom another one vouches; whether our second factor is asked for if there was no other one,
        because the person has one or a role that needs one; and whether the person has one.
        """
        with explained():
            user, secrets = self._still_there(user_id)
        has_one = secrets.totp is not None
        return user, has_one or needs_second_factor(user), has_one

    def begin_for(self, user: User, where: From, what: str, code: str | None = None) -> str:
        """Begin a session of someone for whom another one vouches; returns what the cookie holds.

        Args:
            what: how the person signed in, for the audit.
            code: of our second factor; None: there was another one, or none is asked for.

        Raises:
            NotSignedIn: the code is not right, or the person is gone.
        """
        with explained():
            user, secrets = self._still_there(user.user_id)
            with connect(self._ledger(user.tenant)) as connection:
                if code is not None and not self._has_second(connection, user, secrets, code):
                    self._note(connection, user.login, where, "sign-in refused")
                    raise _wrong()
                return self._session(connection, user, secrets.password_hash, where, what)

    def _still_there(self, user_id: str) -> tuple[User, Secrets]:
        with connect(self._ledger(NO_TENANT)) as connection:
            user = people.user_by_id(connection, user_id)
            found = None if user is None else people.user_of_login(connection, user.login)
        if found is None or found[0].is_disabled:
            raise NotSignedIn("the person is gone meanwhile", cure="sign in once more")
        return found

    def of_cookie(self, cookie: str) -> SignedIn:
        """Who is signed in; raises NotSignedIn where the session has ended."""
        web, now = self._settings().web, self._now()
        with explained():
            with connect(self._ledger(NO_TENANT)) as connection:
                session = people.session_of(connection, cookie)
                user = people.user_by_id(connection, session.user_id) if session else None
            if session is None or user is None or user.is_disabled:
                raise NotSignedIn("no one is signed in", cure="sign in")
            if now >= session.ends_at or now - session.seen_at >= web.idle_minutes * MINUTE_US:
                raise NotSignedIn("the session is over", cure="sign in again")
            if now - session.seen_at >= people.NOTED_US:
                with connect(self._ledger(user.tenant)) as connection:
                    people.note_use(connection, session, now)
        return SignedIn(person_of(user, self._settings()), user, session)

    def of_token(self, secret: str) -> SignedIn:
        """Whose token this is; raises NotSignedIn where it is none that is good."""
        now = self._now()
        with explained():
            with connect(self._ledger(NO_TENANT)) as connection:
                token = people.token_of(connection, secret)
                user = people.user_by_id(connection, token.user_id) if token else None
            if token is None or user is None or user.is_disabled or token.is_revoked or now >= token.ends_at:
                raise NotSignedIn("this token is not good", cure="`callcontrol users token` makes one")
            if token.used_at is None or now - token.used_at >= people.NOTED_US:
                with connect(self._ledger(user.tenant)) as connection:
                    people.note_token_use(connection, token, now)
        return SignedIn(person_of(user, self._settings(), token), user, None)

    def sign_out(self, signed_in: SignedIn, where: From) -> None:
        """The session ends."""
        if signed_in.session is None:
            return
        with explained(), connect(self._ledger(signed_in.user.tenant)) as connection:
            people.end_session(connection, signed_in.session)
            self._note(connection, signed_in.user.login, where, "signed out")

    def _has_second(self, connection: DictConnection, user: User, secrets: Secrets, code: str) -> bool:
        if secrets.totp is None:
            return not needs_second_factor(user)
        try:
            secret = Sealer(self._settings().web.keys).open(secrets.totp)
        except NotOpened:
            return people.take_recovery(connection, user, second_factor.recovery_hash(code))
        step = second_factor.step_of(code, secret, self._now())
        if step is not None:
            return people.take_code(connection, user, step)
        return bool(code) and people.take_recovery(connection, user, second_factor.recovery_hash(code))

    def _begin(self, connection: DictConnection, user: User, password: str, secrets: Secrets, where: From) -> str:
        kept = secrets.password_hash
        kept = passwords.hashed(password) if passwords.is_old(kept) else kept
        return self._session(connection, user, kept, where, "signed in")

    def _session(self, connection: DictConnection, user: User, kept: str, where: From, what: str) -> str:
        web, now = self._settings().web, self._now()
        cookie, ends_at = self._random(32).hex(), Instant(now + web.session_hours * HOUR_US)
        with transaction(connection):
            people.drop_ended_sessions(connection, user.tenant, now, web.idle_minutes * MINUTE_US)
            people.note_sign_in(connection, user, kept, now)
            session_id = self._new_id()
            people.begin_session(
                connection, user, cookie, session_id, where.address, where.browser, now=now, ends_at=ends_at
            )
            self._note(connection, user.login, where, what)
        return cookie

    def _note(self, connection: DictConnection, login: str, where: From, what: str) -> None:
        act = Act(self._now(), login, "panel", where.address, what, f"user {login}")
        people.note_act(connection, act)


def _wrong() -> NotSignedIn:
    return NotSignedIn("login, password or code are not right", cure="write all three as they were set")
