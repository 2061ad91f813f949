"""Links that were withdrawn: they are good no more, though they are signed and have not ended."""

from __future__ import annotations

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.media_links import Link
from callcontrol.vocabulary.moment import datetime_of


def withdraw(connection: DictConnection, tenant: str, by: str, *, media_id: str = "", made_for: str = "") -> None:
    """Withdraw every link made until now to a file, for a person, or to the file for the person.

    Raises:
        psycopg.Error: Postgres did not take it, or neither is named.
    """
    params = {"tenant": tenant, "media_id": media_id, "made_for": made_for, "by": by}
    connection.execute(query("withdraw_links"), params)


def is_withdrawn(connection: DictConnection, link: Link) -> bool:
    """Whether it was.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    params = {
        "tenant": link.tenant,
        "media_id": link.media_id,
        "made_for": link.made_for,
        "made_at": datetime_of(link.made_at),
    }
    (row,) = connection.execute(query("is_link_withdrawn"), params).fetchall()
    return bool(row["withdrawn"])
