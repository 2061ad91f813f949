"""What payers have spent, by the ledger: sums of the charges that hold, kept in the transaction that writes these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.spending import TENANT, WHOLE, Payer, Span, Spans, Spent


def count_spending(connection: Connection[Any], records: Mapping[str, str]) -> None:
    """Count what the charges that this transaction wrote for the legs of these records have changed; as they are in the
    end, and before accounts are locked.

    Args:
        records: as parameters of a query: `records`, a JSON array.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    connection.execute(query("count_spending"), records)


def spent(connection: Connection[Any], payers: Mapping[Payer, Spans]) -> dict[Payer, Spent]:
    """What these payers have spent since the beginnings of their spans.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    given = [_asked(payer, spans) for payer, spans in payers.items()]
    found: defaultdict[Payer, Spent] = defaultdict(dict)
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(query("spent"), {"payers": orjson.dumps(given).decode()}):
            found[_payer(row)][row["direction"], row["currency"]] = {span: row[span.value] for span in Span}
    return {payer: found[payer] for payer in payers}


def spent_in_hours(
    connection: Connection[Any], hours: Mapping[Payer, Sequence[Instant]]
) -> dict[Payer, list[dict[str, Decimal]]]:
    """What these payers have spent in each of these hours, by currency, the first hour first; without those that are
    older than what the payer has spent first.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    given = [
        {"tenant": payer.tenant, "payer": _name(payer), "begin": datetime_of(begin)}
        for payer, begins in hours.items()
        for begin in begins
    ]
    found: dict[Payer, dict[Instant, dict[str, Decimal]]] = {payer: {} for payer in hours}
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(query("spent_in_hours"), {"hours": orjson.dumps(given).decode()}):
            if row["first"] is not None and row["first"] <= row["begin"]:
                hour = found[_payer(row)].setdefault(instant_of(row["begin"]), {})
                hour[row["currency"]] = row["amount"]
    return {payer: [by_hour[begin] for begin in sorted(by_hour)] for payer, by_hour in found.items()}


def prune_spending(connection: Connection[Any], before: Instant) -> None:
    """Remove the sums of calls that arrived before this moment.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    connection.execute(query("prune_spending"), {"before": datetime_of(before)})


def differences(connection: Connection[Any], tenant: str) -> list[dict[str, Any]]:
    """Where the sums of a tenant are not those of the charges that hold: as they are, and as they have to be.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    kept, right = (_by_key(connection, name, tenant) for name in ("spending_of", "spending_of_charges"))
    return [
        {"key": key, "kept": kept.get(key, 0), "right": right.get(key, 0)}
        for key in sorted(kept.keys() | right.keys())
        if kept.get(key, 0) != right.get(key, 0)
    ]


def _by_key(connection: Connection[Any], name: str, tenant: str) -> dict[tuple[Any, ...], Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows: Iterable[dict[str, Any]] = cursor.execute(query(name), {"tenant": tenant}).fetchall()
    return {(row["payer"], row["since"], row["direction"], row["currency"]): row["amount"] for row in rows}


def _asked(payer: Payer, spans: Spans) -> dict[str, Any]:
    begins = {span.value: datetime_of(begin) for span, (begin, _) in spans.items()}
    return {"tenant": payer.tenant, "payer": _name(payer), **begins}


def _name(payer: Payer) -> str:
    """As in the ledger."""
    return WHOLE if payer.name == TENANT else payer.name


def _payer(row: Mapping[str, Any]) -> Payer:
    return Payer(row["tenant"], TENANT if row["payer"] == WHOLE else row["payer"])
