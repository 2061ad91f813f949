"""The comparison of the switch with the ledger, call by call and leg by leg. Pure.

A finding is a promise that was not kept. Each rule is one function, from the evidence to the ids that break it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from callcontrol.vocabulary.call import call_id_of
from tests.chaos.truth import ASKS, CRASH, Caller, Evidence, Leg, LegRow

# A medium is in one of these states only while its call goes on.
OPEN = ("wanted", "running")
SHOWN = 5  # examples shown for each finding


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference in words, with its examples."""

    what: str
    where: tuple[str, ...]

    def __str__(self) -> str:
        more = f" and {len(self.where) - SHOWN} more" if len(self.where) > SHOWN else ""
        return f"{len(self.where)} times: {self.what}: {', '.join(self.where[:SHOWN])}{more}"


Rule = Callable[[Evidence], Iterable[str]]


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """All differences; empty if there are none."""
    told = [Finding(what, tuple(sorted(rule(evidence)))) for what, rule in RULES.items()]
    left = [Finding(f"left behind: {what}", examples) for what, examples in sorted(evidence.left.items())]
    return tuple(one for one in (*told, *left) if one.where)


def _on_the_line(evidence: Evidence) -> Iterable[str]:
    return (one.call_id for one in evidence.callers if one.ended_us is None)


def _unrecorded(evidence: Evidence) -> Iterable[str]:
    known = {row.call_id for row in evidence.calls}
    return (_named(one) for one in evidence.callers if one.must_be_known and one.call_id not in known)


def _recorded_twice(evidence: Evidence) -> Iterable[str]:
    return _repeated(row.call_id for row in evidence.calls)


def _invented_calls(evidence: Evidence) -> Iterable[str]:
    return {row.call_id for row in evidence.calls} - {one.call_id for one in evidence.callers}


def _legs_without_row(evidence: Evidence) -> Iterable[str]:
    """A leg of a call that never reached a worker is only in the switch's own records, for `callcontrol reconcile`."""
    rows = {row.leg_id for row in evidence.rows}
    nobodys = {one.call_id for one in evidence.callers if not one.must_be_known}
    nobodys -= {row.call_id for row in evidence.calls}
    return (leg.leg_id for leg in evidence.legs if leg.leg_id not in rows and leg.call_id not in nobodys)


def _legs_twice(evidence: Evidence) -> Iterable[str]:
    return _repeated(row.leg_id for row in evidence.rows)


def _invented_legs(evidence: Evidence) -> Iterable[str]:
    """Whether an attempt became a channel before its switch died may stay unknown; nothing else may be an estimate."""
    doubtful = {row.leg_id for row in doubtful_rows(evidence)}
    made = {leg.leg_id for leg in evidence.legs} | doubtful
    return (row.leg_id for row in evidence.rows if row.ended_us is not None and row.leg_id not in made)


def _legs_elsewhere(evidence: Evidence) -> Iterable[str]:
    """The ledger has each leg in the call that the switch names, if it names one."""
    owner = {leg.leg_id: leg.call_id for leg in evidence.legs if leg.call_id}
    return (row.leg_id for row in evidence.rows if owner.get(row.leg_id, row.call_id) != row.call_id)


def _wrong_times(evidence: Evidence) -> Iterable[str]:
    """A leg that is no estimate has the switch's own times, to the microsecond."""
    legs = {leg.leg_id: leg for leg in evidence.legs}
    exact = (row for row in evidence.rows if not row.estimated and row.ended_us is not None)
    return (_differs(row, leg) for row in exact if (leg := legs.get(row.leg_id)) and not _agree(row, leg))


def _lost_places(evidence: Evidence) -> Iterable[str]:
    """Callers who waited in a queue and were hung up by us without a conversation."""
    return (_named(one) for one in evidence.callers if _lost_the_place(one, evidence.visits.get(one.call_id, ())))


def _unsettled_media(evidence: Evidence) -> Iterable[str]:
    return (f"{row.media_id} ({row.kind}, {row.state})" for row in evidence.media if row.state in OPEN)


def _lost_for_no_reason(evidence: Evidence) -> Iterable[str]:
    return (row.media_id for row in evidence.media if row.state == "lost" and not row.cause)


def _files_without_row(evidence: Evidence) -> Iterable[str]:
    known = {row.file for row in evidence.media}
    return (name for name in evidence.files if name not in known)


def _files_twice(evidence: Evidence) -> Iterable[str]:
    return _repeated(row.file for row in evidence.media)


def _invented_media(evidence: Evidence) -> Iterable[str]:
    """A medium names a call by the id that its worker gave it, or by its caller's channel."""
    placed = {name for one in evidence.callers for name in (one.call_id, call_id_of(one.call_id))}
    return (f"{row.media_id} ({row.kind})" for row in evidence.media if row.call_id not in placed)


def _undelivered(evidence: Evidence) -> Iterable[str]:
    return (f"{one.what} {row}" for one in evidence.exports for row in (Counter(one.there) - Counter(one.lines)))


def _delivered_twice(evidence: Evidence) -> Iterable[str]:
    """Includes lines that the ledger does not have."""
    return (f"{one.what} {row}" for one in evidence.exports for row in (Counter(one.lines) - Counter(one.there)))


def _faulty_batches(evidence: Evidence) -> Iterable[str]:
    return (fault for one in evidence.exports for fault in one.faults)


def _missed_though_they_spoke(evidence: Evidence) -> Iterable[str]:
    """Judged by the events of the caller's phone; estimated calls are left out."""
    return (_named(one) for one in _known(evidence, "missed") if "bridged" in one.was_told)


def _spoke_though_missed(evidence: Evidence) -> Iterable[str]:
    return (_named(one) for one in _known(evidence, "spoke") if "bridged" not in one.was_told)


def _in_no_case(evidence: Evidence) -> Iterable[str]:
    """There was no conversation with the caller, who did not hang up. Calls of the tenant's own phones make no case."""
    exact = {row.call_id for row in evidence.calls if not row.estimated and row.outcome != "abandoned"}
    outside = (one for one in evidence.callers if one.kind != ASKS)
    unspoken = (one for one in outside if one.call_id in exact and "bridged" not in one.was_told)
    return (_named(one) for one in unspoken if evidence.exports and one.call_id not in evidence.contacts)


def _known(evidence: Evidence, kind: str) -> Iterable[Caller]:
    exact = {row.call_id for row in evidence.calls if not row.estimated}
    return (one for one in evidence.callers if one.call_id in exact and evidence.contacts.get(one.call_id) == kind)


RULES: dict[str, Rule] = {
    "a caller is still on the line": _on_the_line,
    "a call reached a worker and has no record": _unrecorded,
    "a call has two records": _recorded_twice,
    "a record of a call that was not placed": _invented_calls,
    "a leg the switch made has no row": _legs_without_row,
    "a leg has two rows": _legs_twice,
    "a row of a leg the switch never made": _invented_legs,
    "a leg is booked with another call": _legs_elsewhere,
    "a row claims exact times that are not the switch's": _wrong_times,
    "a waiting caller lost the place": _lost_places,
    "a message or a recorded talk is neither closed nor stored nor lost": _unsettled_media,
    "a message or a recorded talk is lost, and no cause is given": _lost_for_no_reason,
    "a file the switch began to record has no row": _files_without_row,
    "a file has two rows": _files_twice,
    "a message or a recorded talk of a call that was not placed": _invented_media,
    "a row of the ledger was not exported": _undelivered,
    "a line was exported twice, or of no row": _delivered_twice,
    "a batch of an export is missing, altered or does not add up": _faulty_batches,
    "a caller counts as missed who has spoken with a person": _missed_though_they_spoke,
    "a caller counts as spoken with, without a conversation": _spoke_though_missed,
    "a caller without a conversation is in no case": _in_no_case,
    "the cases of a number are others when they are made anew": lambda evidence: evidence.other_cases,
    "the counts of an hour are not those of its rows": lambda evidence: evidence.other_hours,
}


def doubtful_rows(evidence: Evidence) -> tuple[LegRow, ...]:
    """Attempts unknown to the switch: estimated, never answered, of a call that died with the switch."""
    died = {one.call_id for one in evidence.callers if one.cause == CRASH}
    made = {leg.leg_id for leg in evidence.legs}
    guessed = (row for row in evidence.rows if row.estimated and row.answered_us is None and row.call_id in died)
    return tuple(row for row in guessed if row.ended_us is not None and row.leg_id not in made)


def talked_us(evidence: Evidence) -> tuple[int, int]:
    """Talk time of all legs that are not estimated, in microseconds: by the ledger, and by the switch."""
    legs = {leg.leg_id: leg for leg in evidence.legs}
    exact = [row for row in evidence.rows if not row.estimated and row.leg_id in legs]
    return sum(map(_talk_us, exact)), sum(_talk_us(legs[row.leg_id]) for row in exact)


def _talk_us(leg: Leg | LegRow) -> int:
    return leg.ended_us - leg.answered_us if leg.ended_us is not None and leg.answered_us is not None else 0


def _agree(row: LegRow, leg: Leg) -> bool:
    return (row.answered_us, row.ended_us) == (leg.answered_us, leg.ended_us)


def _differs(row: LegRow, leg: Leg) -> str:
    return f"{row.leg_id} (talk {_talk_us(row)} µs, the switch {_talk_us(leg)} µs)"


def _lost_the_place(caller: Caller, visits: tuple[str, ...]) -> bool:
    was_ended = caller.ended_us is not None and caller.by != "recv_bye" and caller.cause != CRASH
    return bool(visits) and was_ended and "bridged" not in caller.was_told


def _named(caller: Caller) -> str:
    return f"{caller.call_id} ({caller.kind}, {caller.cause or 'up'})"


def _repeated(ids: Iterable[str]) -> Iterable[str]:
    return (one for one, count in Counter(ids).items() if count > 1)
