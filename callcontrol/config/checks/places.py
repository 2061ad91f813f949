"""Where things stand in Settings, so that every Problem found later still has its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from callcontrol.config.problems import Problem, at_source
from callcontrol.config.queue_fields import CALLBACK
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import NumberTarget, Target


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


def targets_in(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, Target]]:
    """Every target a tenant has written, with its place."""
    above: YamlPath = ("tenants", name)
    if tenant.last_resort is not None:
        yield (*above, "last_resort"), tenant.last_resort
    for number, target in tenant.numbers.items():
        yield (*above, "numbers", number), target
    for place, target in _of_rules(tenant):
        yield above + place, target
    for place, target in (*_of_groups(tenant), *_of_lists(tenant), *_of_queues(tenant)):
        yield above + place, target
    for box, announcement in tenant.announcements.items():
        if announcement.then is not None:
            yield (*above, "announcements", box, "then"), announcement.then


def _of_rules(tenant: Tenant) -> Iterator[tuple[YamlPath, Target]]:
    for extension, settings in tenant.extensions.items():
        for kind, rule in settings.forward:
            if rule is not None:
                yield ("extensions", extension, "forward", kind, "target"), rule.target


def _of_groups(tenant: Tenant) -> Iterator[tuple[YamlPath, Target]]:
    for name, group in tenant.groups.items():
        for index, member in enumerate(group.members):
            yield ("groups", name, "members", str(index)), member
        if group.otherwise is not None:
            yield ("groups", name, "otherwise"), group.otherwise


def _of_lists(tenant: Tenant) -> Iterator[tuple[YamlPath, Target]]:
    for name, escalation in tenant.lists.items():
        for index, member in enumerate(escalation.members):
            yield ("lists", name, "members", str(index), "target"), member.target
        if escalation.otherwise is not None:
            yield ("lists", name, "otherwise"), escalation.otherwise


def _of_queues(tenant: Tenant) -> Iterator[tuple[YamlPath, Target]]:
    for name, queue in tenant.queues.items():
        above: YamlPath = ("queues", name)
        for key, action in queue.keys.items():
            if action != CALLBACK:
                yield (*above, "keys", key), action
        overflow = queue.overflow
        leads = {"waited": overflow.waited, "full": overflow.full, "busy": overflow.busy, "empty": overflow.empty}
        for word, target in leads.items():
            if target is not None:
                yield (*above, "overflow", word), target
        if queue.otherwise is not None:
            yield (*above, "otherwise"), queue.otherwise
