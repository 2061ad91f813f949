"""An hour in which a payer spends more than is usual for it in this hour of the week."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from callcontrol.config.payer_limits import UNUSUAL_ABOVE_EUROS
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.call_price import about
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.restriction import Level, RestrictPayer
from callcontrol.vocabulary.spending import Span, Spans, Spent, sum_of

LIMIT: Final = "unusual_hour/all"


def floor_of(tenant: Tenant, currency: str) -> Decimal:
    """An hour that costs less is never unusual."""
    written = tenant.limits.unusual_above
    return about(UNUSUAL_ABOVE_EUROS, currency) if written is None else written


def unusual(
    payer: str, tenant: Tenant, currency: str, spent: Spent, spans: Spans, usual: Decimal | None
) -> RestrictPayer | None:
    """What follows from this hour; None: it is usual, or what is usual is not known.

    Args:
        usual: the most that is.
    """
    amount, action = sum_of(spent, None, Span.HOUR, currency), tenant.limits.unusual
    if usual is None or action == "off" or amount <= usual:
        return None
    seen = (
        f"{plain(amount)} {currency} spent this hour, {plain(usual)} is the most that is usual in this hour of the week"
    )
    return RestrictPayer(payer, LIMIT, Level(action), (), spans[Span.HOUR][1], seen)
