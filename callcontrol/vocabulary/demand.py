"""What a caller has asked for by keys, and what skills can be demanded of an agent.

A demand has a written form, `german>=1,russian>=2`: skills in alphabetical order, each with the least level; "" is met
by all. The same text names lanes in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Skills = Mapping[str, int]  # by skill, the least level from 1 on


@dataclass(frozen=True, slots=True)
class CallerDemand:
    """What a caller has asked for by keys, all of a call together.

    Attributes:
        skills: what the agent must know.
        priority: 0…10, of the caller.
        label: what the call is about, one of the tenant's `labels`; "": nothing was said of it.
    """

    skills: Skills = field(default_factory=dict)
    priority: int = 0
    label: str = ""

    def adding(self, more: CallerDemand) -> CallerDemand:
        """Both together: of each skill the higher level, the higher priority, and the label that was chosen last."""
        skills = merged(self.skills, more.skills)
        return CallerDemand(skills, max(self.priority, more.priority), more.label or self.label)


NOTHING_ASKED = CallerDemand()


def merged(first: Skills, second: Skills) -> dict[str, int]:
    """Both together: of each skill the higher level."""
    names = sorted({*first, *second})
    return {skill: max(first.get(skill, 0), second.get(skill, 0)) for skill in names}


def demand_text(skills: Skills) -> str:
    """The written form of these skills and levels."""
    return ",".join(f"{skill}>={level}" for skill, level in sorted(skills.items()))


def is_met(demand: Skills, skills: Skills) -> bool:
    """Whether these skills include each that is demanded, at that level or better."""
    return all(skills.get(skill, 0) >= level for skill, level in demand.items())
