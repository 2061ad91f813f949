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
        """The class of the number: by the payer's price list where that has a word for it, else by its country's plan.
        What another tenant here owns is internal, and no list makes anything else of an emergency number.
        """
        tenant = facts.tenant
        if is_on_net(self.number, facts):
            return Direction.INTERNAL
        found = direction_of(self.number, tenant.region, tenant.emergency_numbers)
        word = facts.prices.direction_of(self.number, facts.now, self.payer)
        return Direction(word) if word and found is not Direction.EMERGENCY else found
