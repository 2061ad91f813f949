"""How an emergency call leaves: which number it shows, and through which trunks; with a daemon and without one.

The number shown tells the emergency services where to send help: it is that of the place at which the phone stands.
"""

from __future__ import annotations

from callcontrol.config.emergency_settings import Location
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.trunk_settings import Trunk


def location_of(tenant: Tenant, extension: str, account: str = "") -> str | None:
    """The name of the place at which a phone stands: its own, else its extension's, else the tenant's. None: not known.

    Args:
        account: the phone's SIP account, "" where it is not known.
    """
    known = tenant.extensions.get(extension)
    if known is None:
        return tenant.location
    endpoint = known.endpoints.get(account)
    return (endpoint.location if endpoint is not None else None) or known.location or tenant.location


def number_in_an_emergency(tenant: Tenant, extension: str, account: str = "") -> str:
    """The number (E.164) that tells where a phone stands: its place's, else the extension's own, else the company's."""
    place = _place(tenant, location_of(tenant, extension, account))
    if place is not None:
        return place.number
    known = tenant.extensions.get(extension)
    return (known.number if known is not None else None) or tenant.company_number


def emergency_trunks(settings: Settings, tenant: Tenant, location: str | None) -> tuple[tuple[str, Trunk], ...]:
    """The tenant's trunks that carry emergency calls, in its order; those first that can show the number of the place
    at which the phone stands.
    """
    names = tenant.trunks or tuple(settings.trunks)
    found = [(name, settings.trunks[name]) for name in names if settings.trunks[name].emergency]
    place = _place(tenant, location)
    return tuple(found if place is None else sorted(found, key=lambda named: not shows(named[1], place.number)))


def shows(trunk: Trunk, number: str) -> bool:
    """Whether a call through the trunk can show this number."""
    return trunk.shows == "any" or trunk.number == number


def _place(tenant: Tenant, name: str | None) -> Location | None:
    return tenant.locations.get(name) if name is not None else None
