"""Which trunks can take an external number, in the order they are tried; and why none can."""

from __future__ import annotations

from callcontrol.config.settings import Trunk
from callcontrol.routing.facts import Facts


def refusal(number: str, facts: Facts) -> str:
    """Why this number is not dialled at all, "" if it is: blocked prefix, no price, no trunk."""
    digits = number.removeprefix("+")
    blocked = next((p for p in facts.tenant.blocked if digits.startswith(p)), None)
    if blocked is not None:
        return f"blocked by prefix {blocked}"
    if not facts.prices.is_priced(number, facts.now):
        return f"no price in list {facts.tenant.tariff}"
    return "" if candidates(number, facts) else "no trunk takes this number"


def candidates(number: str, facts: Facts) -> tuple[tuple[str, Trunk], ...]:
    """Trunks by longest matching prefix, then in the tenant's order."""
    digits = number.removeprefix("+")
    names = facts.tenant.trunks or tuple(facts.settings.trunks)
    found = [
        (-best, order, name)
        for order, name in enumerate(names)
        if (best := _longest_match(facts.settings.trunks[name], digits)) is not None
    ]
    return tuple((name, facts.settings.trunks[name]) for _, _, name in sorted(found))


def _longest_match(trunk: Trunk, digits: str) -> int | None:
    return max((len(p) for p in trunk.prefixes if digits.startswith(p)), default=None)
