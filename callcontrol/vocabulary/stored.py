"""What is kept says what it is: its kind and its version, as `"$": "Call/2"`; `"$": "Call"` is version 1.

A program that has a newer version brings an older value on, one version after the other, by small functions. One that
has an older version cannot read a newer value: it raises `Newer`, takes nothing and drops nothing (deploy/README,
"Upgrading").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TAG: Final = "$"

Fields = dict[str, Any]  # a JSON object without its tag
# The fields of version n as those of version n + 1. What is nested in them is still as it was written.
Upgrade = Callable[[Fields], Fields]
# (kind, n) -> what makes version n + 1 of version n.
Upgrades = Mapping[tuple[str, int], Upgrade]

_TAG = re.compile(r"([A-Za-z][A-Za-z_.]*)(?:/([1-9][0-9]{0,8}))?")


class Unreadable(ValueError):
    """The stored text is not one of our values."""


class Newer(Unreadable):
    """A later version of this program wrote the value: it is left to that."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of stored value.

    Attributes:
        name: stays as it is when a class is renamed.
        upgrades: by the version that each brings on, from 1 without a gap. This program's version is the next one.
    """

    name: str
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The version that this program writes."""
        return 1 + len(self.upgrades)

    @property
    def tag(self) -> str:
        """What stands in what this program writes."""
        return self.name if self.version == 1 else f"{self.name}/{self.version}"

    def tagged(self, fields: Fields) -> Fields:
        """The fields as this program writes them, with their tag."""
        return {TAG: self.tag, **fields}

    def read(self, value: object) -> Fields:
        """The fields of a stored value of this kind as those of today's. One without a tag is of version 1.

        Raises:
            Newer: this program does not know the version.
            Unreadable: it is of another kind, or not what it claims to be.
        """
        if not isinstance(value, dict):
            raise Unreadable(f"{type(value).__name__} where {self.name} should be")
        name, version = read_tag(value.get(TAG, self.name))
        if name != self.name:
            raise Unreadable(f"{name} where {self.name} should be")
        return self.current({key: item for key, item in value.items() if key != TAG}, version)

    def refuse_newer(self, version: int) -> None:
        """Raises Newer where this program does not know the version."""
        if version > self.version:
            raise Newer(f"{self.name} has version {version}, this program reads up to {self.version}")

    def current(self, fields: Fields, version: int) -> Fields:
        """The fields of a value of this version as those of today's.

        Raises:
            Newer: this program does not know the version.
            Unreadable: the fields are not those of the version they claim to have.
        """
        self.refuse_newer(version)
        for older in range(version, self.version):
            try:
                fields = self.upgrades[older](fields)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
                raise Unreadable(f"{self.name} is not of version {older}: {error!r}") from error
        return fields


def kind_of(name: str, upgrades: Upgrades) -> Kind:
    """The kind of this name, with its part of all upgrades.

    Raises:
        ValueError: a version is left out.
    """
    own = {version: upgrade for (of, version), upgrade in upgrades.items() if of == name}
    if set(own) != set(range(1, len(own) + 1)):
        raise ValueError(f"upgrades of {name} begin at 1 and leave none out: {sorted(own)}")
    return Kind(name, own)


def read_tag(tag: object) -> tuple[str, int]:
    """Kind and version.

    Raises:
        Unreadable: it is no tag.
    """
    found = _TAG.fullmatch(tag) if isinstance(tag, str) else None
    if found is None:
        raise Unreadable(f"{tag!r} names no kind")
    return found[1], int(found[2] or 1)
