"""Restrictions of payers in the ledger: every one and every release, with who said so and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.media import storable
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.restriction import Level, Restriction


def note_restrictions(connection: Connection[Any], restrictions: Iterable[Restriction]) -> None:
    """Store them, in any order and as often as they come.

    Raises:
        psycopg.Error: Postgres did not take them; none is stored.
    """
    rows = [_row(one) for one in restrictions]
    if rows:
        connection.execute(query("note_restrictions"), {"restrictions": orjson.dumps(rows).decode()})


def restrictions_in_force(connection: Connection[Any], now: Instant) -> list[Restriction]:
    """Those of all tenants that hold at this moment, releases among them.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    return _found(connection, "restrictions_in_force", {"now": datetime_of(now)})


def restrictions_of(connection: Connection[Any], tenant: str, payer: str | None, most: int) -> list[Restriction]:
    """What was said of a tenant's payers, or of one of them, the latest first.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    return _found(connection, "restrictions_of", {"tenant": tenant, "payer": payer, "most": most})


def _found(connection: Connection[Any], name: str, params: Mapping[str, object]) -> list[Restriction]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_restriction(row) for row in cursor.execute(query(name), params)]


def _row(restriction: Restriction) -> dict[str, Any]:
    told = {name: storable(value) for name, value in asdict(restriction).items()}
    until = restriction.until
    return {**told, "at": datetime_of(restriction.at), "until": None if until is None else datetime_of(until)}


def _restriction(row: dict[str, Any]) -> Restriction:
    until = row["until"]
    told = {"level": Level(row["level"]), "classes": tuple(row["classes"]), "at": instant_of(row["at"])}
    return Restriction(**{**row, **told, "until": None if until is None else instant_of(until)})
