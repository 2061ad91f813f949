"""Which caps hold for a payer's calls to a class of numbers: as it says itself, else as the tenant says for each
extension, else as the defaults do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcontrol.config.payer_limits import DEFAULT_EXTENSION, DEFAULT_TENANT, Caps
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.target import extension_in

NO_CAPS = Caps()


def caps_of(payer: str, capped: str, tenant: Tenant) -> Caps:
    """The caps of this payer's calls to this class; what is None in them, or 0, has no cap.

    Args:
        payer: `extension:101`, or `tenant` for the tenant as a whole.
        capped: a class of numbers, `all` or `dear`.
    """
    entries = [by_class[capped] for by_class in _by_class(payer, tenant) if capped in by_class]
    return _filled(entries)


def classes_with_caps(payer: str, tenant: Tenant) -> tuple[str, ...]:
    """The classes of which any entry says something for this payer, the defaults' first."""
    *written, default = _by_class(payer, tenant)
    return tuple(dict.fromkeys((*default, *(one for by_class in written for one in by_class))))


def _by_class(payer: str, tenant: Tenant) -> tuple[Mapping[str, Caps], ...]:
    """By class what is written, that which counts before others first; the defaults are the last."""
    extension = extension_in(payer)
    if not extension:
        return (tenant.limits.tenant.caps, DEFAULT_TENANT)
    settings = tenant.extensions.get(extension)
    own = settings.limits.caps if settings is not None else {}
    return (own, tenant.limits.extension.caps, DEFAULT_EXTENSION)


def _filled(entries: list[Caps]) -> Caps:
    if len(entries) < 2:
        return entries[0] if entries else NO_CAPS
    said: dict[str, Any] = {}
    for entry in reversed(entries):
        said.update((key, value) for key in Caps.model_fields if (value := getattr(entry, key)) is not None)
    return Caps.model_construct(**{key: said.get(key, field.default) for key, field in Caps.model_fields.items()})
