"""What a call to a number costs, as far as limits look at it; and about what an amount is worth in other currencies."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

# Units of a currency that are about a euro, in round figures: by these a limit that an admin has not written is of the
# same size everywhere. They price nothing. A currency that is absent counts like the euro.
ABOUT_A_EURO: Final[Mapping[str, int]] = {
    **dict.fromkeys(("AUD", "BAM", "BGN", "CAD", "NZD", "SGD"), 2),
    **dict.fromkeys(("AED", "BRL", "GEL", "ILS", "MYR", "PEN", "PLN", "QAR", "RON", "SAR"), 5),
    **dict.fromkeys(("CNY", "DKK", "HKD", "MAD", "NOK", "SEK", "ZAR"), 10),
    **dict.fromkeys(("CZK", "MDL", "MXN", "THB", "TRY", "TWD", "UAH", "UYU"), 50),
    **dict.fromkeys(("ALL", "DOP", "INR", "ISK", "JPY", "KES", "MKD", "PHP", "RSD", "RUB"), 150),
    **dict.fromkeys(("AMD", "HUF", "KZT", "PKR"), 500),
    **dict.fromkeys(("ARS", "CLP", "CRC", "KRW", "NGN"), 1_500),
    **dict.fromkeys(("COP", "UZS"), 10_000),
    **dict.fromkeys(("IDR", "VND"), 25_000),
}


class CallPrice(NamedTuple):
    """What a call costs that is answered now.

    Attributes:
        connection_fee: what it costs however short it is, a least amount of the list's included.
        per_minute: the dearest minute of the period it begins in, prices of later minutes included.
    """

    currency: str
    connection_fee: Decimal
    per_minute: Decimal


def about(euros: Decimal, currency: str) -> Decimal:
    """An amount of euros as a round amount of another currency of about that size."""
    return euros * ABOUT_A_EURO.get(currency, 1)
