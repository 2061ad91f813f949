"""The table of media as the job and the commands work on it: what is to be done, by whom, and what was found.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from gevent.lock import RLock
from psycopg import Connection

from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.ledger.media_keys import note_key
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import connect, explained
from callcontrol.edges.sealing.keys import WrappedKey
from callcontrol.vocabulary.media import Media, MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MediaWanted:
    """Which media: all that match everything given.

    Attributes:
        number: of the caller, or of the other party.
        owner: a target text. since, until: began in [since, until).
        words: heard in it, as web searches have them: words, "words in a row", or, -not.
    """

    tenant: str | None = None
    media_id: str | None = None
    call_id: str | None = None
    number: str | None = None
    owner: str | None = None
    agent: str | None = None
    kind: str | None = None
    state: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    words: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class PastMedia:
    """A row, and what the job knows of it.

    Attributes:
        tries, trouble: how often moving it failed, and why it did last.
        on_switch: whether the switch's copy is still there.
    """

    media: Media
    tries: int
    trouble: str
    on_switch: bool


@dataclass(frozen=True, slots=True)
class OpenMedia:
    """A row that waits for its file to be closed; `is_over`: its call's record is there."""

    media: Media
    is_over: bool


@dataclass(frozen=True, slots=True)
class SwitchCopy:
    """A copy on a switch's disk that may go."""

    tenant: str
    media_id: str
    path: str
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class CallOfFile:
    """A call, for a file of it that has no row. `boxes`: by path, the boxes of the messages its record names; `talks`:
    the ids of the recordings of conversations it tells of.
    """

    tenant: str
    switch: str
    call_id: str
    caller: str
    started: Instant
    boxes: Mapping[str, str]
    talks: Collection[str] = ()


class MediaTable:
    """A connection of its own, made when it is needed and again after it broke. One greenlet at a time uses it.

    Args:
        by: the process, as leases know it.
        now: for tests; None: the database's own clock.

    Every method raises NoLedger: Postgres cannot be asked; what was committed before is done.
    """

    def __init__(self, dsn: str, by: str, now: Instant | None = None) -> None:
        self.now = now
        self._dsn = dsn
        self._leases = JobLeases(by)
        self._connection: Connection[_Row] | None = None
        self._lock = RLock()

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def hold(self, work: str, for_s: float) -> bool:
        """Whether this process does this work, for so many seconds from now."""
        with self._ready() as connection:
            return self._leases.hold(connection, work, for_s)

    def claim(self, switches: Collection[str], limit: int, for_s: float) -> list[PastMedia]:
        """Files of these switches that are to be moved, the oldest first; no other process gets them for so long."""
        rows = self._rows("claim_media", switches=list(switches), limit=limit, for_s=for_s)
        return sorted((_past(row) for row in rows), key=lambda one: one.media.began_at)

    def put_off(self, media: Media, why: str, for_s: float | None) -> None:
        """A claimed file could not be moved; None: nothing is to be done with it until something is heard of it."""
        self._do("put_media_off", tenant=media.tenant, media_id=media.media_id, why=why, for_s=for_s)

    def note(self, changes: Iterable[MediaChange]) -> None:
        """Store changes."""
        with self._ready() as connection:
            write_changes(connection, changes)

    def settle(self, change: MediaChange) -> None:
        """A claimed file has come to its end: the change, and nothing more to be done."""
        with self._ready() as connection, connection.transaction():
            write_changes(connection, [change])
            self._do("settle_media", tenant=change.tenant, media_id=change.media_id)

    def note_key(self, media: MediaChange, wrapped: WrappedKey) -> None:
        """Store the wrapped key of a file that is about to be stored."""
        with self._ready() as connection:
            note_key(connection, media.tenant, media.media_id, wrapped)

    def wake(self, switch: str, paths: Collection[str]) -> None:
        """These files are there: those of them that count as lost are looked at again."""
        self._do("wake_media", switch=switch, paths=list(paths))

    def unclosed(self, switches: Collection[str], limit: int) -> list[OpenMedia]:
        """Rows that wait for their file to be closed, the oldest first."""
        rows = self._rows("open_media", switches=list(switches), limit=limit)
        return [OpenMedia(media_of_row(row), row["is_over"]) for row in rows]

    def known(self, switch: str, paths: Collection[str]) -> set[str]:
        """Of these paths of a switch those that have a row."""
        return {row["path"] for row in self._rows("media_paths", switch=switch, paths=list(paths))}

    def calls(self, call_ids: Collection[str], since: Instant, until: Instant) -> dict[str, CallOfFile]:
        """The calls of these ids that arrived about then, by id."""
        days = {"first_day": datetime_of(since).date() - timedelta(days=2)}
        days |= {"last_day": datetime_of(until).date() + timedelta(days=1)}
        rows = self._rows("calls_of_files", call_ids=list(call_ids), **days)
        return {row["call_id"]: _call(row) for row in rows}

    def copies(self, switch: str, limit: int) -> list[SwitchCopy]:
        """Copies on a switch's disk that may go, in the order in which they do."""
        rows = self._rows("copies_of_media", switch=switch, limit=limit)
        return [SwitchCopy(r["tenant"], r["media_id"], r["path"], r["state"] == MediaState.DELETED) for r in rows]

    def copy_gone(self, copy: SwitchCopy) -> None:
        """A copy was removed."""
        self._do("let_copy_go", tenant=copy.tenant, media_id=copy.media_id)

    def has_sealed(self, tenant: str) -> bool:
        """Whether any file of the tenant was ever sealed, and is kept."""
        return bool(self._rows("has_sealed_media", tenant=tenant))

    def gone(self, media_ids: Collection[str]) -> set[str]:
        """Of these files of any tenant those that are deleted, or are ordered to be."""
        return {row["media_id"] for row in self._rows("media_gone", media_ids=list(media_ids))} if media_ids else set()

    def waiting(self, switches: Collection[str]) -> dict[str, tuple[int, float]]:
        """By switch: how many files wait to be moved, and for how many seconds the oldest has."""
        rows = self._rows("media_waiting", switches=list(switches))
        return {row["switch"]: (row["files"], row["oldest_s"]) for row in rows}

    def find(self, wanted: MediaWanted) -> list[PastMedia]:
        """The media that match, the latest first."""
        times = {name: at and datetime_of(at) for name, at in (("since", wanted.since), ("until", wanted.until))}
        words = wanted.words and wanted.words.casefold()
        return [_past(row) for row in self._rows("find_media", **(asdict(wanted) | times | {"words": words}))]

    def _rows(self, name: str, **params: object) -> list[_Row]:
        with self._ready() as connection:
            return connection.execute(query(name), self._params(params)).fetchall()

    def _do(self, name: str, **params: object) -> None:
        with self._ready() as connection:
            connection.execute(query(name), self._params(params))

    def _params(self, params: Mapping[str, object]) -> dict[str, object]:
        return {**params, "by": self._leases.by, "now": None if self.now is None else datetime_of(self.now)}

    @contextmanager
    def _ready(self) -> Iterator[Connection[_Row]]:
        """The connection; after whatever went wrong the next one is a new one."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = connect(self._dsn)
                with explained():
                    yield self._connection
            except BaseException:
                self.close()
                raise


def media_of_row(row: Mapping[str, Any]) -> Media:
    """The row of the table as a value."""
    same: Sequence[str] = (
        *("media_id", "tenant", "cause", "call_id", "channel", "switch", "path", "owner", "caller", "called", "agent"),
        *("length_ms", "bytes", "sha256", "place"),
    )
    return Media(
        **{name: row[name] for name in same},
        state=MediaState(row["state"]),
        kind=MediaKind(row["kind"]) if row["kind"] else None,
        at=instant_of(row["changed_at"]),
        began_at=instant_of(row["began_at"]),
    )


def _past(row: _Row) -> PastMedia:
    return PastMedia(media_of_row(row), row["tries"], row["trouble"], row["on_switch"])


def _call(row: _Row) -> CallOfFile:
    boxes = {one["path"]: one["box"] for one in row["recordings"]}
    started, talks = instant_of(row["started_at"]), {one["media_id"] for one in row["talks"]}
    return CallOfFile(row["tenant"], row["switch"], row["call_id"], row["caller_number"], started, boxes, talks)
