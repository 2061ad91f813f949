"""Links of walls: what each shows, until when, and when it was used last. The secret itself is kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from callcontrol.edges.ledger.people import NOTED_US, secret_hash
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of

# Links of one tenant that a list shows, the latest first.
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A link of a wall: the columns of `web_kiosks` that are no secret."""

    kiosk_id: str
    tenant: str
    name: str
    queues: tuple[str, ...]
    made_by: str
    created_at: Instant
    ends_at: Instant
    used_at: Instant | None = None
    revoked_at: Instant | None = None

    def is_good(self, now: Instant) -> bool:
        """Whether it still shows anything."""
        return self.revoked_at is None and now < self.ends_at


def add_kiosk(connection: DictConnection, kiosk: Kiosk, secret: str) -> None:
    """A new link."""
    given = {
        "hash": secret_hash(secret),
        "kiosk_id": kiosk.kiosk_id,
        "tenant": kiosk.tenant,
        "name": kiosk.name,
        "queues": list(kiosk.queues),
        "made_by": kiosk.made_by,
        "now": datetime_of(kiosk.created_at),
        "ends_at": datetime_of(kiosk.ends_at),
    }
    connection.execute(query("add_kiosk"), given)


def kiosk_of(connection: DictConnection, secret: str) -> Kiosk | None:
    """The wall of a link, whosever it is; None: there is none such."""
    row = connection.execute(query("kiosk_of_link"), {"hash": secret_hash(secret)}).fetchone()
    return None if row is None else _kiosk(row)


def kiosks_of(connection: DictConnection, tenant: str) -> list[Kiosk]:
    """The tenant's links, the latest MOST of them."""
    rows = connection.execute(query("kiosks_of"), {"tenant": tenant, "limit": MOST}).fetchall()
    return [_kiosk(row) for row in rows]


def note_kiosk_use(connection: DictConnection, kiosk: Kiosk, now: Instant) -> None:
    """A link is used; noted no more exactly than NOTED_US."""
    if kiosk.used_at is None or now - kiosk.used_at >= NOTED_US:
        given = {"kiosk_id": kiosk.kiosk_id, "tenant": kiosk.tenant, "now": datetime_of(now)}
        connection.execute(query("kiosk_is_used"), given)


def revoke_kiosk(connection: DictConnection, kiosk: Kiosk, now: Instant) -> bool:
    """The link is good no more; False: it was not any more."""
    given = {"kiosk_id": kiosk.kiosk_id, "tenant": kiosk.tenant, "now": datetime_of(now)}
    return connection.execute(query("revoke_kiosk"), given).fetchone() is not None


def _kiosk(row: Mapping[str, Any]) -> Kiosk:
    return Kiosk(
        kiosk_id=str(row["kiosk_id"]),
        tenant=row["tenant"],
        name=row["name"],
        queues=tuple(row["queues"]),
        made_by=row["made_by"],
        created_at=instant_of(row["created_at"]),
        ends_at=instant_of(row["ends_at"]),
        used_at=None if row["used_at"] is None else instant_of(row["used_at"]),
        revoked_at=None if row["revoked_at"] is None else instant_of(row["revoked_at"]),
    )
