"""A number of the tenant's own is where it leads; it never leaves."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses the tenant's own numbers."""
    if dialling.number not in facts.tenant.numbers:
        return None
    return Refusal(RefusalReason.OWN_NUMBER, "a number of our own: it is reached inside, and never through a trunk")
