"""A menu: the caller hears what there is to choose, and chooses by keys.

`settings.py` what is written, `asking.py` what happens to a call in it, `leaving.py` where callers go from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcontrol.config.kinds import SOMETIMES, Link
from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.menu import leaving
from callcontrol.kinds.targets.menu.asking import EnterMenu, InMenu
from callcontrol.kinds.targets.menu.checks import CHECKS, WARNINGS, ways
from callcontrol.kinds.targets.menu.settings import ALL, BLOCK, OFF, Failing, Menu, MenuTarget, Way
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Branch, Decision
from callcontrol.vocabulary.inputs import Complete
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: MenuTarget, path: Path, facts: Facts) -> Decision:
    """Ask the caller."""
    if target.name not in BLOCK.of(facts.tenant):
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such menu"))
    return Decision(EnterMenu(target.name, path))


def _failings(menu: Menu) -> tuple[tuple[leaving.Reason, Failing], ...]:
    return ("silence", menu.silence), ("wrong", menu.wrong)


def links(_name: str, menu: Menu) -> Iterator[Link]:
    """Where keys lead, and where callers go who choose nothing: that is certain of one who presses nothing."""
    for keys, choice in menu.keys.items():
        if isinstance(choice.to, Target):
            yield Link(choice.to, ("keys", keys, "to"), SOMETIMES)
    for reason, failing in _failings(menu):
        if failing.then is not None:
            yield Link(failing.then, (reason, "then"), reason)


def only_onward(menu: Menu, _tenant: Tenant) -> Iterable[Target] | None:
    """Calls stay in it only until something is chosen, or nothing is."""
    return ways(menu) if menu.direct_dial == OFF else None


def successors(target: MenuTarget, facts: Facts) -> Iterable[Target]:
    """What follows without a choice. The rules of what is chosen are looked up when it is."""
    menu = BLOCK.of(facts.tenant).get(target.name)
    return () if menu is None else [one.then for _, one in _failings(menu) if one.then is not None]


def branches(step: EnterMenu, facts: Facts) -> Iterator[Branch]:
    """Where each input leads, for `explain`."""
    menu = BLOCK.of(facts.tenant)[step.menu]
    for keys, choice in menu.keys.items():
        yield Branch(f"if {keys} is pressed", leaving.by_key(step, Complete(keys, choice.to), facts))
    if isinstance(menu.direct_dial, tuple):
        for name in menu.direct_dial:
            dialled: Complete[Way] = Complete(name, ExtensionTarget(name))
            yield Branch(f"if {name} is dialled", leaving.by_key(step, dialled, facts))
    elif menu.direct_dial == ALL:
        yield Branch("if the number of an extension of the tenant's is dialled, it is rung", None)
    for reason, failing in _failings(menu):
        case = "if nothing is pressed" if reason == "silence" else "if what is pressed leads nowhere"
        case += f", {failing.tries} times" if failing.tries > 1 else ""
        yield Branch(case, leaving.without_choice(step, reason, failing, facts), step.path)


KIND = RoutedKind(
    target=MenuTarget,
    row="the caller chooses by keys: each leads to a target, also to another menu",
    block=BLOCK,
    links=links,
    only_onward=only_onward,
    callers_choose=True,
    checks=CHECKS,
    warnings=WARNINGS,
    decide=decide,
    successors=successors,
    step=EnterMenu,
    branches=branches,
    saved=(EnterMenu, InMenu),
)
