"""What a phone hears that finds no caller, or no place."""

from __future__ import annotations

from typing import Final

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Passed

# Rising tones: done. One low tone: refused. As with star codes.
CONFIRM: Final = "tone_stream://%(200,80,523);%(200,80,659);%(400,0,784)"
REFUSE: Final = "tone_stream://%(600,200,220);%(600,0,220)"


def refused(target: str, why: str, facts: Facts) -> Decision:
    """A low tone, then the end."""
    return Decision(Refuse("NO_USER_RESPONSE", Outcome.REJECTED, REFUSE), (Passed(facts.now, target, why),))
