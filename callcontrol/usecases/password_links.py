"""Links by which a person sets a password for the first time, or a new one: good once, for a day, given by an admin.

With some roles a password alone is too little. There the link also sets the second factor, in the same step: it is not
used up before a code has shown that the authenticator app has the secret.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges import passwords, second_factor
from callcontrol.edges.ledger import people, people_links, people_managed
from callcontrol.edges.ledger.people import Act, User
from callcontrol.edges.ledger.people_links import Link
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.second_factor import Sealer
from callcontrol.usecases.people import Doer, check_password, needs_second_factor, step_shown
from callcontrol.usecases.refusals import NotThere
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from callcontrol.vocabulary.sentence import says

GOOD_S: Final = DAY_S
BEGINS: Final = "ccl_"


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """What is asked for by a link.

    Attributes:
        secret, address: of the second factor that is set with it, for an authenticator app; "": none is.
    """

    login: str
    secret: str
    address: str


class PasswordLinks:
    """Links of people, by the ledger's own connection.

    Args:
        random: so many bytes by chance.
    """

    def __init__(
        self,
        settings: Settings,
        connection: DictConnection,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
    ) -> None:
        self._settings, self._connection, self._now, self._random = settings, connection, now, random

    def make(self, user: User, doer: Doer, *, with_second_factor: bool) -> tuple[str, Instant]:
        """A link for a person, told once, and until when it is good; the one before is good no more."""
        secret, now = BEGINS + self._random(32).hex(), self._now()
        ends_at = Instant(now + GOOD_S * SECOND_US)
        with transaction(self._connection):
            people_links.add_link(
                self._connection, user, secret, doer.who, second_factor=with_second_factor, now=now, ends_at=ends_at
            )
            what = "link for password and second factor" if with_second_factor else "link for a password"
            self._note(user, doer, what)
        return secret, ends_at

    def look(self, link: str) -> LinkSeen:
        """What the link asks for; raises NotThere where it is not good."""
        found = _good(people_links.link_of(self._connection, link, self._now()))
        if not self._asks_second(found):
            return LinkSeen(found.user.login, "", "")
        secret = second_factor.new_secret(self._random)
        return LinkSeen(found.user.login, secret, second_factor.address_of(secret, found.user.login))

    def use(self, link: str, password: str, secret: str, code: str, address: str) -> tuple[str, ...]:
        """Set the password, and the second factor where it is asked for.

        Args:
            secret, code: of the second factor as `look` gave it, and what the app shows for it.
            address: where the request comes from.

        Returns:
            Recovery codes of a new second factor, told once.

        Raises:
            NotThere: the link is not good.
            Refused: the password is none, or the code is not that of the secret; the link stays good.
        """
        seen = _good(people_links.link_of(self._connection, link, self._now()))
        check_password(password, seen.user)
        step = step_shown(secret, code, self._now()) if self._asks_second(seen) else None
        kept = passwords.hashed(password)
        with transaction(self._connection):
            found = _good(people_links.take_link(self._connection, link, self._now()))
            people.set_password(self._connection, found.user, kept)
            codes = () if step is None else self._set_second_factor(found.user, secret, step)
            doer = Doer(found.user.login, "panel", address)
            self._note(found.user, doer, f"password set by a link of {found.made_by}")
        return codes

    def _asks_second(self, link: Link) -> bool:
        has = people_managed.has_second_factor(self._connection, link.user)
        return link.renews_second_factor or (needs_second_factor(link.user) and not has)

    def _set_second_factor(self, user: User, secret: str, step: int) -> tuple[str, ...]:
        codes = tuple(second_factor.new_recovery_codes(self._random))
        hashes = [second_factor.recovery_hash(one) for one in codes]
        people.set_second_factor(self._connection, user, Sealer(self._settings.web.keys).seal(secret), hashes)
        people.take_code(self._connection, user, step)
        return codes

    def _note(self, user: User, doer: Doer, what: str) -> None:
        act = Act(self._now(), doer.who, doer.through, doer.address, what, f"user {user.login}")
        people.note_command(self._connection, user.tenant, act)


def _good(link: Link | None) -> Link:
    if link is None or link.user.is_disabled:
        raise NotThere(
            says("this link was used, replaced, or is too old"), "link", says("ask your administrator for a new one")
        )
    return link
