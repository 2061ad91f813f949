"""A single call costs who pays for it no more than calls of its class may."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_free
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.limits import most
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what costs more by the payer's price list, per minute or however short the call is."""
    price = facts.prices.price_of(dialling.number, facts.now, dialling.payer)
    if price is None or is_free(dialling.number, facts):
        return None
    per_minute = most(lambda one: one.price_per_minute, dialling, facts, price.currency)
    connection_fee = most(lambda one: one.connection_fee, dialling, facts, price.currency)
    for what, cost, limit in (
        ("a minute", price.per_minute, per_minute),
        ("the call, however short,", price.connection_fee, connection_fee),
    ):
        if cost > limit:
            whose = f"{dialling.direction(facts)} numbers {plain(limit)} at most for {dialling.payer}"
            return Refusal(RefusalReason.TOO_DEAR, f"{what} costs {plain(cost)} {price.currency}, of {whose}")
    return None
