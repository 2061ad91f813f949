"""Where a call goes on whatever the phones do. From each target at most one such step leads on.

The checks of the YAML look for loops along these ways, and so does a rule that is set at run time (`way_back`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from callcontrol.config.kinds import ALWAYS, ConfiguredKind, Kinds, Link
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, Target, text_of

Links = Mapping[Target, Link]
AllKinds = Kinds[ConfiguredKind[Any]]


class Spot(NamedTuple):
    """Where a call is: a target of a tenant's. Extension 101 of another tenant is another one."""

    tenant: str
    target: Target


_Node = TypeVar("_Node", bound=Target | Spot)


def way_back(
    target: Target, kind: RuleKind, extension: str, name: str, settings: Settings, kinds: AllKinds
) -> tuple[Spot, ...]:
    """The way by which a rule of this kind would send the extension's calls back to it; () if it does not.

    A number of any tenant of this system stands for where it leads. Beyond it the way is certain for an always rule
    only: after the others the extension has rung, and may ring again.
    """
    known = Ways(settings, kinds, only_numbers=kind is not RuleKind.ALWAYS)
    return known.between(Spot(name, target), Spot(name, ExtensionTarget(extension)))


def certain_way_back(target: Target, here: Target, name: str, settings: Settings, kinds: AllKinds) -> tuple[Spot, ...]:
    """The way by which calls sent to this target come back here whatever the phones do; () if there is none."""
    return Ways(settings, kinds).between(Spot(name, target), Spot(name, here))


class Ways:
    """The certain steps of all tenants; a number leads to its owner, whose tenant the call is from there on.

    Args:
        only_numbers: no other steps than those.
    """

    def __init__(self, settings: Settings, kinds: AllKinds, *, only_numbers: bool = False) -> None:
        self._settings = settings
        self._kinds = kinds
        self._only_numbers = only_numbers
        self._links: dict[str, dict[Target, Link]] = {}

    def between(self, start: Spot, end: Spot) -> tuple[Spot, ...]:
        """The way from one to the other; () if none leads there."""
        way = _walked(start, lambda spot: None if spot == end else self._onward(spot))
        return way if way[-1] == end else ()

    def circles(self) -> Iterator[tuple[YamlPath, tuple[Spot, ...]]]:
        """Ways that lead back to where they began, each with the place of its first step."""
        for name in self._settings.tenants:
            for target, link in self._links_of(name).items():
                way = _walked(Spot(name, target), self._onward)
                if len(way) > 1 and way[-1] == way[0]:
                    yield link.place, way

    def _onward(self, spot: Spot) -> tuple[Spot, Link] | None:
        tenant = self._owner(spot)
        link = self._links_of(tenant).get(spot.target)
        return None if link is None else (Spot(tenant, link.to), link)

    def _owner(self, spot: Spot) -> str:
        if not isinstance(spot.target, NumberTarget):
            return spot.tenant
        owners = (name for name, tenant in self._settings.tenants.items() if spot.target.name in tenant.numbers)
        return next(owners, spot.tenant)

    def _links_of(self, name: str) -> dict[Target, Link]:
        if name not in self._links:
            tenant = self._settings.tenants[name]
            certain = {} if self._only_numbers else links(name, tenant, self._kinds)
            self._links[name] = certain | _own_numbers(name, tenant)
        return self._links[name]


def _own_numbers(name: str, tenant: Tenant) -> dict[Target, Link]:
    above: YamlPath = ("tenants", name, "numbers")
    return {NumberTarget(n): Link(to, (*above, n)) for n, to in tenant.numbers.items()}


def followed(start: Target, links: Links) -> tuple[Target, ...]:
    """Targets passed from here on while all links are in force together; ends where one comes again."""

    def onward(target: Target) -> tuple[Target, Link] | None:
        link = links.get(target)
        return None if link is None else (link.to, link)

    return _walked(start, onward)


def _walked(start: _Node, onward: Callable[[_Node], tuple[_Node, Link] | None]) -> tuple[_Node, ...]:
    chain, window = [start], _Window(None, None)
    while (step := onward(chain[-1])) and (window := window.within(step[1])).is_open():
        chain.append(step[0])
        if step[0] in chain[:-1]:
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


def named(chain: tuple[Target, ...] | tuple[Spot, ...]) -> str:
    """The way as people read it: `extension:101 -> group:sales`; of what is another tenant's, whose it is."""
    return " -> ".join(_named(one, chain[0]) for one in chain)


def _named(one: Target | Spot, first: Target | Spot) -> str:
    if not isinstance(one, Spot):
        return text_of(one)
    elsewhere = isinstance(first, Spot) and one.tenant != first.tenant
    return f"{text_of(one.target)} of {one.tenant}" if elsewhere else text_of(one.target)
