"""Phone numbers: one normal form for every usual writing, masking for logs, and what "anonymous" looks like.

Normal form is E.164 (`+48221234567`). Short numbers (112, 19115) have no international form and stay the digits
dialled. Numbering plans come from libphonenumber's metadata. Its full parse takes tens of microseconds, so numbers that
are already written internationally are checked against their country's plan directly, and the rest goes through a
bounded cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    ValidationResult,
    shortnumberinfo,
)

REGIONS: frozenset[str] = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Regions a national number can be read in: ISO 3166 letters such as `PL`."""

MAX_WRITTEN_LENGTH = 64  # characters; more is no number, whatever it is
CACHED_NUMBERS = 32_768

# What stands between digits: blanks (also unbreakable and narrow ones), brackets, dashes, dots, slashes.
_SEPARATORS = re.compile("[ \t\u00a0\u2009\u202f()\\[\\]./\u2010\u2011\u2012\u2013\u2014-]+")
_BARE = re.compile(r"\+?[0-9]{2,20}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{5,14}")
_TEL_PARAMETER = re.compile(r";phone-context=(\+[0-9]{1,3})(?:;|$)")
_DISPLAY_NAME = re.compile(r'^"?([^"<]*?)"?\s*(<|$)')
_URI_USER = re.compile(r"(?:sips?|tel):([^@;>]*)", re.IGNORECASE)

# RFC 3325/3261 say `anonymous`, 3GPP TS 24.229 `unavailable`; the others are what switches and trunks really send.
_NOBODY = frozenset(
    {"", "anonymous", "unavailable", "restricted", "private", "withheld", "unknown", "blocked", "no number"}
)


_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
# What "anonymous" becomes on a keypad (266696687): networks without letters pass it on as a number.
_NOBODY_KEYED = frozenset(word.translate(_KEYS) for word in _NOBODY if len(word) >= 7 and word.isalpha())


class NumberKind(StrEnum):
    """What a number is, as far as dialling and pricing care."""

    INTERNATIONAL = "international"  # a full E.164 number
    SHORT = "short"  # meaningful only inside its region
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in normal form: `+` and digits, or the digits dialled if it is short."""

    text: str
    kind: NumberKind

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class _NumberingPlan:
    """What the direct path needs to know of a country code."""

    lengths: frozenset[int]  # of the national significant number
    trunk_prefix: str | None  # "" if there is none, None if it needs the full parse


def normalise(text: str, region: str) -> PhoneNumber | None:
    """The number meant by any usual writing, None if it is none.

    Args:
        text: `+48 22 123-45-67`, `0048…`, `48221234567` (as trunks deliver), `22 123 45 67`, `(022) 123 45 67`,
            `tel:…`, `112`.
        region: where it was written or dialled, for everything that does not start with `+`: ISO letters such as `PL`;
            "" if that is not known: then only what starts with `+` or `00` is a number.

    `normalise(n.text, region) == n` for every number n that comes out.
    """
    if _INTERNATIONAL.fullmatch(text) and _is_plain(text):
        return PhoneNumber(text, NumberKind.INTERNATIONAL)
    if len(text) > MAX_WRITTEN_LENGTH:
        return None
    return _read(text, region)


def what_is_wrong_with(text: str, region: str) -> str:
    """In words, why this is no number of that region: `too short for a phone number of PL`, or `no phone number`."""
    digits = _bare(text)
    number = _parsed(digits, region or None) if digits is not None else None
    reason = phonenumbers.is_possible_number_with_reason(number) if number is not None else None
    of = f" of {region}" if region else ""
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return f"too short for a phone number{of}"
    return f"too long for a phone number{of}" if reason == ValidationResult.TOO_LONG else "no phone number"


def first_digits(digits: str, region: str) -> str:
    """The first digits of numbers in E.164, without +, that these are as they are dialled in the region: `0044` and
    `+44` are 44, `600` is 48600 in Poland, `089` is 4989 in Germany. "": they are none.
    """
    metadata = PhoneMetadata.metadata_for_region(region)
    if digits.startswith("+") or metadata is None:
        return digits.removeprefix("+")
    abroad = re.match(metadata.international_prefix or "00", digits)
    if abroad is not None:
        return digits[abroad.end() :]
    national = digits.removeprefix(metadata.national_prefix or "")
    return f"{metadata.country_code}{national}" if national else ""


def is_assigned(number: str) -> bool:
    """Whether a number in normal form lies in a range its country gives to subscribers, as far as is known here.

    Plans grow before the metadata does: what is not assigned may be a mistake in writing, or new.
    """
    parsed = _parsed(number, None)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def mask(number: str) -> str:
    """The number for logs: country code and last digits stay, `+48******567`; of anything else the last two characters.

    A short number belongs to no person and stays whole.
    """
    if not number.startswith("+"):
        return number if number.isdigit() and len(number) <= 6 else _starred(number, 0, 2)
    keep_first = 1 + len(country_code(number))
    keep_last = 3 if len(number) - keep_first >= 8 else 2
    return _starred(number, keep_first, keep_last)


def is_anonymous(text: str) -> bool:
    """Whether a caller's number, name or SIP address says that the caller asks for privacy or is unknown."""
    stripped = text.strip()
    uri = _URI_USER.search(stripped)
    name = _DISPLAY_NAME.match(stripped)
    words = {(uri.group(1) if uri else stripped.partition("@")[0]).lower()}
    if name and uri and name.group(1):
        words.add(name.group(1).strip().lower())
    return any(word in _NOBODY or not word.strip("+0") or word.strip("+") in _NOBODY_KEYED for word in words)


def user_part(text: str) -> str:
    """The number in what a carrier wrote: without scheme, host and parameters (`+4822…;cpc=ordinary`, `tel:…`)."""
    bare = text.strip().strip("<>")
    for scheme in ("sip:", "sips:", "tel:"):
        if bare[: len(scheme)].lower() == scheme:
            bare = bare[len(scheme) :]
    return re.split("[;?@>]", bare, maxsplit=1)[0].strip()


@lru_cache(maxsize=CACHED_NUMBERS)
def readings(text: str, region: str, *, e164: bool) -> tuple[PhoneNumber, ...]:
    """Every number that what a carrier wrote may mean, the likeliest first.

    Args:
        text: `+48221234567`; or without `+`: as it is dialled in the region, or international all the same.
        e164: whether the latter is likelier, where both make sense.
    """
    digits = _bare(text) if len(text) <= MAX_WRITTEN_LENGTH else None
    if digits is None or region not in REGIONS:
        return ()
    if digits.startswith("+"):
        number = _international(digits)
        return (number,) if number else ()
    if short := _short(digits, region):
        return (short,)
    international = [] if digits.startswith("0") else [_parsed("+" + digits, None)]
    dialled = _as_dialled(digits, region)
    return tuple(dict.fromkeys(_sound(international + dialled if e164 else dialled + international)))


@lru_cache(maxsize=CACHED_NUMBERS)
def as_dialled_in(region: str, number: str) -> str:
    """The digits by which a number in E.164 is dialled in the region: `0301234567` in DE, `004930…` in PL."""
    parsed = _parsed(number, None)
    if parsed is None:
        return number
    return re.sub("[^0-9+]", "", phonenumbers.format_out_of_country_calling_number(parsed, region))


@lru_cache(maxsize=CACHED_NUMBERS)
def region_of(number: str) -> str:
    """The region of a number in E.164; for a country code without one, the code's main region."""
    parsed = _parsed(number, None)
    return (parsed and phonenumbers.region_code_for_number(parsed)) or phonenumbers.region_code_for_country_code(
        int(country_code(number) or 0)
    )


@lru_cache(maxsize=1024)
def _country_code_of_first(first_three: str) -> str:
    for length in (1, 2, 3):
        if int(first_three[:length] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return first_three[:length]
    return ""


def country_code(number: str) -> str:
    """The country code digits of a number in E.164, "" if it starts with none."""
    first = number[1:4]
    is_international = number.startswith("+") and first.isascii() and first.isdigit()
    return _country_code_of_first(first) if is_international else ""


@lru_cache(maxsize=512)
def _plan_of(code: str) -> _NumberingPlan | None:
    """The numbering plan behind a country code; shared ones (+1, +7, +44) go by their main country."""
    if not code:
        return None
    region = phonenumbers.region_code_for_country_code(int(code))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing or ""
    lengths = frozenset(metadata.general_desc.possible_length)
    return _NumberingPlan(lengths, prefix if not prefix or prefix.isdigit() else None)


def _is_plain(number: str) -> bool:
    """Whether `+digits` is in normal form beyond doubt: a possible length, no trunk prefix behind the country code."""
    code = country_code(number)
    plan = _plan_of(code)
    if plan is None or plan.trunk_prefix is None:
        return False
    national = number[1 + len(code) :]
    if national.startswith("0") or (plan.trunk_prefix and national.startswith(plan.trunk_prefix)):
        return False
    return len(national) in plan.lengths


@lru_cache(maxsize=CACHED_NUMBERS)
def _read(text: str, region: str) -> PhoneNumber | None:
    digits = _bare(text)
    if digits is None or (region and region not in REGIONS):
        return None
    if digits.startswith("+"):
        return _international(digits)
    if not region:
        return _international(f"+{digits[2:]}") if digits.startswith("00") else None
    return _at_a_glance(digits, region) or _short(digits, region) or _dialled(digits, region)


def _bare(text: str) -> str | None:
    """Digits, with a leading + if the number is international; None if anything else is in it."""
    written = text.strip(" \t\u00a0")
    if written[:4].lower() == "tel:":
        context = _TEL_PARAMETER.search(written)
        written = written[4:].partition(";")[0]
        if context and not written.startswith("+"):
            written = context.group(1) + written
    bare = _SEPARATORS.sub("", written)
    return bare if _BARE.fullmatch(bare) else None


def _at_a_glance(digits: str, region: str) -> PhoneNumber | None:
    """What trunks send, without the full parse: 00 for abroad, or a country's own E.164 without its +.

    The latter only where no national number is that long, so that it cannot mean anything else.
    """
    code, abroad = _home_of(region)
    home = _plan_of(code)
    number = ""
    if abroad == "00" and digits.startswith("00"):
        number = "+" + digits[2:]
    elif home is not None and digits.startswith(code) and len(digits) > max(home.lengths):
        number = "+" + digits
    if not _INTERNATIONAL.fullmatch(number) or not _is_plain(number):
        return None
    return PhoneNumber(number, NumberKind.INTERNATIONAL)


@lru_cache(maxsize=512)
def _home_of(region: str) -> tuple[str, str]:
    """The region's country code and its pattern of prefixes for abroad."""
    metadata = PhoneMetadata.metadata_for_region(region)
    code = str(phonenumbers.country_code_for_region(region))
    return code, (metadata.international_prefix or "") if metadata else ""


def _short(digits: str, region: str) -> PhoneNumber | None:
    if len(digits) > 6 or digits.startswith("0"):
        return None
    if shortnumberinfo.is_emergency_number(digits, region):
        return PhoneNumber(digits, NumberKind.EMERGENCY)
    number = _parsed(digits, region)
    if number is None or not shortnumberinfo.is_valid_short_number_for_region(number, region):
        return None
    return PhoneNumber(digits, NumberKind.SHORT)


def _international(number: str) -> PhoneNumber | None:
    """`+digits`, also with the national 0 that `+48 (0) 22…` or `+44 (0) 20…` carries by mistake."""
    code = country_code(number)
    national = number[1 + len(code) :]
    candidates = [number, f"+{code}{national[1:]}"] if national.startswith("0") else [number]
    return _first_sound([_parsed(candidate, None) for candidate in candidates])


def _dialled(digits: str, region: str) -> PhoneNumber | None:
    """Digits without +: as dialled in the region (with its own prefixes), 00 for abroad, or E.164 without its +."""
    candidates = _as_dialled(digits, region)
    return _first_sound(candidates if digits.startswith("0") else [*candidates, _parsed("+" + digits, None)])


def _as_dialled(digits: str, region: str) -> list[phonenumbers.PhoneNumber | None]:
    candidates = [_parsed(digits, region)]
    if digits.startswith("00"):
        return [*candidates, _parsed("+" + digits[2:], None)]
    return [*candidates, _parsed(digits[1:], region)] if digits.startswith("0") else candidates


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _first_sound(numbers: list[phonenumbers.PhoneNumber | None]) -> PhoneNumber | None:
    return next(_sound(numbers), None)


def _sound(numbers: list[phonenumbers.PhoneNumber | None]) -> Iterator[PhoneNumber]:
    """Those that are assigned, then those whose length is possible (plans grow before the metadata does)."""
    found = [number for number in numbers if number is not None]
    for is_sound in (phonenumbers.is_valid_number, _is_possible):
        for number in found:
            if is_sound(number) and (stable := _stable(number)):
                yield PhoneNumber(stable, NumberKind.INTERNATIONAL)


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _stable(number: phonenumbers.PhoneNumber) -> str | None:
    """E.164 text that reads as itself, so that one number never has two normal forms; None if it reads as another."""
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not _INTERNATIONAL.fullmatch(text):
        return None
    again = _parsed(text, None)
    return text if again is not None and phonenumbers.format_number(again, PhoneNumberFormat.E164) == text else None


def _starred(text: str, keep_first: int, keep_last: int) -> str:
    hidden = len(text) - keep_first - keep_last
    return text[:keep_first] + "*" * hidden + text[-keep_last:] if hidden > 0 else "*" * len(text)
