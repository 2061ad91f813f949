"""What reports count in the rows themselves, for any period: whatever names a number, an extension or a cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from callcontrol.billing.counts import CaseCount, ClassCost, ExtensionCount, NumberCount, ResolutionCount, SurveyCount
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import Access, asking, connect
from callcontrol.vocabulary.moment import Instant, datetime_of

# A month's calls are put into groups without the disk.
WORK_MEM: Final = "32MB"


class ReportCounts:
    """Counts of a tenant's calls that arrived in [start, end). Raises NoLedger whenever Postgres cannot be asked."""

    def __init__(self, access: Access, tenant: str, start: Instant, end: Instant) -> None:
        self._access = access
        first, last = datetime_of(start), datetime_of(end)
        days = {"first_day": first.date(), "last_day": (last - timedelta(microseconds=1)).date()}
        self._given = {"tenant": tenant, "start": first, "end": last, **days}

    def numbers(self) -> list[NumberCount]:
        """By number of the tenant's, those with most calls first."""
        return [NumberCount(**row) for row in self._rows("number_counts")]

    def callers(self, limit: int) -> list[NumberCount]:
        """By number of the caller, those with most calls; not those that were withheld."""
        return [NumberCount(**row) for row in self._rows("caller_counts", limit=limit)]

    def extensions(self) -> list[ExtensionCount]:
        """By extension."""
        return [ExtensionCount(**row) for row in self._rows("extension_counts")]

    def resolution(self, days: int) -> list[ResolutionCount]:
        """By number of the tenant's: who called again within so many days."""
        return [ResolutionCount(**row) for row in self._rows("resolution_counts", days=days)]

    def surveys(self) -> list[SurveyCount]:
        """By queue, agent and score."""
        return [SurveyCount(**row) for row in self._rows("survey_counts")]

    def cases(self, now: Instant) -> list[CaseCount]:
        """Of missed callers, by whom they wanted; then of all."""
        return [CaseCount(**row) for row in self._rows("case_counts", now=datetime_of(now))]

    def costs(self) -> list[ClassCost]:
        """By class of the number, and currency."""
        return [ClassCost(**row) for row in self._rows("class_costs")]

    def _rows(self, name: str, **more: object) -> list[dict[str, Any]]:
        with connect(self._access) as connection, asking(connection, work_mem=WORK_MEM):
            return connection.execute(query(name), self._given | more).fetchall()
