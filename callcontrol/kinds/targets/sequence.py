"""A sequence: targets one after the other, until one takes the call.

Its steps are tried from where the call came to it: rules, numbers shown and loops of one step are nothing to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from callcontrol.config.checks.places import problem_at
from callcontrol.config.frozen import Frozen
from callcontrol.config.kinds import ALWAYS, SOMETIMES, Block, Link
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.target_fields import TargetText
from callcontrol.kinds.targets.hangup import HangupTarget
from callcontrol.kinds.targets.voicemail import VoicemailTarget
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.fallbacks import onward_to
from callcontrol.routing.path import Fallback, Path
from callcontrol.routing.plan import Answer
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed


@dataclass(frozen=True, slots=True)
class SequenceTarget(Target):
    """Targets that are tried one after the other."""

    kind: ClassVar[str] = "sequence"


class Sequence(Frozen):
    """Steps, each tried if the one before did not take the call: not answered, no active agent, only played."""

    steps: tuple[TargetText, ...] = Field(min_length=1, max_length=32, description="where the call goes, in this order")


BLOCK = Block("sequences", Sequence)


def links(_name: str, sequence: Sequence) -> Iterator[Link]:
    """The first step is certain; the others follow if it did not take the call."""
    for index, step in enumerate(sequence.steps):
        yield Link(step, ("steps", str(index)), SOMETIMES if index else ALWAYS)


def steps_never_reached(settings: Settings) -> Iterator[Problem]:
    """What stands behind a step that takes every call, or ends it."""
    for name, tenant in settings.tenants.items():
        for key, sequence in BLOCK.of(tenant).items():
            for index, step in enumerate(sequence.steps[:-1]):
                if isinstance(step, VoicemailTarget | HangupTarget):
                    place = ("tenants", name, BLOCK.key, key, "steps", str(index + 1))
                    what = f"never reached: no call goes on after {text_of(step)}"
                    yield problem_at(settings, place, what, f"remove it, or put it before {text_of(step)}")


def only_onward(sequence: Sequence, _tenant: Tenant) -> tuple[Target, ...]:
    """A step takes the call, or none does."""
    return sequence.steps


def decide(target: SequenceTarget, path: Path, facts: Facts) -> Answer:
    """The first step; the path carries the others along."""
    sequence = BLOCK.of(facts.tenant).get(target.name)
    if sequence is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such sequence"))
    place = ("tenants", facts.tenant_name, BLOCK.key, target.name, "steps")
    return onward_to(Fallback(text_of(target), place, sequence.steps, path), facts)


KIND = RoutedKind(
    target=SequenceTarget,
    row="its `steps` are tried one after the other, until one takes the call",
    block=BLOCK,
    links=links,
    only_onward=only_onward,
    checks=(steps_never_reached,),
    decide=decide,
)
