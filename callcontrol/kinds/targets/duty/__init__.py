"""A duty: calls go to its holder, by hand, by date or by week; `otherwise` where it has none or the holder does not
answer.

`plan.py` says who has it at a given moment; what was set by hand is a fact (`Facts.override_of`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from callcontrol.config.ways import certain_way_back, named
from callcontrol.kinds.targets.duty.checks import CHECKS
from callcontrol.kinds.targets.duty.plan import Turn, turn
from callcontrol.kinds.targets.duty.settings import BLOCK, Duty, links
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.fallbacks import onward_to
from callcontrol.routing.path import TENANT, Fallback, Path
from callcontrol.routing.plan import Decision, Onward
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import DutyOverride
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed


@dataclass(frozen=True, slots=True)
class DutyTarget(Target):
    """The holder of the duty."""

    kind: ClassVar[str] = "duty"


def zone_of(duty: Duty, facts: Facts) -> ZoneInfo:
    """The zone of its days."""
    return ZoneInfo(duty.zone or facts.tenant.zone)


def turn_of(name: str, duty: Duty, facts: Facts) -> Turn:
    """Who has this duty now, by hand or by the files."""
    return turn(duty, zone_of(duty, facts), facts.now, facts.override_of(DutyTarget(name), DutyOverride))


def decide(target: DutyTarget, path: Path, facts: Facts) -> Decision | Onward:
    """On to its holder; `otherwise` stands behind."""
    duty = BLOCK.of(facts.tenant).get(target.name)
    if duty is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such duty"))
    now = turn_of(target.name, duty, facts)
    place = ("tenants", facts.tenant_name, BLOCK.key, target.name)
    rest = None
    if duty.otherwise is not None:
        rest = Fallback(text_of(target), (*place, "otherwise"), (duty.otherwise,), path)
    if now.target is None:
        vacant = Passed(facts.now, text_of(target), "the duty has no holder")
        if rest is None:
            return refuse(Outcome.UNAVAILABLE, vacant)
        onward = onward_to(rest, facts)
        return Onward(onward.target, onward.path, (vacant, *onward.why))
    source = facts.settings.source(*place, *now.place) if now.place else ""
    entry = Routed(facts.now, text_of(now.target), f"{text_of(target)}: {now.why}", source)
    return Onward(now.target, path.onward().falling_back_to(rest or path.fallback), (entry,))


def successors(target: DutyTarget, facts: Facts) -> Iterable[Target]:
    """All its holders by the files, and the one that was set by hand."""
    duty = BLOCK.of(facts.tenant).get(target.name)
    if duty is None:
        return ()
    override = facts.override_of(target, DutyOverride)
    by_hand = () if override is None else (override.target,)
    return (*by_hand, *(link.to for link in links(target.name, duty)))


def trouble_with(target: Target, name: str, facts: Facts) -> Refusal | None:
    """Why the duty is not given there, None if it may be: to nothing, to a refused number, or round in a circle."""
    if way := certain_way_back(target, DutyTarget(name), facts.tenant_name, facts.settings, facts.kinds):
        return Refusal(RefusalReason.LEADS_BACK, f"the duty would lead back to itself: {named(way)}")
    return facts.kinds.of(target).refusal(target, TENANT, facts)


KIND = RoutedKind(
    target=DutyTarget,
    row="the holder of the duty: set by hand, by date or by week; `otherwise` follows",
    has_people=True,
    block=BLOCK,
    links=links,
    checks=CHECKS,
    decide=decide,
    successors=successors,
    set_by_hand=True,
)
