"""Reconciling: the ledger are completed from the switch's own records of legs that ended while no worker looked.

Two things can be missing: the true end of a leg whose record is an estimate, and a leg's record as a whole, where the
call's state was lost. Both are filled in from what the switch wrote, and from our own marks on the leg; nothing is
guessed that has a price. A record is rated anew afterwards like any other (`costs.py`).

What the switch cannot tell stays as it was: why the call went where it went, when exactly we sent a leg out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from callcontrol.billing.fold import end_of_call
from callcontrol.billing.record import CallRecord, LegRecord, Note, OfferRecord, QueueVisit, Side
from callcontrol.billing.segments import with_ends
from callcontrol.billing.stamps_in_order import in_order
from callcontrol.billing.switch_cdr import LegEnd
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.queue import Leaving

NOBODY = ""  # no worker tells of it
_MS_US = 1000


@dataclass(frozen=True, slots=True)
class CdrSource:
    """What is known of where the legs' ends were found.

    Attributes:
        switch: the switch's name in callcontrol.yaml.
        trunks: trunk by gateway.
        region: country in which the tenant's nationally written numbers are read; "" if it is not known.
    """

    switch: str
    trunks: Mapping[str, str]
    region: str = ""


def is_payable(end: LegEnd) -> bool:
    """Whether this leg has a price: it went out through a gateway and was answered."""
    return bool(end.gateway) and end.stamps.answered is not None


def completed(record: CallRecord, ends: Sequence[LegEnd], place: CdrSource) -> CallRecord:
    """The call's record with these ends: in the legs that were estimates, and as further legs where it has none.

    Legs whose true end is known already stay as they are, so that completing twice changes nothing.
    """
    by_leg = {end.leg_id: end for end in ends}
    known = tuple(_completed_leg(leg, by_leg.get(leg.leg_id)) for leg in record.legs)
    new = [end for end in by_leg.values() if end.leg_id not in {leg.leg_id for leg in record.legs}]
    added = [new_leg(end, place) for end in sorted(new, key=lambda end: end.stamps.created)]
    legs = (*(leg for leg in added if leg.direction is Side.A), *known)
    legs += tuple(leg for leg in added if leg.direction is Side.B)
    if legs == record.legs:
        return record
    return _of_legs(record, legs, _own_end(record, by_leg.values(), place))


def lost_record(call_id: str, tenant: str, ends: Sequence[LegEnd], place: CdrSource) -> CallRecord:
    """The record of a call of which nothing is left but the switch's records of its legs."""
    began = min(end.stamps.created for end in ends)
    over = max(end.stamps.ended for end in ends)
    empty = CallRecord(
        call_id=call_id,
        tenant=tenant,
        switch=place.switch,
        worker=NOBODY,
        caller=Caller(""),
        dialled="",
        outcome=Outcome.FAILED,
        answered_leg="",
        answered_by="",
        arrived=began,
        answered=None,
        bridged=None,
        ended=over,
        path=(),
        recordings=(),
        notes=(Note(over, "put together from the switch's records of its legs: no worker told of it"),),
        legs=(),
        estimated=True,
        reconciled=True,
    )
    return completed(empty, ends, place)


def new_leg(end: LegEnd, place: CdrSource) -> LegRecord:
    """The record of a leg no worker told of: it is marked as estimated, so that a worker's own record may still come.

    Behind a gateway stands the number itself, in digits (`routing/outgoing/legs.py`); of other legs the target is not
    known.
    """
    is_callers = end.is_callers
    target = f"number:+{end.address}" if end.gateway and end.address.isdigit() else ""
    times = in_order(end.leg_id, end.stamps)
    bridged = None if is_callers else end.stamps.bridged
    return LegRecord(
        leg_id=end.leg_id,
        direction=Side.A if is_callers else Side.B,
        to="" if is_callers else target,
        address=end.address,
        trunk=place.trunks.get(end.gateway, end.gateway),
        shown=end.number,
        payer=end.payer,
        called_direction=end.direction,
        dialled=end.stamps.created,
        created=times.created,
        ringing=times.ringing,
        answered=times.answered,
        bridged=bridged,
        ended=times.ended,
        cause=end.cause,
        outcome=_leg_outcome(end, is_callers=is_callers, was_bridged=bridged is not None),
        hung_up_by=end.hung_up_by,
        estimated=True,
        reconciled=True,
        estimate=times.note,
    )


def _completed_leg(leg: LegRecord, end: LegEnd | None) -> LegRecord:
    is_known = leg.created is not None and not leg.estimated
    if end is None or is_known or leg.reconciled:
        return leg
    is_callers = leg.direction is Side.A
    times = in_order(leg.leg_id, end.stamps)
    bridged = leg.bridged or (None if is_callers else end.stamps.bridged)
    return replace(
        leg,
        created=times.created,
        ringing=times.ringing,
        answered=times.answered,
        bridged=bridged,
        ended=times.ended,
        cause=end.cause,
        outcome=_leg_outcome(end, is_callers=is_callers, was_bridged=bridged is not None),
        hung_up_by=end.hung_up_by,
        estimated=bool(times.note),
        reconciled=True,
        estimate=times.note,
    )


def _leg_outcome(end: LegEnd, *, is_callers: bool, was_bridged: bool) -> Outcome:
    """The rule of a call's end (`control/ending.py`): who was bridged was answered, and so was a caller who heard a
    greeting; a callee who only picked up was not.
    """
    if was_bridged or (is_callers and end.stamps.answered is not None):
        return Outcome.ANSWERED
    outcome = outcome_of(end.cause)
    if outcome is Outcome.ANSWERED:
        return Outcome.ABANDONED if is_callers else Outcome.NO_ANSWER
    return outcome


def _own_end(record: CallRecord, ends: Iterable[LegEnd], place: CdrSource) -> CallRecord:
    """The record with who called whom, where only the caller's own channel tells."""
    end = next((one for one in ends if one.is_callers), None)
    if end is None or record.worker != NOBODY or any(leg.direction is Side.A for leg in record.legs):
        return record
    number, dialled = normalise(end.number, place.region), normalise(end.address, place.region)
    caller = Caller(number.text if number else end.number)
    return replace(record, caller=caller, dialled=dialled.text if dialled else end.address)


def _of_legs(before: CallRecord, legs: tuple[LegRecord, ...], record: CallRecord) -> CallRecord:
    """The call as its legs now tell it; `before` had the legs as they were known until now."""
    own = next((leg for leg in legs if leg.direction is Side.A), None)
    joined = sorted((leg for leg in legs if leg.bridged is not None), key=lambda leg: leg.bridged or 0)
    first = next((leg for leg in legs if leg.leg_id == record.answered_leg), joined[0] if joined else None)
    ended = max(end_of_call(own, legs, record.led_leg) or record.ended, record.arrived)
    visits = tuple(_visit(visit, before, legs, ended, own) for visit in record.visits)
    return replace(
        record,
        outcome=_outcome(before, own, was_joined=bool(joined)),
        answered_leg=first.leg_id if first else "",
        answered_by=record.answered_by or (first.to if first else ""),
        answered=None if own is None or own.answered is None else max(own.answered, record.arrived),
        bridged=record.bridged or (first.bridged if first else None),
        ended=ended,
        legs=legs,
        visits=visits,
        segments=tuple(with_ends(segment, before.legs, legs) for segment in record.segments),
        estimated=any(leg.estimated for leg in legs) or any(visit.estimated for visit in visits),
        reconciled=True,
    )


def _outcome(before: CallRecord, own: LegRecord | None, *, was_joined: bool) -> Outcome:
    """What the trail said stands; where it was only read off the caller's channel, the channel's true end tells."""
    if was_joined:
        return Outcome.ANSWERED
    supposed = next((leg.outcome for leg in before.legs if leg.direction is Side.A), Outcome.FAILED)
    if own is None or before.outcome not in (supposed, Outcome.FAILED):
        return before.outcome
    if own.hung_up_by == "caller":
        return Outcome.ABANDONED
    return own.outcome if own.outcome is not Outcome.ANSWERED else Outcome.FAILED


def _visit(
    visit: QueueVisit, before: CallRecord, legs: tuple[LegRecord, ...], ended: Instant, own: LegRecord | None
) -> QueueVisit:
    """A stay whose end was supposed to be the call's ends with the call's true end."""
    offers = tuple(_offer(offer, before.legs, legs) for offer in visit.offers)
    if not visit.estimated or visit.left != before.ended or visit.how is Leaving.ANSWERED:
        return replace(visit, offers=offers)
    left = max(ended, visit.entered)
    gave_up = own is not None and own.hung_up_by == "caller"
    how = Leaving.ABANDONED if gave_up and visit.how is Leaving.FAILED else visit.how
    return replace(visit, left=left, wait_ms=(left - visit.joined) // _MS_US, how=how, offers=offers)


def _offer(offer: OfferRecord, old: tuple[LegRecord, ...], new: tuple[LegRecord, ...]) -> OfferRecord:
    """A conversation whose end was an estimate ends with the true end of the leg it was read off."""
    if offer.bridged is None or not offer.estimated:
        return offer
    now = {leg.leg_id: leg for leg in new}
    for leg in old:
        true = now[leg.leg_id]
        if leg.bridged is not None and leg.ended == offer.parted and leg.estimated and true.ended is not None:
            return replace(offer, parted=max(offer.bridged, true.ended), estimated=true.estimated)
    return offer
