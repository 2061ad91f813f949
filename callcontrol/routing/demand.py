"""What a caller's agent must know, and how urgent the caller is: the YAML's `demands` and `priorities` of a queue, and
what the caller has asked for by keys.
"""

from __future__ import annotations

import math

from callcontrol.config.lanes import demanded
from callcontrol.config.queue_settings import CallerPriority, Demand, Queue
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.demand import NOTHING_ASKED, CallerDemand, Skills, demand_text
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.queue import DemandStage

MS_PER_SECOND = 1_000


def stages_of(
    queue: Queue, tenant: Tenant, caller_number: str, dialled: str, asked: CallerDemand = NOTHING_ASKED
) -> tuple[DemandStage, ...]:
    """What this caller's agent must know, and how that is relaxed by waiting: of the first demand that fits the caller,
    and what the caller has asked for by keys, for as long as the queue keeps to that.

    Args:
        caller_number, dialled: E.164 with `+`; what arrived otherwise, "" if nothing did.
    """
    own = _own_stages(queue, caller_number, dialled)
    # What keys do not say any more since a reload is in no lane.
    chosen = asked.skills if demand_text(asked.skills) in tenant.skills_by_keys else {}
    until = queue.chosen_for or math.inf
    moments = {after for after, _ in own} | ({queue.chosen_for} if chosen else set())
    stages = ((after, _stage_at(after, own)) for after in sorted(moments))
    return tuple(
        DemandStage(after * MS_PER_SECOND, demand_text(demanded(own, chosen, queue, tenant) if after < until else own))
        for after, own in stages
    )


def _stage_at(after: int, stages: list[tuple[int, Skills]]) -> Skills:
    return next(skills for begins, skills in reversed(stages) if begins <= after)


def _own_stages(queue: Queue, caller_number: str, dialled: str) -> list[tuple[int, Skills]]:
    """What the queue asks for this caller, from so many seconds of waiting on."""
    fitting = (demand for demand in queue.demands if _fits(demand, caller_number, dialled))
    demand = next(fitting, None)
    if demand is None:
        return [(0, {})]
    return [(0, demand.skills), *sorted(((one.after, one.skills) for one in demand.relax), key=lambda one: one[0])]


def priority_of(queue: Queue, caller_number: str, dialled: str, asked: CallerDemand = NOTHING_ASKED) -> int:
    """The highest priority that fits this caller, or that of what the caller has asked for by keys; arguments as of
    `stages_of`.
    """
    fitting = (one for one in queue.priorities if _fits(one, caller_number, dialled) and _is_listed(one, caller_number))
    return max((asked.priority, *(one.priority for one in fitting)))


def label_whispered(asked: CallerDemand | None, tenant: Tenant, language: Language) -> tuple[str, ...]:
    """What an agent hears of what the call is about, as files; none where no key has said it, or nothing is heard."""
    label = tenant.labels.get(asked.label) if asked is not None else None
    return label.whisper.files(language) if label is not None and label.whisper is not None else ()


def _fits(which: Demand | CallerPriority, caller_number: str, dialled: str) -> bool:
    """Whether everything that is written holds: the number dialled, the beginning of the caller's."""
    right_number = which.dialled is None or which.dialled == dialled
    return right_number and (which.caller is None or _begins_with(caller_number, which.caller))


def _begins_with(number: str, prefix: str) -> bool:
    """A prefix is of numbers in international form; the empty one is of every caller, also of those who show none."""
    return not prefix or number.startswith(f"+{prefix}")


def _is_listed(which: CallerPriority, caller_number: str) -> bool:
    return not which.numbers or caller_number in which.numbers
