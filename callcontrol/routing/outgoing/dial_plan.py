"""What a phone's digits mean: an emergency, something inside, or a number outside as people dial it in that country.

    #31#NUMBER, *31#NUMBER    hides, shows the number for this call (3GPP TS 22.030 section 6.5.5.2, CLIR)
    PREFIX NUMBER             a line out, a trunk or a number shown for this call (`outgoing.prefixes`)
    NUMBER                    local (`outgoing.area`), national, 00…, +…, or a short one

No prefix makes anything else of an emergency number: alone, behind a prefix, or hidden it is the same call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from callcontrol.config.outgoing_settings import CallChoice
from callcontrol.config.settings import Tenant
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.emergency import emergency_called, is_emergency
from callcontrol.vocabulary.phone_number import country_code, is_assigned, normalise
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, NumberTarget, Target

# What is dialled before a number so that its caller's is hidden (True) or shown for this call.
_PRIVACY: Final = {"#31#": True, "*31#": False}
NO_CHOICE: Final = CallChoice()
# Every decision asks first whether an emergency number was dialled: so many dialled numbers are remembered.
NUMBERS_REMEMBERED: Final = 1_024


@dataclass(frozen=True, slots=True)
class Reading:
    """What digits mean.

    Attributes:
        target: None: nothing.
        choice: of the prefix that was dialled.
        hidden: whether the caller's number is to be hidden or shown in this call; None: nothing was said of it.
    """

    target: Target | None
    choice: CallChoice = NO_CHOICE
    hidden: bool | None = None


def emergency_in(dialled: str, tenant: Tenant) -> str:
    """The emergency number that these digits are, perhaps behind a prefix; "" if they are none."""
    return _emergency_in(dialled, tenant.region, tenant.emergency_numbers, tuple(tenant.outgoing.prefixes))


@lru_cache(NUMBERS_REMEMBERED)
def _emergency_in(dialled: str, region: str, more: tuple[str, ...], prefixes: tuple[str, ...]) -> str:
    digits = _without_privacy(dialled)[1]
    if is_emergency(digits, region, more):
        return digits
    return next((rest for _, rest in _split(digits, prefixes) if is_emergency(rest, region, more)), "")


def says_privacy(dialled: str) -> bool:
    """Whether the digits begin with a code that hides or shows the number of this call."""
    return _without_privacy(dialled)[0] is not None


def read(dialled: str, facts: Facts) -> Reading:
    """What a phone of the tenant means by these digits."""
    tenant, (hidden, digits) = facts.tenant, _without_privacy(dialled)
    if emergency := emergency_in(digits, tenant):
        return Reading(EmergencyTarget(emergency))
    extension = facts.extension(digits)
    if extension is not None and extension.dialled:
        return Reading(ExtensionTarget(digits), hidden=hidden)
    if (inside := facts.kinds.dialled(digits, tenant)) is not None:
        return Reading(inside, hidden=hidden)
    for choice, rest in _behind_prefixes(digits, tenant):
        if (number := number_in(rest, tenant)) is not None:
            return Reading(number, choice, hidden)
    if (number := _without_prefix(digits, tenant)) is not None:
        return Reading(number, hidden=hidden)
    called = emergency_called(digits, tenant.region, tenant.emergency_numbers)
    return Reading(EmergencyTarget(called) if called else None, hidden=hidden)


def number_in(digits: str, tenant: Tenant) -> NumberTarget | None:
    """The number outside that these digits are without any prefix, None if they are none."""
    if digits in tenant.outgoing.short_numbers:
        return NumberTarget(digits)
    number = normalise(digits, tenant.region)
    if number is not None and (not tenant.outgoing.area or not number.text.startswith("+")):
        return NumberTarget(number.text)
    if number is not None and is_assigned(number.text):
        return NumberTarget(number.text)
    local = _local(digits, tenant)
    found = local or (number.text if number is not None else "")
    return NumberTarget(found) if found else None


def _without_privacy(dialled: str) -> tuple[bool | None, str]:
    code = dialled[:4]
    return (_PRIVACY[code], dialled[4:]) if code in _PRIVACY and len(dialled) > len(code) else (None, dialled)


def _behind_prefixes(digits: str, tenant: Tenant) -> Iterator[tuple[CallChoice, str]]:
    """What the prefixes that the digits begin with choose, and what stands behind them; the longest first."""
    prefixes = tenant.outgoing.prefixes
    return ((prefixes[prefix], rest) for prefix, rest in _split(digits, prefixes))


def _split(digits: str, prefixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The prefixes that the digits begin with, and what stands behind each; the longest first."""
    for prefix in sorted(prefixes, key=len, reverse=True):
        if digits.startswith(prefix) and len(digits) > len(prefix):
            yield prefix, digits[len(prefix) :]


def _without_prefix(digits: str, tenant: Tenant) -> NumberTarget | None:
    if tenant.outgoing.prefix_needed and not digits.startswith("+"):
        return None
    return number_in(digits, tenant)


def _local(digits: str, tenant: Tenant) -> str:
    """A number of the tenant's own area that was dialled without its code, "" if it is none."""
    area = tenant.outgoing.area
    if not area or not digits.isdigit() or digits.startswith("0"):
        return ""
    number = normalise(f"{area}{digits}", tenant.region)
    if number is None or not is_assigned(number.text):
        return ""
    home = country_code(tenant.company_number)
    return number.text if country_code(number.text) == home else ""
