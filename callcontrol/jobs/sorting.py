"""What is to be done with each of the switch's records, decided from the ledger and the marks in the records alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.billing.reconciling import is_payable
from callcontrol.billing.record import CallRecord
from callcontrol.billing.switch_cdr import LegEnd
from callcontrol.edges.ledger.history import KnownLeg
from callcontrol.vocabulary.moment import SECOND_US, Instant

# A leg that is not in the ledger may still come the normal way: its call goes on, or a spool waits for Postgres.
LOST_AFTER_US: Final = 600 * SECOND_US
# A call that Redis still has after so long is not going on: a later version of the program saved it, and no worker of
# that version is there. Should one come after all, its record completes what was added.
ABANDONED_AFTER_US: Final = 86_400 * SECOND_US
# Its tenant may follow from the other legs of its call, once they have been recorded.
DOUBTFUL_AFTER_US: Final = 3600 * SECOND_US


class Verdict(StrEnum):
    """What is done with a file."""

    SETTLED = "settled"  # the ledger has the leg and its true end: done
    CORRECTED = "corrected"  # the ledger had an estimate: done as soon as it has the truth
    ADDED = "added"  # the ledger did not know the leg: done as soon as it does
    DOUBTFUL = "doubtful"  # ours, but the tenant or the payer is unknown: for a person
    WAITING = "waiting"  # may still come the normal way, or cannot be decided now: it stays
    STRANGER = "stranger"  # not ours: it stays


@dataclass(frozen=True, slots=True)
class Judged:
    """A leg's end and what is to be done with it; `tenant` and `why` where that matters."""

    end: LegEnd
    verdict: Verdict
    tenant: str = ""
    call_id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the legs of one batch.

    Attributes:
        legs: those the ledger has.
        calls: calls of theirs the ledger has, by id.
        marks: which tenants the legs of a call in this batch name, by call.
        owner_of: the tenant of the number or phone of a caller's own channel, "" if it is not known to be ours.
        is_remembered: whether Redis still has a call (tenant, id), None if it cannot be asked.
    """

    legs: Mapping[str, KnownLeg]
    calls: Mapping[str, CallRecord]
    marks: Mapping[str, Collection[str]]
    owner_of: Callable[[LegEnd], str]
    is_remembered: Callable[[str, str], bool | None]

    def judge(self, end: LegEnd, now: Instant) -> Judged:
        """What is to be done with this leg's end."""
        known = self.legs.get(end.leg_id)
        if known is None:
            return self._of_unknown(end, now)
        if not known.open:
            return Judged(end, Verdict.SETTLED)
        if known.call_id not in self.calls:
            return Judged(end, Verdict.WAITING, why=f"the ledger has the leg, but not its call {known.call_id}")
        return Judged(end, Verdict.CORRECTED, known.tenant, known.call_id)

    def _of_unknown(self, end: LegEnd, now: Instant) -> Judged:
        tenants = self._tenants(end)
        if not (end.is_marked or end.reached_us or tenants):
            return Judged(end, Verdict.STRANGER)
        age = now - end.stamps.ended
        if age < LOST_AFTER_US:
            return Judged(end, Verdict.WAITING, why="its record may still come")
        if len(tenants) != 1:
            return _without_tenant(end, age, tenants)
        (tenant,) = tenants
        return self._of_lost(end, age, tenant)

    def _of_lost(self, end: LegEnd, age: int, tenant: str) -> Judged:
        match self.is_remembered(tenant, end.call_id):
            case None:
                return Judged(end, Verdict.WAITING, why="Redis cannot be asked whether its call goes on")
            case True if age < ABANDONED_AFTER_US:
                return Judged(end, Verdict.WAITING, why="its call is not over")
        if is_payable(end) and not end.payer:
            return Judged(end, Verdict.DOUBTFUL, why="it went out through a trunk, and no mark says who pays")
        return Judged(end, Verdict.ADDED, tenant, end.call_id)

    def _tenants(self, end: LegEnd) -> frozenset[str]:
        """The leg's tenant, by its own mark, by those of its call's other legs, or by the ledger.

        By what was dialled only if there is no mark and no payer: a caller whose call no worker had.
        """
        call = self.calls.get(end.call_id)
        own = (end.tenant,) if end.tenant else ()
        told = frozenset((*own, *self.marks.get(end.call_id, ()), *((call.tenant,) if call else ())))
        if told or not _is_early(end):
            return told
        return frozenset(filter(None, [self.owner_of(end)]))


def _is_early(end: LegEnd) -> bool:
    """A caller's own channel that ended before it was answered or forwarded, perhaps before a worker had the call."""
    return end.is_inbound and not end.is_marked and not end.fell_back and end.stamps.answered is None


def _without_tenant(end: LegEnd, age: int, tenants: Collection[str]) -> Judged:
    if tenants:
        return Judged(end, Verdict.DOUBTFUL, why=f"its call's legs name several tenants: {', '.join(sorted(tenants))}")
    if age < DOUBTFUL_AFTER_US:
        return Judged(end, Verdict.WAITING, why="the other legs of its call may say whose it is")
    if end.fell_back and not end.is_marked:
        return Judged(end, Verdict.STRANGER)  # no worker of ours had it
    return Judged(end, Verdict.DOUBTFUL, why="no mark says whose it is")
