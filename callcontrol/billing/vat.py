"""Net and gross of one charge, where the price list says which of them its prices are.

The rule: the amount that the list's prices come to is rounded as the list says; the other one is worked out from it by
the VAT rate of the version in force, and rounded by the same rule to the same decimals (never coarser than whole
units). VAT is their difference. A document over many charges adds up the amounts in the list's own terms and works out
the other sum once for each rate: sums of rounded amounts would be off by up to half a unit for each charge.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from callcontrol.billing.tariff import PricesAre
from callcontrol.vocabulary.money import EXACT, Money, Rounding, plain, rounded_quotient

_MILLE = 1000  # VAT rates have at most three decimals


class Vat(NamedTuple):
    """An amount without and with VAT, and the way from one to the other: `net; 0.35 * 1.23 = 0.43 PLN gross`."""

    net: Decimal
    gross: Decimal
    formula: str


class VatTerms(NamedTuple):
    """What a price list says of VAT, and its rule of rounding."""

    prices: PricesAre | None
    vat_percent: Decimal | None
    round_amount: Rounding
    decimals: int


def vat_of(amount: Money, terms: VatTerms) -> Vat | None:
    """Net and gross of a rounded amount; None: the list does not say what its prices are, or names no rate."""
    if terms.prices is None or terms.vat_percent is None:
        return None
    factor = EXACT.divide(EXACT.add(terms.vat_percent, 100), 100)
    thousandfold = int(EXACT.multiply(EXACT.add(terms.vat_percent, 100), _MILLE))
    decimals = max(terms.decimals, 0)
    if terms.prices is PricesAre.NET:
        gross = rounded_quotient(
            EXACT.multiply(amount.amount, thousandfold), 100 * _MILLE, terms.round_amount, decimals
        )
        formula = f"net; {amount.amount:f} * {plain(factor)} = {gross:f} {amount.currency} gross"
        return Vat(amount.amount, gross, formula)
    net = rounded_quotient(EXACT.multiply(amount.amount, 100 * _MILLE), thousandfold, terms.round_amount, decimals)
    return Vat(net, amount.amount, f"gross; {amount.amount:f} / {plain(factor)} = {net:f} {amount.currency} net")
