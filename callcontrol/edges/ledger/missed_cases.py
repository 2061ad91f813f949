"""The tables of missed callers: contacts, acts, and the cases that follow from them.

Whatever changes the cases of a number locks the number first, for its transaction: the loop that reads records, and a
person's act. So each sees what the other has written, and cases are always the fold of what stands in the tables.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from callcontrol.billing.missed.cases import Case, cases
from callcontrol.billing.missed.contacts import Contact, ContactKind
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.webhooks import tell_cases
from callcontrol.vocabulary.missed import CaseAct, CaseActKind, CaseEnd, CaseKey, MissedReason
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of, text_of
from callcontrol.vocabulary.sentence import says

MAX_CASES: Final = 10_000  # of one list

# (tenant, number): what is folded and locked at once.
Party = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CallKey:
    """A call's row."""

    tenant: str
    switch: str
    call_id: str
    started_day: date


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case as it stands in the table."""

    tenant: str
    case: Case


def lock_parties(connection: DictConnection, parties: Iterable[Party]) -> None:
    """Nothing else changes the cases of these numbers until the transaction ends."""
    connection.execute(query("lock_numbers"), {"keys": ["\n".join(party) for party in parties]})


def replace_contacts(
    connection: DictConnection, calls: Collection[CallKey], contacts: Iterable[tuple[CallKey, Contact]]
) -> set[Party]:
    """Put these contacts in place of whatever these calls had; returns whose cases that may change."""
    told = [_contact_row(call, contact) for call, contact in contacts]
    keys = {
        "tenants": [call.tenant for call in calls],
        "switches": [call.switch for call in calls],
        "call_ids": [call.call_id for call in calls],
    }
    dropped = connection.execute(query("drop_contacts"), keys).fetchall()
    connection.execute(query("add_contacts"), {"contacts": orjson.dumps(told).decode()})
    return {(row["tenant"], row["number"]) for row in (*dropped, *told) if row["number"]}


def fold_again(connection: DictConnection, parties: Collection[Party]) -> list[tuple[str, Case, Case | None]]:
    """Make the cases of these numbers anew; returns those that are new or have changed: tenant, case, what it was.

    The caller has locked the numbers.
    """
    before = {_case_key(one): one.case for one in known_cases(connection, parties)}
    made = [KnownCase(tenant, case) for tenant, case in folded(connection, parties)]
    connection.execute(query("drop_cases"), _parties(parties))
    connection.execute(query("add_cases"), {"cases": orjson.dumps([_case_row(one) for one in made]).decode()})
    then = ((one.tenant, one.case, before.get(_case_key(one))) for one in made)
    return [(tenant, case, earlier) for tenant, case, earlier in then if case != earlier]


def folded(connection: DictConnection, parties: Collection[Party]) -> list[tuple[str, Case]]:
    """What the contacts and acts of these numbers come to; nothing is changed."""
    contacts, acts = defaultdict[Party, list[Contact]](list), defaultdict[Party, list[CaseAct]](list)
    for row in connection.execute(query("contacts_of_numbers"), _parties(parties)):
        contacts[row["tenant"], row["number"]].append(_contact(row))
    for row in connection.execute(query("acts_of_numbers"), _parties(parties)):
        acts[row["tenant"], row["number"]].append(_act(row))
    found = list[tuple[str, Case]]()
    for party in sorted(parties):
        found += [(party[0], case) for case in cases(contacts[party], acts[party])]
    return found


def known_cases(connection: DictConnection, parties: Collection[Party]) -> list[KnownCase]:
    """The cases of these numbers as they stand."""
    rows = connection.execute(query("cases_of_numbers"), _parties(parties)).fetchall()
    return [_known(row) for row in rows]


class ActRefused(ValueError):
    """The act makes no sense as the case stands; the message says how it stands."""


def do(connection: DictConnection, tenant: str, act: CaseAct) -> None:
    """Do what a person wants with a case, in the transaction under way.

    Raises:
        ActRefused: no case of the key is open, or another has claimed it.
    """
    party = (tenant, act.key.number)
    lock_parties(connection, [party])
    same = [one.case for one in known_cases(connection, [party]) if one.case.key == act.key]
    _refuse(same, act)
    _add_act(connection, tenant, act)
    tell_cases(connection, fold_again(connection, [party]))


def _refuse(same: Sequence[Case], act: CaseAct) -> None:
    """Raise what speaks against it."""
    case = next((case for case in same if case.end_at(act.at) is None), None)
    if case is None:
        of = {"number": act.key.number, "target": act.key.target}
        if not same:
            raise ActRefused(says("no case of %(number)s for %(target)s is open: there never was one", **of))
        end = same[-1].end_at(act.at)
        raise ActRefused(says("no case of %(number)s for %(target)s is open: the last one is %(end)s", end=end, **of))
    holder = case.holder_at(act.at)
    if act.kind is CaseActKind.CLAIM and holder not in ("", act.by):
        raise ActRefused(says("%(who)s has claimed it until %(until)s", who=holder, until=_until(case)))
    if act.kind is CaseActKind.RELEASE and holder != act.by:
        if not holder:
            raise ActRefused(says("%(who)s has not claimed it: no one has", who=act.by))
        raise ActRefused(says("%(who)s has not claimed it: %(holder)s has", who=act.by, holder=holder))


def _until(case: Case) -> str:
    return "" if case.claimed_until is None else text_of(case.claimed_until)


def _add_act(connection: DictConnection, tenant: str, act: CaseAct) -> None:
    params = {
        **_key_columns(tenant, act.key),
        "at": datetime_of(act.at),
        "kind": act.kind,
        "by": act.by,
        "why": act.why,
        "until": _moment(act.until),
    }
    connection.execute(query("add_act"), params)


@dataclass(frozen=True, slots=True)
class WantedCases:
    """Which cases: all that match everything given.

    Attributes:
        is_open: only those that are open, or only those that are not; None: all.
        overdue: only those without a try though one is due.
        since: opened then or later.
        opened_by: by this call.
        targets: only of callers who wanted one of these; None: of all.
        latest_first: those that were opened last first, instead of those that are due first.
        limit: at most so many, up to MAX_CASES.
    """

    tenant: str
    number: str | None = None
    target: str | None = None
    is_open: bool | None = None
    overdue: bool = False
    since: Instant | None = None
    opened_by: str | None = None
    targets: tuple[str, ...] | None = None
    latest_first: bool = False
    limit: int = 100


def wanted_cases(connection: DictConnection, wanted: WantedCases, now: Instant) -> list[Case]:
    """Cases, in the order that is wanted."""
    params = {
        "tenant": wanted.tenant,
        "number": wanted.number,
        "target": wanted.target,
        "is_open": wanted.is_open,
        "overdue": wanted.overdue,
        "since": _moment(wanted.since),
        "opened_by": wanted.opened_by,
        "targets": None if wanted.targets is None else list(wanted.targets),
        "limit": wanted.limit,
        "now": datetime_of(now),
    }
    name = "cases_wanted_latest" if wanted.latest_first else "cases_wanted"
    return [_known(row).case for row in connection.execute(query(name), params).fetchall()]


def _parties(parties: Collection[Party]) -> Mapping[str, Sequence[str]]:
    ordered = sorted(parties)
    return {"tenants": [tenant for tenant, _ in ordered], "numbers": [number for _, number in ordered]}


def _case_key(one: KnownCase) -> tuple[str, CaseKey, Instant]:
    return one.tenant, one.case.key, one.case.opened


def _key_columns(tenant: str, key: CaseKey) -> dict[str, str]:
    return {"tenant": tenant, "number": key.number, "target": key.target}


def _moment(at: Instant | None) -> datetime | None:
    return None if at is None else datetime_of(at)


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else instant_of(at)


def _contact_row(call: CallKey, contact: Contact) -> dict[str, Any]:
    return {
        **_key_columns(call.tenant, contact.key),
        "switch": call.switch,
        "call_id": call.call_id,
        "kind": contact.kind,
        "reason": contact.reason or "",
        "by": contact.by,
        "began_at": datetime_of(contact.at),
        "ended_at": datetime_of(contact.ended),
        "started_day": call.started_day,
        "due_at": _moment(contact.due),
        "expires_at": _moment(contact.expires),
    }


def _contact(row: Mapping[str, Any]) -> Contact:
    return Contact(
        row["call_id"],
        instant_of(row["began_at"]),
        instant_of(row["ended_at"]),
        CaseKey(row["number"], row["target"]),
        ContactKind(row["kind"]),
        row["by"],
        MissedReason(row["reason"]) if row["reason"] else None,
        _instant(row["due_at"]),
        _instant(row["expires_at"]),
    )


def _act(row: Mapping[str, Any]) -> CaseAct:
    key, kind = CaseKey(row["number"], row["target"]), CaseActKind(row["kind"])
    return CaseAct(instant_of(row["at"]), key, kind, row["by"], row["why"], _instant(row["until"]))


def _case_row(one: KnownCase) -> dict[str, Any]:
    case = one.case
    return {
        **_key_columns(one.tenant, case.key),
        "opened_at": datetime_of(case.opened),
        "opened_by": case.opened_by,
        "reason": case.reason,
        "due_at": datetime_of(case.due),
        "expires_at": datetime_of(case.expires),
        "last_missed_at": datetime_of(case.last_missed),
        "missed": case.missed,
        "tries": case.tries,
        "first_try_at": _moment(case.first_try),
        "claimed_by": case.claimed_by,
        "claimed_until": _moment(case.claimed_until),
        "closed_at": _moment(case.closed),
        "how": case.how or "",
        "by": case.by,
        "why": case.why,
    }


def _known(row: Mapping[str, Any]) -> KnownCase:
    case = Case(
        key=CaseKey(row["number"], row["target"]),
        opened_by=row["opened_by"],
        opened=instant_of(row["opened_at"]),
        reason=MissedReason(row["reason"]),
        due=instant_of(row["due_at"]),
        expires=instant_of(row["expires_at"]),
        last_missed=instant_of(row["last_missed_at"]),
        missed=row["missed"],
        tries=row["tries"],
        first_try=_instant(row["first_try_at"]),
        claimed_by=row["claimed_by"],
        claimed_until=_instant(row["claimed_until"]),
        closed=_instant(row["closed_at"]),
        how=CaseEnd(row["how"]) if row["how"] else None,
        by=row["by"],
        why=row["why"],
    )
    return KnownCase(row["tenant"], case)


def read_again(connection: DictConnection, tenant: str, first: date, last: date) -> int:
    """Have the calls of these UTC days read again; how many days there are with calls."""
    params = {"tenant": tenant, "first_day": first, "last_day": last}
    return connection.execute(query("read_days_again"), params).rowcount


def numbers_with_contacts(connection: DictConnection, tenant: str, after: str, limit: int) -> list[str]:
    """The next numbers a tenant has contacts of, in order."""
    params = {"tenant": tenant, "after": after, "limit": limit}
    return [row["number"] for row in connection.execute(query("numbers_with_contacts"), params).fetchall()]


def cases_of_number(connection: DictConnection, tenant: str, number: str) -> int:
    """How many cases a number has."""
    (row,) = connection.execute(query("count_missed"), {"tenant": tenant, "number": number}).fetchall()
    count: int = row["cases"]
    return count


def forget_number(connection: DictConnection, tenant: str, number: str) -> None:
    """Erase the cases of a number, and the contacts and acts they were made of, in the transaction under way."""
    lock_parties(connection, [(tenant, number)])
    connection.execute(query("forget_missed"), {"tenant": tenant, "number": number})
