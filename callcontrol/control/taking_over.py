"""A supervisor takes a conversation over: the caller is joined with the supervisor, and the tenant's person, who talked
until then, leaves. As long as both are not joined the conversation goes on as it was.
"""

from __future__ import annotations

from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Talking
from callcontrol.control.picking_up import party_of
from callcontrol.control.step_result import PlainResult
from callcontrol.control.supervise_events import TakenOver
from callcontrol.control.talk_sides import partner_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import TookOver
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Noted, Parted

TIMER: Final = "take over"
# How long the switch may take to join both (seconds).
JOIN_S: Final = 5


def begin(call: Call, talking: Talking, event: TakenOver) -> PlainResult:
    """Both are joined, if it is still this leg that the caller talks with."""
    if not call.led or event.leg != partner_of(call) or event.leg == call.led:
        return call, ()
    join = do.Join(call.led, event.taker.channel)
    return call.to(replace(talking, taker=event.taker)), (join, do.StartTimer(TIMER, JOIN_S))


def taken(call: Call, talking: Talking, at: Instant, facts: Facts) -> PlainResult:
    """Both are joined: who talked until then leaves, if the switch has not seen to that."""
    taker, left = talking.taker, talking.leg_id
    assert taker is not None
    who = text_of(ExtensionTarget(taker.extension))
    parted = Parted(min(talking.until or at, at))
    call = call.noting(TookOver(facts.now, who, left), parted, JoinedOutside(at, taker.channel, who))
    told = at_place.TellTaker(taker, at, call.led, party_of(call))
    kill = (do.KillLeg(left, "NORMAL_CLEARING"),) if call.is_open(left) else ()
    return call.to(Talking("", taker.channel, who)), (do.StopTimer(TIMER), told, *kill)


def failed(call: Call, talking: Talking, why: str, facts: Facts) -> PlainResult:
    """It is not; the conversation goes on."""
    call = call.noting(Noted(facts.now, f"not taken over: {why}"))
    return call.to(replace(talking, taker=None)), (do.StopTimer(TIMER),)
