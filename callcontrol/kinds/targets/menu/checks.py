"""Menus as a graph: ways out, what is never reached, what can never be pressed, keys that have to wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcontrol.config.checks.places import did_you_mean, nearest_source, problem_at, targets_in
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.kinds.targets.menu.settings import BLOCK, OFF, Menu, MenuTarget
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import Target, text_of

# So many extensions are named for whose sake a key waits.
NAMED = 3


def _menus(settings: Settings) -> Iterator[tuple[YamlPath, Menu, Tenant]]:
    for name, tenant in settings.tenants.items():
        for key, menu in BLOCK.of(tenant).items():
            yield ("tenants", name, BLOCK.key, key), menu, tenant


def ways(menu: Menu) -> Iterator[Target]:
    """Every target it leads to, but for extensions that are dialled."""
    chosen = (choice.to for choice in menu.keys.values())
    for to in (*chosen, menu.silence.then, menu.wrong.then):
        if isinstance(to, Target):
            yield to


def menus_without_a_way_out(settings: Settings) -> Iterator[Problem]:
    """Whatever is pressed, the caller stays in menus."""
    for place, _, tenant in _menus(settings):
        menus = BLOCK.of(tenant)
        inside = _reached({place[-1]}, menus, back=True)
        if not any(_leads_out(menus[name]) for name in inside if name in menus):
            others = "".join(f" and menu:{name}" for name in sorted(inside - {place[-1]}))
            what = f"no way out of menu:{place[-1]}{others}: whatever is pressed, the caller stays there"
            yield problem_at(settings, place, what, "let a key lead elsewhere, such as to an extension or a queue")


def _leads_out(menu: Menu) -> bool:
    return menu.direct_dial != OFF or any(not isinstance(to, MenuTarget) for to in ways(menu))


def _reached(begins: set[str], menus: Mapping[str, Menu], *, back: bool = False) -> set[str]:
    """The menus that can be come to from these, they among them; `back`: also by that key, if they have it."""
    reached, waiting = set(begins), list(begins)
    while waiting:
        at = waiting.pop()
        leads = set() if at not in menus else _next_menus(menus[at])
        if back and at in menus and any(choice.to == "back" for choice in menus[at].keys.values()):
            leads |= {name for name, menu in menus.items() if at in _next_menus(menu)}
        waiting += leads - reached
        reached |= leads
    return reached


def _next_menus(menu: Menu) -> set[str]:
    return {to.name for to in ways(menu) if isinstance(to, MenuTarget)}


def extensions_that_cannot_be_dialled(settings: Settings) -> Iterator[Problem]:
    """What is listed for direct dial is an extension, and no key of the menu's own."""
    for place, menu, tenant in _menus(settings):
        listed = menu.direct_dial if isinstance(menu.direct_dial, tuple) else ()
        for index, name in enumerate(listed):
            here = (*place, "direct_dial", str(index))
            if name not in tenant.extensions:
                right = did_you_mean(name, tenant.extensions, "write extensions of this tenant's only")
                yield problem_at(settings, here, f"extension:{name} does not exist", right)
            elif name in menu.keys:
                at = nearest_source(settings, (*place, "keys", name))
                yield problem_at(settings, here, f"{name} is a key of this menu's ({at})", "remove one of them")


def menus_never_reached(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """Nothing outside of menus leads to it, nor a menu that is reached."""
    for name, tenant in settings.tenants.items():
        menus = BLOCK.of(tenant)
        written = targets_in(name, tenant)
        begins = {to.name for place, to in written if isinstance(to, MenuTarget) and place[2] != BLOCK.key}
        for key in menus.keys() - _reached(begins, menus):
            what = "never reached: no number, rule or target leads to it"
            yield problem_at(settings, ("tenants", name, BLOCK.key, key), what, f"lead to {text_of(MenuTarget(key))}")


def back_from_the_first_menu(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """`back` in a menu that no other leads to."""
    for name, tenant in settings.tenants.items():
        menus = BLOCK.of(tenant)
        led_to = {to.name for key, menu in menus.items() for to in ways(menu) if to != MenuTarget(key)}
        for key, menu in menus.items():
            backs = [keys for keys, choice in menu.keys.items() if choice.to == "back"]
            if backs and key not in led_to:
                place = ("tenants", name, BLOCK.key, key, "keys", backs[0])
                yield problem_at(settings, place, "no menu leads here, so `back` is this menu again", "write again")


def keys_that_wait(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A key that a longer input begins with acts only after a wait."""
    for place, menu, tenant in _menus(settings):
        trees = menu.inputs(tenant)
        for keys in menu.keys:
            longer = sorted({one for tree in trees for one in tree.longer(keys)})
            if longer:
                what = f"{keys} waits {menu.between_keys_s} s because {_named(longer, menu)}"
                right = "choose a key that nothing else begins with, if it is to act at once"
                yield problem_at(settings, (*place, "keys", keys), what, right)
        for keys in tenant.extensions_by_keys if len(trees) > 1 else ():
            if keys in menu.keys:
                what = f"{keys} is also an extension, which cannot be dialled here: the key comes first"
                yield problem_at(settings, (*place, "keys", keys), what, "choose another key")


def _named(longer: list[str], menu: Menu) -> str:
    keys, dialled = [one for one in longer if one in menu.keys], [one for one in longer if one not in menu.keys]
    shown = dialled[:NAMED]
    more = f" and {len(dialled) - NAMED} more" if len(dialled) > NAMED else ""
    whom = f"extension{'s' if len(dialled) > 1 else ''} {', '.join(shown)}{more} can be dialled" if dialled else ""
    others = f"{' and '.join(keys)} can be pressed" if keys else ""
    return " and ".join(part for part in (whom, others) if part)


CHECKS = (menus_without_a_way_out, extensions_that_cannot_be_dialled)
WARNINGS = (menus_never_reached, back_from_the_first_menu, keys_that_wait)
