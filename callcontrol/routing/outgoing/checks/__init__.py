"""Whether a number outside is dialled: checks in their order, one module each. The first that refuses says why.

A check is a function of what is to be dialled and of the facts; adding one is its module and its line below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.checks import (
    blocks,
    carriers,
    counts,
    credit,
    emergency,
    limits,
    own_numbers,
    price,
    restrictions,
    rights,
)
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.refusal_reason import Refusal

Check = Callable[[Dialling, Facts], Refusal | None]

CHECKS: Final[tuple[Check, ...]] = (
    emergency.check,
    own_numbers.check,
    rights.check,
    blocks.check,
    restrictions.check,
    price.check,
    credit.check,
    limits.check,
    counts.check,
    carriers.check,
)


def refusal(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Why the number is not dialled at all, None if it is."""
    return next((found for check in CHECKS if (found := check(dialling, facts)) is not None), None)
