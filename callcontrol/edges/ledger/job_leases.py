"""Leases: of several processes, on however many hosts, one does a piece of work. Postgres keeps them, by its clock."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from callcontrol.edges.ledger.queries import query


class JobLeases:
    """What this process holds.

    Args:
        by: its name, which no other process has.
    """

    def __init__(self, by: str) -> None:
        self.by = by

    def hold(self, connection: Connection[Any], name: str, for_s: float) -> bool:
        """Take the lease of some work, or keep it, for so many seconds; False if another process has it."""
        params = {"name": name, "by": self.by, "for_s": for_s}
        return connection.execute(query("hold_job"), params).fetchone() is not None
