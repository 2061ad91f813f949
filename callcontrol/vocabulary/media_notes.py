"""What calls have to say of media, on its way to the ledger: that a medium came into a state, that it was heard."""

from __future__ import annotations

from typing import Any

import orjson

from callcontrol.vocabulary import hearing, media
from callcontrol.vocabulary.hearing import HEARD, Hearing
from callcontrol.vocabulary.media import MediaChange
from callcontrol.vocabulary.stored import TAG, Newer, Unreadable, read_tag

MediaNote = MediaChange | Hearing


def to_json(note: MediaNote) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(n)) == n`, but for characters that cannot be stored."""
    return hearing.to_json(note) if isinstance(note, Hearing) else media.to_json(note)


def from_json(data: bytes) -> MediaNote:
    """Read a note back.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is none.
    """
    return hearing.from_json(data) if _name_in(data) == HEARD.name else media.from_json(data)


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
