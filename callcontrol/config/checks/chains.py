"""Chains of forwardings that happen whatever the phones do: loops, too many hops, last resorts that are none.

From each target at most one such step leads on: an extension's always rule, an announcement's `then`, the `otherwise`
of a group, list or queue. A queue that lets nobody in leads on in two more ways, `full` and `busy`, also without any
wait; loops are looked for with each of them. Loops over busy, no_answer and unavailable rules depend on the phones,
and those over a queue's `waited`, `empty` and keys on time and people; both are left to the router, which ends them
with the last resort.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callcontrol.config.checks.places import problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import Place
from callcontrol.vocabulary.target import (
    AnnouncementTarget,
    ExtensionTarget,
    GroupTarget,
    ListTarget,
    QueueTarget,
    Target,
    text_of,
)


@dataclass(frozen=True, slots=True)
class _Link:
    """One certain step, in force in [start, until) (microseconds; None: open)."""

    to: Target
    place: Place
    start: int | None = None
    until: int | None = None


_Links = Mapping[Target, _Link]
# Why a queue refuses a caller although agents are active, as the key of `overflow` that says where he goes.
_REFUSALS = ("full", "busy")


def loops(settings: Settings) -> Iterator[Problem]:
    """Forwardings that lead round in a circle."""
    for name, tenant in settings.tenants.items():
        seen: set[frozenset[Target]] = set()
        for place, chain in _circles(name, tenant):
            if frozenset(chain) not in seen:
                seen.add(frozenset(chain))
                right = "let one of them lead elsewhere, or switch it off"
                yield problem_at(settings, place, f"a loop: {_named(chain)}", right)


def _circles(name: str, tenant: Tenant) -> Iterator[tuple[Place, tuple[Target, ...]]]:
    certain = _links(name, tenant)
    for links in (certain, *(certain | _refusals(name, tenant, why) for why in _REFUSALS)):
        for start in links:
            chain = _chain(start, links)
            if len(chain) > 1 and chain[-1] == start:
                yield links[start].place, chain


def chains_too_long(settings: Settings) -> Iterator[Problem]:
    """Chains that the hop limit cuts on every call."""
    limit = settings.limits.hops
    for name, tenant in settings.tenants.items():
        links = _links(name, tenant)
        chains = {start: _chain(start, links) for start in links}
        too_long = {start for start, chain in chains.items() if len(chain) - 1 > limit and chain[-1] not in chain[:-1]}
        for start in too_long - {links[t].to for t in too_long}:
            what = f"a chain of {len(chains[start]) - 1} forwardings, {limit} are allowed: {_named(chains[start])}"
            yield problem_at(settings, links[start].place, what, "lead to the end of it directly, or raise limits.hops")


def last_resorts_that_forward(settings: Settings) -> Iterator[Problem]:
    """The last resort must not send the call on its way again."""
    for name, tenant in settings.tenants.items():
        resort = tenant.last_resort
        if isinstance(resort, ExtensionTarget) and resort in _links(name, tenant):
            what = f"the last resort {text_of(resort)} is forwarded itself"
            right = "write voicemail:…, announcement:…, hangup:… or an extension without an always rule"
            yield problem_at(settings, ("tenants", name, "last_resort"), what, right)


def _chain(start: Target, links: _Links) -> tuple[Target, ...]:
    """Targets passed from here on while all links are in force together; ends where one comes again."""
    chain, window = [start], _Window(None, None)
    while (link := links.get(chain[-1])) and (window := window.within(link)).is_open():
        chain.append(link.to)
        if link.to in chain[:-1]:
            break
    return tuple(chain)


@dataclass(frozen=True, slots=True)
class _Window:
    start: int | None
    until: int | None

    def within(self, link: _Link) -> _Window:
        starts = [t for t in (self.start, link.start) if t is not None]
        ends = [t for t in (self.until, link.until) if t is not None]
        return _Window(max(starts, default=None), min(ends, default=None))

    def is_open(self) -> bool:
        return self.start is None or self.until is None or self.start < self.until


def _links(name: str, tenant: Tenant) -> dict[Target, _Link]:
    above: Place = ("tenants", name)
    links: dict[Target, _Link] = {}
    for key, extension in tenant.extensions.items():
        always = extension.forward.always
        if always and always.on and always.target != ExtensionTarget(key):
            place = (*above, "extensions", key, "forward", "always", "target")
            links[ExtensionTarget(key)] = _Link(always.target, place, always.from_, always.until)
    onward: dict[Target, tuple[str, str, Target | None]] = {
        **{AnnouncementTarget(k): ("announcements", "then", a.then) for k, a in tenant.announcements.items()},
        **{GroupTarget(k): ("groups", "otherwise", g.otherwise) for k, g in tenant.groups.items()},
        **{ListTarget(k): ("lists", "otherwise", e.otherwise) for k, e in tenant.lists.items()},
        **{QueueTarget(k): ("queues", "otherwise", q.otherwise) for k, q in tenant.queues.items()},
    }
    for target, (block, key, to) in onward.items():
        if to is not None:
            links[target] = _Link(to, (*above, block, target.name, key))
    return links


def _refusals(name: str, tenant: Tenant, why: str) -> dict[Target, _Link]:
    """Where queues send callers on at once whom they refuse for this reason."""
    leads: dict[str, Target | None] = {key: getattr(queue.overflow, why) for key, queue in tenant.queues.items()}
    above: Place = ("tenants", name, "queues")
    return {QueueTarget(k): _Link(to, (*above, k, "overflow", why)) for k, to in leads.items() if to is not None}


def _named(chain: tuple[Target, ...]) -> str:
    return " -> ".join(text_of(target) for target in chain)
