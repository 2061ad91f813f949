"""Talk: caller and leg are joined. The switch ends it (`hangup_after_bridge`); we only make sure that it does.

The end of the bridge is no end of the call: the caller may be under way to the target of a transfer. So what follows
is waited for: the caller's hang-up, return, or conversation with another party.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import taking_over, transfers
from callcontrol.control.call import Call, Talking, Transfer
from callcontrol.control.ending import LEGS_TIMER, never_were
from callcontrol.control.events import AloneChecked, AppEnded, Event, Joined, JoinFailed, LegBridged, TimerFired
from callcontrol.control.step_result import StepResult
from callcontrol.control.supervise_events import TakenOver
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.trail import Noted, Parted

# A conversation of two legs of ours, where no caller's connection tells of the end, is asked after so often (seconds).
CHECK_S = 60
# Where they could not be joined the switch is asked so much later whether they are (seconds): it tells a leg's end
# later than it refuses a command.
LOOK_S = 1


def on(call: Call, event: Event, facts: Facts) -> StepResult:
    """The bridge is over, or goes on with another party."""
    talking = call.state
    assert isinstance(talking, Talking)
    if talking.lent and isinstance(event, LegBridged):
        return call, ()  # the call that it is lent to tells of it (PartnerTold)
    match event:
        case AppEnded(app_id) if app_id and app_id == talking.app_id:
            over = never_were(call, event, facts).to(replace(talking, app_id="", until=event.at or facts.now))
            return over, (do.StartTimer(transfers.PARTED_TIMER, transfers.PARTED_S),)
        case TakenOver():
            return taking_over.begin(call, talking, event, facts)
        case LegBridged(leg_id, at) if talking.taker is not None and leg_id == talking.taker.channel:
            return taking_over.taken(call, talking, at, facts)
        case Joined(_, leg_id) if taking_over.is_told_by_reply(call, talking, leg_id):
            return taking_over.taken(call, talking, facts.now, facts)
        case JoinFailed(_, leg_id, why) if talking.taker is not None and leg_id == talking.taker.channel:
            return taking_over.failed(call, talking, why, facts)
        case JoinFailed(_, leg_id, why) if leg_id == talking.leg_id and not talking.app_id:
            return _not_joined(call, talking, why, facts)
        case TimerFired(name) if name == taking_over.TIMER and talking.taker is not None:
            return taking_over.failed(call, talking, "the switch has not joined them in time", facts)
        case LegBridged(leg_id) if leg_id != talking.leg_id and not transfers.whom(call, leg_id):
            return transfers.joined_with_another(call, talking, event, facts)
        case TimerFired(name) if name == transfers.PARTED_TIMER:
            return call, (do.CheckAlone(),)
        case AloneChecked() if not talking.app_id:
            return transfers.parted(call, event)
        case TimerFired(name) if name == LEGS_TIMER and not call.caller_channel:
            return call, (do.CheckChannels(call.open_legs), do.StartTimer(LEGS_TIMER, CHECK_S))
        case _:
            return call, ()


def _not_joined(call: Call, talking: Talking, why: str, facts: Facts) -> StepResult:
    """They were joined, the partner left at once, and the party came back and was to be joined anew before either was
    told: the party hears nothing. The partner's phone rings for it; if it has not left, it is looked whether they talk.
    """
    call = call.noting(Noted(facts.now, f"not joined: {why}"))
    if call.is_there(talking.leg_id):
        return call, (do.StartTimer(transfers.PARTED_TIMER, LOOK_S),)
    by = transfers.transferor(call, talking.leg_id, facts)
    if not by:
        return call, (do.HangUp("NORMAL_CLEARING"),)
    transfer = call.transfer or Transfer(by, by, call.led, at=facts.now)
    back = transfers.given_back(replace(call.noting(Parted(facts.now)), transfer=transfer), facts)
    return back or (call, (do.HangUp("NORMAL_CLEARING"),))
