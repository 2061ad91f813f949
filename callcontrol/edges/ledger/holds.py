"""Legal holds: what they are about is deleted by nothing, as long as one counts (the view `media_held`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a hold is about: exactly one of these is given.

    Attributes:
        number: as files have it as caller or other party; files that come later are held too.
        arrived_from, arrived_to: everything of the tenant's of this time, both or neither: months of calls with what
            belongs to them, files, mails.
    """

    media_id: str = ""
    call_id: str = ""
    number: str = ""
    arrived_from: Instant | None = None
    arrived_to: Instant | None = None

    def __str__(self) -> str:
        """In words."""
        if self.arrived_from is not None and self.arrived_to is not None:
            return f"everything from {text_of(self.arrived_from)} to {text_of(self.arrived_to)}"
        named = {"file": self.media_id, "files of call": self.call_id, "files of number": self.number}
        return next(f"{what} {name}" for what, name in named.items() if name)

    def params(self, tenant: str) -> dict[str, object]:
        """As parameters of a query."""
        return {
            "tenant": tenant,
            "media_id": self.media_id,
            "call_id": self.call_id,
            "number": self.number,
            "arrived_from": _time(self.arrived_from),
            "arrived_to": _time(self.arrived_to),
        }


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold, and whether it counts now.

    Attributes:
        until: None: until it is released.
        files: how many files it holds now.
    """

    hold_id: int
    tenant: str
    held: Held
    since: Instant
    until: Instant | None
    by: str
    why: str
    counts: bool
    files: int
    released_at: Instant | None
    released_by: str


def hold(
    connection: DictConnection, tenant: str, held: Held, by: str, why: str, until: Instant | None = None
) -> tuple[int, list[str]]:
    """Hold files: the hold's number, and those files that were deleted already.

    A deletion that had begun is waited for, so that what is not named as deleted stays.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    params = held.params(tenant)
    more = {"by": by, "why": why, "until": _time(until)}
    (row,) = connection.execute(query("hold_media"), {**params, **more}).fetchall()
    found = connection.execute(query("media_once_settled"), params).fetchall()
    return row["hold_id"], [one["media_id"] for one in found if one["state"] == MediaState.DELETED]


def release(connection: DictConnection, tenant: str, hold_id: int, by: str) -> Held | None:
    """End a hold: what it was about; None if the tenant has none of this number that was not released yet.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    row = connection.execute(query("release_hold"), {"tenant": tenant, "hold_id": hold_id, "by": by}).fetchone()
    return None if row is None else _held(row)


def months_gone(connection: DictConnection, tenant: str, held: Held) -> dict[str, str]:
    """Months of the held time that had left the ledger before, and their files ("": none is kept).

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    if held.arrived_from is None or held.arrived_to is None:
        return {}
    days = {"first": datetime_of(held.arrived_from).date(), "last": datetime_of(held.arrived_to).date()}
    rows = connection.execute(query("months_gone_of"), {"tenant": tenant, **days}).fetchall()
    return {row["month"]: row["archives"] or "" for row in rows}


def holds(connection: DictConnection, tenant: str | None) -> list[Hold]:
    """Every hold there ever was, of a tenant or of all; those that count first.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    return [_hold(row) for row in connection.execute(query("holds"), {"tenant": tenant}).fetchall()]


def _hold(row: dict[str, Any]) -> Hold:
    return Hold(
        hold_id=row["hold_id"],
        tenant=row["tenant"],
        held=_held(row),
        since=instant_of(row["held_at"]),
        until=_instant(row["held_until"]),
        by=row["held_by"],
        why=row["why"],
        counts=row["counts"],
        files=row["files"],
        released_at=_instant(row["released_at"]),
        released_by=row["released_by"],
    )


def _time(at: Instant | None) -> datetime | None:
    return None if at is None else datetime_of(at)


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else instant_of(at)


def _held(row: dict[str, Any]) -> Held:
    named = {name: row[name] for name in ("media_id", "call_id", "number")}
    return Held(**named, arrived_from=_instant(row["arrived_from"]), arrived_to=_instant(row["arrived_to"]))
