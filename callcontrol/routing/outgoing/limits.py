"""What a single call outside may cost who pays for it, and how long it may last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from callcontrol.config.outgoing_limits import DEFAULT_LIMITS, UNLIMITED, CallLimit
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.call_price import about
from callcontrol.vocabulary.target import extension_in

Value = TypeVar("Value")
MostOf = Callable[[CallLimit], Decimal | None]


def most(of: MostOf, dialling: Dialling, facts: Facts, currency: str) -> Decimal:
    """The most that a call to the number may cost, of what `of` reads from an entry, in this currency of the payer's
    price list; Infinity: any amount.
    """
    written = _first(of, _for_class(_written(dialling, facts), dialling, facts))
    if written is not None:
        return written
    default = _first(of, _for_class(DEFAULT_LIMITS, dialling, facts))
    return UNLIMITED if default is None else about(default, currency)


def longest_call_s(dialling: Dialling, facts: Facts) -> int:
    """How long a conversation with the number may last (seconds)."""
    entries = (*_written(dialling, facts), *DEFAULT_LIMITS)
    found = _first(lambda one: one.talk, _for_class(entries, dialling, facts))
    return min(found or longest_talk_s(facts), longest_talk_s(facts))


def longest_talk_s(facts: Facts) -> int:
    """How long a conversation outside may last (seconds): as the tenant has it, else as the installation has."""
    return facts.tenant.talk or facts.settings.limits.talk_s


def _written(dialling: Dialling, facts: Facts) -> tuple[CallLimit, ...]:
    """The payer's entries before the tenant's."""
    extension = facts.extension(extension_in(dialling.payer))
    return (*(extension.outgoing.limits if extension else ()), *facts.tenant.outgoing.limits)


def _for_class(entries: Iterable[CallLimit], dialling: Dialling, facts: Facts) -> Iterator[CallLimit]:
    direction = dialling.direction(facts)
    return (one for one in entries if direction in one.classes or "all" in one.classes)


def _first(of: Callable[[CallLimit], Value | None], entries: Iterable[CallLimit]) -> Value | None:
    return next((value for value in map(of, entries) if value is not None), None)
