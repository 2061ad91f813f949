"""Recordings: that each rule names what exists and can ever count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.recording_settings import RecordingRule
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.recording import RecordingMode, TalkDirection


def recordings_of_unknown_parties(settings: Settings) -> Iterator[Problem]:
    """Extensions and queues that are named exist."""
    for name, tenant in settings.tenants.items():
        for place, rule in _rules(name, tenant):
            yield from _unknown(settings, (*place, "extensions"), rule.extensions, tenant.extensions)
            yield from _unknown(settings, (*place, "queues"), rule.queues, tenant.queues)
        place = ("tenants", name, "recording", "on_demand_by")
        yield from _unknown(settings, place, tenant.recording.on_demand_by, tenant.extensions)


def recordings_never_made(settings: Settings) -> Iterator[Problem]:
    """A rule that is hidden by a wider one before it, and one that fits no conversation."""
    for name, tenant in settings.tenants.items():
        for index, (place, rule) in enumerate(_rules(name, tenant)):
            before = tenant.recording.rules[:index]
            wider = next((i for i, other in enumerate(before) if _covers(other, rule)), None)
            if wider is not None:
                source = nearest_source(settings, (*place[:-1], str(wider)))
                what = f"it never counts: every conversation it fits has a rule before it ({source})"
                yield problem_at(settings, place, what, "put it before that one")
            if rule.queues and rule.direction is TalkDirection.OUT:
                what = "no conversation that came through a queue goes out"
                yield problem_at(settings, (*place, "direction"), what, "leave `direction` out")


def recording_keys_in_vain(settings: Settings) -> Iterator[Problem]:
    """Who may record on demand matters only where that is possible."""
    for name, tenant in settings.tenants.items():
        chosen, place = tenant.recording, ("tenants", name, "recording")
        on_demand = any(rule.record is RecordingMode.ON_DEMAND for rule in chosen.rules)
        if chosen.on_demand_by and not on_demand:
            what = "nothing is recorded on demand, so no extension starts or stops it"
            yield problem_at(settings, (*place, "on_demand_by"), what, "write a rule with `record: on_demand`")


def _rules(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, RecordingRule]]:
    for index, rule in enumerate(tenant.recording.rules):
        yield ("tenants", name, "recording", "rules", str(index)), rule


def _unknown(settings: Settings, place: YamlPath, named: tuple[str, ...], known: Iterable[str]) -> Iterator[Problem]:
    kind = "queue" if place[-1] == "queues" else "extension"
    for index, one in enumerate(named):
        if not is_written(settings, *place[:2], f"{kind}s", one):
            right = did_you_mean(one, known, f"write `{one}:` below `{kind}s:`")
            yield problem_at(settings, (*place, str(index)), f"{kind} {one} does not exist", right)


def _covers(wider: RecordingRule, rule: RecordingRule) -> bool:
    """Whether it fits every conversation the other one fits."""
    return (
        _holds(wider.extensions, rule.extensions)
        and _holds(wider.queues, rule.queues)
        and wider.direction in (None, rule.direction)
        and wider.forwarded in (None, rule.forwarded)
    )


def _holds(wider: tuple[str, ...], named: tuple[str, ...]) -> bool:
    return not wider or (bool(named) and set(named) <= set(wider))
