"""Facts of voicemail boxes, as calls and the media job note them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson
from psycopg import Connection

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.moment import Instant, datetime_of


def note_facts(connection: Connection[Any], facts: Iterable[BoxFact]) -> None:
    """Store facts, in any order and as often as they come.

    Raises:
        psycopg.Error: Postgres did not take them; none is stored.
    """
    rows = [{**asdict(one), "at": datetime_of(one.at)} for one in facts]
    if rows:
        connection.execute(query("note_box_facts"), {"facts": orjson.dumps(rows).decode()})


def facts_of_boxes(connection: DictConnection, tenant: str) -> list[BoxFact]:
    """Greetings and PINs of the boxes of a tenant.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    rows = connection.execute(query("facts_of_boxes"), {"tenant": tenant}).fetchall()
    return [BoxFact(tenant, row["box"], row["what"], row["value"], Instant(0)) for row in rows]
