"""Spool and ledger in memory: the spool survives workers, the ledger has each leg once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from callcontrol.billing.record import LegRecord, RatedRecord
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.edges.ledger.writer import LedgerAway
from callcontrol.edges.spool import SpoolFull
from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.hearing import Hearing
from callcontrol.vocabulary.media import Media, applied
from callcontrol.vocabulary.media_notes import MediaNote
from callcontrol.vocabulary.message_mark import MessageMark
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.supervision import ListeningRecord
from tests.simulation.process import Process

SYNC_S = (0.001, 0.02)
GATHER_S = 0.05


class LedgerTwin:
    """Postgres: a row for each leg, by (switch, leg); an estimate gives way to a better one.

    Attributes:
        rows, records: by that key, the leg and the record it came with.
        on_row, on_call: called with each leg and each call that is written.
    """

    def __init__(self) -> None:
        self.is_up = True
        self.rows: dict[tuple[str, str], LegRecord] = {}
        self.records: dict[tuple[str, str], RatedRecord] = {}
        self.calls: dict[str, RatedRecord] = {}
        self.on_row: Callable[[RatedRecord, LegRecord], None] = lambda record, leg: None
        self.on_call: Callable[[RatedRecord], None] = lambda record: None

    def write(self, payloads: Sequence[bytes]) -> list[object]:
        """Store records; none is ever refused.

        Raises:
            LedgerAway: it is.
        """
        if not self.is_up:
            raise LedgerAway("away")
        for payload in payloads:
            self._store(from_json(payload))
        return []

    def close(self) -> None:
        """There is no connection."""

    def _store(self, record: RatedRecord) -> None:
        known = self.calls.get(record.call.call_id)
        if known is None or (known.call.estimated and not record.call.estimated):
            self.calls[record.call.call_id] = record
            self.on_call(record)
        for leg in record.call.legs:
            key = record.call.switch, leg.leg_id
            there = self.rows.get(key)
            if there is None or _is_truer(leg, there):
                self.rows[key] = leg
                self.records[key] = record
                self.on_row(record, leg)


def _is_truer(leg: LegRecord, there: LegRecord) -> bool:
    """A reported end replaces an estimate, and the claim that a leg never was a channel."""
    return not leg.estimated and (there.estimated or (there.created is None and leg.created is not None))


class SpoolTwin:
    """The disk of all workers: what it has survives each of them.

    Attributes:
        waiting: records that the ledger does not have yet.
        media: all workers' media.
    """

    def __init__(self, ledger: LedgerTwin, chance: random.Random) -> None:
        self.is_full = False
        self.waiting: list[bytes] = []
        self.media = MediaTwin()
        self._ledger = ledger
        self._chance = chance

    def put(self, process: Process, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        """Keep a record: it is durable a moment later, unless the process ends first.

        Raises:
            SpoolFull: it was not taken.
        """
        if self.is_full:
            raise SpoolFull("no room")
        payload = to_json(record)

        def durable() -> None:
            self.waiting.append(payload)
            self.drain()
            on_durable()

        process.after(self._chance.uniform(*SYNC_S), durable)

    def drain(self) -> None:
        """Carry what there is into the ledger, if it is there."""
        if self._ledger.is_up and self.waiting:
            waiting, self.waiting = self.waiting, []
            self._ledger.write(waiting)


class MediaTwin:
    """One worker's way to the media of the ledger, which all workers' media are.

    Attributes:
        rows: by (tenant, id). hearings, marks, facts: in their order.
    """

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Media] = {}
        self.hearings: list[Hearing] = []
        self.marks: list[MessageMark] = []
        self.facts: list[BoxFact] = []
        self.restrictions: list[Restriction] = []
        self.listenings: list[ListeningRecord] = []

    def note(self, note: MediaNote) -> None:
        """Keep it."""
        if isinstance(note, Hearing):
            self.hearings.append(note)
            return
        if isinstance(note, MessageMark):
            self.marks.append(note)
            return
        if isinstance(note, BoxFact):
            self.facts.append(note)
            return
        if isinstance(note, Restriction):
            self.restrictions.append(note)
            return
        if isinstance(note, ListeningRecord):
            self.listenings.append(note)
            return
        key = note.tenant, note.media_id
        self.rows[key] = applied(self.rows.get(key), note)


class RecordsTwin:
    """One worker's way to the spool."""

    def __init__(self, spool: SpoolTwin, process: Process) -> None:
        self._spool = spool
        self._process = process

    def put(self, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        """Keep the record.

        Raises:
            SpoolFull: it was not taken.
        """
        self._process.command()
        self._spool.put(self._process, record, on_durable)

    def put_aside(self, call: bytes, reason: str) -> None:
        """Never: a record can be made of every call."""
        raise AssertionError(f"{reason}: {call[:200]!r}")
