"""What the ledger tells of the installation itself: its version, mails that wait, which process does which work.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection


@dataclass(frozen=True, slots=True)
class MailsWaiting:
    """Mails that are to be sent; `oldest_due`: since when the one that waits longest may be sent."""

    mails: int
    oldest_due: datetime | None


def ledger_version(connection: DictConnection) -> int:
    """The version of the tables."""
    found = connection.execute(query("schema_version")).fetchone()
    return 0 if found is None else int(found["max"] or 0)


def mails_waiting(connection: DictConnection) -> MailsWaiting:
    """How many mails of all tenants wait."""
    found = connection.execute(query("mails_waiting")).fetchone()
    return MailsWaiting(0, None) if found is None else MailsWaiting(found["mails"], found["oldest_due"])


def jobs_leased(connection: DictConnection) -> list[dict[str, Any]]:
    """Work that one process at a time does: name, leased_by, leased_until; and whether that is over."""
    return connection.execute(query("jobs_leased")).fetchall()
