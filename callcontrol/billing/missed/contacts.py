"""Contacts: what a call's record says of whether people inside and a number outside spoke with each other.

An incoming call is one contact with its caller: `spoke`, or `missed` with the reason. An outgoing call, and a queue's
callback, is one with each number outside that was dialled: `reached`, or `tried`. A call that was forwarded outside is
no contact with the number it was forwarded to: a colleague's mobile is there. Calls inside are none.

The reason of a missed call is the first that holds:
1. the outcome's own: a message left, none left, a callback asked for;
2. the caller hung up: where, by the last stay in a queue or menu; anywhere else it rang, and only after `rung_us`;
3. it was closed, by hours or by a queue's;
4. what the last thing tried came to.
An announcement is missed only after closed hours or a queue: elsewhere it is what the caller wanted to hear.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.billing.record import CallRecord, LegRecord, Side
from callcontrol.vocabulary.missed import CaseKey, MissedPolicy, MissedReason
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving

_NUMBER: Final = "number:"
_HUNG_UP_IN_MENU: Final = "hung_up"
# How the way tells of hours and queues that were closed (kinds/targets/hours.py, queue/exits.py).
_CLOSED: Final = re.compile(r"\bclosed\b")

_BY_OUTCOME: Final[Mapping[Outcome, MissedReason]] = {
    Outcome.VOICEMAIL: MissedReason.VOICEMAIL_LEFT,
    Outcome.MISSED: MissedReason.NO_MESSAGE,
    Outcome.CALLBACK: MissedReason.CALLBACK_ASKED,
    Outcome.OVERFLOW: MissedReason.OVERFLOW,
    Outcome.NO_ANSWER: MissedReason.NO_ANSWER,
    Outcome.TIMEOUT: MissedReason.NO_ANSWER,
    Outcome.BUSY: MissedReason.BUSY,
    Outcome.UNAVAILABLE: MissedReason.UNREACHABLE,
    Outcome.REJECTED: MissedReason.FAILED,
    Outcome.FAILED: MissedReason.FAILED,
}
_FIRST: Final = (Outcome.VOICEMAIL, Outcome.MISSED, Outcome.CALLBACK)


class ContactKind(StrEnum):
    """What came of it."""

    SPOKE = "spoke"  # the number called, and a person spoke with it
    MISSED = "missed"  # it called, and no person did
    REACHED = "reached"  # it was called, and answered
    TRIED = "tried"  # it was called in vain


@dataclass(frozen=True, slots=True)
class Contact:
    """A call between a number outside and the people inside.

    Attributes:
        at: when they began to talk; where they did not, when the call arrived.
        ended: the end of the call.
        key: the number outside, "" if it was withheld; for a missed call also whom it wanted.
        by: who inside spoke or tried, as a target text.
        reason, due, expires: why it was missed, by when calling back is due, and when a case that it opens is given up.
    """

    call_id: str
    at: Instant
    ended: Instant
    key: CaseKey
    kind: ContactKind
    by: str = ""
    reason: MissedReason | None = None
    due: Instant | None = None
    expires: Instant | None = None


def contacts_of(record: CallRecord, policy: MissedPolicy, people: Collection[str]) -> tuple[Contact, ...]:
    """The contacts in a call's record.

    Args:
        people: words of the kinds of target that have people of their own (`ConfiguredKind.has_people`).
    """
    if record.caller.extension:
        return tuple(_dialled(record, record.legs, f"extension:{record.caller.extension}", policy))
    if not any(leg.direction is Side.A for leg in record.legs):  # a queue's callback; its agent may be outside too
        customers = (leg for leg in record.legs if leg.to == f"{_NUMBER}{record.caller.number}")
        return tuple(_dialled(record, customers, _agent(record), policy))
    return tuple(_incoming(record, policy, people))


def _incoming(record: CallRecord, policy: MissedPolicy, people: Collection[str]) -> Iterable[Contact]:
    number = record.caller.number
    key = CaseKey("" if record.caller.anonymous or not number.startswith("+") else number, wanted(record, people))
    if record.bridged is not None:
        yield Contact(record.call_id, record.bridged, record.ended, key, ContactKind.SPOKE, record.answered_by)
    elif (reason := missed_reason(record, policy)) is not None:
        due, expires = policy.due(record.ended), Instant(record.ended + policy.expires_us)
        yield Contact(record.call_id, record.arrived, record.ended, key, ContactKind.MISSED, "", reason, due, expires)


def wanted(record: CallRecord, people: Collection[str]) -> str:
    """Whom the caller wanted: the last station of the way that has people, else where the number leads."""
    stations = [entry.target for entry in record.path if not entry.passed]
    with_people = [target for target in stations if target.partition(":")[0] in people]
    return with_people[-1] if with_people else next(iter(stations), record.dialled)


def missed_reason(record: CallRecord, policy: MissedPolicy) -> MissedReason | None:
    """Why no person spoke with the caller; None: there is nothing to be missed."""
    outcome = record.outcome
    if outcome in _FIRST:
        return _BY_OUTCOME[outcome]
    if outcome is Outcome.ABANDONED:
        return _abandoned(record, policy)
    if any(_CLOSED.search(entry.why) for entry in record.path):
        return MissedReason.CLOSED
    if outcome is Outcome.ANNOUNCED:
        return MissedReason.OVERFLOW if record.visits else None
    return _BY_OUTCOME.get(outcome)


def _abandoned(record: CallRecord, policy: MissedPolicy) -> MissedReason | None:
    in_queue = max((visit.left for visit in record.visits if visit.how is Leaving.ABANDONED), default=None)
    in_menu = max((visit.left for visit in record.menus if visit.how == _HUNG_UP_IN_MENU), default=None)
    if record.ended - record.arrived < policy.rung_us:
        return None
    if in_queue is not None and (in_menu is None or in_menu <= in_queue):
        return MissedReason.ABANDONED_IN_QUEUE
    return MissedReason.ABANDONED_RINGING if in_menu is None else MissedReason.ABANDONED_IN_MENU


def _agent(record: CallRecord) -> str:
    return next((visit.agent for visit in record.visits if visit.agent), record.dialled)


def _dialled(record: CallRecord, legs: Iterable[LegRecord], by: str, policy: MissedPolicy) -> Iterable[Contact]:
    """One contact a number, over however many trunks it was tried."""
    by_number: defaultdict[str, list[LegRecord]] = defaultdict(list)
    for leg in legs:
        if leg.direction is Side.B and leg.trunk and leg.to.startswith(f"{_NUMBER}+"):
            by_number[leg.to.removeprefix(_NUMBER)].append(leg)
    for number, tries in by_number.items():
        talked = [began for leg in tries if (began := _talked(leg, policy)) is not None]
        kind, at = (ContactKind.REACHED, min(talked)) if talked else (ContactKind.TRIED, record.arrived)
        yield Contact(record.call_id, at, record.ended, CaseKey(number, ""), kind, by)


def _talked(leg: LegRecord, policy: MissedPolicy) -> Instant | None:
    """Since when they talked, if it was for long enough."""
    if leg.bridged is None or leg.ended is None or leg.ended - leg.bridged < policy.talk_us:
        return None
    return leg.bridged
