"""There is room for the call in the counters of who pays, as far as they were looked up.

Only `explain` looks them up. A call is counted when it is dialled (`daemon/payer_counts.py`): what was true before says
nothing then.
"""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.counting import counters_for, without_released
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.counters import Counted, Reached
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what has no room."""
    if not facts.counts:
        return None
    for counter in without_released(counters_for(dialling, facts), facts):
        cap = facts.counts.get(counter.name, Counted()).full(counter)
        if cap is not None:
            return Refusal(RefusalReason.LIMIT_REACHED, Reached(counter, cap, dialling.number).why)
    return None
