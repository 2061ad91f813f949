"""A voicemail box."""

from __future__ import annotations

from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, TakeMessage
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import VoicemailTarget, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: VoicemailTarget, path: Path, facts: Facts) -> Decision:
    """Greeting, then a message."""
    box = facts.tenant.voicemail.get(target.name)
    if box is None:
        return refuse(Outcome.BUSY, Passed(facts.now, text_of(target), "no such voicemail box"))
    return Decision(TakeMessage(target.name, box.greeting, box.max, box.silence, path))
