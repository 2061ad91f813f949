"""What a leg costs that bundles cover, before it is over: by the rules by which its charge is counted (bundles.py).

What is left of its bundles comes in; discounts by volume are left out, for they only make a call cheaper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from callcontrol.billing.bundles import (
    BUNDLE,
    Counter,
    allowances_of,
    as_reserved,
    counters_of,
    owed,
    reserved_of,
)
from callcontrol.billing.charges import Unrated
from callcontrol.billing.credit import MARGIN_S, RATE_S, LegPrice, rungs_of
from callcontrol.billing.rating import Found, find, priced_time
from callcontrol.billing.record import ChargeRecord
from callcontrol.billing.spans import longest_s
from callcontrol.billing.tariff import Tariff
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.bundle_counter import BundleCounter, Cover, amount_of_parts, parts_of, size_parts
from callcontrol.vocabulary.credit import Rung, units_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.money import plain

# What is left of each counter for a leg, in the order of `CoveredLeg.covers` (parts).
Free = Sequence[int]


@dataclass(frozen=True, slots=True)
class CoveredLeg:
    """A leg to which bundles belong.

    Attributes:
        charge: payer, number and bundles of its charge.
        covers: the counters of these bundles, in their order, and how large each is.
    """

    found: Found
    answered: Instant
    charge: ChargeRecord
    covers: tuple[Cover, ...]

    def price(self, talk_us: int, free: Free) -> LegPrice:
        """What it costs when it ends after so long (microseconds), and what it takes of its bundles.

        Raises:
            AmountTooLarge: no account can pay it.
        """
        priced = priced_time(self.found, self.answered, talk_us)
        parts = tuple({"seconds": one.seconds, "price_per_minute": one.price_per_minute} for one in priced.parts)
        charge = replace(self.charge, amount=priced.amount.amount, fee=priced.fee, parts=parts)
        amount, uses = owed(charge, self._used(free))
        return LegPrice(units_of(amount), tuple(map(parts_of, uses)))

    def rungs(self, from_s: int, span_s: int, free: Free) -> tuple[Rung, ...]:
        """As `span_rungs` of a leg that no bundle covers."""
        return rungs_of(lambda talk_s: self.price(talk_s * SECOND_US, free), from_s, span_s)

    def rate_ahead(self, from_s: int, free: Free) -> int:
        """What a second costs from there on, in units, rounded up."""
        now, later = (self.price((from_s + more_s) * SECOND_US, free) for more_s in (0, RATE_S))
        return -(-max(later.units - now.units, 0) // RATE_S)

    def ends_s(self, units: int, free: Free, limit_s: int) -> int:
        """For how many seconds it may talk for so much money and so much of its bundles; `limit_s` at most."""

        def is_affordable(talk_s: int) -> bool:
            return self.price(talk_s * SECOND_US, free).units <= units

        return max(longest_s(is_affordable, limit_s + MARGIN_S) - MARGIN_S, 0)

    def text_of(self, free: Free) -> str:
        """So much of its bundles, as it stands with the leg: `national 60 0;extras 1.5`."""
        found: dict[str, list[str]] = {}
        for cover, parts in zip(self.covers, free, strict=True):
            found.setdefault(cover.counter.name, []).append(plain(amount_of_parts(parts)))
        return ";".join(f"{name} {' '.join(amounts)}" for name, amounts in found.items())

    def free_of(self, text: str) -> tuple[int, ...]:
        """What `text_of` has written; nothing of bundles that are not named there as they are now."""
        reserved, found = reserved_of(text), list[int]()
        for allowance in self.charge.allowances:
            amounts = as_reserved(allowance, reserved).split() or ["0"] * len(allowance.months.split())
            found += [parts_of(Decimal(one)) for one in amounts]
        return tuple(found)

    def _used(self, free: Free) -> Mapping[Counter, Decimal]:
        """What others have used of each counter, if so much is left for this leg."""
        sizes = (Decimal(one.size) for one in self.charge.allowances for _ in one.months.split())
        return {
            cover.counter[1:]: size - amount_of_parts(max(parts, 0))
            for cover, size, parts in zip(self.covers, sizes, free, strict=True)
        }


def covered_leg(
    tenant: Tenant, tenant_name: str, tariff: Tariff, charge: ChargeRecord, answered: Instant
) -> CoveredLeg | None:
    """The leg with its bundles; None: it has none, or no price.

    Args:
        charge: what is known of its charge: payer, number, and the class of the number.
        answered: when it was answered; while it rings: when it may be.
    """
    found = find(tariff, charge.number, answered) if tenant.bundles else None
    if found is None or isinstance(found, Unrated):
        return None
    charge = replace(charge, currency=tariff.currency, direction=found.row.direction or charge.direction)
    terms = found.version.terms
    bundles = tuple(one for one in allowances_of(tenant, charge, answered, terms) if one.kind == BUNDLE)
    if not bundles:
        return None
    charge = replace(charge, allowances=bundles)
    sizes = [size_parts(Decimal(one.size)) for one in bundles for _ in one.months.split()]
    counters = [BundleCounter(tenant_name, *one) for one in counters_of(charge)]
    return CoveredLeg(found, answered, charge, tuple(map(Cover, counters, sizes)))
