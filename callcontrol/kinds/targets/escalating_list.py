"""An escalating list: one member after the other, each with its own time."""

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
from callcontrol.routing.plan import Decision, Explanation, Onward, Ring, RingResult
from callcontrol.routing.retry import next_round, outcome_over_rounds
from callcontrol.vocabulary.outcome import Outcome, worst_of
from callcontrol.vocabulary.rule import DEFAULT_RING_S
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed


@dataclass(frozen=True, slots=True)
class ListTarget(Target):
    """An escalating list: one member after the other, each with its own time."""

    kind: ClassVar[str] = "list"


class ListMember(Frozen):
    """One rung of an escalating list."""

    target: TargetText
    ring: RingSeconds = DEFAULT_RING_S


class EscalatingList(Frozen):
    """Members ring one after the other, each with its own time."""

    members: tuple[ListMember, ...] = Field(min_length=1, max_length=32)
    otherwise: TargetText | None = Field(default=None, description="where the call goes if it is not answered")


BLOCK = Block("lists", EscalatingList)


def links(_name: str, escalation: EscalatingList) -> Iterator[Link]:
    """The members, and where the call goes when none of them answers."""
    for index, member in enumerate(escalation.members):
        yield Link(member.target, ("members", str(index), "target"), SOMETIMES)
    if escalation.otherwise is not None:
        yield Link(escalation.otherwise, ("otherwise",))


def decide(target: ListTarget, path: Path, facts: Facts) -> Decision | Onward:
    """Ring the first member that can ring."""
    escalation = BLOCK.of(facts.tenant).get(target.name)
    if escalation is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such list"))
    return _from_member(0, (), target, escalation, path, facts)


def after(target: ListTarget, step: Ring, result: RingResult, facts: Facts) -> Decision | Onward:
    """The next trunk for this member, else the next member, else the list's `otherwise`."""
    again = next_round(step, result, facts)
    if again:
        return again
    escalation = BLOCK.of(facts.tenant).get(target.name)
    if escalation is None:  # removed by a reload while it rang
        return refuse(result.outcome)
    earlier = (*step.earlier, outcome_over_rounds(step, result))
    return _from_member(step.position + 1, earlier, target, escalation, step.path, facts)


def _from_member(
    first: int,
    earlier: tuple[Outcome, ...],
    target: ListTarget,
    escalation: EscalatingList,
    path: Path,
    facts: Facts,
) -> Decision | Onward:
    why: tuple[Explanation, ...] = ()
    for position, member in enumerate(escalation.members[first:], first):
        found = member_legs(member.target, member.ring, path, facts)
        if found.legs:
            ring = Ring(target, found.legs, path, position, earlier=earlier)
            return Decision(ring, (*why, _member_entry(position, target, escalation, facts), *found.why))
        why = (*why, *found.why)
    outcome = worst_of(earlier) if earlier else Outcome.UNAVAILABLE
    return _otherwise(outcome, target, escalation, path, facts, why)


def _member_entry(position: int, target: ListTarget, escalation: EscalatingList, facts: Facts) -> Routed:
    place = ("tenants", facts.tenant_name, "lists", target.name, "members", str(position))
    member = text_of(escalation.members[position].target)
    why = f"member {position + 1} of {len(escalation.members)} of {text_of(target)}"
    return Routed(facts.now, member, why, facts.settings.source(*place))


def _otherwise(
    outcome: Outcome,
    target: ListTarget,
    escalation: EscalatingList,
    path: Path,
    facts: Facts,
    why: tuple[Explanation, ...],
) -> Decision | Onward:
    if escalation.otherwise is None:
        return refuse(outcome, *why)
    source = facts.settings.source("tenants", facts.tenant_name, "lists", target.name, "otherwise")
    entry = Routed(facts.now, text_of(escalation.otherwise), f"{text_of(target)}: {outcome.value}", source)
    return Onward(escalation.otherwise, path.onward(), (*why, entry))


KIND = RoutedKind(
    target=ListTarget,
    row="members ring one after the other, each for its own time; `otherwise` follows",
    has_people=True,
    block=BLOCK,
    links=links,
    decide=decide,
    after=after,
)
