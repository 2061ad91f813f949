"""Charges are made anew by the price lists in force now. One that comes out otherwise becomes a further revision.

The moment a leg was answered decides which version of a list applies, as at the call's end. Charges whose price would
be gone are left as they are and told: what is owed is never withdrawn by a list that lost a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from callcontrol.billing.price_book import PricesOf
from callcontrol.billing.record import ChargeRecord, RatedRecord
from callcontrol.edges.ledger.rerating import LedgerRerating, RatedLeg, Which
from callcontrol.jobs.late_rating import BATCH, CHANGED_MEANWHILE, priced, stripped

MONEY: Final = ("amount", "currency", "net", "gross", "cost", "cost_currency")


@dataclass(frozen=True, slots=True)
class Rerated:
    """The result for a leg: its new charge; `reason` why it is not appended, "" if it is (or would be)."""

    leg: RatedLeg
    charge: ChargeRecord
    reason: str = ""

    @property
    def is_same(self) -> bool:
        """Whether nothing about money changes."""
        return all(getattr(self.leg, name) == getattr(self.charge, name) for name in MONEY)


def rerate(ledger: LedgerRerating, prices_of: PricesOf, which: Which, *, dry_run: bool = False) -> Iterator[Rerated]:
    """Make these charges anew, the oldest calls first; each statement is committed by itself.

    Raises:
        NoLedger: Postgres refused, or has no ledger of this version.
    """
    after: RatedLeg | None = None
    while legs := ledger.charges_in_force(which, after, BATCH):
        after = legs[-1]
        found = priced(legs, ledger, prices_of)
        charges = ledger.foreseen(list(found), [charge for _, charge in found.values()])
        results = [Rerated(leg, charge, charge.reason) for leg, charge in zip(found, charges, strict=True)]
        changed = [one for one in results if not one.reason and not one.is_same]
        records = [RatedRecord(call, (charge,)) for call, charge in (found[one.leg] for one in changed) if call]
        appended = None if dry_run else ledger.append(map(stripped, records), [one.leg for one in changed])
        yield from (_told(one, appended) for one in results)


def _told(one: Rerated, appended: set[tuple[str, str, str]] | None) -> Rerated:
    is_lost = appended is not None and (one.leg.tenant, one.leg.switch, one.leg.leg_id) not in appended
    return Rerated(one.leg, one.charge, CHANGED_MEANWHILE) if is_lost and not one.reason and not one.is_same else one
