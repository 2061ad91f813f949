"""Receipts in the books of exports: which batches the receiver has confirmed, and which it has not.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection

# So many of the oldest batches without a receipt, and of the latest, are looked for at once.
MOST_LOOKED_FOR: Final = 100


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A batch that was delivered and that the receiver has not confirmed."""

    number: int
    file: str
    manifest_sha256: str
    receipt_fault: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What receipts are missing of an export, by the database's clock.

    Attributes:
        oldest: when the first of these batches was delivered; None: there are none.
        wrong: how many of them have a receipt that says something else.
    """

    batches: int
    oldest: datetime | None
    wrong: int
    now: datetime


def unconfirmed(connection: DictConnection, export: str) -> list[Unconfirmed]:
    """Batches without a receipt, in order; of very many the oldest and the latest.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    params = {"export": export, "limit": MOST_LOOKED_FOR}
    return [Unconfirmed(**row) for row in connection.execute(query("unconfirmed"), params)]


def confirm(connection: DictConnection, export: str, number: int, by: str) -> bool:
    """The receiver has this batch; False if that is known, or it has not been delivered.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    params = {"export": export, "number": number, "by": by}
    return connection.execute(query("confirm_batch"), params).fetchone() is not None


def note_fault(connection: DictConnection, export: str, number: int, fault: str) -> None:
    """A receipt of this batch is wrong, and why.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    connection.execute(query("receipt_is_wrong"), {"export": export, "number": number, "fault": fault})


def missing(connection: DictConnection, export: str) -> Missing:
    """What has not been confirmed.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    (row,) = connection.execute(query("receipts_missing"), {"export": export}).fetchall()
    return Missing(**row)
