"""`/kiosks`: links of walls. Each shows the queues it is made for as they are now, and is revoked by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import Field

from callcontrol.edges import clock
from callcontrol.edges.ledger.kiosks import Kiosk
from callcontrol.usecases.kiosks import DEFAULT_DAYS, LONGEST_NAME, MOST_DAYS, Kiosks
from callcontrol.usecases.live_queues import MOST_SHOWN
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told

# The secret stands behind it, in what a person opens at a wall.
OPENS: Final = "/wallboard/open/"


class KioskGiven(Given):
    """A new link."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="where it hangs")
    queues: list[str] = Field(min_length=1, max_length=MOST_SHOWN, description="in the order in which they are shown")
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS, description="for which it is good")


class KioskTold(Told):
    """A link; `link`: the address to open, told once, when it is made."""

    id: str
    name: str
    queues: list[str]
    made_by: str
    created_at: str
    ends_at: str
    used_at: str | None
    revoked_at: str | None
    link: str | None = None


class KiosksTold(Told):
    """Links of walls, the latest first."""

    kiosks: list[KioskTold]


@contextmanager
def kiosks_of(asked: Asked) -> Iterator[Kiosks]:
    """The links of the tenant's walls, as the person may see them."""
    with asked.services.people(asked.tenant) as connection:
        yield Kiosks(asked.tenant, connection, asked.person, asked.services.now, os.urandom, clock.new_id)


def told(kiosk: Kiosk, link: str | None = None) -> KioskTold:
    """A link for programs."""
    return KioskTold(
        id=kiosk.kiosk_id,
        name=kiosk.name,
        queues=list(kiosk.queues),
        made_by=kiosk.made_by,
        created_at=text_of(kiosk.created_at),
        ends_at=text_of(kiosk.ends_at),
        used_at=_time(kiosk.used_at),
        revoked_at=_time(kiosk.revoked_at),
        link=link,
    )


def _list(asked: Asked) -> Answer:
    with kiosks_of(asked) as found:
        return Answer(KiosksTold(kiosks=[told(one) for one in found.all()]))


def add(asked: Asked) -> Answer:
    """Make a link, by `asked.body`; it is told in the answer."""
    body = asked.body
    with kiosks_of(asked) as found:
        kiosk, secret = found.add(asked.services.tenant(asked.tenant), body.name, body.queues, body.days)
    link = f"{asked.services.settings.web.address.rstrip('/')}{OPENS}{secret}"
    after = {"name": kiosk.name, "queues": list(kiosk.queues), "ends_at": text_of(kiosk.ends_at)}
    audit = ("wall: link made", f"kiosk:{kiosk.kiosk_id}", None, after)
    return Answer(told(kiosk, link), status=201, audit=audit)


def _revoke(asked: Asked) -> Answer:
    return revoke(asked, asked.path["kiosk"])


def revoke(asked: Asked, kiosk_id: str) -> Answer:
    """The link is good no more."""
    with kiosks_of(asked) as found:
        kiosk = found.revoke(kiosk_id)
    before = {"name": kiosk.name, "queues": list(kiosk.queues)}
    return Answer(told(kiosk), audit=("wall: link revoked", f"kiosk:{kiosk.kiosk_id}", before, None))


def _time(moment: Instant | None) -> str | None:
    return None if moment is None else text_of(moment)


_SEE, _CHANGE = (Verb.SEE, Kind.KIOSKS), (Verb.CHANGE, Kind.KIOSKS)
OPERATIONS: Final = (
    Operation("list_kiosks", "GET", "/kiosks", "Links of walls", _SEE, _list, KiosksTold),
    Operation(
        "add_kiosk",
        "POST",
        "/kiosks",
        "Make a link for a wall",
        _CHANGE,
        add,
        KioskTold,
        body=KioskGiven,
        status=201,
        tells_secret=True,
    ),
    Operation("revoke_kiosk", "DELETE", "/kiosks/{kiosk}", "A link is good no more", _CHANGE, _revoke, KioskTold),
)
