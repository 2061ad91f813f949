"""The end, with a cause chosen by the admin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from callcontrol.config.settings import Tenant
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from callcontrol.vocabulary.target import Form, Target

# The words an admin may write after `hangup:`, and the cause the caller's network is given.
CAUSES = {
    "normal": "NORMAL_CLEARING",
    "busy": "USER_BUSY",
    "rejected": "CALL_REJECTED",
    "no_answer": "NO_ANSWER",
    "unavailable": "SUBSCRIBER_ABSENT",
    "unallocated": "UNALLOCATED_NUMBER",
    "congestion": "NORMAL_CIRCUIT_CONGESTION",
}


@dataclass(frozen=True, slots=True)
class HangupTarget(Target):
    """The call ends with a cause; `name` is one of CAUSES."""

    kind: ClassVar[str] = "hangup"


def decide(target: HangupTarget, _path: Path, _facts: Facts) -> Decision:
    """Hang up; `hangup:normal` counts as rejected: the call was not answered."""
    cause = CAUSES[target.name]
    outcome = outcome_of(cause)
    return Decision(Refuse(cause, Outcome.REJECTED if outcome is Outcome.ANSWERED else outcome))


def busy(_first: Target, _tenant: Tenant) -> HangupTarget:
    """What is left where nothing else takes a call."""
    return HangupTarget("busy")


KIND = RoutedKind(
    target=HangupTarget,
    row="the call ends with this cause: " + ", ".join(CAUSES),
    form=Form(re.compile("|".join(CAUSES)), "a call can be hung up with " + ", ".join(CAUSES)),
    is_last_resort=True,
    decide=decide,
    default_last_resort=busy,
    is_end=True,
)
