"""The log of who heard which sound file. Whatever plays one writes here: phones by the spool, all else at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

import orjson
from psycopg import Connection

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.moment import datetime_of, instant_of

# A player that asks for a file in pieces, or is stopped and started again, hears it once.
ONE_HEARING_S: Final = 600


def note_hearings(connection: Connection[Any], hearings: Iterable[Hearing]) -> None:
    """Store hearings, as often as they come.

    Raises:
        psycopg.Error: Postgres did not take them; none is stored.
    """
    rows = [{**asdict(one), "at": datetime_of(one.at)} for one in hearings]
    if rows:
        connection.execute(query("note_hearings"), {"hearings": orjson.dumps(rows).decode()})


def note_hearing_in_pieces(connection: DictConnection, hearing: Hearing) -> bool:
    """Store a hearing by a player that asks for the file in pieces; False: it is a part of one that is stored.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    told = {**asdict(hearing), "at": datetime_of(hearing.at), "within_s": ONE_HEARING_S}
    return connection.execute(query("note_hearing_by_link"), told).fetchone() is not None


def hearings_of(connection: DictConnection, tenant: str, media_ids: Sequence[str]) -> list[Hearing]:
    """Who heard these files, the first hearing first.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    params = {"tenant": tenant, "media_ids": list(media_ids)}
    rows = connection.execute(query("hearings_of"), params).fetchall()
    return [Hearing(**{**row, "at": instant_of(row["at"]), "way": Way(row["way"])}) for row in rows]
