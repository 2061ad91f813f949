"""What is kept for good besides records, on its way to the ledger: a state of a medium, a hearing, the state of a
message, a fact of a voicemail box, what a payer may not do for a time, a supervisor's listening.
"""

from __future__ import annotations

from typing import Any

import orjson

from callcontrol.vocabulary import box_fact, hearing, media, message_mark, restriction, supervision
from callcontrol.vocabulary.box_fact import FACT, BoxFact
from callcontrol.vocabulary.hearing import HEARD, Hearing
from callcontrol.vocabulary.media import MediaChange
from callcontrol.vocabulary.message_mark import MARKED, MessageMark
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.stored import TAG, Newer, Unreadable, read_tag
from callcontrol.vocabulary.supervision import ListeningRecord

MediaNote = MediaChange | Hearing | MessageMark | BoxFact | Restriction | ListeningRecord


def to_json(note: MediaNote) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(n)) == n`, but for characters that cannot be stored."""
    match note:
        case Hearing():
            return hearing.to_json(note)
        case MessageMark():
            return message_mark.to_json(note)
        case BoxFact():
            return box_fact.to_json(note)
        case Restriction():
            return restriction.to_json(note)
        case ListeningRecord():
            return supervision.to_json(note)
        case _:
            return media.to_json(note)


def from_json(data: bytes) -> MediaNote:
    """Read a note back.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is none.
    """
    match _name_in(data):
        case HEARD.name:
            return hearing.from_json(data)
        case MARKED.name:
            return message_mark.from_json(data)
        case FACT.name:
            return box_fact.from_json(data)
        case restriction.KIND.name:
            return restriction.from_json(data)
        case supervision.KIND.name:
            return supervision.from_json(data)
        case _:
            return media.from_json(data)


def is_newer(data: bytes) -> bool:
    """Whether a later version of this program wrote the note; False also for what is no note at all."""
    try:
        from_json(data)
    except Newer:
        return True
    except Unreadable:
        return False
    return False


def medium_of(data: bytes) -> str:
    """The id of the medium that a note of any version is of, "" if it does not say."""
    return str(_read(data).get("media_id", ""))


def _name_in(data: bytes) -> str:
    try:
        return read_tag(_read(data).get(TAG))[0]
    except Unreadable:
        return ""


def _read(data: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(data)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
