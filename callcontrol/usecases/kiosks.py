"""Walls: links that show given queues as they are now, and nothing else, to all who have them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final
from uuid import UUID

from callcontrol.config.settings import Tenant
from callcontrol.edges.ledger import kiosks
from callcontrol.edges.ledger.kiosks import Kiosk
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.usecases.live_queues import MOST_SHOWN
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from callcontrol.vocabulary.rights import Kind, Person, Role, Thing, Verb, may
from callcontrol.vocabulary.sentence import says

LINK_BEGINS: Final = "cck_"
DEFAULT_DAYS: Final = 365
MOST_DAYS: Final = 730
LONGEST_NAME: Final = 64


class Kiosks:
    """A tenant's links of walls.

    Args:
        connection: to the ledger, behind the tenant's wall.
        person: who asks; what the person may not see is not there.
        random: so many bytes by chance.

    Every method raises Refused where what is asked for makes no sense, and lets errors of Postgres pass.
    """

    def __init__(
        self,
        tenant: str,
        connection: DictConnection,
        person: Person,
        now: Callable[[], Instant],
        random: Callable[[int], bytes],
        new_id: Callable[[], str],
    ) -> None:
        self._tenant, self._connection, self._person = tenant, connection, person
        self._now, self._random, self._new_id = now, random, new_id

    def all(self) -> list[Kiosk]:
        """Those of queues that are the person's to look after, the latest first."""
        found = kiosks.kiosks_of(self._connection, self._tenant)
        return [one for one in found if self._may(Verb.SEE, one.queues)]

    def add(self, settings: Tenant, name: str, queues: Collection[str], days: int) -> tuple[Kiosk, str]:
        """A new link, and its secret, which is told once.

        Args:
            name: where it hangs, in words.
            queues: in the order in which they are shown.
            days: for which it is good.
        """
        shown = tuple(dict.fromkeys(queues))
        self._check(settings, name, shown, days)
        now, secret = self._now(), LINK_BEGINS + self._random(32).hex()
        ends_at = Instant(now + days * DAY_S * SECOND_US)
        kiosk = Kiosk(self._new_id(), self._tenant, name, shown, self._person.login, now, ends_at)
        kiosks.add_kiosk(self._connection, kiosk, secret)
        return kiosk, secret

    def revoke(self, kiosk_id: str) -> Kiosk:
        """The link is good no more; within a minute a wall that shows it shows nothing."""
        kiosk, now = self._find(kiosk_id), self._now()
        if not kiosks.revoke_kiosk(self._connection, kiosk, now):
            raise Refused(says("the link %(name)s is revoked already", name=kiosk.name), "kiosk")
        return replace(kiosk, revoked_at=now)

    def _find(self, kiosk_id: str) -> Kiosk:
        for one in self.all():
            if one.kiosk_id == _plain_id(kiosk_id) and self._may(Verb.CHANGE, one.queues):
                return one
        raise NotThere(says("there is no link %(kiosk_id)s", kiosk_id=kiosk_id), "kiosk")

    def _may(self, verb: Verb, queues: Collection[str]) -> bool:
        return all(may(self._person, verb, Kind.KIOSKS, Thing(self._tenant, queue=queue)) for queue in queues)

    def _check(self, settings: Tenant, name: str, queues: tuple[str, ...], days: int) -> None:
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise Refused(
                says("a name has 1 to %(longest_name)s characters in one line", longest_name=LONGEST_NAME), "name"
            )
        if not 1 <= len(queues) <= MOST_SHOWN:
            raise Refused(says("a wall shows 1 to %(most_shown)s queues", most_shown=MOST_SHOWN), "queues")
        for queue in queues:
            if queue not in settings.queues or not self._may(Verb.CHANGE, (queue,)):
                known = [one for one in settings.queues if self._may(Verb.CHANGE, (one,))]
                raise NotThere(unknown("queue", queue, known), "queues")
        if not 1 <= days <= MOST_DAYS:
            raise Refused(
                says("%(days)s days: 1 to %(most_days)s are possible", days=days, most_days=MOST_DAYS),
                "days",
                says("1 to %(most_days)s are possible", most_days=MOST_DAYS),
            )


def opened(connection: DictConnection, secret: str, now: Instant) -> Kiosk:
    """The wall of a link.

    Args:
        connection: to the ledger, behind the wall of no tenant.

    Raises:
        NotSignedIn: the link is none, is revoked, or has ended; it is not said which.
    """
    found = kiosks.kiosk_of(connection, secret) if secret.startswith(LINK_BEGINS) else None
    if found is None or not found.is_good(now):
        raise NotSignedIn("this link is not valid (any more)", cure="ask for a new one")
    return found


def viewer(kiosk: Kiosk) -> Person:
    """Who looks at a wall: may see its queues as they are now, no caller, no agent."""
    return Person(
        user_id=kiosk.kiosk_id,
        login=f"wall {kiosk.name}",
        tenant=kiosk.tenant,
        roles=frozenset({Role.SUPERVISOR}),
        queues=frozenset(kiosk.queues),
        only=frozenset({(Verb.SEE, Kind.QUEUES)}),
    )


def _plain_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise NotThere(says("there is no link %(text)s", text=text), "kiosk") from error
