"""Bundles and discounts of a tenant over calls that are priced by hand: one after the other, as the ledger does it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from callcontrol.billing.bundles import Counter, allowances_of, counted, uses_of
from callcontrol.billing.charges import Charge
from callcontrol.billing.costs import rated_charge
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.direction import direction_of
from callcontrol.vocabulary.money import plain


@dataclass(slots=True)
class BundleCount:
    """What calls of one payer take of the tenant's bundles; nothing is used when it begins."""

    tenant: Tenant
    payer: str
    _used: defaultdict[Counter, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def told(self, number: str, charge: Charge) -> dict[str, object]:
        """What of the charge's JSON changes, and what the call takes."""
        record = rated_charge("", self.payer, number, charge)
        known = direction_of(number, self.tenant.region, self.tenant.emergency_numbers)
        record = replace(record, direction=record.direction or str(known))
        allowances = allowances_of(self.tenant, record, charge.answered, charge.terms)
        done = counted(replace(record, allowances=allowances), self._used)
        for counter, used in uses_of(done):
            self._used[counter] += used
        vat = {name: f"{value:f}" for name, value in (("net", done.net), ("gross", done.gross)) if value is not None}
        uses = [{"name": name, "month": month, "used": plain(used)} for (name, _, month), used in uses_of(done)]
        told: dict[str, object] = {"amount": f"{done.amount:f}", "formula": done.formula, "uses": uses}
        return {**told, **vat}
