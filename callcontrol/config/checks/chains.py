"""Chains of forwardings that happen whatever the phones do: loops, too many hops, last resorts that are none.

From each target at most one such step leads on (config/ways.py). A kind may have reasons for which its targets lead on
elsewhere at once, as a queue that admits no caller; loops are looked for with each of them. Loops that depend on
phones, people or time are left to the router, which ends them with the last resort.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at
from callcontrol.config.kinds import ALWAYS, SOMETIMES
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.ways import AllKinds, Spot, Ways, followed, links, named
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of


def loops(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """Forwardings that lead round in a circle."""
    for name, tenant in settings.tenants.items():
        seen: set[frozenset[Target]] = set()
        for place, chain in _circles(name, tenant, kinds):
            if frozenset(chain) not in seen:
                seen.add(frozenset(chain))
                right = "let one of them lead elsewhere, or switch it off"
                yield problem_at(settings, place, f"a loop: {named(chain)}", right)


def loops_over_tenants(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """Forwardings that lead round in a circle over numbers of several tenants of this system."""
    seen: set[frozenset[Spot]] = set()
    for place, chain in Ways(settings, kinds).circles():
        if len({spot.tenant for spot in chain}) > 1 and frozenset(chain) not in seen:
            seen.add(frozenset(chain))
            right = "let one of them lead elsewhere, or switch it off"
            yield problem_at(settings, place, f"a loop: {named(chain)}", right)


def _circles(name: str, tenant: Tenant, kinds: AllKinds) -> Iterator[tuple[YamlPath, tuple[Target, ...]]]:
    certain = links(name, tenant, kinds)
    for when in (ALWAYS, *sorted(_reasons(tenant, kinds))):
        known = certain | links(name, tenant, kinds, when)
        for start in known:
            chain = followed(start, known)
            if len(chain) > 1 and chain[-1] == start:
                yield known[start].place, chain


def _reasons(tenant: Tenant, kinds: AllKinds) -> set[str]:
    """Why targets of this tenant may lead on elsewhere at once, without any wait."""
    entries = ((kind, key, entry) for kind in kinds if kind.block for key, entry in kind.block.of(tenant).items())
    return {link.when for kind, key, entry in entries for link in kind.links(key, entry)} - {ALWAYS, SOMETIMES}


def chains_too_long(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """Chains that the hop limit cuts on every call."""
    limit = settings.limits.hops
    for name, tenant in settings.tenants.items():
        known = links(name, tenant, kinds)
        chains = {start: followed(start, known) for start in known}
        too_long = {start for start, chain in chains.items() if len(chain) - 1 > limit and chain[-1] not in chain[:-1]}
        for start in too_long - {known[t].to for t in too_long}:
            what = f"a chain of {len(chains[start]) - 1} forwardings, {limit} are allowed: {named(chains[start])}"
            yield problem_at(settings, known[start].place, what, "lead to the end of it directly, or raise limits.hops")


def last_resorts_that_forward(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """The last resort must not send the call on its way again."""
    for name, tenant in settings.tenants.items():
        resort = tenant.last_resort
        if isinstance(resort, ExtensionTarget) and resort in links(name, tenant, kinds):
            what = f"the last resort {text_of(resort)} is forwarded itself"
            safe = ", ".join(f"{kind.word}:…" for kind in kinds if kind.is_last_resort)
            right = f"write {safe} or an extension without an always rule"
            yield problem_at(settings, ("tenants", name, "last_resort"), what, right)
