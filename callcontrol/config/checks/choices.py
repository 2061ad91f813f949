"""What keys say of callers: that it means something, and that queues can keep all who say it apart."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.choices import MAX_COMBINATIONS, CallerChoice
from callcontrol.config.lanes import MAX_LANES, demands_of
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath


def languages_of_keys_not_spoken(settings: Settings) -> Iterator[Problem]:
    """A caller is led only in the tenant's languages."""
    for place, choice, tenant in _choices(settings):
        if choice.language is not None and choice.language not in tenant.spoken:
            what = f"callers are not led in {choice.language}"
            right = f"write `languages: [{', '.join((*tenant.spoken, choice.language))}]`"
            yield problem_at(settings, (*place, "language"), what, right)


def unknown_labels(settings: Settings) -> Iterator[Problem]:
    """A label is one of the tenant's."""
    for place, choice, tenant in _choices(settings):
        if choice.label is not None and not is_written(settings, *place[:2], "labels", choice.label):
            right = did_you_mean(choice.label, tenant.labels, f"write `{choice.label}: {{}}` below `labels:`")
            yield problem_at(settings, (*place, "label"), f"label {choice.label} does not exist", right)


def skills_of_keys_no_agent_has(settings: Settings) -> Iterator[Problem]:
    """What no agent of the tenant has is never demanded: a caller who presses the key gets any agent."""
    for place, choice, tenant in _choices(settings):
        if any(left_out[:3] == (*place[:2], "agents") for left_out in settings.unread):
            continue  # the agent that was left out might have the skill
        for skill, level in choice.skills.items():
            if all(agent.skills.get(skill, 0) < level for agent in tenant.agents.values()):
                what = f"no agent has {skill} {level}"
                yield problem_at(settings, (*place, "skills", skill), what, "add the skill to an agent, or remove it")


def too_many_combinations(settings: Settings) -> Iterator[Problem]:
    """Each combination of skills that keys can demand is a lane of its own in the queues."""
    for name, tenant in settings.tenants.items():
        if len(tenant.skills_by_keys) > MAX_COMBINATIONS:
            last = [place for place, choice in tenant.choices if choice.skills][-1]
            what = f"keys can demand more than {MAX_COMBINATIONS} different combinations of skills"
            yield problem_at(settings, ("tenants", name, *last), what, "let fewer keys demand skills, or the same ones")


def too_many_lanes(settings: Settings) -> Iterator[Problem]:
    """What a queue demands and what keys demand are combined; the time of one offer grows with that."""
    for name, tenant in settings.tenants.items():
        if len(tenant.skills_by_keys) > MAX_COMBINATIONS:
            continue  # reported already
        for key, queue in tenant.queues.items():
            lanes = len(demands_of(queue, tenant))
            if lanes > MAX_LANES:
                what = f"its demands and those of keys make {lanes} different ones; {MAX_LANES} are possible"
                right = "write fewer `demands:` or `relax:`, or let fewer keys demand skills"
                yield problem_at(settings, ("tenants", name, "queues", key, "demands"), what, right)


def _choices(settings: Settings) -> Iterator[tuple[YamlPath, CallerChoice, Tenant]]:
    for name, tenant in settings.tenants.items():
        for place, choice in tenant.choices:
            yield ("tenants", name, *place), choice, tenant
