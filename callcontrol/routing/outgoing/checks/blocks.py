"""What is blocked: by the tenant for all, for the extension that would pay, by it itself, and for it by hand."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.outgoing_settings import CallBlock
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.in_force import in_force
from callcontrol.vocabulary.barring import admin_barring, barring_named, own_barring
from callcontrol.vocabulary.override import blocks_of
from callcontrol.vocabulary.phone_number import region_of
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.target import extension_in


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what is blocked now."""
    digits = dialling.number.removeprefix("+")
    prefix = next((prefix for prefix in facts.tenant.blocked if digits.startswith(prefix)), None)
    if prefix is not None:
        return Refusal(RefusalReason.BLOCKED, f"blocked by prefix {prefix}")
    payer, direction = extension_in(dialling.payer), dialling.direction(facts)
    if payer and direction in blocks_of(facts.overrides, payer):
        return Refusal(RefusalReason.BLOCKED, f"{direction} numbers are blocked by extension:{payer} itself")
    if payer and (by_hand := _by_hand(payer, dialling.number, direction, facts)):
        return Refusal(RefusalReason.BLOCKED, by_hand)
    reasons = (_why(block, dialling, facts) for block in in_force(_blocks(dialling, facts), facts))
    why = next(filter(None, reasons), "")
    return Refusal(RefusalReason.BLOCKED, why) if why else None


def _by_hand(payer: str, number: str, direction: str, facts: Facts) -> str:
    own = barring_named(facts.overrides, own_barring(payer))
    if own is not None and (why := own.what_blocks(number, direction)):
        return f"{why} by extension:{payer} itself"
    admins = barring_named(facts.overrides, admin_barring(payer))
    if admins is None or not (why := admins.what_blocks(number, direction)):
        return ""
    return f"{why} for extension:{payer} by {admins.by}: {admins.reason}"


def _blocks(dialling: Dialling, facts: Facts) -> Iterator[CallBlock]:
    yield from facts.tenant.outgoing.blocks
    extension = facts.extension(extension_in(dialling.payer))
    if extension is not None:
        yield from extension.outgoing.blocks


def _why(block: CallBlock, dialling: Dialling, facts: Facts) -> str:
    """What of the block is for this number, in words; "" if nothing is."""
    number, direction = dialling.number, dialling.direction(facts)
    if number in block.numbers:
        return f"{number} is blocked"
    if direction in block.classes:
        return f"{direction} numbers are blocked"
    prefix = next((one for one in block.prefixes if number.removeprefix("+").startswith(one)), None)
    if prefix is not None:
        return f"blocked by prefix {prefix}"
    country = region_of(number) if number.startswith("+") else facts.tenant.region
    return f"numbers of {country} are blocked" if country in block.countries else ""
