"""What the end of a leg, as a trail tells it, says in its record: its times, its outcome, and why they are no more
than an estimate.
"""

from __future__ import annotations

from callcontrol.billing.stamps_in_order import Times, in_order
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Dialled, LegEnded


def estimated_why(end: LegEnded | None, bridged: Instant | None) -> str:
    """Why the leg's times are an estimate, "" if they are none."""
    if end is None:
        return "its end was not reported: it is taken for its last sign of life"
    if end.estimated:
        return end.why or "its end was not reported"
    return "" if end.stamps is not None or bridged is None else "the switch told no times"


def leg_outcome(end: LegEnded | None, bridged: Instant | None) -> Outcome:
    """A leg that was bridged was answered, whatever the cause of its end."""
    if bridged is not None:
        return Outcome.ANSWERED
    return end.outcome if end else Outcome.FAILED


def leg_times(shape: Dialled, end: LegEnded | None, bridged: Instant | None, last: Instant) -> Times:
    """The switch's stamps; where there are none, what the trail itself tells of the leg."""
    if end is None:  # the trail breaks off: the leg lived at least until its last entry
        return in_order(shape.leg_id, Stamps(shape.at, None, bridged, last))
    if end.stamps is None and bridged is None:
        return Times()
    return in_order(shape.leg_id, end.stamps or Stamps(shape.at, None, bridged, end.at))
