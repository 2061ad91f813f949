"""Calls outside: prefixes, rights and blocks that cannot be meant, or are hardly meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.outgoing_settings import Outgoing
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.direction import direction_of
from callcontrol.vocabulary.emergency import is_emergency
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import NumberTarget


def prefixes_of_unknown_trunks(settings: Settings) -> Iterator[Problem]:
    """A prefix chooses one of the tenant's trunks."""
    for name, tenant in settings.tenants.items():
        usable = tenant.trunks or tuple(settings.trunks)
        for prefix, choice in tenant.outgoing.prefixes.items():
            is_missing = choice.trunk is not None and choice.trunk not in usable
            if is_missing and ("trunks", choice.trunk) not in settings.unread:
                place = ("tenants", name, "outgoing", "prefixes", prefix, "trunk")
                right = did_you_mean(str(choice.trunk), usable, f"write one of {', '.join(usable)}")
                yield problem_at(settings, place, f"this tenant has no trunk {choice.trunk}", right)


def extensions_behind_emergency_numbers(settings: Settings) -> Iterator[Problem]:
    """An emergency number behind a prefix is an emergency call; an extension of these digits is never reached."""
    for name, tenant in settings.tenants.items():
        for prefix in tenant.outgoing.prefixes:
            for key, extension in tenant.extensions.items():
                rest = key.removeprefix(prefix)
                hides = extension.dialled and rest != key and _is_emergency(rest, tenant)
                if hides and not _is_emergency(key, tenant):
                    what = f"{key} is the emergency number {rest} behind the prefix {prefix}"
                    right = "give it another name, or write `dialled: no`"
                    yield problem_at(settings, ("tenants", name, "extensions", key), what, right)


def prefixes_needed_in_vain(settings: Settings) -> Iterator[Problem]:
    """Where a prefix is needed there is one."""
    for name, tenant in settings.tenants.items():
        if tenant.outgoing.prefix_needed and not tenant.outgoing.prefixes:
            place = ("tenants", name, "outgoing", "prefix_needed")
            yield problem_at(settings, place, "there is no prefix to dial", 'write `prefixes:`, such as {"0": {}}')


def rights_and_blocks_under_unknown_hours(settings: Settings) -> Iterator[Problem]:
    """Rights and blocks stand under opening hours of the tenant."""
    for place, tenant, outgoing in all_outgoing(settings):
        entries = [*numbered("rights", outgoing.rights or ()), *numbered("blocks", outgoing.blocks)]
        for below, entry in entries:
            for key in ("during", "outside"):
                hours = getattr(entry, key)
                known = hours in tenant.hours or is_written(settings, "tenants", place[1], "hours", hours or "")
                if hours is not None and not known:
                    right = did_you_mean(hours, tenant.hours, "add it to `hours:`, or name one of these")
                    yield problem_at(settings, (*place, *below, key), f"there are no opening hours {hours}", right)


def blocks_of_nothing(settings: Settings) -> Iterator[Problem]:
    """A block says what it blocks."""
    for place, _, outgoing in all_outgoing(settings):
        for below, block in numbered("blocks", outgoing.blocks):
            if not (block.classes or block.prefixes or block.countries or block.numbers):
                right = "write `classes:`, `prefixes:`, `countries:` or `numbers:`"
                yield problem_at(settings, (*place, *below), "blocks nothing", right)


def rights_blocked_for_ever(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """What is allowed and always blocked in the same place contradicts itself."""
    for place, _, outgoing in all_outgoing(settings):
        always = [block for block in outgoing.blocks if block.during is None and block.outside is None]
        blocked = {one for block in always for one in block.classes}
        for below, right in numbered("rights", outgoing.rights or ()):
            for one in right.classes:
                if one in blocked:
                    what = f"{one} numbers are allowed here, and always blocked by `blocks:`"
                    yield problem_at(settings, (*place, *below, "classes"), what, "remove one of the two")


def forwards_without_a_right(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A forward to a number that the extension never has the right to call is never followed."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            rights = extension.outgoing.rights if extension.outgoing.rights is not None else tenant.outgoing.rights
            for kind, rule in extension.forward:
                target = rule.target if rule is not None else None
                if rights is None or not isinstance(target, NumberTarget) or _needs_no_right(settings, name, target):
                    continue
                found = direction_of(target.name, tenant.region, tenant.emergency_numbers)
                if not any(not right.pin and {found, "all"} & set(right.classes) for right in rights):
                    place = ("tenants", name, "extensions", key, "forward", kind, "target")
                    what = f"the extension has no right to {found} numbers without a PIN, so this is never followed"
                    yield problem_at(settings, place, what, "add the class to its `rights:`, or remove the rule")


def _needs_no_right(settings: Settings, tenant: str, target: NumberTarget) -> bool:
    found = direction_of(target.name, settings.tenants[tenant].region)
    owned = target.name in settings.tenants[tenant].numbers or settings.is_on_net(target.name, tenant)
    return owned or found == "freephone"


def all_outgoing(settings: Settings) -> Iterator[tuple[YamlPath, Tenant, Outgoing]]:
    """Every `outgoing:` with its place and tenant."""
    for name, tenant in settings.tenants.items():
        yield ("tenants", name, "outgoing"), tenant, tenant.outgoing
        for key, extension in tenant.extensions.items():
            yield ("tenants", name, "extensions", key, "outgoing"), tenant, extension.outgoing


def numbered(key: str, entries: tuple[Any, ...]) -> list[tuple[YamlPath, Any]]:
    """Entries of a list with their places below it."""
    return [((key, str(n)), entry) for n, entry in enumerate(entries)]


def _is_emergency(digits: str, tenant: Tenant) -> bool:
    return is_emergency(digits, tenant.region, tenant.emergency_numbers)
