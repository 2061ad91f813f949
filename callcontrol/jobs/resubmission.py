"""Rejected lines are offered to the ledger again: records it refused, and calls of which no record could be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from callcontrol.billing.costs import rate_record, unrated_record
from callcontrol.billing.fold import fold
from callcontrol.billing.price_book import PricesOf
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import BadRecord, from_json, to_json
from callcontrol.control.call import Call
from callcontrol.edges.ledger.rejected import CALL, UNREADABLE, PutAside, RejectedRecords
from callcontrol.edges.ledger.writer import Rejection
from callcontrol.edges.live_state import codec
from callcontrol.jobs.folder_pass import Ledger

BATCH: Final = 200  # lines in one statement, at most


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """The result for a line; `refused`: why it stays, "" if the ledger has it now."""

    entry: PutAside
    refused: str = ""


def offer(
    entries: Sequence[PutAside], file: RejectedRecords, ledger: Ledger, prices_of: PricesOf
) -> Iterator[Resubmitted]:
    """Offer these lines. What the ledger takes leaves the file; what it refuses stays there with the new reason.

    A pass that is cut short is repeated by the next one: the ledger keeps each record once.

    Raises:
        LedgerAway: Postgres is away. OSError: the file cannot be written. What was offered before is done.
    """
    for start in range(0, len(entries), BATCH):
        offered = _offered(entries[start : start + BATCH], ledger, prices_of)
        file.settle({one.entry.line: _left(one) for one in offered})
        yield from offered


def _left(one: Resubmitted) -> bytes:
    if not one.refused:
        return b""
    return one.entry.line if one.entry.kind == UNREADABLE else one.entry.refused(one.refused)


def _offered(batch: Sequence[PutAside], ledger: Ledger, prices_of: PricesOf) -> list[Resubmitted]:
    made = [(entry, record_of(entry, prices_of)) for entry in batch]
    payloads = [record for _, record in made if isinstance(record, bytes)]
    refused = {refusal.payload: refusal.reason for refusal in ledger.write(payloads)}
    return [
        Resubmitted(entry, record.reason if isinstance(record, Rejection) else refused.get(record, ""))
        for entry, record in made
    ]


def record_of(entry: PutAside, prices_of: PricesOf) -> bytes | Rejection:
    """The record to be offered, in today's form; or why there is none."""
    if entry.kind == UNREADABLE:
        return Rejection(entry.payload, entry.reason)
    if entry.kind == CALL:
        return _folded(entry.payload, prices_of)
    try:
        return to_json(from_json(entry.payload))
    except BadRecord:
        return entry.payload  # the ledger answers why it refuses it


def _folded(call: bytes, prices_of: PricesOf) -> bytes | Rejection:
    """If the record cannot be made again, the trail is kept with the new reason."""
    try:
        found = codec.decode(call)
        if not isinstance(found, Call):
            return Rejection(call, f"no call: {type(found).__name__}")
        return to_json(_rated(fold(found.trail), prices_of))
    except Exception as error:
        return Rejection(call, f"no record: {type(error).__name__}: {error}")


def _rated(record: CallRecord, prices_of: PricesOf) -> RatedRecord:
    """A record that cannot be rated is written without prices, as at a call's end."""
    try:
        return rate_record(record, prices_of(record.tenant))
    except Exception as error:
        return unrated_record(record, f"rating failed: {type(error).__name__}: {error}")
