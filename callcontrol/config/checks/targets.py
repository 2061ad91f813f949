"""Targets: that they exist, may ring where they stand, and can be dialled."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import (
    did_you_mean,
    is_written,
    nearest_source,
    numbers_in,
    problem_at,
    targets_in,
    trunks_are_sound,
)
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import (
    AnnouncementTarget,
    ExtensionTarget,
    GroupTarget,
    ListTarget,
    NumberTarget,
    QueueTarget,
    SipTarget,
    Target,
    VoicemailTarget,
    text_of,
)

# Which block of a tenant's file holds what a target names.
_BLOCKS: dict[type[Target], str] = {
    ExtensionTarget: "extensions",
    GroupTarget: "groups",
    ListTarget: "lists",
    QueueTarget: "queues",
    AnnouncementTarget: "announcements",
    VoicemailTarget: "voicemail",
}


def targets_that_lead_nowhere(settings: Settings) -> Iterator[Problem]:
    """A target names something the tenant does not have."""
    for name, tenant in settings.tenants.items():
        for place, target in targets_in(name, tenant):
            block = _BLOCKS.get(type(target))
            if block and not is_written(settings, "tenants", name, block, target.name):
                known = getattr(tenant, block)
                right = did_you_mean(target.name, known, f"write `{target.name}:` below `{block}:`")
                yield problem_at(settings, place, f"{text_of(target)} does not exist", right)


def members_that_cannot_ring(settings: Settings) -> Iterator[Problem]:
    """Members of groups and lists ring; voicemail and the like would answer for all others at once."""
    for name, tenant in settings.tenants.items():
        for place, target in targets_in(name, tenant):
            if "members" in place[4:5] and not isinstance(target, ExtensionTarget | NumberTarget | SipTarget):
                itself = target.name == place[3] and _BLOCKS.get(type(target)) == place[2]
                what = f"{text_of(target)} is in itself" if itself else f"{text_of(target)} cannot ring as a member"
                right = "write extension:…, number:… or sip:…, and anything else as `otherwise:`"
                yield problem_at(settings, place, what, right)


def numbers_that_are_blocked(settings: Settings) -> Iterator[Problem]:
    """A number is written as a target although the tenant never dials it."""
    for name, tenant in settings.tenants.items():
        for place, number in numbers_in(name, tenant):
            for index, prefix in enumerate(tenant.blocked):
                if number.removeprefix("+").startswith(prefix):
                    blocked_at = nearest_source(settings, ("tenants", name, "blocked", str(index)))
                    what = f"number:{number} is never dialled: prefix {prefix!r} is blocked ({blocked_at})"
                    yield problem_at(settings, place, what, "write another target, or block a longer prefix")
                    break


def numbers_of_our_own(settings: Settings) -> Iterator[Problem]:
    """A call to one's own number would leave through a trunk, come back and be paid for."""
    for name, tenant in settings.tenants.items():
        for place, number in numbers_in(name, tenant):
            if number in tenant.numbers:
                what = f"number:{number} is a number of your own: the call would go out through a trunk and come back"
                yield problem_at(settings, place, what, _instead_of(place, tenant.numbers[number]))


def _instead_of(place: YamlPath, leads_to: Target) -> str:
    if "agents" in place[2:3]:
        return "write the `extension:` at which the agent is to be rung"
    return f"write {text_of(leads_to)}, where it leads"


def numbers_without_a_trunk(settings: Settings) -> Iterator[Problem]:
    """A number no trunk of the tenant takes."""
    for name, tenant in settings.tenants.items():
        usable = [settings.trunks[t] for t in tenant.trunks or settings.trunks if t in settings.trunks]
        prefixes = [prefix for trunk in usable for prefix in trunk.prefixes]
        if not trunks_are_sound(settings, tenant):
            continue
        for place, number in numbers_in(name, tenant):
            if not any(number.removeprefix("+").startswith(prefix) for prefix in prefixes):
                right = f"add its prefix to a trunk (here: {', '.join(tenant.trunks or settings.trunks) or 'none'})"
                yield problem_at(settings, place, f"no trunk takes number:{number}", right)
