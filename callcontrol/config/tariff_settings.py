"""Settings of price lists: which extensions have one of their own. Cross-checks stand in `checks/tariffs.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import Identifier, described, matching
from callcontrol.vocabulary.target import ExtensionTarget

_NAME = r"([a-z]+:)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"

# The name of an extension, or, as a target is written, what has extensions for members.
Payers = Annotated[
    str,
    BeforeValidator(matching(_NAME, "{} is no extension, and no group of them", "write an extension such as 101")),
    described("an extension, or a group of them", f"^{_NAME}$", "integer"),
]
ExtensionTariffs = Annotated[
    Mapping[Identifier, Annotated[tuple[Payers, ...], Field(min_length=1)]],
    Field(
        description="price lists, files below `tariffs/`, of extensions that pay by another one than `tariff`: of each "
        "its extensions, or groups of them, written as targets"
    ),
]


def extensions_in(tenant: Any, named: Iterable[str]) -> Iterator[str]:
    """These extensions, and those that are members of these groups of the tenant's settings."""
    for one in named:
        found = group_of(tenant, one)
        if ":" not in one:
            yield one
        for member in getattr(found, "members", ()):
            if getattr(member, "kind", "") == ExtensionTarget.kind:
                yield member.name


def group_of(tenant: Any, written: str) -> object | None:
    """The settings of a target that is written like this, in the block of its kind; None: there is none."""
    kind, _, name = written.rpartition(":")
    found: object | None = getattr(tenant, f"{kind}s", {}).get(name) if kind else None
    return found
