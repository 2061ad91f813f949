"""Agents: each has one place to be rung at, and no two agents share it."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Agent, Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.agent import PAUSED_FOR_MISSES


def agents_without_one_place(settings: Settings) -> Iterator[Problem]:
    """An agent is rung at an extension or at an external number, at one of them."""
    for place, agent in _agents(settings):
        if agent.extension is None and agent.number is None:
            own = f"did you mean `extension: {place[3]}`?" if place[3] in settings.tenants[place[1]].extensions else ""
            yield problem_at(settings, place, "nowhere to ring", own or "write `extension: …` or `number: …`")
        if agent.extension is not None and agent.number is not None:
            yield problem_at(settings, (*place, "number"), "an extension and a number", "keep one of them")


def agents_at_unknown_extensions(settings: Settings) -> Iterator[Problem]:
    """The extension is one of the tenant's."""
    for place, agent in _agents(settings):
        name, known = agent.extension, settings.tenants[place[1]].extensions
        if name is not None and not is_written(settings, "tenants", place[1], "extensions", name):
            right = did_you_mean(name, known, f"write `{name}:` below `extensions:`")
            yield problem_at(settings, (*place, "extension"), f"extension {name} does not exist", right)


def agents_at_the_same_place(settings: Settings) -> Iterator[Problem]:
    """Two agents at one phone would be offered two callers at once."""
    claims: list[tuple[str, YamlPath]] = []
    for place, agent in _agents(settings):
        claims += [(f"{place[1]} {agent.extension}", (*place, "extension"))] if agent.extension is not None else []
        claims += [(f"{place[1]} {agent.number}", (*place, "number"))] if agent.number is not None else []
    for _, place, first in repeated(claims):
        what = f"agent {first[3]} is rung there already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "give each agent another place")


def switches_without_effect(settings: Settings) -> Iterator[Problem]:
    """Only phones register, and only an external number may have a voicemail behind it."""
    for place, agent in _agents(settings):
        if agent.auto and agent.extension is None:
            what = "an external number never registers, so it cannot be active by itself"
            yield problem_at(settings, (*place, "auto"), what, "remove it: such an agent logs in by command")
        if agent.hours is not None and "auto" in agent.model_fields_set:
            what = "`hours` already says when the agent is active"
            yield problem_at(settings, (*place, "auto"), what, "keep one of them")
        if "confirm" in agent.model_fields_set and agent.number is None:
            what = "only external numbers are asked to press 1"
            yield problem_at(settings, (*place, "confirm"), what, "remove it")


def pauses_named_like_ours(settings: Settings) -> Iterator[Problem]:
    """One reason is the system's own; an agent's must be told from it."""
    for name, tenant in settings.tenants.items():
        for code, reason in tenant.pauses.items():
            if reason == PAUSED_FOR_MISSES:
                what = f"{reason!r} is what agents are paused for who missed too many offers"
                yield problem_at(settings, ("tenants", name, "pauses", code), what, "write another reason")


def _agents(settings: Settings) -> Iterator[tuple[YamlPath, Agent]]:
    for name, tenant in settings.tenants.items():
        for key, agent in tenant.agents.items():
            yield ("tenants", name, "agents", key), agent
