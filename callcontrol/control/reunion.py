"""A call of which two workers have a part: one had it when its channel came to the other, which could not ask whose it
was, for Redis was away (a phone's REFER; the dialplan, after a worker's death).

The second worker has begun a call of the same id at once, for the party waits. As soon as Redis tells what was known,
both become one: what the second worker has done follows what the first one did, and each leg stands in it once.
"""

from __future__ import annotations

from itertools import chain

from callcontrol.control import commands as do
from callcontrol.control import ending, transfers
from callcontrol.control.call import Call, Talking
from callcontrol.control.reunion_events import Reunited
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Leg
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Noted, Parted
from callcontrol.vocabulary.trail_joining import continued

WHY = "its channel came to another worker while Redis was away"


def reunited(call: Call, event: Reunited, facts: Facts) -> PlainResult:
    """The one call of both parts; legs whose end the second worker missed are asked for."""
    known, leaving = _left_by(event.known, _since(call, facts), facts)
    by = transfers.transferor(known, event.by_leg, facts)
    whole = replace(
        continuing(call, known, by, event.by_leg),
        arrived=known.arrived,
        caller=known.caller,
        dialled=known.dialled,
        origin=known.origin,
        legs=_all_legs(known, call),
        visits=call.visits or known.visits,
        offers=(*known.offers, *call.offers),
        promised=call.promised or known.promised,
        elsewhere=tuple(dict.fromkeys((*known.elsewhere, *call.elsewhere))),
        transfer=replace(call.transfer, by=by) if call.transfer is not None else known.transfer,
        language=call.language or known.language,
        demand=call.demand or known.demand,
        recording=call.recording or known.recording,
        objected=call.objected or known.objected,
        credits=(*known.credits, *call.credits),
        restricted=(*known.restricted, *call.restricted),
        held=call.held,
        waited_us=call.waited_us or known.waited_us,
        taken_over=True,
        watched=False,
    )
    return whole, (*leaving, do.CheckChannels(whole.open_legs))


def continuing(call: Call, known: Call, by: str, leg: str) -> Call:
    """The call whose trail follows that of what was known of it.

    Args:
        by, leg: who transferred it, and that one's leg, which only the worker before can tell.
    """
    return replace(call, trail=continued(known.trail, call.trail, {one.id for one in known.legs}, by, leg))


def _since(call: Call, facts: Facts) -> Instant:
    """When the second worker began it."""
    return call.transfer.at if call.transfer is not None and call.transfer.at is not None else facts.now


def _left_by(known: Call, at: Instant, facts: Facts) -> PlainResult:
    """What was under way at the first worker is over."""
    parted = (Parted(known.state.until or at),) if isinstance(known.state, Talking) else ()
    noted, leaving = ending.released(known.noting(*parted, Noted(at, WHY)), WHY, facts)
    noted, talked = ending.talk_over(noted, at, facts)
    return noted, (*leaving, *talked)


def _all_legs(known: Call, call: Call) -> tuple[Leg, ...]:
    """Each leg once; of those that both know, the one whose end is known."""
    ended = {leg.id: leg for leg in call.legs if leg.end is not None}
    there = {leg.id for leg in known.legs}
    return tuple(
        chain(
            (replace(leg, end=ended[leg.id].end) if leg.end is None and leg.id in ended else leg for leg in known.legs),
            (leg for leg in call.legs if leg.id not in there),
        )
    )
