"""Talk: caller and leg are joined. The switch ends it (`hangup_after_bridge`); we only make sure that it does."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.ending import LEGS_TIMER, checked, deadline, never_were
from callcontrol.control.events import AppEnded, ChannelsChecked, Event, TimerFired
from callcontrol.control.moved import Moved
from callcontrol.routing.facts import Facts

# A conversation of two legs of ours, where no caller's connection tells of the end, is asked after so often (seconds).
CHECK_S = 60


def on(call: Call, event: Event, facts: Facts) -> Moved:
    """The bridge is over: so is the call."""
    talking = call.state
    assert isinstance(talking, Talking)
    match event:
        case AppEnded(app_id) if app_id == talking.app_id:
            over = never_were(call, event, facts).to(Ending())
            return over, (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case TimerFired(name) if name == LEGS_TIMER and call.is_callback:
            return call, (do.CheckChannels(call.open_legs), do.StartTimer(LEGS_TIMER, CHECK_S))
        case ChannelsChecked() if call.is_callback:
            return checked(call, event, facts)
        case _:
            return call, ()
