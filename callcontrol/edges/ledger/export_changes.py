"""What has become of rows that were exported: kept no longer, or without a number that was erased."""

from __future__ import annotations

from callcontrol.edges.ledger.export_books import Batch, Scope
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.export import What


class Retired:
    """Counts of an export's rows that are kept no longer."""

    def __init__(self, connection: DictConnection, scope: Scope) -> None:
        self._what = scope.what
        params = scope.params()
        self._months = [row["month"] for row in connection.execute(query("months_retired"), params).fetchall()]
        (row,) = connection.execute(query("entries_retired"), params).fetchall()
        self._entries: int = row["entries"] if scope.what is What.ACCOUNT_ENTRIES else 0

    def of(self, batch: Batch, gone: int) -> int:
        """Of so many rows of a batch that the ledger has no more, how many may be kept no longer."""
        if self._what is What.ACCOUNT_ENTRIES:
            expected = min(gone, self._entries)
            self._entries -= expected
            return expected
        return gone if any(batch.has_month(month) for month in self._months) else 0


def why_changed(connection: DictConnection, scope: Scope, batch: Batch) -> str:
    """Why a batch is made otherwise than it was, as far as that is known, in words; "": it is not."""
    rows = connection.execute(query("erased_since"), {**scope.params(), "since": batch.closed_at}).fetchall()
    if rows:
        erased = ", ".join(f"{row['erasure_id']} ({row['tenant']}, {row['began_at']:%Y-%m-%d})" for row in rows)
        return f"numbers were erased since (erasure {erased}), and what was erased is not made again"
    retired = Retired(connection, scope)
    return "rows of it are kept no longer (`retention:`)" if retired.of(batch, batch.rows) else ""
