"""What a story expects against what there is; every difference as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from callcontrol.billing.columns import Kind
from callcontrol.billing.record import CALLS, LEGS, Side
from callcontrol.edges.ledger.past_rows import PastCall, PastLeg, PastVisit
from callcontrol.simulator.ears import Heard
from callcontrol.vocabulary.moment import SECOND_US

# A story may say what any column should be; lists have ways of their own to be compared.
_CALL_FIELDS = tuple(column.name for column in CALLS.columns if column.kind is not Kind.DOCUMENT)
_LEG_FIELDS = tuple(column.name for column in LEGS.columns)
# What `heard` says besides the details of what was heard.
_NO_DETAIL = ("who", "what", "not", "between_s")


def call_differences(expected: Mapping[str, Any], call: PastCall) -> Iterator[str]:
    """Where the record of a call is not what the story says. What a story does not mention may be anything, but an
    estimated record is always a difference.
    """
    wanted = {"estimated": False, **expected}
    yield from _fields(f"call to {call.dialled}", wanted, call, _CALL_FIELDS)
    if "path" in expected:
        yield from _path(expected["path"], call)
    if "legs" in expected:
        yield from _legs(expected["legs"], [leg for leg in call.legs if leg.direction == Side.B])
    if "queue" in expected:
        yield from _visits(expected["queue"], call)
    if "offers" in expected:
        yield from _offers(expected["offers"], call)
    if "charges" in expected:
        yield from _charges(expected["charges"], call)
    if "recordings" in expected and len(call.recordings) != expected["recordings"]:
        yield f"{expected['recordings']} recordings expected, there are {[r['path'] for r in call.recordings]}"
    if "talks" in expected and expected["talks"] != [fact["what"] for fact in call.talks]:
        yield f"recording should be {expected['talks']}: {[(fact['what'], fact['why']) for fact in call.talks]}"
    if "surveys" in expected:
        yield from _surveys(expected["surveys"], call)
    if "segments" in expected:
        yield from _segments(expected["segments"], call)
    if "interruptions" in expected:
        yield from _interruptions(expected["interruptions"], call)
    yield from _overlaps(call)
    if "note" in expected and not any(re.search(expected["note"], n["what"]) for n in call.notes):
        yield f"no note says {expected['note']!r}: {[n['what'] for n in call.notes]}"


def heard_differences(expected: Sequence[Mapping[str, Any]], heard: Sequence[Heard], began_us: int) -> Iterator[str]:
    """Which of the things that must (or must not) be heard were not (or were), each within its span of time.

    Args:
        began_us: when the story began, on the clock of `heard` (microseconds since the epoch).
    """
    for wanted in expected:
        rest = {k: v for k, v in wanted.items() if k not in _NO_DETAIL}
        found = [
            h
            for h in heard
            if h.who == wanted["who"]
            and h.what == wanted["what"]
            and _matches(rest, h.detail)
            and _is_within(wanted.get("between_s"), h, began_us)
        ]
        if bool(found) is bool(wanted.get("not", False)):
            said = [(_seconds(h, began_us), h.what, h.detail) for h in heard if h.who == wanted["who"]]
            never = "should never have" if found else "should have"
            when = " between {} s and {} s".format(*wanted["between_s"]) if "between_s" in wanted else ""
            yield f"{wanted['who']} {never} heard {wanted['what']} {rest}{when}; heard: {said}"


def _is_within(between_s: Sequence[float] | None, heard: Heard, began_us: int) -> bool:
    return between_s is None or between_s[0] <= _seconds(heard, began_us) <= between_s[1]


def _seconds(heard: Heard, began_us: int) -> float:
    """Since the beginning of the story."""
    return round((heard.at_us - began_us) / SECOND_US, 2)


def _fields(what: str, expected: Mapping[str, Any], actual: object, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name in expected and not _equal(expected[name], getattr(actual, name)):
            yield f"{what}: {name} should be {expected[name]!r}, is {getattr(actual, name)!r}"


def _path(expected: Sequence[str], call: PastCall) -> Iterator[str]:
    reasons = [str(station["why"]) for station in call.path]
    rest = iter(reasons)
    for wanted in expected:
        if not any(wanted in reason for reason in rest):
            yield f"call to {call.dialled}: no reason {wanted!r} at its place in {reasons}"
            return


def _legs(expected: Sequence[Mapping[str, Any]], legs: Sequence[PastLeg]) -> Iterator[str]:
    if len(expected) != len(legs):
        yield f"{len(expected)} legs expected, there are {[(leg.target, leg.cause) for leg in legs]}"
        return
    for wanted, leg in zip(expected, legs, strict=True):
        if "to" in wanted and wanted["to"] != leg.target:
            yield f"a leg to {wanted['to']} expected, there is one to {leg.target}"
        yield from _fields(f"leg to {leg.target}", {"estimated": False, **wanted}, leg, _LEG_FIELDS)


def _visits(expected: Mapping[str, Any] | Sequence[Mapping[str, Any]], call: PastCall) -> Iterator[str]:
    """The queues the call waited in, one after the other."""
    wanted = [expected] if isinstance(expected, Mapping) else expected
    found = [_told(visit) for visit in call.visits]
    if len(wanted) != len(found):
        yield f"call to {call.dialled}: {len(wanted)} queues expected, there are {found}"
        return
    for told, visit in zip(wanted, found, strict=True):
        for name, value in told.items():
            if not _equal(value, visit.get(name)):
                yield f"call to {call.dialled}, queue {visit['name']}: {name} should be {value!r}: {visit}"


def _told(visit: PastVisit) -> dict[str, Any]:
    return {
        "name": visit.queue,
        "left": visit.how,
        "agent": visit.agent,
        "keys": "".join(pressed["key"] for pressed in visit.keys),
        "took_up": visit.took_up,
        "detail": visit.detail,
        "position": visit.first_position,
        "estimated": visit.estimated,
    }


def _segments(expected: Sequence[Mapping[str, Any]], call: PastCall) -> Iterator[str]:
    """With whom the caller talked, for how many seconds, and which leg took the place of the one before."""
    found = [(one.party, round(one.talk_ms / 1000)) for one in call.segments]
    wanted = [(one["with"], one.get("s")) for one in expected]
    same = len(wanted) == len(found) and all(
        party == told and (s is None or abs(s - found_s) <= 1)
        for (party, s), (told, found_s) in zip(wanted, found, strict=True)
    )
    if not same:
        yield f"call to {call.dialled}: segments {wanted} expected, there are {found}"
    moved = {leg.leg_id: leg.moved_to for leg in call.legs}
    moved |= {leg.moved_from: leg.leg_id for leg in call.legs if leg.moved_from}  # of another call's leg
    for one, before, now in zip(expected[1:], call.segments, call.segments[1:], strict=False):
        took = now.other_leg in (moved.get(before.other_leg), moved.get(before.leg_id))
        if one.get("moved", False) != took:
            yield f"call to {call.dialled}: whether {now.party} took the place of {before.party} should be otherwise"


def _interruptions(expected: Sequence[Mapping[str, Any]], call: PastCall) -> Iterator[str]:
    """How the caller was parked or held; `s`: for how many seconds."""
    found = [{**one, "s": _length_s(one)} for one in call.interruptions]
    same = len(expected) == len(found) and all(
        abs(told["s"] - value) <= 1 if name == "s" else told.get(name) == value
        for wanted, told in zip(expected, found, strict=True)
        for name, value in wanted.items()
    )
    if not same:
        yield f"call to {call.dialled}: interruptions {list(expected)} expected, there are {found}"


def _length_s(one: Mapping[str, Any]) -> float:
    began, ended = (datetime.fromisoformat(one[name]) for name in ("began", "ended"))
    return (ended - began).total_seconds()


def _overlaps(call: PastCall) -> Iterator[str]:
    """A leg talks with one other at a time, and only while the call lasts."""
    for one, other in combinations(call.segments, 2):
        shared = {one.leg_id, one.other_leg} & {other.leg_id, other.other_leg}
        if shared and one.began_at < other.ended_at and other.began_at < one.ended_at:
            yield f"call to {call.dialled}: two conversations of leg {shared} overlap: {one}, {other}"


def _surveys(expected: Sequence[Mapping[str, Any]], call: PastCall) -> Iterator[str]:
    """What the caller was asked, as far as the story mentions it."""
    found = [dict(one) for one in call.surveys]
    same = len(expected) == len(found) and all(
        told.get(name) == value for wanted, told in zip(expected, found, strict=True) for name, value in wanted.items()
    )
    if not same:
        yield f"call to {call.dialled}: surveys {list(expected)} expected, there are {found}"


def _offers(expected: Sequence[Mapping[str, Any]], call: PastCall) -> Iterator[str]:
    """The agents the caller was offered to, in all queues of the call."""
    found = [{"agent": offer.agent, "how": offer.how} for visit in call.visits for offer in visit.offers]
    if list(expected) != found:
        yield f"call to {call.dialled}: offers {list(expected)} expected, there are {found}"


def _charges(expected: Sequence[Mapping[str, Any]], call: PastCall) -> Iterator[str]:
    charged = [leg for leg in call.legs if leg.cost is not None]
    if len(expected) != len(charged):
        yield f"{len(expected)} charges expected, there are {[(leg.target, leg.cost) for leg in charged]}"
        return
    for wanted, leg in zip(expected, charged, strict=True):
        assert leg.cost is not None
        if "payer" in wanted and wanted["payer"] != leg.payer:
            yield f"leg to {leg.target}: {wanted['payer']} should pay, {leg.payer} does"
        if "amount" in wanted and Decimal(wanted["amount"]) != leg.cost.amount:
            yield f"leg to {leg.target}: should cost {wanted['amount']}, costs {leg.cost.amount} ({leg.cost.formula})"


def _matches(wanted: Mapping[str, Any], detail: Mapping[str, str]) -> bool:
    return all(_equal(value, detail.get(name, "")) for name, value in wanted.items())


def _equal(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, str) and len(wanted) > 1 and wanted[0] == wanted[-1] == "/":
        return re.search(wanted[1:-1], str(actual)) is not None
    return bool(wanted == actual or (isinstance(actual, str) and str(wanted) == actual))
