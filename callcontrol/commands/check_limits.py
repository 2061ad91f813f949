"""Which limits hold for the calls of each payer, as `callcontrol check --limits` says: written ones and defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from callcontrol.config.caps import caps_of, classes_with_caps
from callcontrol.config.payer_limits import MONEY_OF_EXTENSION, MONEY_OF_TENANT, Caps
from callcontrol.config.settings import Settings, Tenant
from callcontrol.routing.path import TENANT, payer_of
from callcontrol.vocabulary.money import plain

Said = dict[str, dict[str, dict[str, object]]]  # payer -> class -> cap

_MONEY: Final = ("money_per_hour", "money_per_day", "money_per_month")


def limits_in_force(settings: Settings) -> dict[str, Said]:
    """By tenant, payer and class of numbers, for programs; what has no limit says `unlimited`."""
    return {name: dict(_payers(tenant)) for name, tenant in settings.tenants.items()}


def lines_of_limits(settings: Settings) -> Iterator[str]:
    """The same for people, a line for each payer and class; extensions for which nothing of their own is written share
    theirs.
    """
    for name, tenant in settings.tenants.items():
        shared = [key for key, one in tenant.extensions.items() if not one.limits.caps]
        for payer, classes in _payers(tenant):
            if payer in map(payer_of, shared[1:]):
                continue
            whose = f"{payer} and {len(shared) - 1} more" if shared[1:] and payer == payer_of(shared[0]) else payer
            for capped, caps in classes.items():
                yield f"{name}: {whose}: {capped}: {', '.join(f'{key} {value}' for key, value in caps.items())}"


def _payers(tenant: Tenant) -> Iterator[tuple[str, dict[str, dict[str, object]]]]:
    for payer in (TENANT, *map(payer_of, tenant.extensions)):
        euros = MONEY_OF_TENANT if payer == TENANT else MONEY_OF_EXTENSION
        classes = classes_with_caps(payer, tenant)
        yield payer, {capped: _said(caps_of(payer, capped, tenant), euros.get(capped)) for capped in classes}


def _said(caps: Caps, euros: tuple[int, int, int] | None) -> dict[str, object]:
    """What holds, in the order of the settings.

    Args:
        euros: what an hour, a day and a month may cost where nothing is written.
    """
    said = {key: _value(value) for key in Caps.model_fields if (value := getattr(caps, key)) is not None}
    money = dict(zip(_MONEY, euros, strict=True)) if euros is not None else {}
    by_default = {key: f"about {amount} euros" for key, amount in money.items()}
    return {key: (by_default | said)[key] for key in Caps.model_fields if key in said or key in by_default}


def _value(value: object) -> object:
    match value:
        case Mapping():
            return " ".join(f"{share}% {action}" for share, action in value.items())
        case Decimal():
            return plain(value) if value else "unlimited"
        case _:
            return value or "unlimited"
