"""Erasing everything about one number: what goes, what stays and why, and carrying it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from callcontrol.edges.ledger.deletions import (
    blank_locked,
    blank_mails,
    blank_numbers,
    mails_of_number,
    media_of_number,
    note_erasure,
    order,
)
from callcontrol.edges.ledger.missed_cases import cases_of_number, forget_number
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.vocabulary.media import MediaState

_Row = Mapping[str, Any]

# What is not erased here, in words.
STAYS: Final = (
    "records of calls, legs and charges with the number: they are books; statements and tax law rest on them",
    "the log of who heard which file: it names no number",
    "orders and proofs of deletion: they name files, not numbers",
    "calls in progress with the number: they leave Redis when they end",
    "forwarding rules and settings that name the number: whose extension it is changes them",
    "what was sent by mail or exported before: it is in the hands of those who got it",
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What there is about a number.

    Attributes:
        files: to be deleted, with the numbers in their rows.
        rows: of files that are gone already: the numbers in them are taken out.
        mails: whose rows name the number, and are left without it; those that wait are not sent.
        missed: cases of missed callers it has.
        held: files that stay because a hold counts; held_mails: mails about them.
    """

    tenant: str
    number: str
    files: tuple[_Row, ...]
    rows: tuple[_Row, ...]
    mails: tuple[_Row, ...]
    missed: int
    held: tuple[_Row, ...]
    held_mails: tuple[_Row, ...]


def erasure_of(connection: DictConnection, tenant: str, number: str) -> Erasure:
    """What there is about a number now; nothing is changed.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    found = media_of_number(connection, tenant, number)
    held = tuple(row for row in found if row["held"])
    free = [row for row in found if not row["held"]]
    gone = tuple(row for row in free if row["state"] == MediaState.DELETED)
    files = tuple(row for row in free if row["state"] != MediaState.DELETED)
    mails = mails_of_number(connection, tenant, number)
    free_mails, held_mails = (tuple(row for row in mails if bool(row["held"]) is is_held) for is_held in (False, True))
    missed = cases_of_number(connection, tenant, number)
    return Erasure(tenant, number, files, gone, free_mails, missed, held, held_mails)


def erase(connection: DictConnection, erasure: Erasure, by: str, why: str) -> None:
    """Order it all, or nothing of it. The media job deletes the files; a hold that comes first still wins.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    with transaction(connection):
        media_ids = [row["media_id"] for row in erasure.files]
        cause = f"erased with everything about its number: {why}"
        order(connection, erasure.tenant, media_ids, cause, by, numbers=True)
        blank_numbers(connection, erasure.tenant, [row["media_id"] for row in erasure.rows])
        blank_mails(connection, erasure.number, [row["mail_id"] for row in erasure.mails])
        blank_locked(connection, erasure.tenant, erasure.number)
        forget_number(connection, erasure.tenant, erasure.number)
        note_erasure(connection, erasure.tenant, by, why, len(erasure.files), len(erasure.held))
