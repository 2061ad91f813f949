"""Chains of forwardings that happen whatever the phones do: loops, too many hops, last resorts that are none.

From each target at most one such step leads on (config/ways.py). A queue that admits no caller leads on in two ways,
`full` and `busy`, also without any wait; loops are looked for with each of them. Loops over busy, no_answer and
unavailable rules depend on the phones, and those over a queue's `waited`, `empty` and keys on time and people; both are
left to the router, which ends them with the last resort.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.ways import Link, certain_links, followed, named
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import ExtensionTarget, QueueTarget, Target, text_of

# Why a queue refuses a caller although agents are active, as the key of `overflow` for such callers.
_REFUSALS = ("full", "busy")


def loops(settings: Settings) -> Iterator[Problem]:
    """Forwardings that lead round in a circle."""
    for name, tenant in settings.tenants.items():
        seen: set[frozenset[Target]] = set()
        for place, chain in _circles(name, tenant):
            if frozenset(chain) not in seen:
                seen.add(frozenset(chain))
                right = "let one of them lead elsewhere, or switch it off"
                yield problem_at(settings, place, f"a loop: {named(chain)}", right)


def _circles(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, tuple[Target, ...]]]:
    certain = certain_links(name, tenant)
    for links in (certain, *(certain | _refusals(name, tenant, why) for why in _REFUSALS)):
        for start in links:
            chain = followed(start, links)
            if len(chain) > 1 and chain[-1] == start:
                yield links[start].place, chain


def chains_too_long(settings: Settings) -> Iterator[Problem]:
    """Chains that the hop limit cuts on every call."""
    limit = settings.limits.hops
    for name, tenant in settings.tenants.items():
        links = certain_links(name, tenant)
        chains = {start: followed(start, links) for start in links}
        too_long = {start for start, chain in chains.items() if len(chain) - 1 > limit and chain[-1] not in chain[:-1]}
        for start in too_long - {links[t].to for t in too_long}:
            what = f"a chain of {len(chains[start]) - 1} forwardings, {limit} are allowed: {named(chains[start])}"
            yield problem_at(settings, links[start].place, what, "lead to the end of it directly, or raise limits.hops")


def last_resorts_that_forward(settings: Settings) -> Iterator[Problem]:
    """The last resort must not send the call on its way again."""
    for name, tenant in settings.tenants.items():
        resort = tenant.last_resort
        if isinstance(resort, ExtensionTarget) and resort in certain_links(name, tenant):
            what = f"the last resort {text_of(resort)} is forwarded itself"
            right = "write voicemail:…, announcement:…, hangup:… or an extension without an always rule"
            yield problem_at(settings, ("tenants", name, "last_resort"), what, right)


def _refusals(name: str, tenant: Tenant, why: str) -> dict[Target, Link]:
    """Where queues send callers on at once whom they refuse for this reason."""
    leads: dict[str, Target | None] = {key: getattr(queue.overflow, why) for key, queue in tenant.queues.items()}
    above: YamlPath = ("tenants", name, "queues")
    return {QueueTarget(k): Link(to, (*above, k, "overflow", why)) for k, to in leads.items() if to is not None}
