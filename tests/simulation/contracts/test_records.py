"""What the twins of spool and ledger promise to be like: each leg once, estimates give way, records outlive workers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gevent.event import Event

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.spool import Position, Spool, SpoolFull, SpoolLimits
from callcontrol.vocabulary.moment import Instant
from tests.billing.trails import NOON, forwarded
from tests.simulation.agenda import Agenda
from tests.simulation.process import Process
from tests.simulation.records_twin import LedgerTwin, RecordsTwin, SpoolTwin

Row = tuple[str, str, bool, int | None]


class RealLedger:
    """Postgres."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._writer = LedgerWriter(dsn)

    def write(self, *records: RatedRecord) -> None:
        assert self._writer.write([to_json(one) for one in records]) == []

    def rows(self) -> list[Row]:
        with psycopg.connect(self._dsn) as connection:
            found = connection.execute(
                "SELECT switch, leg_id, estimated, extract(epoch FROM ended_at) * 1000000 FROM legs ORDER BY leg_id"
            ).fetchall()
        return [(switch, leg, estimated, int(ended)) for switch, leg, estimated, ended in found]

    def close(self) -> None:
        self._writer.close()


class TwinLedger:
    """In memory."""

    def __init__(self) -> None:
        self._twin = LedgerTwin()

    def write(self, *records: RatedRecord) -> None:
        self._twin.write([to_json(one) for one in records])

    def rows(self) -> list[Row]:
        found = ((switch, leg, row.estimated, row.ended) for (switch, leg), row in self._twin.rows.items())
        return sorted(found, key=lambda row: row[1])

    def close(self) -> None:
        self._twin.close()


@pytest.fixture(params=["real", "twin"])
def ledger(request: pytest.FixtureRequest) -> Iterator[RealLedger | TwinLedger]:
    made = RealLedger(request.getfixturevalue("database")) if request.param == "real" else TwinLedger()
    with closing(made):
        yield made


def record(n: int = 0) -> CallRecord:
    """The n-th call of a kind: three legs."""
    return fold(forwarded(n, NOON, 61.5))


def rated(call: CallRecord) -> RatedRecord:
    return rate_record(call, None)


def estimated(call: CallRecord) -> CallRecord:
    legs = tuple(replace(leg, estimated=True, ended=Instant((leg.ended or 0) + 5_000_000)) for leg in call.legs)
    return replace(call, estimated=True, legs=legs)


def rows_of(call: CallRecord) -> list[Row]:
    return sorted(((call.switch, leg.leg_id, leg.estimated, leg.ended) for leg in call.legs), key=lambda row: row[1])


def test_a_record_written_twice_is_there_once(ledger: RealLedger | TwinLedger) -> None:
    ledger.write(rated(record(1)), rated(record(1)))
    ledger.write(rated(record(1)))
    assert ledger.rows() == rows_of(record(1))


def test_an_estimate_gives_way_and_the_truth_does_not(ledger: RealLedger | TwinLedger) -> None:
    truth = record(1)
    ledger.write(rated(estimated(truth)))
    assert ledger.rows() == rows_of(estimated(truth))
    ledger.write(rated(truth))
    assert ledger.rows() == rows_of(truth)
    ledger.write(rated(estimated(truth)))
    assert ledger.rows() == rows_of(truth)


class Disk:
    """A spool as a worker uses it; `room` False: it is full."""

    def __init__(self, put: Callable[[RatedRecord, Callable[[], None]], None], kept: Callable[[], int]) -> None:
        self.put = put
        self.kept = kept


def real_disk(folder: Path, *, room: bool) -> tuple[Disk, Any]:
    spool = Spool(folder, SpoolLimits(total_bytes=10_000_000 if room else 16))

    def put(one: RatedRecord, on_durable: Callable[[], None]) -> None:
        done = Event()

        def durable() -> None:
            on_durable()
            done.set()

        spool.submit([to_json(one)], durable)
        assert done.wait(10)

    return Disk(put, lambda: len(spool.read_from(Position(spool.forgotten + 1), 100))), spool


def twin_disk(*, room: bool) -> Disk:
    agenda = Agenda(Instant(0), random.Random(1))
    ledger = LedgerTwin()
    ledger.is_up = False
    spool = SpoolTwin(ledger, random.Random(1))
    spool.is_full = not room
    records = RecordsTwin(spool, Process(agenda, "w1"))

    def put(one: RatedRecord, on_durable: Callable[[], None]) -> None:
        records.put(one, on_durable)
        until_s = agenda.now_s + 10.0
        while agenda.step(until_s):
            assert agenda.now_s < until_s

    return Disk(put, lambda: len(spool.waiting))


@pytest.mark.parametrize("kind", ["real", "twin"])
@pytest.mark.parametrize("room", [True, False])
def test_what_is_said_to_be_durable_is_kept_and_what_has_no_room_is_refused(
    kind: str, room: bool, tmp_path: Path
) -> None:
    durable: list[str] = []
    disk, spool = real_disk(tmp_path, room=room) if kind == "real" else (twin_disk(room=room), None)
    if room:
        disk.put(rated(record(1)), lambda: durable.append("c1"))
        disk.put(rated(record(2)), lambda: durable.append("c2"))
        assert (durable, disk.kept()) == (["c1", "c2"], 2)
    else:
        with pytest.raises(SpoolFull):
            disk.put(rated(record(1)), lambda: durable.append("c1"))
        assert (durable, disk.kept()) == ([], 0)
    if spool is not None:
        spool.close(5)


def test_a_worker_that_dies_first_leaves_no_record() -> None:
    agenda = Agenda(Instant(0), random.Random(1))
    spool = SpoolTwin(LedgerTwin(), random.Random(1))
    process, durable = Process(agenda, "w1"), []
    RecordsTwin(spool, process).put(rated(record(1)), lambda: durable.append("c1"))
    process.die()
    while agenda.step(10.0):
        assert agenda.now_s < 10.0
    assert (durable, spool.waiting) == ([], [])
