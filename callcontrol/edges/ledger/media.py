"""Media in the ledger: writes their changes, each as often as it comes, and the row as it is then.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
import psycopg
from psycopg import Connection

from callcontrol.edges.ledger.box_facts import note_facts
from callcontrol.edges.ledger.hearings import note_hearings
from callcontrol.edges.ledger.listenings import note_listenings
from callcontrol.edges.ledger.message_marks import note_marks
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.restrictions import note_restrictions
from callcontrol.edges.ledger.session import transaction
from callcontrol.edges.ledger.writer import RECORDS_FAULT, STATEMENT_TIMEOUT_S, LedgerAway, LedgerWriter, Rejection
from callcontrol.edges.ledger.writer import reason as reason_of
from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.hearing import Hearing
from callcontrol.vocabulary.media import Media, MediaChange, MediaState, applied
from callcontrol.vocabulary.media_notes import MediaNote, from_json
from callcontrol.vocabulary.message_mark import MessageMark
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.stored import Newer, Unreadable
from callcontrol.vocabulary.supervision import ListeningRecord

_STATES: Final = [state.value for state in MediaState]
_SAME: Final = (
    *("tenant", "media_id", "cause", "call_id", "channel", "switch", "path", "owner", "caller", "called", "agent"),
    *("length_ms", "bytes", "sha256", "place"),
)

_Connection = Connection[tuple[object, ...]]


class MediaLedger:
    """Writes changes of media; connected when there is something to write. For one greenlet at a time.

    Args:
        writer: whose connection it uses, a ledger writer of its own.
    """

    def __init__(self, writer: LedgerWriter) -> None:
        self._writer = writer

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]:
        """Store notes (JSON of vocabulary/media_notes.py), in any order and as often as they come.

        Returns: those that cannot be stored; all others are committed.

        Raises:
            LedgerAway: no connection, no answer in time, or tables that do not fit.
        """
        rejected: list[Rejection] = []
        read = [(payload, change) for payload in payloads if (change := _read(payload, rejected)) is not None]
        if read:
            with self._writer.ready() as connection:
                rejected += _stored(connection, read)
        return rejected

    def close(self) -> None:
        """Drop the connection."""
        self._writer.close()


def write_changes(connection: Connection[Any], changes: Iterable[MediaChange]) -> None:
    """Store changes in one transaction, on any connection to the ledger.

    Raises:
        psycopg.Error: Postgres did not take them; nothing of it is stored.
    """
    changes = list(changes)
    rows: dict[tuple[str, str], Media] = {}
    for change in changes:
        key = (change.tenant, change.media_id)
        rows[key] = applied(rows.get(key), change)
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_S * 1000):
        # in one order, so that two processes with the same media do not wait for one another
        given = [_row(rows[key]) for key in sorted(rows)]
        connection.execute(query("write_media"), {"media": _text(given), "states": _STATES})
        connection.execute(query("write_media_changes"), {"changes": _text([_change(one) for one in changes])})


def _write_notes(connection: Connection[Any], notes: Iterable[MediaNote]) -> None:
    """All or none."""
    notes = list(notes)
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_S * 1000):
        if changes := [note for note in notes if isinstance(note, MediaChange)]:
            write_changes(connection, changes)
        note_hearings(connection, [note for note in notes if isinstance(note, Hearing)])
        note_marks(connection, [note for note in notes if isinstance(note, MessageMark)])
        note_facts(connection, [note for note in notes if isinstance(note, BoxFact)])
        note_restrictions(connection, [note for note in notes if isinstance(note, Restriction)])
        note_listenings(connection, [note for note in notes if isinstance(note, ListeningRecord)])


def _read(payload: bytes, rejected: list[Rejection]) -> MediaNote | None:
    try:
        return from_json(payload)
    except Newer as error:
        raise LedgerAway(str(error)) from error
    except Unreadable as error:
        rejected.append(Rejection(payload, str(error)))
        return None


def _stored(connection: _Connection, read: Sequence[tuple[bytes, MediaNote]]) -> list[Rejection]:
    """What Postgres refuses is found by halving."""
    try:
        _write_notes(connection, [note for _, note in read])
        return []
    except psycopg.Error as error:
        if (error.sqlstate or "")[:2] not in RECORDS_FAULT:
            raise
        if len(read) == 1:
            return [Rejection(read[0][0], reason_of(error))]
    half = len(read) // 2
    return [*_stored(connection, read[:half]), *_stored(connection, read[half:])]


def _row(media: Media) -> dict[str, Any]:
    same = {name: getattr(media, name) for name in _SAME}
    times = {"began_at": datetime_of(media.began_at), "changed_at": datetime_of(media.at)}
    return {**same, **times, "state": media.state, "kind": media.kind or ""}


def _change(change: MediaChange) -> dict[str, Any]:
    told = {name: getattr(change, name) for name in ("tenant", "media_id", "state", "cause")}
    return {**told, "at": datetime_of(change.at)}


def _text(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
