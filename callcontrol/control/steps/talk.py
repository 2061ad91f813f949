"""Talk: caller and leg are joined. The switch ends it (`hangup_after_bridge`); we only make sure that it does."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.ending import deadline, never_were
from callcontrol.control.events import AppEnded, Event
from callcontrol.control.moved import Moved
from callcontrol.routing.facts import Facts


def on(call: Call, event: Event, facts: Facts) -> Moved:
    """The bridge is over: so is the call."""
    talking = call.state
    assert isinstance(talking, Talking)
    if isinstance(event, AppEnded) and event.app_id == talking.app_id:
        over = never_were(call, event, facts).to(Ending())
        return over, (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
    return call, ()
