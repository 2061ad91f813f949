"""Fold: a finished call's trail becomes its record.

`fold` is total: whatever happened to the daemon in the middle of a call, a trail that begins with an arrival yields a record,
and what it does not know is marked as estimated. Entries told twice count once.

The outcome of a call:
1. a leg was bridged: `answered`;
2. else the caller hung up while something was still to be tried: `abandoned`;
3. else what the last step came to: `voicemail`, `announced`, `changed`, `busy`, `no_answer`, `unavailable`, `rejected`, …;
4. else (no step ever ended) what the switch says of the caller's channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callcontrol.billing.record import CallRecord, Direction, LegRecord, Note, PathEntry, Recording
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import (
    Arrived,
    Bridged,
    Dialled,
    LegEnded,
    Noted,
    Passed,
    Recorded,
    Routed,
    StepEnded,
    Trail,
)


class BadTrail(ValueError):
    """The trail cannot be a call's: it tells of no arrival."""


@dataclass(frozen=True, slots=True)
class _Times:
    created: Instant | None = None
    ringing: Instant | None = None
    answered: Instant | None = None
    ended: Instant | None = None
    note: str = ""  # what was wrong with the switch's stamps


def fold(trail: Trail) -> CallRecord:
    """The record of a call whose book is closed.

    Raises:
        BadTrail: nothing in the trail says that a call arrived.
    """
    arrived = next((e for e in trail if isinstance(e, Arrived)), None)
    if arrived is None:
        raise BadTrail(f"a trail of {len(trail)} entries without an arrival: a call's trail begins with `arrived`")
    bridged = _bridges(trail)
    ends = _ends(trail)
    last = max(e.at for e in trail)
    folded = [_caller_leg(arrived, ends, last), *_sent_legs(trail, arrived, ends, bridged, last)]
    legs = tuple(leg for leg, _ in folded)
    a_leg = legs[0]
    first = next(iter(bridged), "")
    return CallRecord(
        call_id=arrived.call_id,
        tenant=arrived.tenant,
        switch=arrived.switch,
        worker=arrived.worker,
        caller=arrived.caller,
        dialled=arrived.dialled,
        outcome=_outcome(trail, arrived.channel, bool(bridged)),
        answered_leg=first,
        answered_by=next((leg.to for leg in legs if leg.leg_id == first), ""),
        arrived=arrived.at,
        # The switch's clock and ours may differ by a little; a call never ends before it arrived.
        answered=None if a_leg.answered is None else max(a_leg.answered, arrived.at),
        bridged=bridged.get(first),
        ended=max(a_leg.ended or last, arrived.at),
        path=_path(trail),
        recordings=tuple(Recording(e.at, e.box, e.path) for e in trail if isinstance(e, Recorded)),
        notes=(*_notes(trail), *(Note(last, note) for _, note in folded if note)),
        legs=legs,
        estimated=any(leg.estimated for leg in legs),
    )


def _bridges(trail: Trail) -> dict[str, Instant]:
    """When each leg was first bridged, in the order of it."""
    bridged: dict[str, Instant] = {}
    for entry in trail:
        if isinstance(entry, Bridged):
            bridged.setdefault(entry.leg_id, entry.at)
    return bridged


def _ends(trail: Trail) -> dict[str, LegEnded]:
    """How each leg ended: the first thing the switch said, else the first estimate."""
    ends: dict[str, LegEnded] = {}
    for entry in trail:
        if isinstance(entry, LegEnded):
            known = ends.get(entry.leg_id)
            if known is None or (known.estimated and not entry.estimated):
                ends[entry.leg_id] = entry
    return ends


def _path(trail: Trail) -> tuple[PathEntry, ...]:
    return tuple(
        PathEntry(e.at, e.target, e.why, e.source, isinstance(e, Passed))
        for e in trail
        if isinstance(e, Routed | Passed)
    )


def _notes(trail: Trail) -> Iterable[Note]:
    return (Note(e.at, e.what) for e in trail if isinstance(e, Noted))


def _caller_leg(arrived: Arrived, ends: dict[str, LegEnded], last: Instant) -> tuple[LegRecord, str]:
    shape = Dialled(arrived.at, arrived.channel, "", arrived.dialled, shown=arrived.caller.number)
    return _leg(Direction.A, shape, ends.get(arrived.channel), None, last)


def _sent_legs(
    trail: Trail, arrived: Arrived, ends: dict[str, LegEnded], bridged: dict[str, Instant], last: Instant
) -> list[tuple[LegRecord, str]]:
    """Every leg that was dialled, then any of which we only heard that it was bridged or ended."""
    shapes: dict[str, Dialled] = {}
    for entry in trail:
        if isinstance(entry, Dialled):
            shapes.setdefault(entry.leg_id, entry)
    for entry in trail:
        if isinstance(entry, Bridged | LegEnded) and entry.leg_id != arrived.channel:
            shapes.setdefault(entry.leg_id, Dialled(entry.at, entry.leg_id, "", ""))
    return [_leg(Direction.B, shape, ends.get(i), bridged.get(i), last) for i, shape in shapes.items()]


def _leg(
    direction: Direction, shape: Dialled, end: LegEnded | None, bridged: Instant | None, last: Instant
) -> tuple[LegRecord, str]:
    """The leg's record, and a note where its stamps had to be put right."""
    times = _times(shape, end, bridged, last)
    record = LegRecord(
        leg_id=shape.leg_id,
        direction=direction,
        to=shape.to,
        address=shape.address,
        trunk=shape.trunk,
        shown=shape.shown,
        payer=shape.payer,
        dialled=shape.at,
        created=times.created,
        ringing=times.ringing,
        answered=times.answered,
        bridged=bridged,
        ended=times.ended,
        cause=end.cause if end else "",
        outcome=_leg_outcome(end, bridged),
        hung_up_by=end.hung_up_by if end else "",
        estimated=end is None or end.estimated or bool(times.note),
    )
    return record, times.note


def _leg_outcome(end: LegEnded | None, bridged: Instant | None) -> Outcome:
    if bridged is not None:
        return Outcome.ANSWERED
    return end.outcome if end else Outcome.FAILED


def _times(shape: Dialled, end: LegEnded | None, bridged: Instant | None, last: Instant) -> _Times:
    if end is None:  # the trail breaks off: the leg lived at least until its last entry
        return _Times(shape.at, None, bridged, last)
    if end.stamps is None:
        return _Times() if bridged is None else _Times(shape.at, None, bridged, max(end.at, bridged))
    return _in_order(end.leg_id, end.stamps)


def _in_order(leg_id: str, stamps: Stamps) -> _Times:
    """Stamps that contradict each other (a wall clock that jumped) are put in order: the answer stands, and so does every
    end behind it; an end before the answer makes a talk of nothing."""
    answered = stamps.answered
    ended = stamps.ended if answered is None else max(answered, stamps.ended)
    created = min(stamps.created, ended if answered is None else answered)
    ringing = (
        None if stamps.ringing is None else min(max(stamps.ringing, created), ended if answered is None else answered)
    )
    if (created, ringing, answered, ended) == (stamps.created, stamps.ringing, stamps.answered, stamps.ended):
        return _Times(created, ringing, answered, ended)
    said = f"created {stamps.created}, ringing {stamps.ringing}, answered {stamps.answered}, ended {stamps.ended}"
    return _Times(created, ringing, answered, ended, f"stamps of leg {leg_id} out of order: {said}")


def _outcome(trail: Trail, channel: str, was_bridged: bool) -> Outcome:
    if was_bridged:
        return Outcome.ANSWERED
    step = next((e for e in reversed(trail) if isinstance(e, StepEnded)), None)
    end = _ends(trail).get(channel)
    if end is not None and _gave_up(end) and (step is None or _went_on(trail, step)):
        return Outcome.ABANDONED
    if step is not None and step.outcome is not Outcome.ANSWERED:
        return step.outcome
    return end.outcome if end and end.outcome is not Outcome.ANSWERED else Outcome.FAILED


def _gave_up(end: LegEnded) -> bool:
    """Whether it was the caller who ended his channel; where nobody says, the channel's own outcome tells."""
    return end.hung_up_by == "caller" or (not end.hung_up_by and end.outcome is Outcome.ABANDONED)


def _went_on(trail: Trail, step: StepEnded) -> bool:
    """Whether something else was to come after this step: only then is hanging up giving up."""
    later = trail[len(trail) - trail[::-1].index(step) :]
    return step.step == "ring" or any(isinstance(e, Routed | Dialled) for e in later)
