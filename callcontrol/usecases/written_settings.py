"""What the YAML files say of a tenant: each setting that is written, with file and line. Secrets stay hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from callcontrol.config.frozen import Frozen
from callcontrol.config.secret import Secret
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.target import Target, text_of

HIDDEN: Final = "…"
# Keys that hold what only some people may know, though it is no password of a machine.
_PRIVATE: Final = re.compile(r"(^|_)(pin|password|secret|key|token)$")


@dataclass(frozen=True, slots=True)
class Written:
    """A setting as it is written.

    Attributes:
        place: below the tenant, such as extensions.101.name.
        value: "" where the files say more than one value holds: its lines tell.
        source: `file:line`.
    """

    place: str
    value: str
    source: str


def sections_of(settings: Settings, tenant: str) -> list[str]:
    """The sections that are written, in the order of the file."""
    return list(dict.fromkeys(place[2] for place in settings.sources if place[:2] == _below(tenant) and len(place) > 2))


def written_of(settings: Settings, tenant: str, section: str, name: str = "") -> Iterator[Written]:
    """What is written in a section, or in one entry of it, in the order of the file."""
    wanted = (*_below(tenant), section, *((name,) if name else ()))
    places = [place for place in settings.sources if place[: len(wanted)] == wanted]
    above = {place[:-1] for place in places}
    for place in places:
        if place not in above:
            yield Written(".".join(place[2:]), _value(settings, place), settings.sources[place])


def _below(tenant: str) -> YamlPath:
    return ("tenants", tenant)


def _value(settings: Settings, place: YamlPath) -> str:
    found: Any = settings.tenants.get(place[1])
    for part in place[2:]:
        found = _inside(found, part)
    # Whether something is asked for, as `pin: yes` of a right, is no secret.
    is_private = any(_PRIVATE.search(part) for part in place[2:]) and not isinstance(found, bool)
    return HIDDEN if is_private else _told(found)


def _inside(value: Any, part: str) -> Any:
    match value:
        case Frozen():
            names = {written.alias or name: name for name, written in type(value).model_fields.items()}
            return getattr(value, names[part]) if part in names else None
        case Mapping():
            return value.get(part)
        case tuple():
            return value[int(part)] if part.isdecimal() and int(part) < len(value) else None
    return None


def _told(value: Any) -> str:
    match value:
        case Secret():
            return HIDDEN
        case Target():
            return text_of(value)
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return plain(value)
        case str() | int() | float():
            return str(value)
        case tuple() if all(isinstance(one, str | int) for one in value):
            return ", ".join(map(str, value))
    return ""
