"""What has become of messages in voicemail boxes, as calls and the media job note it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson
from psycopg import Connection

from callcontrol.edges.ledger.queries import query
from callcontrol.vocabulary.message_mark import MessageMark
from callcontrol.vocabulary.moment import datetime_of


def note_marks(connection: Connection[Any], marks: Iterable[MessageMark]) -> None:
    """Store marks, in any order and as often as they come; a message that has come to another box belongs there.

    Raises:
        psycopg.Error: Postgres did not take them; none is stored.
    """
    rows = [{**asdict(one), "at": datetime_of(one.at)} for one in marks]
    if rows:
        marks_ = {"marks": orjson.dumps(rows).decode()}
        connection.execute(query("note_message_marks"), marks_)
        connection.execute(query("own_messages"), marks_)
