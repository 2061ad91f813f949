"""Rows outside of monthly partitions that are kept no longer, so many at a time.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import orjson
from psycopg import sql

from callcontrol.edges.ledger.missed_cases import Party, fold_again, lock_parties
from callcontrol.edges.ledger.partitions import later
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.register.places import TablePlace
from callcontrol.edges.register.tables import TABLES

MOST: Final = 5_000
# Of these more than one table is concerned at a time.
_TOGETHER: Final = ("missed_contacts", "missed_acts", "missed_cases", "missed_revisions", "account_entries")
_BY_DAY: Final = "started_day"
_BY_MONTH: Final = "month"
_NOT_OF_HELD_TIME: Final = (
    'NOT EXISTS (SELECT FROM jsonb_to_recordset(%(times)s::jsonb) AS h (tenant text, first date, "end" date)'
    ' WHERE h.tenant = t.tenant AND t.{0} >= h.first AND t.{0} < h."end")'
)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Rows of before these days are kept no longer.

    Attributes:
        everyone: of tenants that say nothing else, and of those that are not configured any more.
        own: of tenants that do.
    """

    everyone: date
    own: Mapping[str, date]

    def of(self, tenant: str) -> date:
        """A tenant's."""
        return self.own.get(tenant, self.everyone)


@dataclass(frozen=True, slots=True)
class HeldTime:
    """Everything of a tenant's from the first of these days to the last (UTC) is held."""

    tenant: str
    first: date
    last: date

    def has(self, month: date) -> bool:
        """Whether days of this month are among them; the month is its first day."""
        return self.first.replace(day=1) <= month <= self.last


@dataclass(frozen=True, slots=True)
class Held:
    """What holds are about: calls and numbers, each with its tenant, and times."""

    calls: Sequence[tuple[str, str]]
    numbers: Sequence[tuple[str, str]]
    times: Sequence[HeldTime] = ()

    def has_month(self, tenant: str, month: date) -> bool:
        """Whether a tenant's rows of this month stay as a whole."""
        return any(one.tenant == tenant and one.has(month) for one in self.times)

    def has_some_of(self, month: date) -> bool:
        """Whether any tenant's do."""
        return any(one.has(month) for one in self.times)

    def before_them(self, cutoffs: Cutoffs) -> Cutoffs:
        """What goes in order, the oldest first, goes up to where a tenant's first held month begins."""
        own = dict(cutoffs.own)
        for one in self.times:
            own[one.tenant] = min(one.first.replace(day=1), own.get(one.tenant, cutoffs.everyone))
        return Cutoffs(cutoffs.everyone, own)


def held(connection: DictConnection) -> Held:
    """What counts now."""
    calls = connection.execute(query("held_calls")).fetchall()
    numbers = connection.execute(query("held_numbers")).fetchall()
    times = connection.execute(query("held_times")).fetchall()
    return Held(
        [(row["tenant"], row["call_id"]) for row in calls],
        [(row["tenant"], row["number"]) for row in numbers],
        [HeldTime(row["tenant"], row["first"], row["last"]) for row in times],
    )


def aged_tables() -> list[TablePlace]:
    """Tables whose rows go one by one."""
    return [
        table
        for table in TABLES
        if table.age not in ("", _BY_MONTH) and not table.is_monthly and table.name not in _TOGETHER
    ]


def delete_aged(connection: DictConnection, table: TablePlace, cutoffs: Cutoffs, holding: Held) -> int:
    """Delete rows of a table that are kept no longer, and not held; how many, MOST at most.

    Rows of a call go once the call's own month has gone: exports, and people who look for a call, need them until then.
    """
    age = sql.Identifier(table.age)
    conditions: list[sql.Composable] = [
        sql.SQL("t.{} < coalesce(d.cutoff, %(cutoff)s)").format(age),
        sql.SQL(_NOT_OF_HELD_TIME).format(age),
    ]
    if table.only:
        conditions.append(sql.SQL("({})").format(sql.SQL(table.only)))
    if table.age == _BY_DAY:
        conditions.append(sql.SQL("is_retired(t.tenant, 'calls', t.started_day)"))
    if table.call:
        conditions.append(sql.SQL("NOT (t.tenant || ' ' || ({})) = ANY (%(held)s)").format(sql.SQL(f"t.{table.call}")))
    statement = sql.SQL(
        "DELETE FROM {name} WHERE ctid = ANY (ARRAY("
        "SELECT t.ctid FROM {name} t LEFT JOIN jsonb_to_recordset(%(own)s::jsonb) AS d (tenant text, cutoff {type})"
        " USING (tenant) WHERE {conditions} LIMIT %(limit)s))"
    ).format(
        name=sql.Identifier(table.name),
        type=sql.SQL("date" if table.age == _BY_DAY else "timestamptz"),
        conditions=sql.SQL(" AND ").join(conditions),
    )
    params = _params(cutoffs, holding.calls, is_day=table.age == _BY_DAY) | {"times": _times(holding)}
    return connection.execute(statement, params).rowcount


def forget_contacts(connection: DictConnection, cutoffs: Cutoffs, holding: Held) -> int:
    """Delete what is known of missed callers and kept no longer; the cases of each number are made anew from what is
    left. How many numbers, MOST at most.
    """
    params = _params(holding.before_them(cutoffs), holding.numbers)
    with transaction(connection):
        rows = connection.execute(query("contacts_over"), params).fetchall()
        parties: list[Party] = [(row["tenant"], row["number"]) for row in rows]
        if parties:
            lock_parties(connection, parties)
            given = {
                "tenants": [tenant for tenant, _ in parties],
                "numbers": [number for _, number in parties],
                "cutoffs": [row["cutoff"] for row in rows],
            }
            connection.execute(query("drop_contacts_over"), given)
            connection.execute(query("drop_acts_over"), given)
            fold_again(connection, parties)
            # Before the end of the transaction, at which a case that is gone would be told as one that never was.
            connection.execute(query("drop_revisions_over"), given)
        withheld = connection.execute(query("drop_withheld_over"), params).rowcount
    return max(len(parties), withheld)


def forget_entries(connection: DictConnection, cutoffs: Cutoffs, holding: Held) -> int:
    """Delete the first entries of accounts that are kept no longer; how many, of some accounts."""
    params = _params(holding.before_them(cutoffs), holding.calls)
    with transaction(connection):
        rows = connection.execute(query("accounts_with_old_entries"), params).fetchall()
        return sum(connection.execute(query("retire_entries"), row).rowcount for row in rows)


def forget_uses(connection: DictConnection, cutoffs: Cutoffs, holding: Held) -> int:
    """Delete what is known of bundles in months that are kept no longer, and not held; how many counters."""
    own = [{"tenant": tenant, "cutoff": f"{day:%Y-%m}"} for tenant, day in cutoffs.own.items()]
    params = {"own": orjson.dumps(own).decode(), "cutoff": f"{cutoffs.everyone:%Y-%m}", "times": _times(holding)}
    with transaction(connection):
        return connection.execute(query("retire_uses"), params).rowcount


def _params(cutoffs: Cutoffs, holding: Sequence[tuple[str, str]], *, is_day: bool = False) -> dict[str, object]:
    own = [{"tenant": tenant, "cutoff": day.isoformat()} for tenant, day in cutoffs.own.items()]
    return {
        "own": orjson.dumps(own).decode(),
        "cutoff": cutoffs.everyone if is_day else _moment(cutoffs.everyone),
        "held": [f"{tenant} {what}" for tenant, what in holding],
        "limit": MOST,
    }


def _times(holding: Held) -> str:
    """Whole months: a month stays as one."""
    return orjson.dumps(
        [
            {"tenant": one.tenant, "first": one.first.replace(day=1), "end": later(one.last.replace(day=1), 1)}
            for one in holding.times
        ]
    ).decode()


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
