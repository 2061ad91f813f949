"""Where a call goes on whatever the phones do: an extension's always rule, an announcement's `then`, the `otherwise` of
a group, list or queue. From each target at most one such step leads on.

The checks of the YAML look for loops along these ways, and so does a rule that is set at run time (`way_back`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcontrol.config.settings import Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import (
    AnnouncementTarget,
    ExtensionTarget,
    GroupTarget,
    ListTarget,
    NumberTarget,
    QueueTarget,
    Target,
    text_of,
)


@dataclass(frozen=True, slots=True)
class Link:
    """One certain step, in force in [start, until) (microseconds; None: open)."""

    to: Target
    place: YamlPath
    start: int | None = None
    until: int | None = None


Links = Mapping[Target, Link]


def way_back(target: Target, kind: RuleKind, extension: str, name: str, tenant: Tenant) -> tuple[Target, ...]:
    """The way by which a rule of this kind would send the extension's calls back to it; () if it does not.

    A number of the tenant's own stands for where it leads. Beyond it the way is certain for an always rule only: after
    the others the extension has rung, and may ring again.
    """
    above: YamlPath = ("tenants", name, "numbers")
    known: dict[Target, Link] = {NumberTarget(n): Link(to, (*above, n)) for n, to in tenant.numbers.items()}
    if kind is RuleKind.ALWAYS:
        known |= certain_links(name, tenant)
    here = ExtensionTarget(extension)
    known.pop(here, None)
    way = followed(target, known)
    return way if way[-1] == here else ()


def followed(start: Target, links: Links) -> tuple[Target, ...]:
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

    def within(self, link: Link) -> _Window:
        starts = [t for t in (self.start, link.start) if t is not None]
        ends = [t for t in (self.until, link.until) if t is not None]
        return _Window(max(starts, default=None), min(ends, default=None))

    def is_open(self) -> bool:
        return self.start is None or self.until is None or self.start < self.until


def certain_links(name: str, tenant: Tenant) -> dict[Target, Link]:
    """Every certain step of a tenant, by where it begins."""
    above: YamlPath = ("tenants", name)
    links: dict[Target, Link] = {}
    for key, extension in tenant.extensions.items():
        always = extension.forward.always
        if always and always.on and always.target != ExtensionTarget(key):
            place = (*above, "extensions", key, "forward", "always", "target")
            links[ExtensionTarget(key)] = Link(always.target, place, always.from_, always.until)
    onward: dict[Target, tuple[str, str, Target | None]] = {
        **{AnnouncementTarget(k): ("announcements", "then", a.then) for k, a in tenant.announcements.items()},
        **{GroupTarget(k): ("groups", "otherwise", g.otherwise) for k, g in tenant.groups.items()},
        **{ListTarget(k): ("lists", "otherwise", e.otherwise) for k, e in tenant.lists.items()},
        **{QueueTarget(k): ("queues", "otherwise", q.otherwise) for k, q in tenant.queues.items()},
    }
    for target, (block, key, to) in onward.items():
        if to is not None:
            links[target] = Link(to, (*above, block, target.name, key))
    return links


def named(chain: tuple[Target, ...]) -> str:
    """The way as people read it: `extension:101 -> group:sales`."""
    return " -> ".join(text_of(target) for target in chain)
