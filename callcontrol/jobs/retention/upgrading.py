"""After an upgrade nothing is deleted for some days: a period that no admin has set yet must not take a year's rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.moment import Instant, instant_of

# The first version of the ledger whose programs delete what is kept no longer.
DELETING: Final = 36


def grace_end(connection: DictConnection, settings: Settings) -> Instant:
    """From when on what is kept no longer is deleted: `retention.grace_days` after this database was first kept by a
    version that does so. A database that is new has nothing old.

    Raises:
        NoLedger: it is of an older version still.
        psycopg.Error: Postgres does not answer, or has no tables yet.
    """
    row = connection.execute(query("deletes_since"), {"version": DELETING}).fetchone()
    if row is None or row["since"] is None:
        raise NoLedger("the ledger is of an older version: `callcontrol serve` brings it on when it starts")
    return instant_of(row["since"] + timedelta(days=settings.retention.grace_days))
