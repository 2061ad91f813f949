"""Supervisors: rights of extensions that there are not, at no conversations, at hours that there are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.supervision_settings import SupervisionRight
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.supervision import Mode


def rights_of_unknown_parties(settings: Settings) -> Iterator[Problem]:
    """Supervisors and those whom they supervise are extensions and queues of the tenant."""
    for place, tenant, right in _rights(settings):
        known: Mapping[str, tuple[str, Mapping[str, Any]]] = {
            "who": ("extensions", tenant.extensions),
            "extensions": ("extensions", tenant.extensions),
            "queues": ("queues", tenant.queues),
        }
        for key, (block, entries) in known.items():
            for index, name in enumerate(getattr(right, key)):
                if not is_written(settings, *place[:2], block, name):
                    what = f"there is no {block.removesuffix('s')} {name}"
                    advice = did_you_mean(name, entries, f"write one of the tenant's {block}")
                    yield problem_at(settings, (*place, key, str(index)), what, advice)


def rights_at_unknown_times(settings: Settings) -> Iterator[Problem]:
    """Rights stand under opening hours of the tenant."""
    for place, tenant, right in _rights(settings):
        for key in ("during", "outside"):
            hours = getattr(right, key)
            if hours is not None and not is_written(settings, *place[:2], "hours", hours):
                advice = did_you_mean(hours, tenant.hours, "add it to `hours:`, or name one of these")
                yield problem_at(settings, (*place, key), f"there are no opening hours {hours}", advice)


def rights_at_no_conversations(settings: Settings) -> Iterator[Problem]:
    """A right says at whose conversations."""
    for place, _, right in _rights(settings):
        if not right.queues and not right.extensions:
            yield problem_at(settings, place, "says at no conversations", "write `queues:` or `extensions:`")


def reasons_needed_in_vain(settings: Settings) -> Iterator[Problem]:
    """A phone can give a reason only by its number."""
    for name, tenant in settings.tenants.items():
        chosen = tenant.supervision
        if chosen.reason_needed and not chosen.reasons:
            place = ("tenants", name, "supervision", "reason_needed")
            what = "by phone no reason can be given, for there is none"
            yield problem_at(settings, place, what, "write `reasons:`, such as {1: coaching}")


def supervisors_of_themselves_alone(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """The own conversation is listened to anyway."""
    for place, _, right in _rights(settings):
        if right.extensions and not right.queues and len(right.who) == 1 and set(right.extensions) == set(right.who):
            what = f"{right.who[0]} may listen to itself alone, which is never done"
            yield problem_at(settings, (*place, "extensions"), what, "write whose conversations are meant")


def modes_without_listening(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """Who whispers hears both as well."""
    for place, _, right in _rights(settings):
        if Mode.LISTEN not in right.may and {Mode.WHISPER, Mode.BARGE} & set(right.may):
            what = "who whispers or barges in hears the conversation, but may not go back to listening"
            yield problem_at(settings, (*place, "may"), what, "add listen")


def _rights(settings: Settings) -> Iterator[tuple[YamlPath, Tenant, SupervisionRight]]:
    for name, tenant in settings.tenants.items():
        for index, right in enumerate(tenant.supervision.rights):
            yield ("tenants", name, "supervision", "rights", str(index)), tenant, right
