"""Only what has a price is dialled, or costs nothing."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_free
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what the tenant's price list has no price for."""
    if is_free(dialling.number, facts) or facts.prices.is_priced(dialling.number, facts.now, dialling.payer):
        return None
    return Refusal(RefusalReason.NO_PRICE, f"no price in list {facts.tenant.tariff}")
