"""Wrapped data keys of sealed files, and bringing them over to another key of their tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.sealing.keys import KeyRing, SealError, WrappedKey
from callcontrol.vocabulary.moment import Instant, instant_of

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """How many files a key wraps, and when the first and the last of them were."""

    key_id: str
    files: int
    first_at: Instant
    last_at: Instant


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """A file whose data key was brought over; `trouble`: why it was not."""

    media_id: str
    from_key: str
    trouble: str = ""


def note_key(connection: DictConnection, tenant: str, media_id: str, wrapped: WrappedKey) -> None:
    """Store the wrapped key of a file, before the file is.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    told = {"tenant": tenant, "media_id": media_id, "key_id": wrapped.key_id, "wrapped": wrapped.wrapped}
    connection.execute(query("note_media_key"), told)


def key_of(connection: DictConnection, tenant: str, media_id: str) -> WrappedKey | None:
    """The wrapped key of a file as it is now; None: the one in the file counts.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    row = connection.execute(query("media_key"), {"tenant": tenant, "media_id": media_id}).fetchone()
    return None if row is None else WrappedKey(row["key_id"], bytes(row["wrapped"]))


def keys_in_use(connection: DictConnection, tenant: str) -> list[KeyInUse]:
    """Which keys a tenant's files need.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    rows = connection.execute(query("media_keys_in_use"), {"tenant": tenant}).fetchall()
    return [KeyInUse(r["key_id"], r["files"], instant_of(r["first_at"]), instant_of(r["last_at"])) for r in rows]


def rewrap(connection: DictConnection, ring: KeyRing, *, dry_run: bool = False) -> Iterator[Rewrapped]:
    """Bring every data key of the ring's tenant over to the key in force; the files are not touched.

    In batches, each of which is committed: broken off it may be repeated.

    Raises:
        psycopg.Error: Postgres did not take it; what was given out is done.
    """
    after = ""
    while True:
        with transaction(connection):
            params = {"tenant": ring.tenant, "in_force": ring.in_force, "after": after, "limit": BATCH}
            rows = connection.execute(query("media_keys_to_rewrap"), params).fetchall()
            done = [_rewrapped(connection, ring, row["media_id"], _wrapped(row), dry_run) for row in rows]
        yield from done
        if len(rows) < BATCH:
            return
        after = rows[-1]["media_id"]


def _wrapped(row: dict[str, object]) -> WrappedKey:
    return WrappedKey(str(row["key_id"]), bytes(row["wrapped"]))  # type: ignore[call-overload]  # bytea


def _rewrapped(
    connection: DictConnection, ring: KeyRing, media_id: str, wrapped: WrappedKey, dry_run: bool
) -> Rewrapped:
    try:
        over = ring.rewrapped(media_id, wrapped)
    except SealError as error:
        return Rewrapped(media_id, wrapped.key_id, str(error))
    if not dry_run:
        note_key(connection, ring.tenant, media_id, over)
    return Rewrapped(media_id, wrapped.key_id)
