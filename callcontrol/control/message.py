"""A voicemail message: there is one only if the switch wrote something."""

from __future__ import annotations

from callcontrol.control.call import Call, TakingMessage
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted, Recorded, StepEnded


def message_taken(call: Call, taking: TakingMessage, recorded_ms: int, facts: Facts) -> Call:
    """The call with its message noted, or with the reason why there is none."""
    box = taking.step.box
    if not recorded_ms:
        lost = Noted(facts.now, f"nothing was recorded for voicemail:{box} into {taking.path}")
        return call.noting(lost, StepEnded(facts.now, "voicemail", Outcome.FAILED, box))
    recorded = Recorded(facts.now, box, taking.path)
    return call.noting(recorded, StepEnded(facts.now, "voicemail", Outcome.VOICEMAIL, box))
