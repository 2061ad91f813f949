"""Who pays has the credit to begin the call. What is then reserved for it decides; here it is refused in words."""

from __future__ import annotations

from callcontrol.config.credit_accounts import account_of
from callcontrol.config.credit_settings import WithoutRedis
from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_free
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.credit import units_of
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what the payer's account cannot pay, as far as it was looked up."""
    account = account_of(dialling.payer, facts.tenant)
    if account is None or is_free(dialling.number, facts) or account[0] not in facts.credit:
        return None
    name, settings = account
    standing = facts.credit[name]
    if standing is None:
        return _unknown(name, facts)
    if standing.on_hold:
        return Refusal(RefusalReason.ON_HOLD, f"the account {name} is on hold")
    left = standing.left + units_of(settings.overdraft)
    if left >= max(facts.prices.units_to_begin(dialling.number, facts.now, dialling.payer), 1):
        return None
    if facts.prices.is_covered(dialling.number, facts.now, dialling.payer, dialling.direction(facts)):
        return None  # what is left of its bundles the reservation tells
    return Refusal(RefusalReason.NO_CREDIT, f"the credit of {name} is not enough to begin the call")


def _unknown(name: str, facts: Facts) -> Refusal | None:
    """Where Redis answers and only does not have the account, the reservation brings it from the ledger."""
    if not facts.degraded or facts.tenant.credit.without_redis is not WithoutRedis.REFUSE:
        return None
    return Refusal(RefusalReason.CREDIT_UNKNOWN, f"the credit of {name} cannot be asked for: {facts.degraded}")
