"""Classes of numbers, by what a call there may cost: a setting that lets others choose a number names the classes."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from callcontrol.vocabulary.phone_number import CACHED_NUMBERS


class NumberClass(StrEnum):
    """What a number is to a tenant of some country."""

    NATIONAL = "national"  # an ordinary number of that country
    ABROAD = "abroad"  # an ordinary number of another one, countries that share the code among them
    SPECIAL = "special"  # at a rate of its own (shared cost, personal, paging), or not assigned as far as is known
    PREMIUM = "premium"  # premium rate, of whatever country


# Types of libphonenumber's metadata that cost what a call to their country costs.
_ORDINARY: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.TOLL_FREE,
    }
)


@lru_cache(maxsize=CACHED_NUMBERS)
def class_of(number: str, region: str) -> NumberClass:
    """The class of a number in E.164 for a tenant of this region; short numbers are special."""
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return NumberClass.SPECIAL
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.PREMIUM_RATE:
        return NumberClass.PREMIUM
    if kind not in _ORDINARY:
        return NumberClass.SPECIAL
    return NumberClass.NATIONAL if phonenumbers.region_code_for_number(parsed) == region else NumberClass.ABROAD
