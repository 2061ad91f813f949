"""Cases: a number outside that no person inside has spoken with since it called.

`cases` is a pure fold over all contacts and acts of one number with one tenant: it sorts them by time, so that records
that come late, twice or in any order lead to the same cases.

A missed call opens a case of its target, or counts in the one that is open. Speaking with the number closes every open
case of it, whichever of the tenant's people did. A try in vain is counted. A case that nothing closes expires.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from callcontrol.billing.missed.contacts import Contact, ContactKind
from callcontrol.vocabulary.missed import CaseAct, CaseActKind, CaseEnd, CaseKey, MissedReason
from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class Case:
    """A caller who was missed.

    Attributes:
        opened_by: the first call that was missed.
        opened: when that call ended.
        reason: why the latest call was missed, `last_missed` when it ended, `missed` how many calls were.
        due: by when a first try is due, in the tenant's working time.
        expires: when the case is given up.
        tries: calls in vain to the number; `first_try` the first call to it, in vain or not.
        claimed_by, claimed_until: who has said to call back; "" if none has.
        closed, how, by, why: its end; by whom, and a dismissal's reason. An expiry is not written: it is a matter of
            the time at which one looks (`end_at`).
    """

    key: CaseKey
    opened_by: str
    opened: Instant
    reason: MissedReason
    due: Instant
    expires: Instant
    last_missed: Instant
    missed: int = 1
    tries: int = 0
    first_try: Instant | None = None
    claimed_by: str = ""
    claimed_until: Instant | None = None
    closed: Instant | None = None
    how: CaseEnd | None = None
    by: str = ""
    why: str = ""

    def end_at(self, now: Instant) -> CaseEnd | None:
        """How it stands closed at that time; None: it is open."""
        if self.how is not None:
            return self.how
        return CaseEnd.EXPIRED if now >= self.expires else None

    def holder_at(self, now: Instant) -> str:
        """Who holds a claim on it at that time; "" if there is none."""
        held = self.claimed_until is not None and now < self.claimed_until and self.end_at(now) is None
        return self.claimed_by if held else ""


def cases(contacts: Iterable[Contact], acts: Iterable[CaseAct]) -> tuple[Case, ...]:
    """All cases of one number with one tenant, in order of their opening."""
    closed, open_cases = list[Case](), dict[str, Case]()
    for told in _in_order(contacts, acts):
        open_cases = _expire(open_cases, closed, _when(told))
        match told:
            case CaseAct():
                _act(open_cases, closed, told)
            case Contact(kind=ContactKind.MISSED):
                _miss(open_cases, told)
            case Contact():
                _contact(open_cases, closed, told)
    return tuple(sorted((*closed, *open_cases.values()), key=lambda case: (case.opened, case.key.target)))


def _when(told: Contact | CaseAct) -> Instant:
    """When it counts. A call does when it ends: the caller may be answered until then."""
    return told.ended if isinstance(told, Contact) else told.at


def _in_order(contacts: Iterable[Contact], acts: Iterable[CaseAct]) -> list[Contact | CaseAct]:
    every = {contact.call_id + contact.key.number: contact for contact in contacts}
    calls = sorted(every.values(), key=lambda contact: (_when(contact), contact.call_id))
    # Of the same microsecond the call comes first; sorting keeps the order of equals.
    return sorted([*calls, *sorted(set(acts), key=lambda act: (act.at, act.kind, act.by))], key=_when)


def _expire(open_cases: dict[str, Case], closed: list[Case], now: Instant) -> dict[str, Case]:
    closed += [case for case in open_cases.values() if case.expires <= now]
    return {target: case for target, case in open_cases.items() if case.expires > now}


def _miss(open_cases: dict[str, Case], call: Contact) -> None:
    known, reason = open_cases.get(call.key.target), call.reason or MissedReason.FAILED
    if known is not None:
        known = replace(known, missed=known.missed + 1, last_missed=call.ended, reason=reason)
    else:
        due, expires = call.due or call.ended, call.expires or call.ended
        known = Case(call.key, call.call_id, call.ended, reason, due, expires, call.ended)
    open_cases[call.key.target] = known


def _contact(open_cases: dict[str, Case], closed: list[Case], call: Contact) -> None:
    """A talk closes all, a try counts in all; whatever we dial is a try."""
    if call.kind is not ContactKind.SPOKE:
        for target, case in open_cases.items():
            in_vain = call.kind is ContactKind.TRIED
            open_cases[target] = replace(case, tries=case.tries + in_vain, first_try=case.first_try or call.at)
    if call.kind is not ContactKind.TRIED:
        how = CaseEnd.CAME_BACK if call.kind is ContactKind.SPOKE else CaseEnd.REACHED
        at = {target: max(case.opened, call.at) for target, case in open_cases.items()}
        closed += [replace(case, closed=at[target], how=how, by=call.by) for target, case in open_cases.items()]
        open_cases.clear()


def _act(open_cases: dict[str, Case], closed: list[Case], act: CaseAct) -> None:
    """An act on a case that is closed, or a claim on one that another holds, does nothing."""
    case = open_cases.get(act.key.target)
    if case is None:
        return
    match act.kind:
        case CaseActKind.CLAIM if case.holder_at(act.at) in ("", act.by):
            open_cases[act.key.target] = replace(case, claimed_by=act.by, claimed_until=act.until)
        case CaseActKind.RELEASE if case.claimed_by == act.by:
            open_cases[act.key.target] = replace(case, claimed_by="", claimed_until=None)
        case CaseActKind.DISMISS:
            del open_cases[act.key.target]
            closed.append(replace(case, closed=act.at, how=CaseEnd.DISMISSED, by=act.by, why=act.why))
