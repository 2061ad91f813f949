"""What is blocked: prefixes that the tenant never dials."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses the prefixes that are blocked."""
    digits = dialling.number.removeprefix("+")
    blocked = next((prefix for prefix in facts.tenant.blocked if digits.startswith(prefix)), None)
    return Refusal(RefusalReason.BLOCKED, f"blocked by prefix {blocked}") if blocked is not None else None
