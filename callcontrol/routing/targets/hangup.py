"""The end, with a cause chosen by the admin."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from callcontrol.vocabulary.target import HANGUP_CAUSES, HangupTarget


def decide(target: HangupTarget, path: Path, facts: Facts) -> Decision:
    """Hang up; `hangup:normal` counts as rejected: the call was not answered."""
    cause = HANGUP_CAUSES[target.name]
    outcome = outcome_of(cause)
    return Decision(Refuse(cause, Outcome.REJECTED if outcome is Outcome.ANSWERED else outcome))
