"""Numbers that phones dial inside for something of a kind's own: a parking place, a conference room."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator

from callcontrol.config.fields import described, matching
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.emergency import emergency_called

InsideNumber = Annotated[
    str,
    BeforeValidator(matching("[0-9]{2,6}", "{} is no number to dial inside", "write 2 to 6 digits, such as 700")),
    described("digits that phones dial", "^[0-9]{2,6}$", "integer"),
]

OTHER_NUMBER: Final = "write another number"


def other_meaning(number: str, tenant: Tenant) -> str | None:
    """What else a phone of the tenant's dials by these digits, None if nothing."""
    if number in tenant.extensions:
        return "an extension"
    if number in tenant.outgoing.short_numbers:
        return "a short number outside (`outgoing.short_numbers`)"
    if emergency_called(number, tenant.region, tenant.emergency_numbers):
        return "an emergency number"
    behind = (prefix for prefix in tenant.outgoing.prefixes if number.startswith(prefix))
    for prefix in behind:
        if emergency_called(number.removeprefix(prefix), tenant.region, tenant.emergency_numbers):
            return f"the emergency number {number.removeprefix(prefix)} behind the prefix {prefix}"
    return None
