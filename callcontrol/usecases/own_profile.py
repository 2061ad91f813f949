"""What a person does with the own access: password, second factor, sessions, language of the panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcontrol.config.settings import Settings
from callcontrol.edges import passwords, second_factor
from callcontrol.edges.ledger import people, people_managed
from callcontrol.edges.ledger.people import Act, User
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.second_factor import Sealer
from callcontrol.usecases.names import unknown
from callcontrol.usecases.people import Doer, check_password, step_shown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.language import LANGUAGES
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.sentence import says


class OwnProfile:
    """One person's own access, by the ledger's own connection.

    What changes how the person signs in asks for the password once more: a browser that was left open is not enough.
    """

    def __init__(
        self,
        settings: Settings,
        connection: DictConnection,
        user: User,
        doer: Doer,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
    ) -> None:
        self._settings, self._connection, self._user, self._doer = settings, connection, user, doer
        self._now, self._random = now, random

    def set_password(self, password: str, new: str) -> None:
        """A new password; the person signs in again everywhere."""
        self._check_password(password)
        check_password(new, self._user)
        kept = passwords.hashed(new)
        with transaction(self._connection):
            people.set_password(self._connection, self._user, kept)
            self._note("password set")

    def new_second_factor(self, secret: str = "") -> tuple[str, str]:
        """A secret and its address for an authenticator app; it counts once a code of it has come back.

        Args:
            secret: the one that is shown already; "": a new one.
        """
        secret = secret or second_factor.new_secret(self._random)
        return secret, second_factor.address_of(secret, self._user.login)

    def set_second_factor(self, password: str, secret: str, code: str) -> tuple[str, ...]:
        """Take the secret whose code this is; returns recovery codes, told once. The person signs in again."""
        self._check_password(password)
        return self._take_second_factor(secret, code)

    def set_first_factor(self, secret: str, code: str) -> tuple[str, ...]:
        """The same, for a person without one for whom a provider has just vouched, who may have no password.

        Raises:
            Refused: there is one already; nothing but it, or an administrator, takes it away.
        """
        if self.has_second_factor():
            raise NotThere("there is no second factor to set")
        return self._take_second_factor(secret, code)

    def _take_second_factor(self, secret: str, code: str) -> tuple[str, ...]:
        step = step_shown(secret, code, self._now())
        codes = tuple(second_factor.new_recovery_codes(self._random))
        hashes = [second_factor.recovery_hash(one) for one in codes]
        sealed = Sealer(self._settings.web.keys).seal(secret)
        with transaction(self._connection):
            people.set_second_factor(self._connection, self._user, sealed, hashes)
            people.take_code(self._connection, self._user, step)
            self._note("second factor set")
        return codes

    def has_second_factor(self) -> bool:
        """Whether a second factor is asked for."""
        return people_managed.has_second_factor(self._connection, self._user)

    def sessions(self) -> list[dict[str, Any]]:
        """Where the person is signed in."""
        return people.sessions_of(self._connection, self._user)

    def end_session(self, session_id: str) -> None:
        """One of them ends."""
        if session_id not in {str(row["session_id"]) for row in self.sessions()}:
            raise NotThere(says("you have no such session"), "session")
        with transaction(self._connection):
            people.end_sessions(self._connection, self._user, session_id)
            self._note("session ended")

    def set_language(self, language: str) -> None:
        """The language of the panel; "": the tenant's."""
        if language and language not in LANGUAGES:
            raise Refused(unknown("language", language, LANGUAGES), "language")
        people_managed.set_language(self._connection, self._user, language)

    def _check_password(self, password: str) -> None:
        found = people.user_of_login(self._connection, self._user.login)
        if found is None or not passwords.is_right(password, found[1].password_hash):
            raise Refused(says("this is not your password"), "password", says("write the one you sign in with"))

    def _note(self, what: str) -> None:
        doer, user = self._doer, self._user
        act = Act(self._now(), doer.who, doer.through, doer.address, what, f"user {user.login}")
        people.note_command(self._connection, user.tenant, act)
