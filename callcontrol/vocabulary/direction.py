"""Directions: the class of a number that is dialled. It stands in records and charges; rights and blocks go by it."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ShortNumberCost, shortnumberinfo

from callcontrol.vocabulary.emergency import is_emergency
from callcontrol.vocabulary.phone_number import CACHED_NUMBERS


class Direction(StrEnum):
    """What a number is to a tenant of some country."""

    INTERNAL = "internal"  # a number of this system
    EMERGENCY = "emergency"
    NATIONAL = "national"  # an ordinary number of that country that is no mobile's
    MOBILE = "mobile"  # a mobile of that country
    INTERNATIONAL = "international"  # an ordinary number of another country, countries that share the code among them
    PREMIUM = "premium"  # premium rate, of whatever country
    SATELLITE = "satellite"  # satellite phones and networks that are of no country
    SHARED = "shared"  # shared cost
    FREEPHONE = "freephone"
    SPECIAL = "special"  # a carrier's short numbers, others at a rate of their own, and what is not assigned as known


# Global mobile satellite systems, Inmarsat, and networks of no country (ITU-T E.164 annex, codes 870 and 881 to 883).
_OF_NO_COUNTRY: Final = frozenset({870, 881, 882, 883})

# Types of libphonenumber's metadata, where they say more than the country. What is missing here is special.
_WHEREVER: Final = {PhoneNumberType.PREMIUM_RATE: Direction.PREMIUM}
_AT_HOME: Final = {
    PhoneNumberType.FIXED_LINE: Direction.NATIONAL,
    PhoneNumberType.VOIP: Direction.NATIONAL,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Direction.NATIONAL,  # where the plan tells them not apart (+1)
    PhoneNumberType.MOBILE: Direction.MOBILE,
    PhoneNumberType.TOLL_FREE: Direction.FREEPHONE,
    PhoneNumberType.SHARED_COST: Direction.SHARED,
}
_ABROAD: Final = frozenset(_AT_HOME) - {PhoneNumberType.SHARED_COST}
_COSTS: Final = {
    ShortNumberCost.PREMIUM_RATE: Direction.PREMIUM,
    ShortNumberCost.TOLL_FREE: Direction.FREEPHONE,
}
# Freephone and shared cost numbers of no country (+800, +808) are the same from everywhere.
_EVERYWHERE: Final = "001"


@lru_cache(maxsize=CACHED_NUMBERS)
def direction_of(number: str, region: str, emergency_numbers: tuple[str, ...] = ()) -> Direction:
    """The direction of a number to a tenant of this region.

    Args:
        number: E.164, or the digits of a short number.
        emergency_numbers: those the tenant adds to the region's own.
    """
    if not number.startswith("+"):
        return _of_short(number, region, emergency_numbers)
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return Direction.SPECIAL
    if parsed.country_code in _OF_NO_COUNTRY:
        return Direction.SATELLITE
    kind, of = phonenumbers.number_type(parsed), phonenumbers.region_code_for_number(parsed)
    if kind in _WHEREVER:
        return _WHEREVER[kind]
    if of in (region, _EVERYWHERE):
        return _AT_HOME.get(kind, Direction.SPECIAL)
    return Direction.INTERNATIONAL if kind in _ABROAD else Direction.SPECIAL


def _of_short(digits: str, region: str, emergency_numbers: tuple[str, ...]) -> Direction:
    if is_emergency(digits, region, emergency_numbers):
        return Direction.EMERGENCY
    try:
        parsed = phonenumbers.parse(digits, region)
    except NumberParseException:
        return Direction.SPECIAL
    cost = shortnumberinfo.expected_cost_for_region(parsed, region)
    return _COSTS.get(cost, Direction.SPECIAL)
