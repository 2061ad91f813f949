"""Which trunks can take an external number, in the order they are tried."""

from __future__ import annotations

from callcontrol.config.settings import Trunk
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.phone_number import as_dialled_in
from callcontrol.vocabulary.trail import Passed


def candidates(number: str, facts: Facts) -> tuple[tuple[str, Trunk], ...]:
    """Trunks by longest matching prefix, then in the tenant's order; those that rest come last."""
    digits = number.removeprefix("+")
    found = [
        (name in facts.resting, -best, order, name)
        for order, name in enumerate(_usable(facts))
        if (best := _longest_match(facts.settings.trunks[name], digits)) is not None
    ]
    return tuple((name, facts.settings.trunks[name]) for *_, name in sorted(found))


def as_sent(number: str, trunk: Trunk) -> str:
    """A number as the trunk writes it: E.164 digits without `+`, or as dialled in a country. Short ones stay."""
    if trunk.region and number.startswith("+"):
        return as_dialled_in(trunk.region, number)
    return number.removeprefix("+")


def rests(to: str, choices: tuple[tuple[str, Trunk], ...], facts: Facts) -> tuple[Passed, ...]:
    """Entries for the trunks that are not tried first because they rest; none if all of them do."""
    resting = [name for name, _ in choices if name in facts.resting]
    if len(resting) == len(choices):
        return ()
    return tuple(Passed(facts.now, to, f"trunk {name} rests, it failed call after call") for name in resting)


def _usable(facts: Facts) -> tuple[str, ...]:
    return facts.tenant.trunks or tuple(facts.settings.trunks)


def _longest_match(trunk: Trunk, digits: str) -> int | None:
    return max((len(p) for p in trunk.prefixes if digits.startswith(p)), default=None)
