"""Emergency calls: that they are dialled as such, and that they leave."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, numbers_in, problem_at, trunks_are_sound
from callcontrol.config.emergency_calls import emergency_trunks, shows
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.emergency import is_emergency
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import text_of


def extensions_named_like_emergency_numbers(settings: Settings) -> Iterator[Problem]:
    """Who dials 112 reaches the emergency services; that an extension of that name cannot be dialled must be meant."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            if extension.dialled and _is_emergency(key, tenant):
                what = f"{key} is an emergency number{_of(key, tenant)}: phones that dial it never reach this extension"
                right = "give it another name; or write `dialled: no`, if it is to be rung in other ways only"
                yield problem_at(settings, ("tenants", name, "extensions", key), what, right)


def emergency_numbers_as_targets(settings: Settings) -> Iterator[Problem]:
    """Only who is in need calls the emergency services: no rule, menu or agent does."""
    for name, tenant in settings.tenants.items():
        for place, number in numbers_in(name, tenant):
            if _is_emergency(number, tenant):
                what = f"number:{number} is an emergency number: calls are not sent there"
                yield problem_at(settings, place, what, "write another target")


def emergency_calls_that_cannot_leave(settings: Settings) -> Iterator[Problem]:
    """Every tenant with phones has a trunk for them; trunks always have a number to show.

    Where there is no trunk at all, nothing is meant to leave.
    """
    for name, tenant in settings.tenants.items():
        usable = [settings.trunks[t] for t in tenant.trunks or settings.trunks if t in settings.trunks]
        leaves = any(trunk.emergency for trunk in usable)
        if tenant.extensions and tenant.emergency and not leaves and trunks_are_sound(settings, tenant) and usable:
            what = "its phones cannot call emergency numbers: no trunk of this tenant carries them"
            right = "add a trunk (without `emergency: no`), or write `emergency: no`, if these phones have no line out"
            yield problem_at(settings, ("tenants", name, "trunks"), what, right)


def locations_that_do_not_exist(settings: Settings) -> Iterator[Problem]:
    """Where a phone stands is one of the places the tenant has written."""
    for name, tenant in settings.tenants.items():
        for place, location in _locations_named(name, tenant):
            if not is_written(settings, "tenants", name, "locations", location):
                right = did_you_mean(
                    location, tenant.locations, f"write {location} below `locations:`, with its number"
                )
                yield problem_at(settings, place, f"there is no location {location}", right)


def locations_never_shown(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """Help goes to the place whose number is shown. A trunk that shows its own number only tells of no other place."""
    for name, tenant in settings.tenants.items():
        for key, location in tenant.locations.items():
            trunks = emergency_trunks(settings, tenant, key)
            if trunks and not any(shows(trunk, location.number) for _, trunk in trunks):
                what = f"no trunk of this tenant shows {location.number}: help would be sent to another place"
                right = "add a trunk that `shows: any`, or one whose own number it is"
                yield problem_at(settings, ("tenants", name, "locations", key, "number"), what, right)


def told_who_cannot_be_rung(settings: Settings) -> Iterator[Problem]:
    """Who is told of an emergency call is inside: a phone of the tenant's, rung at once."""
    for name, tenant in settings.tenants.items():
        for index, target in enumerate(tenant.emergency_calls.tell):
            if target.kind not in ("extension", "group"):
                place = ("tenants", name, "emergency_calls", "tell", str(index))
                what = f"{text_of(target)} cannot be told of an emergency call"
                yield problem_at(settings, place, what, "write extensions, or groups of them")


def calls_back_to_nobody(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A trunk's own number that another tenant has: the emergency service's call back would reach that one."""
    owners = {number: name for name, tenant in settings.tenants.items() for number in tenant.numbers}
    for name, tenant in settings.tenants.items():
        for trunk_name, trunk in emergency_trunks(settings, tenant, None):
            owner = owners.get(trunk.number, name)
            if tenant.extensions and tenant.emergency and trunk.shows == "own" and owner != name:
                what = f"emergency calls of tenant {name} show {trunk.number}, where tenant {owner} is called back"
                right = f"keep trunk {trunk_name} to tenant {owner}, or write `emergency: no` there"
                yield problem_at(settings, ("trunks", trunk_name, "number"), what, right)


def _locations_named(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, str]]:
    above: YamlPath = ("tenants", name)
    if tenant.location is not None:
        yield (*above, "location"), tenant.location
    for key, extension in tenant.extensions.items():
        if extension.location is not None:
            yield (*above, "extensions", key, "location"), extension.location
        for account, endpoint in extension.endpoints.items():
            if endpoint.location is not None:
                yield (*above, "extensions", key, "endpoints", account, "location"), endpoint.location


def _is_emergency(digits: str, tenant: Tenant) -> bool:
    return is_emergency(digits, tenant.region, tenant.emergency_numbers)


def _of(digits: str, tenant: Tenant) -> str:
    return "" if digits in tenant.emergency_numbers else f" of {tenant.region}"
