"""What payers have spent, by the ledger: sums of the charges that hold, kept in the transaction that writes these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.moment import datetime_of
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
            payer = Payer(row["tenant"], TENANT if row["payer"] == WHOLE else row["payer"])
            found[payer][row["direction"], row["currency"]] = {span: row[span.value] for span in Span}
    return {payer: found[payer] for payer in payers}


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
    return {"tenant": payer.tenant, "payer": WHOLE if payer.name == TENANT else payer.name, **begins}
