"""What who pays hears when a conversation was ended: its credit is used up, or the payer may not call such numbers any
more. The switch has ended it, and brought them back.
"""

from __future__ import annotations

from callcontrol.control.call import Call, Talking
from callcontrol.control.credit_end import spent_on
from callcontrol.control.events import Rearrived
from callcontrol.control.playing import Announce
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.checks.restrictions import blocking, reason_of
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.refusing import heard_as
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.routing.speech import as_file_string, credit_used_up
from callcontrol.vocabulary.target import NumberTarget


def farewell(call: Call, event: Rearrived, facts: Facts) -> Decision | None:
    """The sentence, after which the call ends; None: the conversation was over for another reason."""
    leg = call.leg(call.state.leg_id) if isinstance(call.state, Talking) else None
    if leg is not None and leg.id in call.restricted:
        number = leg.target.removeprefix(f"{NumberTarget.kind}:")
        reason = reason_of(blocking(Dialling(number, leg.payer), facts))
        return _announced("restricted", heard_as(reason, facts), number)
    credit = spent_on(call, event.at or facts.now)
    if credit is None:
        return None
    return _announced("credit used up", as_file_string(credit_used_up(facts.language)), credit.number)


def _announced(what: str, said: str, number: str) -> Decision:
    return Decision(Announce(what, said, True, None, Path(NumberTarget(number))))
