"""Through which trunks numbers are called, and which number is shown there, by what is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeVar

from pydantic import Field

from callcontrol.config.call_classes import BlockedClass
from callcontrol.config.fields import Identifier, Prefix, ShowText
from callcontrol.config.frozen import Frozen
from callcontrol.config.outgoing_settings import MAX_PREFIXES

MAX_RULES: Final = 50


class ByNumber(Frozen):
    """Which numbers a rule is for; without either, for all."""

    classes: tuple[BlockedClass, ...] = Field(default=(), description="classes of numbers; default: all")
    prefixes: tuple[Prefix, ...] = Field(
        default=(), max_length=MAX_PREFIXES, description="numbers that begin so (E.164 digits); default: all"
    )

    def is_for(self, number: str, direction: str) -> bool:
        """Whether it is for this number (E.164, or short), whose class is told."""
        digits = number.removeprefix("+")
        of_class = not self.classes or direction in self.classes
        return of_class and (not self.prefixes or digits.startswith(self.prefixes))


class TrunkRule(ByNumber):
    """In which order trunks are tried for some numbers."""

    trunks: tuple[Identifier, ...] = Field(
        default=(), max_length=100, description="these trunks and no others; default: all that the tenant may use"
    )
    by: Literal["order", "cost", "quality"] = Field(
        default="order",
        description="order: the longest prefix first, then as they are written; cost: what a call of three minutes "
        "costs by the trunk's `tariff`, one without a price last; quality: the answer-seizure ratio of the last hour, "
        "in steps of a tenth; equal ones as they are written",
    )


class ShownRule(ByNumber):
    """Which number is shown to some numbers, or for some queues."""

    queues: tuple[Identifier, ...] = Field(
        default=(), description="only on calls to agents outside and callbacks of these queues; default: on all"
    )
    show: ShowText = Field(min_length=1, description="number shown: caller, company or a number")


Rule = TypeVar("Rule", bound=ByNumber)


def first_for(rules: Sequence[Rule], number: str, direction: str) -> Rule | None:
    """The first rule that is for the number, None if none is."""
    return next((rule for rule in rules if rule.is_for(number, direction)), None)
