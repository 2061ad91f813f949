"""Keys of a person asked to accept a call: 1 is the switch's own (group_confirm_key), the key to decline is ours.

The switch asks again after any other key. A leg that declines ends as one that a person has rejected: the next trunk is
not tried, what follows is what follows a busy phone, an agent rests as after a rejection.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.events import LegKey
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.trail import Noted

REJECTED = "CALL_REJECTED"


def pressed(call: Call, event: LegKey, facts: Facts) -> PlainResult:
    """A key at one of the call's legs: it declines, if that is the key for it and a person is being asked there."""
    if not call.state.is_asked(event.leg_id, facts.tenant) or event.key != facts.tenant.confirm.decline:
        return call, ()
    noted = Noted(facts.now, f"declined by key {event.key}")
    return call.noting(noted), (do.KillLeg(event.leg_id, REJECTED),)
