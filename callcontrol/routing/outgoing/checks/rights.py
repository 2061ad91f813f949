"""An extension calls, forwards and transfers only to classes of numbers it has a right to."""

from __future__ import annotations

from typing import Final

from callcontrol.config.outgoing_settings import Right
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.in_force import in_force
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.target import extension_in

NEED_NO_RIGHT: Final = frozenset({Direction.INTERNAL, Direction.FREEPHONE})


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what the extension that would pay has no right to. What the tenant itself pays for needs none."""
    payer = extension_in(dialling.payer)
    rights, direction = rights_of(payer, facts), dialling.direction(facts)
    if rights is None or direction in NEED_NO_RIGHT:
        return None
    found = [right for right in rights if direction in right.classes or "all" in right.classes]
    granted = tuple(in_force(found, facts))
    if any(dialling.has_pin or not right.pin for right in granted):
        return None
    whom = f"extension:{payer} may not call {direction} numbers"
    if granted:
        return Refusal(RefusalReason.PIN_NEEDED, f"{whom} without its PIN")
    return Refusal(RefusalReason.NOT_ALLOWED, whom + (" at this time" if found else ""))


def rights_of(extension: str, facts: Facts) -> tuple[Right, ...] | None:
    """The rights of an extension, in force or not; None: it may call everything, or is none."""
    settings = facts.extension(extension)
    if settings is None:
        return None
    return settings.outgoing.rights if settings.outgoing.rights is not None else facts.tenant.outgoing.rights
