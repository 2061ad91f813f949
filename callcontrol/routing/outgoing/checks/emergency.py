"""An emergency number is called by who dials it (kinds/targets/emergency.py); nothing else leads there."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.emergency import is_emergency
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses the emergency numbers of the tenant's country, and its own ones."""
    if not is_emergency(dialling.number, facts.tenant.region, facts.tenant.emergency_numbers):
        return None
    return Refusal(RefusalReason.EMERGENCY, "an emergency number: calls are not sent there, only a phone's own")
