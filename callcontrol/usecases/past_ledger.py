"""Where the records of the past are."""

from __future__ import annotations

from pathlib import Path

from callcontrol.config.settings import Settings
from callcontrol.edges.embedded import running_address
from callcontrol.edges.ledger.reader import NoLedger


def ledger_dsn(settings: Settings) -> str:
    """How Postgres is reached: the configured one, else the daemon's embedded one.

    Raises:
        NoLedger: it is the embedded one, and it does not run.
    """
    dsn = settings.postgres.dsn or running_address(Path(settings.data) / "postgres")
    if not dsn:
        raise NoLedger("Postgres is the daemon's embedded one, which does not run: start `callcontrol serve`")
    return dsn
