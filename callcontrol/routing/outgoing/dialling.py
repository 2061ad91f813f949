"""What is about to be dialled outside."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.routing.facts import Facts
from callcontrol.routing.on_net import is_on_net
from callcontrol.vocabulary.direction import Direction, direction_of


@dataclass(frozen=True, slots=True)
class Dialling:
    """A number outside that is to be dialled.

    Attributes:
        number: E.164, or the digits of a short number.
        payer: who pays, and whose rights count: `extension:101`, or `tenant`.
        trunk: the only one it may go through, "" for any.
        has_pin: whether the caller has entered the payer's PIN.
    """

    number: str
    payer: str
    trunk: str = ""
    has_pin: bool = False

    def direction(self, facts: Facts) -> Direction:
        """The class of the number: the payer's price list may have a word of its own for it."""
        found = number_direction(self.number, facts)
        if found in (Direction.INTERNAL, Direction.EMERGENCY):
            return found
        word = facts.prices.direction_of(self.number, facts.now, self.payer)
        return Direction(word) if word else found


def number_direction(number: str, facts: Facts) -> Direction:
    """The class of a number to the tenant: what another tenant here owns is internal."""
    if is_on_net(number, facts):
        return Direction.INTERNAL
    return direction_of(number, facts.tenant.region, facts.tenant.emergency_numbers)
