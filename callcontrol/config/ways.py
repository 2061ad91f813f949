"""Where a call goes on whatever the phones do. From each target at most one such step leads on.

The checks of the YAML look for loops along these ways, and so does a rule that is set at run time (`way_back`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from callcontrol.config.kinds import ALWAYS, ConfiguredKind, Kinds, Link
from callcontrol.config.settings import Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target, text_of

Links = Mapping[Target, Link]
AllKinds = Kinds[ConfiguredKind[Any]]


def way_back(
    target: Target, kind: RuleKind, extension: str, name: str, tenant: Tenant, kinds: AllKinds
) -> tuple[Target, ...]:
    """The way by which a rule of this kind would send the extension's calls back to it; () if it does not.

    A number of the tenant's own stands for where it leads. Beyond it the way is certain for an always rule only: after
    the others the extension has rung, and may ring again.
    """
    known = _own_numbers(name, tenant)
    if kind is RuleKind.ALWAYS:
        known |= links(name, tenant, kinds)
    return _way_to(ExtensionTarget(extension), target, known)


def certain_way_back(target: Target, here: Target, name: str, tenant: Tenant, kinds: AllKinds) -> tuple[Target, ...]:
    """The way by which calls sent to this target come back here whatever the phones do; () if there is none."""
    return _way_to(here, target, _own_numbers(name, tenant) | links(name, tenant, kinds))


def _own_numbers(name: str, tenant: Tenant) -> dict[Target, Link]:
    above: YamlPath = ("tenants", name, "numbers")
    return {NumberTarget(n): Link(to, (*above, n)) for n, to in tenant.numbers.items()}


def _way_to(here: Target, target: Target, known: dict[Target, Link]) -> tuple[Target, ...]:
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


def links(name: str, tenant: Tenant, kinds: AllKinds, when: str = ALWAYS) -> dict[Target, Link]:
    """Every step of a tenant that is certain for this reason, by where it begins."""
    found: dict[Target, Link] = {}
    for kind in kinds:
        if kind.block is not None:
            for key, entry in kind.block.of(tenant).items():
                above: YamlPath = ("tenants", name, kind.block.key, key)
                certain = (link for link in kind.links(key, entry) if link.when == when)
                found |= {kind.target(key): replace(link, place=above + link.place) for link in certain}
    return found


def named(chain: tuple[Target, ...]) -> str:
    """The way as people read it: `extension:101 -> group:sales`."""
    return " -> ".join(text_of(target) for target in chain)
