"""The way of a record: rated -> spool on disk -> (the call may be forgotten) -> ledger -> spool entry dropped.

    writer.put(rated, on_durable=book_closed)

A record is durable when the spool's disk has it (spool_writer.py). Before, it is still the call's trail, in Redis.
It reaches the ledger at least once, and the ledger knows each leg once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from callcontrol.billing.costs import unrated_record
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import call_of, is_newer, to_json
from callcontrol.daemon.left_records import EntrySort
from callcontrol.daemon.spool_writer import LedgerPort, RejectedPort, SpoolPort, SpoolWriter

RECORDS: Final = EntrySort("record", is_newer, call_of)

log = logging.getLogger("callcontrol.records")


class RecordWriter(SpoolWriter):
    """Takes records, and carries what the spool holds into the ledger. One per process."""

    def __init__(
        self,
        spool: SpoolPort,
        ledger: LedgerPort,
        rejected: RejectedPort,
        *,
        rate: Callable[[CallRecord], RatedRecord] = RatedRecord,
        **options: Any,
    ) -> None:
        super().__init__(spool, ledger, rejected, sort=RECORDS, **options)
        self._rate = rate

    def put(self, record: RatedRecord | CallRecord, on_durable: Callable[[], None]) -> None:
        """Hand a record over; returns at once. One that is not rated yet is rated first.

        Args:
            on_durable: called in order when the disk has the record. It must not block: set an event, spawn a greenlet.

        Raises:
            SpoolFull: no room; the record was not taken, so the call must be kept and put again later.
            SpoolClosed: the writer was stopped; the same.
        """
        rated = self._rated(record) if isinstance(record, CallRecord) else record
        self._spool.submit([to_json(rated)], on_durable)

    def put_aside(self, call: bytes, reason: str) -> None:
        """Keep a call of which no record can be made, with its trail, beside what the ledger rejects.

        Raises:
            RejectedFull, OSError: it was not taken; the call must be kept.
        """
        self._rejected_file.add_call(call, reason, self._now())
        self._rejected += 1

    def _rated(self, record: CallRecord) -> RatedRecord:
        """The record with its costs; if rating fails, with the reason instead: the record itself is never lost."""
        try:
            return self._rate(record)
        except Exception as error:
            log.exception("call %s cannot be rated", record.call_id)
            return unrated_record(record, f"rating failed: {type(error).__name__}: {error}")
