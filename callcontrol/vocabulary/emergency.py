"""Emergency numbers: those of a country, by libphonenumber's short-number data, and those a tenant adds."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from phonenumbers import PhoneMetadata, shortnumberinfo

# For the few territories without data: every mobile network connects it (3GPP TS 22.101 section 10.1).
EVERYWHERE = "112"


@lru_cache(maxsize=512)
def _emergency_numbers(region: str) -> re.Pattern[str]:
    return re.compile(emergency_pattern(region))


@lru_cache(maxsize=512)
def emergency_pattern(region: str) -> str:
    """The region's emergency numbers as a regular expression that matches them as a whole: `112|99[7-9]`."""
    metadata = PhoneMetadata.short_metadata_for_region(region)
    described = metadata.emergency if metadata is not None else None
    return (described.national_number_pattern if described is not None else None) or EVERYWHERE


def is_emergency(digits: str, region: str, more: Collection[str] = ()) -> bool:
    """Whether exactly these digits are an emergency number in the region, or one of the tenant's own (`more`)."""
    return digits in more or _emergency_numbers(region).fullmatch(digits) is not None


def emergency_called(dialled: str, region: str, more: Collection[str] = ()) -> str:
    """The emergency number that digits reach which mean nothing else, "" if none: 112 of a hasty `1122`.

    Networks connect an emergency number with further digits behind it, except where the region's data says that they
    do not (libphonenumber, `connects_to_emergency_number`).
    """
    if is_emergency(dialled, region, more):
        return dialled
    if not dialled.isdigit() or not shortnumberinfo.connects_to_emergency_number(dialled, region):
        return ""
    return next((dialled[:n] for n in range(2, len(dialled)) if is_emergency(dialled[:n], region)), "")
