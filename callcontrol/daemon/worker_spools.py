"""A worker's spools: its records' and its media's, and what others left of both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.daemon import media_writer
from callcontrol.daemon.media_writer import MediaWriter
from callcontrol.daemon.orphan_spools import OrphanSpools, spool_of
from callcontrol.daemon.record_writer import RecordWriter
from callcontrol.edges import clock, meters
from callcontrol.edges.ledger.accounts import Booked
from callcontrol.edges.ledger.media import MediaLedger
from callcontrol.edges.ledger.rejected import FILE, RejectedRecords
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.spool import Spool, SpoolLimits
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.bundle_counter import BundleUse

# How often it is looked how much lies among what Postgres has refused: a look takes a thread (seconds).
LOOK_AT_REJECTED_S: Final = 5.0


class WorkerSpools:
    """The instance's own, and those others left.

    Attributes:
        records, media: where what is to be kept is handed over.

    Args:
        on_booked, on_counted: told of accounts that have charges, and of counters of bundles, once they are committed.
    """

    def __init__(
        self,
        settings: Settings,
        instance: int,
        dsn: str,
        on_booked: Callable[[Booked], object] = lambda booked: None,
        on_counted: Callable[[list[BundleUse]], object] = lambda uses: None,
    ) -> None:
        self._data, self._dsn = Path(settings.data), dsn
        self._next_look_s = float("-inf")  # at what was rejected
        limits = SpoolLimits(total_bytes=settings.limits.spool_bytes)
        self._on_booked, self._on_counted = on_booked, on_counted
        self._ledger = self._writer()
        records = spool_of(self._data / "spool", instance, limits)
        self.records = self._record_writer(records, self._ledger)
        media = spool_of(self._data / media_writer.FOLDER, instance, limits)
        self.media = self._media_writer(media)
        self._orphans = OrphanSpools(records.folder.parent, records.folder, self._carrier_of_records)
        self._orphan_media = OrphanSpools(media.folder.parent, media.folder, self._carrier_of_media)

    def start(self) -> None:
        """Carry on what earlier processes left, and what comes."""
        for each in (self.records, self.media, self._orphans, self._orphan_media):
            each.start()

    def stop(self, deadline_s: float) -> None:
        """Write what can be written within the deadline; the rest stays on the disk."""
        for each in (self.records, self.media, self._orphans, self._orphan_media):
            each.stop(deadline_s)

    def refresh_meters(self) -> None:
        """Set the metrics that are looked up."""
        state, media = self.records.state(), self.media.state()
        meters.postgres_up.set(0 if state.failures or media.failures else 1)
        meters.partitions_ahead.set(self._ledger.months_ahead)
        meters.spool_records.set(state.depth + state.waiting + self._orphans.depth)
        meters.spool_records_left.set(state.left + media.left + self._orphans.left + self._orphan_media.left)
        meters.spool_bytes.set(max(state.spool_bytes, media.spool_bytes))
        meters.media_changes_waiting.set(media.depth + media.waiting + self._orphan_media.depth)
        if clock.monotonic() >= self._next_look_s:
            self._next_look_s = clock.monotonic() + LOOK_AT_REJECTED_S
            records, changes = aside(self._rejected_now)
            meters.records_rejected.set(records)
            meters.media_changes_rejected.set(changes)

    def _rejected_now(self) -> tuple[int, int]:
        """Of records, and of changes of media."""
        return self.records.rejected_now(), self.media.rejected_now()

    def _carrier_of_records(self, folder: Path) -> RecordWriter:
        return self._record_writer(Spool(folder), self._writer())

    def _writer(self) -> LedgerWriter:
        return LedgerWriter(self._dsn, on_booked=self._on_booked, on_counted=self._on_counted)

    def _carrier_of_media(self, folder: Path) -> MediaWriter:
        return self._media_writer(Spool(folder))

    def _record_writer(self, spool: Spool, ledger: LedgerWriter) -> RecordWriter:
        return RecordWriter(spool, ledger, RejectedRecords(self._data / FILE))

    def _media_writer(self, spool: Spool) -> MediaWriter:
        return MediaWriter(
            spool, MediaLedger(LedgerWriter(self._dsn)), RejectedRecords(self._data / media_writer.REJECTED)
        )
