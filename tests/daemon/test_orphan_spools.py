"""Records in the spools of workers that have gone reach the ledger, each once, carried by any worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import gevent
import pytest

from callcontrol.billing.record_json import VERSION
from callcontrol.daemon import orphan_spools, record_writer
from callcontrol.daemon.orphan_spools import OrphanSpools, spool_of
from callcontrol.daemon.record_writer import RecordWriter
from callcontrol.edges import clock
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.writer import LedgerAway, Rejection
from callcontrol.edges.spool import Position, Spool, SpoolInUse, SpoolLimits

LIMITS = SpoolLimits()


class MemoryLedger:
    """A ledger in memory that takes payloads while `here` is set."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.is_away = False

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]:
        if self.is_away:
            raise LedgerAway("away")
        self.taken += payloads
        return []

    def close(self) -> None:
        """Nothing to close."""


class Carriers:
    """Workers that look for spools below one folder."""

    def __init__(self, root: Path, ledger: MemoryLedger) -> None:
        self.root = root
        self._ledger = ledger
        self._made: list[OrphanSpools] = []

    def add(self, own: str) -> OrphanSpools:
        self._made.append(OrphanSpools(self.root, self.root / own, self._open))
        self._made[-1].start()
        return self._made[-1]

    def _open(self, folder: Path) -> RecordWriter:
        return RecordWriter(Spool(folder), self._ledger, RejectedRecords(self.root / "rejected"), gather_s=0)

    def stop(self) -> None:
        for one in self._made:
            one.stop(5.0)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def carriers(tmp_path: Path, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carriers]:
    monkeypatch.setattr(orphan_spools, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(orphan_spools, "WAIT_S", 0.05)
    monkeypatch.setattr("callcontrol.daemon.spool_writer.BACK_OFF_S", (0.05,))
    made = Carriers(tmp_path / "spool", ledger)
    made.root.mkdir()
    yield made
    made.stop()


def record(call: str, n: int, version: int = VERSION) -> bytes:
    return b'{"v":%d,"call":{"call_id":"%s","n":%d}}' % (version, call.encode(), n)


def leave(folder: Path, *payloads: bytes) -> None:
    spool = Spool(folder)
    spool.append(payloads)
    spool.close()


def until(is_so: object) -> None:
    assert callable(is_so)
    due = clock.monotonic() + 60
    while not is_so():
        assert clock.monotonic() < due, "the condition did not hold in time"
        gevent.sleep(0.01)


def test_spools_of_other_slots_and_of_a_daemon_before_slots_are_carried_once(
    carriers: Carriers, ledger: MemoryLedger
) -> None:
    leave(carriers.root, b"before slots 1", b"before slots 2")
    leave(carriers.root / "5", b"of slot 5")
    leave(carriers.root / "0-1", b"of the second spool of slot 0")
    carriers.add("0")
    carriers.add("1")
    until(lambda: len(ledger.taken) == 4)
    gevent.sleep(0.3)
    assert sorted(ledger.taken) == [
        b"before slots 1",
        b"before slots 2",
        b"of slot 5",
        b"of the second spool of slot 0",
    ]


def test_a_spool_that_is_locked_is_left_to_its_worker(carriers: Carriers, ledger: MemoryLedger) -> None:
    working = Spool(carriers.root / "1")
    working.append([b"of a living worker"])
    leave(carriers.root / "2", b"left")
    carriers.add("0")
    until(lambda: ledger.taken == [b"left"])
    gevent.sleep(0.2)
    assert ledger.taken == [b"left"]
    working.close()
    until(lambda: ledger.taken == [b"left", b"of a living worker"])


def test_they_wait_for_the_ledger_and_count_meanwhile(carriers: Carriers, ledger: MemoryLedger) -> None:
    ledger.is_away = True
    leave(carriers.root / "3", b"a", b"b")
    carrier = carriers.add("0")
    until(lambda: carrier.depth == 2)
    ledger.is_away = False
    until(lambda: carrier.depth == 0)
    assert ledger.taken == [b"a", b"b"]


def test_a_worker_that_stops_leaves_the_spool_to_the_next(carriers: Carriers, ledger: MemoryLedger) -> None:
    ledger.is_away = True
    leave(carriers.root / "3", b"a")
    carrier = carriers.add("0")
    until(lambda: carrier.depth == 1)
    carrier.stop(5.0)
    ledger.is_away = False
    carriers.add("1")
    until(lambda: ledger.taken)
    assert ledger.taken == [b"a"]


def test_a_worker_whose_predecessor_still_drains_takes_the_next_spool(tmp_path: Path) -> None:
    first = spool_of(tmp_path, 4, LIMITS)
    second = spool_of(tmp_path, 4, LIMITS)
    assert (first.folder, second.folder) == (tmp_path / "4", tmp_path / "4-1")
    first.close()
    third = spool_of(tmp_path, 4, LIMITS)
    assert third.folder == tmp_path / "4"
    second.close()
    third.close()


def test_too_many_predecessors_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphan_spools, "MAX_HELD", 2)
    held = [spool_of(tmp_path, 0, LIMITS) for _ in range(2)]
    with pytest.raises(SpoolInUse, match="earlier workers do not end"):
        spool_of(tmp_path, 0, LIMITS)
    for one in held:
        one.close()


def test_a_record_of_a_later_version_stays_with_its_call_and_the_rest_goes_on(
    carriers: Carriers, ledger: MemoryLedger
) -> None:
    newer, behind = record("a", 2, VERSION + 1), record("a", 4)
    leave(carriers.root / "9", record("b", 1), newer, record("b", 3), behind, record("c", 5))
    carrier = carriers.add("1")
    until(lambda: len(ledger.taken) == 3)
    assert ledger.taken == [record("b", 1), record("b", 3), record("c", 5)]
    until(lambda: is_free(carriers.root / "9"))
    assert carrier.left == 2
    spool = Spool(carriers.root / "9")
    left = [one.payload for one in spool.read_from(Position(spool.forgotten + 1), 10)]
    spool.close()
    # nothing behind the first kept record is dropped: a later version writes it again, which changes nothing
    assert left == [newer, record("b", 3), behind, record("c", 5)]


def test_a_later_version_takes_the_records_an_older_one_has_left(
    carriers: Carriers, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(carriers.root / "9", record("a", 1, VERSION + 1), record("a", 2), record("b", 3))
    carriers.add("1")
    until(lambda: ledger.taken == [record("b", 3)] and is_free(carriers.root / "9"))
    monkeypatch.setattr(record_writer, "RECORDS", replace(record_writer.RECORDS, is_newer=lambda payload: False))
    later = carriers.add("2")
    until(lambda: len(ledger.taken) == 4)
    until(lambda: is_free(carriers.root / "9"))
    assert later.left == 0
    assert ledger.taken[1:] == [record("a", 1, VERSION + 1), record("a", 2), record("b", 3)]


def test_a_newer_record_that_names_no_call_may_be_of_any(carriers: Carriers, ledger: MemoryLedger) -> None:
    leave(carriers.root / "9", record("b", 1), b'{"v":%d,"what":"else"}' % (VERSION + 1), record("b", 3))
    carriers.add("1")
    until(lambda: bool(ledger.taken) and is_free(carriers.root / "9"))
    assert ledger.taken == [record("b", 1)]


def test_a_worker_goes_on_with_its_own_records_behind_those_of_a_later_version(
    carriers: Carriers, ledger: MemoryLedger
) -> None:
    own = carriers.root / "1"
    leave(own, record("a", 1, VERSION + 1))
    writer = RecordWriter(Spool(own), ledger, RejectedRecords(carriers.root / "rejected"), gather_s=0)
    writer.start()
    ledger.is_away = True
    writer._spool.submit([record("b", 2)], lambda: None)
    gevent.sleep(0.2)  # time for several attempts
    ledger.is_away = False
    until(lambda: ledger.taken == [record("b", 2)])
    assert writer.drained(5)
    state = writer.state()
    assert (state.depth, state.failures, state.oldest is not None) == (1, 0, True)
    writer.stop(1)


def test_records_before_one_of_a_later_version_are_written_even_if_that_takes_several_attempts(
    carriers: Carriers, ledger: MemoryLedger
) -> None:
    own = carriers.root / "1"
    own.mkdir()
    writer = RecordWriter(Spool(own), ledger, RejectedRecords(carriers.root / "rejected"), gather_s=0)
    writer.start()
    gevent.sleep(0.1)
    ledger.is_away = True
    writer._spool.submit([record("a", 1), record("a", 2, VERSION + 1), record("a", 3)], lambda: None)
    until(lambda: writer.state().failures > 2)
    ledger.is_away = False
    until(lambda: ledger.taken == [record("a", 1)])
    assert writer.drained(5)
    assert writer.state().depth == 2
    writer.stop(1)


def is_free(folder: Path) -> bool:
    try:
        Spool(folder).close()
    except SpoolInUse:
        return False
    return True
