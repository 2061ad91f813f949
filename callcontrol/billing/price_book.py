"""Which price list holds for whom: a tenant's, those of some of its extensions, those of the carriers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from callcontrol.billing.charges import Unrated
from callcontrol.billing.covers import CoveredLeg, covered_leg
from callcontrol.billing.credit import FIRST_S, MARGIN_S, units_at
from callcontrol.billing.rating import find
from callcontrol.billing.record import ChargeRecord
from callcontrol.billing.spans import affordable_s, price_of_span
from callcontrol.billing.tariff import Tariff
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.call_price import CallPrice
from callcontrol.vocabulary.credit import amount_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.money import Money

# Carriers are compared by a call of so many seconds: about as long as people talk.
COMPARED_S: Final = 180


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The price lists that a tenant's legs are rated by.

    Attributes:
        tariff: of all payers that have none of their own.
        of_payers: by payer, such as `extension:101`.
        of_trunks: what the carriers charge us, by trunk.
        accounts: the name of the credit account that pays, by payer; those without one are left out.
        tenant: whose bundles and discounts count; None: no one's.
    """

    tariff: Tariff
    of_payers: Mapping[str, Tariff] = field(default_factory=dict)
    of_trunks: Mapping[str, Tariff] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    tenant: Tenant | None = None

    def of_payer(self, payer: str) -> Tariff:
        """The list by which this payer's legs are priced."""
        return self.of_payers.get(payer, self.tariff)

    def covered(self, tenant: str, payer: str, number: str, direction: str, answered: Instant) -> CoveredLeg | None:
        """A leg with the bundles that cover it; None: none does, or it has no price.

        Args:
            tenant: the tenant's name.
            direction: the class of the number, where the list has no word of its own.
            answered: when the leg was answered; while it rings: when it may be.
        """
        if self.tenant is None or not self.tenant.bundles:
            return None
        known = ChargeRecord("", payer, number, direction=direction)
        return covered_leg(self.tenant, tenant, self.of_payer(payer), known, answered)

    def is_covered(self, number: str, at: Instant, payer: str, direction: str) -> bool:
        """Whether bundles are for a call of this payer to the number, however much is left of them."""
        return self.covered("", payer, number, direction, at) is not None

    def is_priced(self, number: str, at: Instant, payer: str = "") -> bool:
        """Whether a call to this number has a price for this payer at this instant."""
        return self.of_payer(payer).is_priced(number, at)

    def units_to_begin(self, number: str, at: Instant, payer: str = "") -> int:
        """What the payer's account must have left for a call to be begun (units of credit); 0 without a price.

        Raises:
            AmountTooLarge: no account can have that.
        """
        found = units_at(self.of_payer(payer), number, at, FIRST_S + MARGIN_S)
        return 0 if isinstance(found, Unrated) else found

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        """What a call to this number costs this payer, None without a price."""
        tariff = self.of_payer(payer)
        found = find(tariff, number, at)
        if isinstance(found, Unrated):
            return None
        price = found.row.price
        rate = price.rates[found.terms.calendar.at(at)]
        dearest = max((rate.price_per_minute, *(later.price_per_minute for later in rate.later)))
        return CallPrice(tariff.currency, max(rate.connection_fee, price.minimum_amount), dearest)

    def cost_of(self, trunk: str, number: str, at: Instant) -> tuple[str, Decimal] | None:
        """What a call of COMPARED_S costs by the carrier's list: currency and amount; None: not known."""
        tariff = self.of_trunks.get(trunk)
        found = price_of_span(tariff, number, at, COMPARED_S * SECOND_US) if tariff is not None else None
        return None if found is None or isinstance(found, Unrated) else (found.currency, found.amount)

    def affordable_s(self, number: str, at: Instant, units: int, payer: str = "") -> int:
        """How long a call may talk for so much (units of credit); 0 without a price."""
        tariff = self.of_payer(payer)
        found = affordable_s(tariff, number, at, Money(amount_of(units), tariff.currency))
        return 0 if isinstance(found, Unrated) else max(found - MARGIN_S, 0)

    def currency_of(self, payer: str = "") -> str:
        """In which the payer's calls are priced, ISO 4217."""
        return self.of_payer(payer).currency

    def direction_of(self, number: str, at: Instant, payer: str = "") -> str:
        """The class of the number by the word of the payer's list; "": it has none for it."""
        row = self.of_payer(payer).covers(number, at)
        return row.direction if row else ""


PricesOf = Callable[[str], PriceBook | Tariff | None]
"""A tenant's price lists, or the one that prices all its legs; None: it has none."""
