"""Bundles and discounts are counted where charges are written, in the same transaction: each leg once.

Whatever a leg has used before is taken back first. So a record that comes twice counts once, a truer one instead of the
estimate, a charge made anew anew, and one that was withdrawn no more. The counters are the sums of the uses, and these
are those of the charges that hold (`charges.allowances`): anyone can redo them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.billing.allowances import Allowance
from callcontrol.billing.bundles import VOLUME, counted, counters_of, uses_of
from callcontrol.billing.record import CHARGES, ChargeRecord
from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse, parts_of


@dataclass(frozen=True, slots=True)
class CounterFault:
    """A counter that is not the sum of what charges have used of it."""

    counter: BundleCounter
    used: Decimal
    summed: Decimal


_Row = dict[str, Any]
_Key = tuple[str, str, str, str]  # tenant, name, holder, month

_LEG = ("tenant", "switch", "leg_id", "started_day")
_COUNTER = ("tenant", "name", "holder", "month")


def count_allowances(connection: Connection[Any], records: Mapping[str, str]) -> list[BundleUse]:
    """Count the charges that this transaction wrote for the legs of these records; before they are entered in accounts.

    Returns: the counters of bundles that have changed, as they are now.

    Args:
        records: as parameters of a query: `records`, a JSON array.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    rows = _rows(connection, "charges_to_count", records)
    if not rows:
        return []
    legs = _json({name: row[name] for name in _LEG} for row in rows)
    given = [(row, _charge(row)) for row in rows]
    before = _rows(connection, "uses_of_legs", {"legs": legs})
    counters = _counters(before, given)
    connection.execute(query("open_counters"), counters)
    used = {_key(row): row["used"] for row in _rows(connection, "lock_counters", counters)}
    done = _counted(given, before, used)
    connection.execute(query("forget_uses"), {"legs": legs})
    connection.execute(query("note_uses"), {"uses": _json(use for row, charge in done for use in _uses(row, charge))})
    now_used = (dict(zip(_COUNTER, key, strict=True)) | {"used": str(amount)} for key, amount in used.items())
    changed = _rows(connection, "set_counters", {"counters": _json(now_used)})
    charges = _json(_changed(row, charge) for row, charge in done if charge.amount is not None)
    connection.execute(query("set_counted"), {"charges": charges})
    discounts = {one.name for _, charge in given for one in charge.allowances if one.kind == VOLUME}
    return [_use(row) for row in changed if row["name"] not in discounts]


def uses_of_counters(connection: Connection[Any], counters: Sequence[BundleCounter]) -> tuple[BundleUse, ...]:
    """These counters as they are, in this order.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    given = _json(counter._asdict() for counter in counters)
    found = {use.counter: use for use in map(_use, _rows(connection, "counters", {"counters": given}))}
    return tuple(found.get(counter, BundleUse(counter)) for counter in counters)


def uses_after(connection: Connection[Any], after: BundleCounter | None, since: str, limit: int) -> list[BundleUse]:
    """Counters of all tenants since this month (such as `2026-11`), in the order of their keys: the next so many.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    begin = after or BundleCounter("", "", "", "")
    params = {**begin._asdict(), "since": since, "limit": limit}
    return [_use(row) for row in _rows(connection, "counters_after", params)]


def foreseen(connection: Connection[Any], given: Sequence[tuple[_Row, ChargeRecord]]) -> list[ChargeRecord]:
    """These charges as they would be counted now, in place of those that hold of their legs; nothing is changed.

    Args:
        given: with each charge its leg: tenant, switch, leg_id, started_day.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    before = _rows(connection, "uses_of_legs", {"legs": _json({name: row[name] for name in _LEG} for row, _ in given)})
    used: dict[_Key, Decimal] = defaultdict(Decimal)
    used |= {_key(row): row["used"] for row in _rows(connection, "counters", _counters(before, given))}
    return [charge for _, charge in _counted(given, before, used)]


def uses_of_tenant(connection: Connection[Any], tenant: str, since: str) -> list[tuple[BundleCounter, Decimal]]:
    """The counters of a tenant since this month, and what is used of each (seconds, calls or money).

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    rows = _rows(connection, "counters_of", {"tenant": tenant, "since": since})
    return [(BundleCounter(*_key(row)), row["used"]) for row in rows]


def counter_faults(connection: Connection[Any], tenant: str | None) -> list[CounterFault]:
    """Redo the counters of a tenant, or all: those that do not add up.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    rows = _rows(connection, "counter_faults", {"tenant": tenant})
    return [CounterFault(BundleCounter(*_key(row)), row["used"], row["summed"]) for row in rows]


def _counters(before: Iterable[_Row], given: Sequence[tuple[_Row, ChargeRecord]]) -> dict[str, str]:
    """Everything that these charges use, or have used, as a parameter."""
    keys = {*map(_key, before), *((row["tenant"], *one) for row, charge in given for one in counters_of(charge))}
    return {"counters": _json(dict(zip(_COUNTER, key, strict=True)) for key in sorted(keys))}


def _counted(
    given: Sequence[tuple[_Row, ChargeRecord]], before: Iterable[_Row], used: dict[_Key, Decimal]
) -> list[tuple[_Row, ChargeRecord]]:
    """The charges with what comes from their bundles; each takes back what its own leg has used before."""
    own: defaultdict[tuple[Any, ...], list[_Row]] = defaultdict(list)
    for use in before:
        own[_leg(use)].append(use)
    done: list[tuple[_Row, ChargeRecord]] = []
    for row, charge in given:
        for use in own[_leg(row)]:
            used[_key(use)] -= use["used"]
        done.append((row, _count(row["tenant"], charge, used)))
    return done


def _leg(row: _Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _LEG)


def _charge(row: _Row) -> ChargeRecord:
    """What of a charge is needed; one without an amount uses nothing."""
    names = ("payer", "number", "amount", "currency", "fee", "vat_percent", "net", "gross", "cost", "margin", "formula")
    known = {name: row[name] for name in names}
    allowances = tuple(Allowance(**one) for one in row["allowances"])
    charge = ChargeRecord(row["leg_id"], parts=tuple(row["parts"]), allowances=allowances, **known)
    return charge if row["status"] == "rated" else ChargeRecord(row["leg_id"], row["payer"], row["number"])


def _count(tenant: str, charge: ChargeRecord, used: dict[_Key, Decimal]) -> ChargeRecord:
    """The charge with what comes from its bundles, which are used by so much more."""
    known = {counter: used[(tenant, *counter)] for counter in counters_of(charge)}
    done = counted(charge, known)
    for counter, amount in uses_of(done):
        used[(tenant, *counter)] += amount
    return done


def _uses(row: _Row, charge: ChargeRecord) -> Iterable[dict[str, object]]:
    together: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for counter, amount in uses_of(charge):
        together[counter] += amount
    for counter, amount in together.items():
        key = dict(zip(_COUNTER, (row["tenant"], *counter), strict=True))
        yield {name: row[name] for name in _LEG} | key | {"used": str(amount)}


def _changed(row: _Row, charge: ChargeRecord) -> dict[str, object]:
    value = CHARGES.to_json(charge)
    names = ("amount", "net", "gross", "margin", "formula")
    told = {name: value.get(name) for name in names} | {"allowances": value.get("allowances", [])}
    return {name: row[name] for name in (*_LEG, "revision")} | told


def _key(row: _Row) -> _Key:
    return row["tenant"], row["name"], row["holder"], row["month"]


def _use(row: _Row) -> BundleUse:
    return BundleUse(BundleCounter(*_key(row)), row["changes"], parts_of(row["used"]))


def _json(rows: Iterable[Mapping[str, object]]) -> str:
    return orjson.dumps(list(rows)).decode()


def _rows(connection: Connection[Any], name: str, params: Mapping[str, object]) -> list[_Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query(name), params).fetchall()
