"""Links by which a person sets a password, and a second factor: each is good once, until it ends.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callcontrol.edges.ledger.people import User, secret_hash, user_by_id
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.moment import Instant, datetime_of


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good.

    Attributes:
        renews_second_factor: with it a new second factor is set, in place of the one before.
    """

    user: User
    renews_second_factor: bool
    made_by: str


def add_link(
    connection: DictConnection,
    user: User,
    secret: str,
    made_by: str,
    *,
    second_factor: bool,
    now: Instant,
    ends_at: Instant,
) -> None:
    """A link for a person; the one before is good no more."""
    connection.execute(query("drop_old_links"), {"now": datetime_of(now)})
    given = {
        "hash": secret_hash(secret),
        "user_id": user.user_id,
        "tenant": user.tenant,
        "second_factor": second_factor,
        "made_by": made_by,
        "now": datetime_of(now),
        "ends_at": datetime_of(ends_at),
    }
    connection.execute(query("add_link"), given)


def link_of(connection: DictConnection, secret: str, now: Instant) -> Link | None:
    """Whose link this is; None: it was used, replaced, or is too old."""
    return _link(connection, "link_of", secret, now)


def take_link(connection: DictConnection, secret: str, now: Instant) -> Link | None:
    """Use a link up; None: it was used, replaced, or is too old."""
    return _link(connection, "take_link", secret, now)


def _link(connection: DictConnection, name: str, secret: str, now: Instant) -> Link | None:
    given: dict[str, Any] = {"hash": secret_hash(secret), "now": datetime_of(now)}
    row = connection.execute(query(name), given).fetchone()
    user = None if row is None else user_by_id(connection, str(row["user_id"]))
    return None if row is None or user is None else Link(user, row["second_factor"], row["made_by"])
