"""A ring-all group: every member that can ring rings at once, the first to answer wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from callcontrol.config.frozen import Frozen, RingSeconds
from callcontrol.config.kinds import SOMETIMES, Block, Link
from callcontrol.config.target_fields import TargetText
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import member_legs
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Explanation, LegPlan, Legs, Onward, Ring, RingResult
from callcontrol.routing.retry import next_round, outcome_over_rounds
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed


@dataclass(frozen=True, slots=True)
class GroupTarget(Target):
    """A group: all members ring at once, the first to answer wins."""

    kind: ClassVar[str] = "group"


class Group(Frozen):
    """All members ring at once; the first to answer wins."""

    members: tuple[TargetText, ...] = Field(min_length=1, max_length=32)
    ring: RingSeconds = 30
    otherwise: TargetText | None = Field(default=None, description="where the call goes if it is not answered")


BLOCK = Block("groups", Group)


def links(_name: str, group: Group) -> Iterator[Link]:
    """The members, and where the call goes when none of them answers."""
    for index, member in enumerate(group.members):
        yield Link(member, ("members", str(index)), SOMETIMES)
    if group.otherwise is not None:
        yield Link(group.otherwise, ("otherwise",))


def decide(target: GroupTarget, path: Path, facts: Facts) -> Decision | Onward:
    """Ring all members; a group in which no phone can ring is unavailable."""
    group = BLOCK.of(facts.tenant).get(target.name)
    if group is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such group"))
    found = sum((member_legs(m, group.ring, path, facts) for m in group.members), Legs())
    if not found.legs:
        return _otherwise(target, Outcome.UNAVAILABLE, path, facts, found.why)
    return Decision(Ring(target, _once_each(found.legs), path), found.why)


def after(target: GroupTarget, step: Ring, result: RingResult, facts: Facts) -> Decision | Onward:
    """Members behind a failed trunk ring through the next one; then the group's `otherwise`, or the end."""
    again = next_round(step, result, facts)
    return again or _otherwise(target, outcome_over_rounds(step, result), step.path, facts, ())


def _otherwise(
    target: GroupTarget, outcome: Outcome, path: Path, facts: Facts, why: tuple[Explanation, ...]
) -> Decision | Onward:
    group = BLOCK.of(facts.tenant).get(target.name)
    if group is None or group.otherwise is None:
        return refuse(outcome, *why)
    source = facts.settings.source("tenants", facts.tenant_name, "groups", target.name, "otherwise")
    entry = Routed(facts.now, text_of(group.otherwise), f"{text_of(target)}: {outcome.value}", source)
    return Onward(group.otherwise, path.onward(), (*why, entry))


def _once_each(legs: tuple[LegPlan, ...]) -> tuple[LegPlan, ...]:
    """The same phone or number reached by two members rings once (signalwire/freeswitch#2901)."""
    return tuple({leg.endpoint: leg for leg in reversed(legs)}.values())[::-1]


KIND = RoutedKind(
    target=GroupTarget,
    row="all members ring at once, the first to answer wins; `otherwise` follows",
    has_people=True,
    block=BLOCK,
    links=links,
    decide=decide,
    after=after,
)
