"""A number that was to be dialled is not, as it turns out only now: who has dialled it hears why."""

from __future__ import annotations

from callcontrol.control.call import Call, Ringing
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.refusing import not_dialled
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.target import NumberTarget
from callcontrol.vocabulary.trail import Passed


def in_words(call: Call, passed: Passed, facts: Facts) -> Decision | None:
    """The end of a call whose caller has dialled the number and would pay for it; None: no such call.

    Args:
        passed: why, as the trail has it by now.
    """
    state = call.state
    if not isinstance(state, Ringing) or not isinstance(state.step.target, NumberTarget):
        return None
    decision = not_dialled(state.step.path, facts, passed)
    is_heard = isinstance(decision.step, Refuse) and bool(decision.step.said)
    return replace(decision, why=()) if is_heard else None
