"""What a caller's agent must know, and how urgent the caller is: the YAML's `demands` and `priorities` of a queue.

A demand has a written form, `german>=1,russian>=2`: skills in alphabetical order, each with the least level; "" is met
by all. The same text names lanes in the store.
"""

from __future__ import annotations

from collections.abc import Mapping

from callcontrol.config.queue_settings import CallerPriority, Demand, Queue
from callcontrol.vocabulary.queue import NO_DEMAND, DemandStage

MS_PER_SECOND = 1_000


def demand_text(skills: Mapping[str, int]) -> str:
    """The written form of these skills and levels."""
    return ",".join(f"{skill}>={level}" for skill, level in sorted(skills.items()))


def is_met(demand: Mapping[str, int], skills: Mapping[str, int]) -> bool:
    """Whether these skills include each that is demanded, at that level or better."""
    return all(skills.get(skill, 0) >= level for skill, level in demand.items())


def demands_of(queue: Queue) -> dict[str, Mapping[str, int]]:
    """Every demand a caller of this queue may have, by its written form and in the order of that; "" is always one."""
    found: dict[str, Mapping[str, int]] = {NO_DEMAND: {}}
    for demand in queue.demands:
        for skills in (demand.skills, *(relaxed.skills for relaxed in demand.relax)):
            found[demand_text(skills)] = skills
    return dict(sorted(found.items()))


def stages_of(queue: Queue, caller_number: str, dialled: str) -> tuple[DemandStage, ...]:
    """What this caller's agent must know, and how that is relaxed by waiting: of the first demand that fits the caller.

    Args:
        caller_number, dialled: E.164 with `+`; what arrived otherwise, "" if nothing did.
    """
    fitting = (demand for demand in queue.demands if _fits(demand, caller_number, dialled))
    demand = next(fitting, None)
    if demand is None:
        return (DemandStage(0, NO_DEMAND),)
    relaxed = sorted(demand.relax, key=lambda one: one.after)
    later = (DemandStage(one.after * MS_PER_SECOND, demand_text(one.skills)) for one in relaxed)
    return (DemandStage(0, demand_text(demand.skills)), *later)


def priority_of(queue: Queue, caller_number: str, dialled: str) -> int:
    """The highest priority that fits this caller, 0 if none does; arguments as of `stages_of`."""
    fitting = (one for one in queue.priorities if _fits(one, caller_number, dialled) and _is_listed(one, caller_number))
    return max((one.priority for one in fitting), default=0)


def _fits(which: Demand | CallerPriority, caller_number: str, dialled: str) -> bool:
    """Whether everything that is written holds: the number dialled, the beginning of the caller's."""
    right_number = which.dialled is None or which.dialled == dialled
    return right_number and (which.caller is None or _begins_with(caller_number, which.caller))


def _begins_with(number: str, prefix: str) -> bool:
    """A prefix is of numbers in international form; the empty one is of every caller, also of those who show none."""
    return not prefix or number.startswith(f"+{prefix}")


def _is_listed(which: CallerPriority, caller_number: str) -> bool:
    return not which.numbers or caller_number in which.numbers
