"""Where things stand in Settings, so that every Problem found later still has its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from callcontrol.config.frozen import Frozen
from callcontrol.config.kinds import ConfiguredKind
from callcontrol.config.problems import Problem, at_source
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import NumberTarget, Target

_PLAIN = frozenset({str, int, float, bool, type(None)})


def problem_at(settings: Settings, place: YamlPath, what: str, right: str) -> Problem:
    """A Problem at the line of this place, or of the nearest one above it that was written."""
    inside = place[2:] if place[0] == "tenants" else place
    what = f"{'.'.join(inside)}: {what}" if inside else what
    return at_source(nearest_source(settings, place), what, right)


def nearest_source(settings: Settings, place: YamlPath) -> str:
    """`file:line` of a place, or of what holds it."""
    for length in range(len(place), 0, -1):
        if source := settings.source(*place[:length]):
            return source
    return f"tenants/{place[1]}.yaml:1" if place[0] == "tenants" else "callcontrol.yaml:1"


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The nearest known name as a question, else another advice; 102 is not near enough to 105."""
    near = get_close_matches(name, list(known), 1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else otherwise


def is_written(settings: Settings, *place: str) -> bool:
    """Whether this entry stands in a file; also true of one, or of all of a section, left out for its own mistakes."""
    above = (place[:length] for length in range(1, len(place)))
    return bool(settings.source(*place)) or any(one in settings.unread for one in above)


def repeated(claims: Iterable[tuple[str, YamlPath]]) -> Iterator[tuple[str, YamlPath, YamlPath]]:
    """What is claimed again, where, and where it was claimed first."""
    first: dict[str, YamlPath] = {}
    for claimed, place in claims:
        owner = first.setdefault(claimed, place)
        if owner != place:
            yield claimed, place, owner


def trunks_are_sound(settings: Settings, tenant: Tenant) -> bool:
    """Whether all trunks the tenant may use could be read; else nothing can be said about them."""
    written = {place[1] for place in settings.sources if place[0] == "trunks" and len(place) == 2}
    return set(tenant.trunks or written) <= set(settings.trunks)


def numbers_in(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, str]]:
    """Every external number a tenant has calls sent to: its targets', and those its agents are rung at."""
    for place, target in targets_in(name, tenant):
        if isinstance(target, NumberTarget):
            yield place, target.name
    for key, agent in tenant.agents.items():
        if agent.number is not None:
            yield ("tenants", name, "agents", key, "number"), agent.number


def targets_in(name: str, tenant: Tenant) -> Sequence[tuple[YamlPath, Target]]:
    """Every target a tenant has written, with its place."""
    found: list[tuple[YamlPath, Target]] = []
    _collect_below(("tenants", name), tenant, found)
    return found


def _collect_below(place: YamlPath, value: object, found: list[tuple[YamlPath, Target]]) -> None:
    if isinstance(value, Target):
        found.append((place, value))
        return
    for key, entry in _entries(value):
        # Most of what is written is plain, and each check walks through all of it.
        if entry.__class__ not in _PLAIN:
            _collect_below((*place, str(key)), entry, found)


def _entries(value: object) -> Iterable[tuple[object, object]]:
    match value:
        case Frozen():
            return [(written, getattr(value, field)) for field, written in _fields(type(value))]
        case Mapping():
            return value.items()
        case tuple():
            return enumerate(value)
        case _:
            return ()


@cache
def _fields(form: type[Frozen]) -> Sequence[tuple[str, str]]:
    """The fields of a form, each with the name it has in files."""
    return [(field, written.alias or field) for field, written in form.model_fields.items()]


def listed(kinds: Iterable[ConfiguredKind[Any]]) -> str:
    """The beginnings of their targets as alternatives: `extension:…, number:… or sip:…`."""
    *others, last = [f"{kind.word}:…" for kind in kinds]
    return f"{', '.join(others)} or {last}" if others else last
