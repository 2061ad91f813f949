"""Classes of numbers, by what a call there may cost: a setting that lets others choose a number names the classes."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.direction import Direction


class NumberClass(StrEnum):
    """What a number is to a tenant of some country."""

    NATIONAL = "national"  # an ordinary number of that country
    ABROAD = "abroad"  # an ordinary number of another one, countries that share the code among them
    SPECIAL = "special"  # at a rate of its own (shared cost, personal, paging), or not assigned as far as is known
    PREMIUM = "premium"  # premium rate, of whatever country


# What is missing here is special.
_OF_DIRECTION: Final = {
    Direction.INTERNAL: NumberClass.NATIONAL,
    Direction.NATIONAL: NumberClass.NATIONAL,
    Direction.MOBILE: NumberClass.NATIONAL,
    Direction.FREEPHONE: NumberClass.NATIONAL,
    Direction.INTERNATIONAL: NumberClass.ABROAD,
    Direction.PREMIUM: NumberClass.PREMIUM,
}


def class_of(number: str, direction: Direction) -> NumberClass:
    """The class of a number in E.164 that is of this direction to a tenant; short numbers are special."""
    return _OF_DIRECTION.get(direction, NumberClass.SPECIAL) if number.startswith("+") else NumberClass.SPECIAL
