"""A record is durable before it is reported so, and in the ledger exactly once, whatever process dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import gevent
import orjson
import psycopg
import pytest
from gevent.event import Event
from gevent.monkey import get_original

from callcontrol.billing.fold import fold
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.daemon.record_writer import RecordWriter
from callcontrol.edges import spool_files
from callcontrol.edges.embedded import EmbeddedPostgres
from callcontrol.edges.ledger.rejected import RejectedFull, RejectedRecords
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter, Rejection
from callcontrol.edges.spool import Spool, SpoolClosed, SpoolFull, SpoolLimits
from tests.billing.trails import NOON, forwarded
from tests.daemon.record_writer_process import POINTS
from tests.edges.ledger.samples import rated

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
CALLS = 24
TABLES = ("calls", "legs", "charges")


def contents(dsn: str) -> dict[str, list[str]]:
    """Every row of the ledger, without the time and the transaction of its writing."""
    with psycopg.connect(dsn) as connection:
        return {
            table: [
                str(row)
                for (row,) in connection.execute(
                    f"SELECT to_jsonb(t) - '{{written_at,written_in}}'::text[] FROM {table} t ORDER BY 1".encode()
                )
            ]
            for table in TABLES
        }


def counts(dsn: str) -> dict[str, int]:
    return {table: len(rows) for table, rows in contents(dsn).items()}


class MemoryLedger:
    """A ledger in memory that is unavailable, slow or rejects records as a test wants."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.tried: list[int] = []
        self.failures: list[Exception] = []
        self.rejecting: Callable[[bytes], bool] = lambda _payload: False
        self.asked = Event()

    @property
    def taken(self) -> list[bytes]:
        return [payload for batch in self.batches for payload in batch]

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]:
        self.tried.append(len(payloads))
        self.asked.set()
        if self.failures:
            raise self.failures.pop(0)
        rejected = [Rejection(p, "because") for p in payloads if self.rejecting(p)]
        self.batches.append([p for p in payloads if not self.rejecting(p)])
        return rejected

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


Make = Callable[..., RecordWriter]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes record writers on one spool folder; waits between attempts are short."""
    monkeypatch.setattr("callcontrol.daemon.spool_writer.BACK_OFF_S", (0.01,))
    made: list[RecordWriter] = []

    def writer(
        ledger: MemoryLedger | LedgerWriter, limits: SpoolLimits | None = None, **options: object
    ) -> RecordWriter:
        spool = Spool(tmp_path / "spool", limits, now=lambda: NOON)
        rejected = RejectedRecords(tmp_path / "rejected")
        settings = {"now": lambda: NOON, "gather_s": 0.0, **options}
        made.append(RecordWriter(spool, ledger, rejected, **settings))  # type: ignore[arg-type]  # options of one test
        return made[-1]

    yield writer
    for each in made:
        each.stop(0)


def put_all(writer: RecordWriter, count: int, first: int = 0) -> list[int]:
    """Put `count` calls; returns the list to which each is added once it is durable."""
    durable: list[int] = []
    for n in range(first, first + count):
        writer.put(rated(forwarded(n)), partial(durable.append, n))
    return durable


def test_durable_first_then_the_ledger(make: Make, ledger: MemoryLedger) -> None:
    writer = make(ledger)
    durable = put_all(writer, 5)
    assert (durable, writer.state().waiting) == ([], 5)
    writer.start()
    assert writer.drained(PATIENCE_S)
    assert durable == [0, 1, 2, 3, 4]
    assert len(ledger.taken) == 5
    state = writer.state()
    assert (state.depth, state.waiting, state.oldest, state.written, state.failures, state.last_error) == (
        0,
        0,
        None,
        5,
        0,
        "",
    )


def test_a_record_that_is_not_rated_yet_is_rated_before_the_ledger(make: Make, ledger: MemoryLedger) -> None:
    writer = make(
        ledger, rate=lambda record: rated(forwarded()) if record == fold(forwarded()) else RatedRecord(record)
    )
    writer.start()
    writer.put(fold(forwarded()), lambda: None)
    assert writer.drained(PATIENCE_S)
    assert orjson.loads(ledger.taken[0])["charges"][0]["amount"] == "0.6300"


def test_a_fault_in_rating_costs_no_record(make: Make, ledger: MemoryLedger) -> None:
    def broken(_record: CallRecord) -> RatedRecord:
        raise ZeroDivisionError("in a price list")

    writer = make(ledger, rate=broken)
    writer.start()
    writer.put(fold(forwarded()), lambda: None)
    assert writer.drained(PATIENCE_S)
    (charge,) = orjson.loads(ledger.taken[0])["charges"]
    assert (charge["amount"], charge["reason"]) == (None, "rating failed: ZeroDivisionError: in a price list")


def test_an_unavailable_ledger_is_logged_and_retried_with_smaller_batches(make: Make, ledger: MemoryLedger) -> None:
    writer = make(ledger, batch=16)
    writer.start()
    assert ledger.asked.wait(PATIENCE_S)
    ledger.failures = [LedgerAway("no route"), LedgerAway("no route"), LedgerAway("no route")]
    put_all(writer, 40)
    assert writer.drained(PATIENCE_S)
    assert ledger.tried == [0, 16, 8, 4, 2, 4, 8, 16, 10]
    assert len(ledger.taken) == 40


def test_a_bug_in_our_code_is_retried_too(make: Make, ledger: MemoryLedger) -> None:
    ledger.failures = [KeyError("a mistake in the writer")]
    writer = make(ledger)
    put_all(writer, 3)
    writer.start()
    assert writer.drained(PATIENCE_S)
    assert len(ledger.taken) == 3


def test_the_last_error_and_the_age_are_shown_while_it_lasts(
    make: Make, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcontrol.daemon.spool_writer.BACK_OFF_S", (PATIENCE_S,))
    ledger.failures = [LedgerAway("no route")]
    writer = make(ledger)
    durable = put_all(writer, 3)
    while len(durable) < 3:
        gevent.sleep(0.001)
    writer.start()
    assert ledger.asked.wait(PATIENCE_S)
    gevent.sleep(0)
    state = writer.state()
    assert (state.failures, state.last_error, state.depth) == (1, "LedgerAway: no route", 3)
    assert state.oldest == NOON
    writer.stop(1)  # does not wait for the back-off


def test_stop_leaves_the_rest_to_the_next_start(make: Make, ledger: MemoryLedger) -> None:
    ledger.failures = [LedgerAway("no route")] * 1000
    writer = make(ledger)
    durable = put_all(writer, 7)
    writer.start()
    assert ledger.asked.wait(PATIENCE_S)
    writer.stop(0.05)
    assert (durable, ledger.taken) == (list(range(7)), [])
    with pytest.raises(SpoolClosed):
        put_all(writer, 1)
    ledger.failures.clear()
    successor = make(ledger)
    successor.start()
    assert successor.drained(PATIENCE_S)
    assert len(ledger.taken) == 7


def test_rejected_records_are_kept_for_a_person(make: Make, ledger: MemoryLedger, tmp_path: Path) -> None:
    bad = fold(forwarded(3)).call_id.encode()
    ledger.rejecting = lambda payload: bad in payload
    writer = make(ledger)
    put_all(writer, 6)
    writer.start()
    assert writer.drained(PATIENCE_S)
    assert (writer.state().written, writer.state().rejected) == (5, 1)
    (line,) = (tmp_path / "rejected").read_bytes().splitlines()
    told = orjson.loads(line)
    assert (told["at"], told["reason"]) == ("2026-11-17T12:00:00.000000Z", "because")
    assert told["record"]["call"]["call_id"].encode() == bad


def test_a_rejected_payload_that_is_no_json_is_kept_too(tmp_path: Path) -> None:
    RejectedRecords(tmp_path / "rejected").add([Rejection(b"\xff\x00", "no JSON")], NOON)
    assert orjson.loads((tmp_path / "rejected").read_bytes())["bytes"] == "/wA="


def test_too_many_rejected_records_stop_the_writer_but_lose_nothing(tmp_path: Path) -> None:
    rejected = RejectedRecords(tmp_path / "rejected", max_bytes=150)
    rejected.add([Rejection(b'{"n":1}', "first")], NOON)
    with pytest.raises(RejectedFull, match="find out why, then move it away"):
        rejected.add([Rejection(b'{"n":2}', "x" * 100)], NOON)
    assert len((tmp_path / "rejected").read_bytes().splitlines()) == 1


def test_a_full_spool_refuses_until_the_ledger_is_back(make: Make, ledger: MemoryLedger) -> None:
    ledger.failures = [LedgerAway("no route")] * 1_000_000
    writer = make(ledger, SpoolLimits(total_bytes=40_000))
    writer.start()
    durable = put_all(writer, 10)
    with pytest.raises(SpoolFull, match="bring the ledger back"):
        put_all(writer, 100, 10)
    taken = writer.state().depth + writer.state().waiting
    assert 10 < taken < 20
    assert durable == []
    ledger.failures.clear()
    assert writer.drained(PATIENCE_S)
    put_all(writer, 3, 100)
    assert writer.drained(PATIENCE_S)
    assert len(ledger.taken) == taken + 3


def test_a_busy_disk_does_not_stop_the_hub(make: Make, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake disk waits for a greenlet: if the hub waited for the disk, neither would go on."""
    held = get_original("_thread", "allocate_lock")()
    held.acquire()
    store = spool_files.write_synced

    def slow(segment: spool_files.Segment, data: bytes) -> None:
        held.acquire()
        store(segment, data)

    monkeypatch.setattr(spool_files, "write_synced", slow)
    writer = make(ledger)
    durable = put_all(writer, 1)
    gevent.spawn_later(0.01, held.release)
    writer.start()
    assert writer.drained(PATIENCE_S)
    assert durable == [0]


def test_a_busy_postgres_does_not_stop_the_hub(make: Make, database: str) -> None:
    """Postgres waits for a lock that only another greenlet of this process can release."""
    ledger = LedgerWriter(database, now=lambda: NOON)
    ledger.write([])
    writer = make(ledger)
    with psycopg.connect(database) as blocker, psycopg.connect(database, autocommit=True) as watcher:
        blocker.execute("LOCK TABLE calls")
        put_all(writer, 1)
        writer.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'calls'::regclass"
        while watcher.execute(waiting).fetchone() != (1,):
            gevent.sleep(0.01)
        blocker.rollback()
        assert writer.drained(PATIENCE_S)
    assert counts(database) == {"calls": 1, "legs": 3, "charges": 1}


def test_postgres_stops_in_the_middle_and_comes_back(make: Make, restartable_postgres: EmbeddedPostgres) -> None:
    ledger = LedgerWriter(restartable_postgres.address, now=lambda: NOON)
    writer = make(ledger, batch=5)
    writer.start()
    put_all(writer, 20)
    assert writer.drained(PATIENCE_S)
    restartable_postgres.kill()
    durable = put_all(writer, 30, 20)
    while writer.state().failures < 3:
        gevent.sleep(0.01)
    assert durable == list(range(20, 50))  # calls go on
    assert writer.state().depth == 30
    restartable_postgres.start()
    put_all(writer, 10, 50)
    assert writer.drained(PATIENCE_S)
    assert counts(restartable_postgres.address) == {"calls": 60, "legs": 180, "charges": 60}


def test_replaying_the_whole_spool_changes_nothing(make: Make, database: str, tmp_path: Path) -> None:
    before: dict[str, list[str]] = {}
    for turn in range(3):
        writer = make(LedgerWriter(database, now=lambda: NOON), batch=7)
        if turn == 0:
            put_all(writer, 20)
        writer.start()
        assert writer.drained(PATIENCE_S)
        assert writer.state().written == 20
        writer.stop(1)
        assert before in ({}, contents(database))
        before = contents(database)
        (tmp_path / "spool" / "mark").unlink()
    assert counts(database) == {"calls": 20, "legs": 60, "charges": 20}


@pytest.fixture
def undisturbed(database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the ledger holds if no process is killed."""
    ledger = LedgerWriter(database, now=lambda: NOON)
    ledger.write([to_json(rated(forwarded(n))) for n in range(CALLS)])
    found = contents(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("TRUNCATE calls, legs, charges")
    ledger.close()
    return found


@pytest.fixture(scope="module")
def forker() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.daemon.record_writer_process"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0


def run_process(forker: subprocess.Popen[str], dsn: str, folder: Path, point: str, count: int) -> int:
    """A process begins and ends; what it says of its troubles is in the test's own output."""
    assert forker.stdin is not None
    assert forker.stdout is not None
    forker.stdin.write(json.dumps([dsn, str(folder), point, count]) + "\n")
    forker.stdin.flush()
    status = int(forker.stdout.readline())
    assert status in (0, -signal.SIGKILL)
    return status


@pytest.mark.parametrize("point", POINTS)
def test_kill_9_anywhere_and_start_again(
    forker: subprocess.Popen[str], database: str, undisturbed: dict[str, list[str]], tmp_path: Path, point: str
) -> None:
    """Two processes are killed at the same point; the third one finds everything and finishes."""
    journal = tmp_path / "journal"
    journal.mkdir()
    for n in range(CALLS):
        (journal / f"{n:03d}").touch()
    assert run_process(forker, database, tmp_path, point, 2) == -signal.SIGKILL
    run_process(forker, database, tmp_path, point, 1)
    assert run_process(forker, database, tmp_path, "nowhere", 0) == 0
    assert contents(database) == undisturbed
    assert list(journal.iterdir()) == []
    assert not (tmp_path / "rejected").exists()
