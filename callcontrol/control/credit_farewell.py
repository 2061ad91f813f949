"""What who pays hears when the credit of a conversation is used up: the switch has ended it, and brought them back."""

from __future__ import annotations

from callcontrol.control.call import Call
from callcontrol.control.credit_end import spent_on
from callcontrol.control.events import Rearrived
from callcontrol.control.playing import Announce
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.routing.speech import as_file_string, credit_used_up
from callcontrol.vocabulary.target import NumberTarget


def farewell(call: Call, event: Rearrived, facts: Facts) -> Decision | None:
    """The sentence, after which the call ends; None: the conversation was over for another reason."""
    credit = spent_on(call, event.at or facts.now)
    if credit is None:
        return None
    said = as_file_string(credit_used_up(facts.language))
    return Decision(Announce("credit used up", said, True, None, Path(NumberTarget(credit.number))))
