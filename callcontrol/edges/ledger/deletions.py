"""Deletions of sound files: ordered here by age or by a person, carried out by the media job, proven by their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from psycopg.types.json import Jsonb

from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import Instant

# What stands where a number was erased.
ERASED: Final = "erased"
# Orders made by one pass over what has come of age.
BATCH: Final = 1_000
# After a failure, and at most (seconds).
FIRST_WAIT_S: Final = 60
LONGEST_WAIT_S: Final = 3_600


@dataclass(frozen=True, slots=True)
class Order:
    """A deletion to be carried out.

    Attributes:
        numbers: whether the numbers in the file's row go with it.
        tries: how often it has failed.
        kind, owner: as in the row.
        switch, path: where the switch's copy is, if `on_switch`; place: in storage, "" if it never came there.
    """

    tenant: str
    media_id: str
    cause: str
    ordered_by: str
    numbers: bool
    tries: int
    kind: str
    owner: str
    state: MediaState
    switch: str
    path: str
    place: str
    on_switch: bool


@dataclass(frozen=True, slots=True)
class OpenDeletions:
    """What is still to be done; held files do not count.

    Attributes:
        failing: those that were tried and failed.
        oldest_s: since the oldest of them was ordered (seconds).
    """

    waiting: int
    failing: int
    oldest_s: float


def order_by_age(connection: DictConnection, kept: Iterable[tuple[str, MediaKind, int]]) -> int:
    """Order what is older than it is kept; how many were ordered, BATCH at most.

    Args:
        kept: tenant, kind, days.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    told = [{"tenant": tenant, "kind": kind, "days": days} for tenant, kind, days in kept]
    params = {"kept": orjson.dumps(told).decode(), "limit": BATCH}
    return connection.execute(query("order_deletions_by_age"), params).rowcount


def order(
    connection: DictConnection, tenant: str, media_ids: Sequence[str], cause: str, by: str, *, numbers: bool = False
) -> list[str]:
    """Order files to be deleted; those that were deleted before are left out of the answer.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    params = {"tenant": tenant, "media_ids": list(media_ids), "cause": cause, "by": by, "numbers": numbers}
    return [row["media_id"] for row in connection.execute(query("order_deletions"), params).fetchall()]


def next_order(connection: DictConnection, switches: Iterable[str]) -> Order | None:
    """A deletion that is due, not held, and can be carried out where the folders of these switches are seen.

    Its rows are locked until the transaction ends, which the caller has begun.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    row = connection.execute(query("next_deletion"), {"switches": list(switches)}).fetchone()
    if row is None:
        return None
    found = Order(**{**row, "state": MediaState(row["state"])})
    # Once more, in a statement that began with the rows locked: a hold may have come in between.
    held = connection.execute(query("is_media_held"), _key(found)).fetchone()
    return None if held is None or held["held"] else found


def prove(connection: DictConnection, done: Order, now: Instant) -> None:
    """Note that no copy of the file is left: in its row, among its changes, in the order; its key is forgotten.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    deleted = MediaChange(
        media_id=done.media_id,
        tenant=done.tenant,
        state=MediaState.DELETED,
        at=now,
        cause=f"{done.cause} ({done.ordered_by})",
    )
    write_changes(connection, [deleted])
    connection.execute(query("let_copy_go"), _key(done))
    connection.execute(query("prove_deletion"), _key(done))
    if done.numbers:
        blank_numbers(connection, done.tenant, [done.media_id])


def put_off(connection: DictConnection, order_: Order, trouble: str) -> None:
    """Note why it failed; it is due again after a wait that doubles with each failure.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    wait_s = min(FIRST_WAIT_S * 2 ** min(order_.tries, 10), LONGEST_WAIT_S)
    connection.execute(query("put_off_deletion"), {**_key(order_), "trouble": trouble, "wait_s": wait_s})


def blank_numbers(connection: DictConnection, tenant: str, media_ids: Sequence[str]) -> None:
    """Take the numbers out of the rows of these files.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    params = {"tenant": tenant, "media_ids": list(media_ids), "blank": ERASED}
    connection.execute(query("blank_numbers"), params)


def deletions_open(connection: DictConnection) -> OpenDeletions:
    """What is still to be done.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    (row,) = connection.execute(query("deletions_open")).fetchall()
    return OpenDeletions(**row)


def media_of_number(connection: DictConnection, tenant: str, number: str) -> list[dict[str, Any]]:
    """Rows of the files with this number as caller or other party; `held` says why one may not be deleted, else None.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    return connection.execute(query("media_of_number"), {"tenant": tenant, "number": number}).fetchall()


def mails_of_number(connection: DictConnection, tenant: str, number: str) -> list[dict[str, Any]]:
    """Rows of the mails that name this number; `held` says why one may not be changed, else None.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    return connection.execute(query("mails_of_number"), {"tenant": tenant, "number": number}).fetchall()


def blank_mails(connection: DictConnection, number: str, mail_ids: Sequence[str], by: str = ERASED) -> None:
    """Take this number and the caller's name out of these mails; one that was not sent yet is not sent any more.

    Args:
        by: what stands in its place.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    blank = Jsonb({"number": by, "name": ""})
    connection.execute(query("blank_mails"), {"number": number, "mail_ids": list(mail_ids), "blank": blank})


def blank_locked(connection: DictConnection, tenant: str, number: str) -> None:
    """Take this number out of what is known of boxes that were locked by its calls.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    connection.execute(query("blank_locked"), {"tenant": tenant, "number": number})


def transcripts_of(connection: DictConnection, tenant: str, media_ids: Sequence[str]) -> dict[str, str]:
    """What was heard in these files, by id; those of which nothing was written down are left out.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    rows = connection.execute(query("transcripts_of"), {"tenant": tenant, "media_ids": list(media_ids)}).fetchall()
    return {row["media_id"]: row["text"] for row in rows}


def note_erasure(connection: DictConnection, tenant: str, by: str, why: str, files: int, held: int) -> None:
    """Note that everything about a number was erased; not which number.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    params = {"tenant": tenant, "by": by, "why": why, "files": files, "held": held}
    connection.execute(query("note_erasure"), params)


def _key(order_: Order) -> dict[str, object]:
    return {"tenant": order_.tenant, "media_id": order_.media_id}
