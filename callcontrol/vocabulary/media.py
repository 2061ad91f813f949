"""Media: kept sound files of any kind, each a row before it is a file.

A row is what its changes make of it (`applied`). Changes come from workers, which see the call, and from the media job,
which sees the file; they may come late, twice and out of order. So a change is applied monotonely: a later state is
never undone by an earlier one, and what an earlier change says only fills in what is not known yet.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final

import orjson

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable


class MediaKind(StrEnum):
    """What a file is.

    message: left by a caller in a box. greeting: recorded by the owner of a box. talk: a recorded conversation.
    prompt: what a tenant has recorded for menus and queues.
    """

    MESSAGE = "message"
    GREETING = "greeting"
    TALK = "talk"
    PROMPT = "prompt"


class MediaState(StrEnum):
    """Where a file is on its way; in this order.

    wanted: the switch is about to be told to record. running: it records. closed: it has ended the file, which lies on
    its disk. lost: there never will be a file, and the cause says why; one that turns up all the same is stored.
    stored: storage has it, and its checksum was read back. deleted: no copy exists any more.
    """

    WANTED = "wanted"
    RUNNING = "running"
    CLOSED = "closed"
    LOST = "lost"
    STORED = "stored"
    DELETED = "deleted"

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return _RANKS[self]


_RANKS: Final = {state: rank for rank, state in enumerate(MediaState)}

CHANGE: Final = Kind("MediaChange")
# The folder of files that were brought to a switch, in its folder of recordings.
BROUGHT: Final = "brought"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChange:
    """One medium has come into a state. What is empty ("" or None) is not said by this change.

    Attributes:
        media_id: of the medium, made by the call: `media_id_of`.
        cause: why it came into this state, in words; of `lost` never empty.
        channel: what was recorded.
        switch, path: whose disk the file is on, and the switch's own path of it.
        owner: whose file it is, as a target text: `voicemail:anna`, `queue:sales`, `extension:101`.
        caller: number of the caller, as the call has it; called: the other party's number. agent: who talked.
        length_ms: how long it sounds. bytes, sha256: of the file as it was stored.
        place: its name in storage.
    """

    media_id: str
    tenant: str
    state: MediaState
    at: Instant
    cause: str = ""
    kind: MediaKind | None = None
    call_id: str = ""
    channel: str = ""
    switch: str = ""
    path: str = ""
    owner: str = ""
    caller: str = ""
    called: str = ""
    agent: str = ""
    length_ms: int | None = None
    bytes: int | None = None
    sha256: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(MediaChange):
    """The row: the latest state with its time and cause, and everything that is known.

    Attributes:
        began_at: the moment of the earliest change.
    """

    began_at: Instant


_SAID: Final = tuple(
    f.name for f in fields(MediaChange) if f.name not in ("media_id", "tenant", "state", "at", "cause")
)


def media_id_of(call_id: str, number: int) -> str:
    """The id of the medium that the application of this number in the call makes."""
    return f"{call_id}-{number}"


def brought_path(recordings: str, media_id: str) -> str:
    """Where a switch finds a file that was brought to it from storage, or from another switch.

    Args:
        recordings: the switch's folder of recordings.
    """
    return f"{recordings}/{BROUGHT}/{media_id}.wav"


def named_in(path: str) -> str:
    """The id of the medium whose file this is; files are named by it."""
    return PurePosixPath(path).stem


def call_of(media_id: str) -> str:
    """The id of the call that has made this medium."""
    return media_id.rpartition("-")[0]


def applied(media: Media | None, change: MediaChange) -> Media:
    """The row with this change. Applying one again changes nothing.

    Args:
        media: the row so far; None: there is none. It is of the same medium.
    """
    began = change.began_at if isinstance(change, Media) else change.at
    if media is None:
        return Media(**{f.name: getattr(change, f.name) for f in fields(MediaChange)}, began_at=began)
    first, second = (change, media) if change.state.rank > media.state.rank else (media, change)
    said = {name: _first_said(getattr(first, name), getattr(second, name)) for name in _SAID}
    return Media(
        media_id=media.media_id,
        tenant=media.tenant,
        state=first.state,
        at=first.at,
        cause=first.cause,
        began_at=min(media.began_at, began),
        **said,
    )


def to_json(change: MediaChange) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(c)) == c` but for characters that cannot be stored."""
    told = {name: storable(value) for name, value in asdict(change).items() if value not in ("", None)}
    return orjson.dumps(CHANGE.tagged(told))


def from_json(data: bytes) -> MediaChange:
    """Read a change back; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is no change.
    """
    try:
        told = CHANGE.read(orjson.loads(data))
        known = {f.name: told[f.name] for f in fields(MediaChange) if f.name in told}
        kind = MediaKind(known["kind"]) if "kind" in known else None
        return MediaChange(**{**known, "state": MediaState(known["state"]), "kind": kind})
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no change of a medium: {type(error).__name__}: {error}") from error


def _first_said(first: Any, second: Any) -> Any:
    return second if first in ("", None) else first


def storable(value: Any) -> Any:
    """Text without NUL and lone surrogates, which neither JSON nor Postgres takes."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\ufffd")
