"""What busy lamps show of a number, and whether a phone may watch it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from callcontrol.config.settings import Settings, Tenant
from callcontrol.vocabulary.busy_lamp import BusyLeg, LampWatch, Light
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import Overrides, undisturbed


@dataclass(frozen=True, slots=True)
class Goings:
    """What goes on at a tenant's.

    Attributes:
        legs: by which extensions are on calls.
        parked: the places at which callers are parked.
        overrides: what is set by hand.
    """

    legs: Collection[BusyLeg] = ()
    parked: Collection[str] = ()
    overrides: Overrides | None = None


def lights(numbers: Iterable[str], tenant: Tenant, goings: Goings, now: Instant) -> Mapping[str, Light]:
    """What the lamp of each number shows: a number is that of an extension, a phone's account or a parking place."""
    on_call: dict[str, bool] = {}
    for leg in goings.legs:
        on_call[leg.extension] = on_call.get(leg.extension, True) and leg.is_ringing
    wanted = tuple(numbers)
    others = {} if tenant.extensions.keys() >= set(wanted) else _of_accounts(tenant)
    named = {number: number if number in tenant.extensions else others.get(number, "") for number in wanted}
    return {number: _light(number, named[number], on_call, goings, now) for number in wanted}


def _light(number: str, extension: str, on_call: Mapping[str, bool], goings: Goings, now: Instant) -> Light:
    if extension in on_call:
        return Light.RINGING if on_call[extension] else Light.BUSY
    if extension and undisturbed(goings.overrides, extension, now) is not None:
        return Light.UNDISTURBED
    return Light.BUSY if number in goings.parked else Light.DARK


def _of_accounts(tenant: Tenant) -> Mapping[str, str]:
    """By account of a phone, whose it is."""
    return {account: name for name, one in tenant.extensions.items() for account in one.accounts(name)}


def watch_of(by: str, watched: str, expires_s: int, settings: Settings, now: Instant) -> LampWatch | None:
    """The subscription of this account to that number (both `user@domain`); None: it watches nothing of its own
    tenant's.
    """
    number, _, domain = watched.partition("@")
    if not number or by.partition("@")[2] != domain:
        return None
    tenant = next((name for name, one in settings.tenants.items() if one.domain == domain), None)
    return None if tenant is None else LampWatch(tenant, number, Instant(now + expires_s * SECOND_US))
