"""How a call ends whose number outside is not dialled: who has dialled it, and would pay for it, hears why.

All others hear nothing of a payer's rights or credit: their call ends as one to a number that is not reached.
"""

from __future__ import annotations

from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Decision, Explanation, Refuse
from callcontrol.routing.speech import as_file_string, refusal_sentence
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.trail import Passed


def not_dialled(path: Path, facts: Facts, *why: Explanation) -> Decision:
    """The end of a call that came by this path to a number that is not dialled."""
    reason = next((one.reason for one in why if isinstance(one, Passed) and one.reason is not None), None)
    dialled_it = bool(facts.caller.extension) and path.payer == payer_of(facts.caller.extension)
    if reason is None or not dialled_it:
        return refuse(Outcome.REJECTED, *why)
    return Decision(Refuse(reason.cause, Outcome.REJECTED, heard_as(reason, facts)), why)


def heard_as(reason: RefusalReason, facts: Facts) -> str:
    """The sentence as the switch plays it."""
    return as_file_string(refusal_sentence(facts.language, reason))
