"""Missed callers: reads the rows of calls that were written since, and makes the cases of their numbers anew.

A step is one transaction: which calls, their contacts, the cases, and how far it has read. So a step that is broken off
has done nothing, and one that is done again changes nothing. Of several processes one reads; the others find the
progress locked.

What happened before this ledger knew of missed callers is read day by day, the latest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from callcontrol.billing.missed.cases import Case
from callcontrol.billing.missed.contacts import Contact, contacts_of
from callcontrol.billing.record import CallRecord
from callcontrol.config.settings import Settings
from callcontrol.edges import missed_meters
from callcontrol.edges.ledger.history import LedgerHistory, Stretch
from callcontrol.edges.ledger.missed_cases import (
    CallKey,
    fold_again,
    folded,
    known_cases,
    lock_parties,
    numbers_with_contacts,
    replace_contacts,
)
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.ledger.webhooks import tell_cases
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.missed import CaseEnd, MissedPolicy
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_of
from callcontrol.vocabulary.opening import ScheduledHours

BATCH: Final = 500  # calls of a step
BEFORE_DAYS: Final = 90  # the longest `expires:`: an older call can open no case that is still open
STEP_TIMEOUT_MS: Final = 120_000

PEOPLE: Final = frozenset(kind.word for kind in KINDS if kind.has_people)


def policy_of(settings: Settings, name: str) -> MissedPolicy:
    """A tenant's policy; that of no settings for a tenant that is gone."""
    tenant = settings.tenants.get(name)
    if tenant is None:
        return MissedPolicy()
    hours = None if tenant.missed.hours is None else ScheduledHours(tenant.hours[tenant.missed.hours].schedule)
    return replace(tenant.missed.policy, hours=hours)


class MissedCallers:
    """One step at a time. Raises NoLedger or psycopg.Error whenever Postgres cannot be asked."""

    def __init__(self, dsn: str, settings: Callable[[], Settings], now: Callable[[], Instant]) -> None:
        self._dsn = dsn
        self._settings = settings
        self._now = now

    def step(self) -> bool:
        """Read the next calls; True if there are more."""
        with connect(self._dsn) as connection:
            with transaction(connection, statement_timeout=STEP_TIMEOUT_MS):
                more = self._read_on(connection)
            self._count(connection)
        return more

    def _read_on(self, connection: DictConnection) -> bool:
        progress = connection.execute(query("missed_progress")).fetchone()
        if progress is None:  # the first step of all, or another process reads
            first_day = datetime_of(self._now()).date() - timedelta(days=BEFORE_DAYS)
            return connection.execute(query("begin_missed"), {"first_day": first_day}).rowcount > 0
        params = {"from_in": progress["read_to"], "limit": BATCH}
        rows = connection.execute(query("calls_written_since"), params).fetchall()
        found = [_key(row) for row in rows if row["call_id"] is not None]
        if found:
            self._take_in(connection, found)
        connection.execute(query("missed_read_to"), {"read_to": rows[0]["read_to"]})
        return bool(found) or self._read_a_day(connection)

    def _read_a_day(self, connection: DictConnection) -> bool:
        """Of a day that is still to be read the next calls."""
        day = connection.execute(query("missed_day")).fetchone()
        if day is None:
            return False
        rows = connection.execute(query("calls_of_day"), {**day, "limit": BATCH}).fetchall()
        if rows:
            self._take_in(connection, [_key(row) for row in rows])
            connection.execute(query("missed_day_read"), {**day, "after": rows[-1]["call_id"]})
        else:
            connection.execute(query("missed_day_done"), day)
        return True

    def _take_in(self, connection: DictConnection, calls: Sequence[CallKey]) -> None:
        contacts = list(self._contacts(calls))
        lock_parties(connection, {(call.tenant, contact.key.number) for call, contact in contacts})
        parties = replace_contacts(connection, calls, contacts)
        lock_parties(connection, parties)  # also those that a corrected record is no more about
        changed = fold_again(connection, parties)
        tell_cases(connection, changed)
        for _, case, before in changed:
            _observe(case, before)

    def _contacts(self, calls: Sequence[CallKey]) -> Iterator[tuple[CallKey, Contact]]:
        settings = self._settings()
        with LedgerHistory(self._dsn) as history:
            for key, record in _records(history, calls):
                policy = policy_of(settings, key.tenant)
                yield from ((key, contact) for contact in contacts_of(record, policy, PEOPLE))

    def _count(self, connection: DictConnection) -> None:
        (row,) = connection.execute(query("missed_counts"), {"now": datetime_of(self._now())}).fetchall()
        missed_meters.open_cases.set(row["open"])
        missed_meters.overdue_cases.set(row["overdue"])
        missed_meters.oldest_case_seconds.set(row["oldest_s"])


def _key(row: Mapping[str, Any]) -> CallKey:
    return CallKey(row["tenant"], row["switch"], row["call_id"], row["started_day"])


def _records(history: LedgerHistory, calls: Collection[CallKey]) -> Iterator[tuple[CallKey, CallRecord]]:
    """The records of these calls, switch by switch."""
    by_switch: defaultdict[str, list[CallKey]] = defaultdict(list)
    for call in calls:
        by_switch[call.switch].append(call)
    for switch, own in by_switch.items():
        days = sorted(call.started_day for call in own)
        began, ended = (instant_of(datetime.combine(day, time(), UTC)) for day in (days[0], days[-1]))
        stretch = Stretch(switch, {call.tenant for call in own}, began, ended)
        found = history.records(stretch, {call.call_id for call in own})
        yield from ((call, found[call.call_id]) for call in own if call.call_id in found)


def _observe(case: Case, before: Case | None) -> None:
    """What has become known of a case since it was looked at last."""
    if case.first_try is not None and (before is None or before.first_try is None):
        missed_meters.first_try_seconds.observe((case.first_try - case.opened) / SECOND_US)
    if case.closed is not None and (before is None or before.closed is None):
        missed_meters.closed_total.labels(case.how).inc()
        if case.how is not CaseEnd.DISMISSED:
            missed_meters.closed_seconds.observe((case.closed - case.opened) / SECOND_US)


def differing(connection: DictConnection, tenant: str) -> tuple[int, list[str]]:
    """How many numbers a tenant has contacts of, and those whose cases are not what their contacts and acts come to.

    Both are read in one transaction, a number at a time locked, so that nothing that is written meanwhile differs.
    """
    count, wrong, after = 0, list[str](), ""
    while numbers := numbers_with_contacts(connection, tenant, after, BATCH):
        count, after = count + len(numbers), numbers[-1]
        parties = [(tenant, number) for number in numbers]
        with transaction(connection):
            lock_parties(connection, parties)
            made = {(case.key, case.opened): case for _, case in folded(connection, parties)}
            known = {(one.case.key, one.case.opened): one.case for one in known_cases(connection, parties)}
        odd = {key.number for key, _ in made.keys() ^ known.keys()}
        odd |= {key.number for (key, opened) in made.keys() & known.keys() if made[key, opened] != known[key, opened]}
        wrong += [f"{tenant} {number}: its cases differ" for number in sorted(odd)]
    return count, wrong
