"""Supervisors' listenings in the ledger: each is one row, which is brought on as it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.media import storable
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, span_from


def note_listenings(connection: Connection[Any], listenings: Iterable[ListeningRecord]) -> None:
    """Store them, in any order and as often as they come.

    Raises:
        psycopg.Error: Postgres did not take them; none is stored.
    """
    latest: dict[tuple[str, str], ListeningRecord] = {}
    for one in listenings:
        known = latest.get(key := (one.tenant, one.listening_id))
        if known is None or known.revision < one.revision:
            latest[key] = one
    if latest:
        rows = [_row(latest[key]) for key in sorted(latest)]
        connection.execute(query("note_listenings"), {"listenings": orjson.dumps(rows).decode()})


def listenings_of(
    connection: Connection[Any],
    tenant: str,
    *,
    supervisor: str | None = None,
    whom: str | None = None,
    call: str | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    most: int = 100,
) -> list[ListeningRecord]:
    """Those of a tenant that match everything given, the latest first; supervisor and whom as target texts.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    between = {name: None if at is None else datetime_of(at) for name, at in (("since", since), ("until", until))}
    params = {"tenant": tenant, "supervisor": supervisor, "whom": whom, "call": call, "most": most, **between}
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_listening(row) for row in cursor.execute(query("listenings_of"), params)]


def _row(one: ListeningRecord) -> dict[str, Any]:
    told = {name: storable(value) for name, value in asdict(one).items() if name not in ("began", "ended", "spans")}
    ended = None if one.ended is None else datetime_of(one.ended)
    return {
        **told,
        "began_at": datetime_of(one.began),
        "ended_at": ended,
        "spans": [asdict(span) for span in one.spans],
    }


def _listening(row: dict[str, Any]) -> ListeningRecord:
    began, ended, how, spans = (row.pop(name) for name in ("began_at", "ended_at", "how", "spans"))
    return ListeningRecord(
        **row,
        began=instant_of(began),
        ended=None if ended is None else instant_of(ended),
        how=None if how is None else ListeningEnd(how),
        spans=tuple(map(span_from, spans)),
    )
