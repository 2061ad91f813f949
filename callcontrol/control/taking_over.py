"""A supervisor takes a conversation over: the caller is joined with the supervisor, and the tenant's person, who talked
until then, leaves. As long as both are not joined the conversation goes on as it was.

In a callback the customer, who was dialled, is in the caller's place: that leg leads the call from then on.
"""

from __future__ import annotations

from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control import transfers
from callcontrol.control.call import Call, Talking, Transfer
from callcontrol.control.picking_up import party_of
from callcontrol.control.step_result import PlainResult
from callcontrol.control.supervise_events import TakenOver
from callcontrol.control.talk_sides import channel_of, partner_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import TookOver
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Moved, Noted, Parted

TIMER: Final = "take over"
# How long the switch may take to join both (seconds).
JOIN_S: Final = 5


def begin(call: Call, talking: Talking, event: TakenOver, facts: Facts) -> PlainResult:
    """Both are joined, if it is still this leg that the caller talks with."""
    if event.leg != partner_of(call) or event.leg == call.led:
        return call, ()
    if not call.led:
        led = Transfer(call.caller.number, "", channel_of(call), transfers.TO_LAST_RESORT, facts.now)
        call, talking = replace(call, transfer=led), replace(talking, leg_id=event.leg)
    join = do.Join(call.led, event.taker.channel)
    return call.to(replace(talking, taker=event.taker)), (join, do.StartTimer(TIMER, JOIN_S))


def is_told_by_reply(call: Call, talking: Talking, leg_id: str) -> bool:
    """Whether the switch's reply says that both are joined: the customer of a callback has no connection that tells."""
    return talking.taker is not None and leg_id == talking.taker.channel and not call.caller_channel


def taken(call: Call, talking: Talking, at: Instant, facts: Facts) -> PlainResult:
    """Both are joined: who talked until then leaves, if the switch has not seen to that. The leg may be one of another
    call: of who was asked before a transfer, or picked the call up.
    """
    taker, left = talking.taker, talking.leg_id
    assert taker is not None
    who = text_of(ExtensionTarget(taker.extension))
    parted = Parted(min(talking.until or at, at))
    leads = (Moved(facts.now, call.led),) if not call.caller_channel else ()
    call = call.noting(*leads, TookOver(facts.now, who, left), parted, JoinedOutside(at, taker.channel, who))
    told = at_place.TellTaker(taker, at, call.led, party_of(call))
    is_gone = call.leg(left) is not None and not call.is_open(left)
    kill = () if is_gone else (do.KillLeg(left, "NORMAL_CLEARING"),)
    return call.to(Talking("", taker.channel, who)), (do.StopTimer(TIMER), told, *kill)


def failed(call: Call, talking: Talking, why: str, facts: Facts) -> PlainResult:
    """It is not; the conversation goes on."""
    call = call.noting(Noted(facts.now, f"not taken over: {why}"))
    return call.to(replace(talking, taker=None)), (do.StopTimer(TIMER),)
