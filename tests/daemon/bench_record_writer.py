"""Records per second from trail to ledger, on one core of a gevent process. Not a test.

    python -m tests.daemon.bench_record_writer [CALLS]

Postgres is embedded and syncs to disk, as does the spool. A second greenlet measures by how much the hub delays it.
"""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from zoneinfo import ZoneInfo  # noqa: E402

import gevent  # noqa: E402
import psycopg  # noqa: E402

from callcontrol.billing.costs import rate_record  # noqa: E402
from callcontrol.billing.fold import fold  # noqa: E402
from callcontrol.billing.record_json import to_json  # noqa: E402
from callcontrol.billing.tariff import Tariff  # noqa: E402
from callcontrol.billing.tariffs import parse  # noqa: E402
from callcontrol.daemon.record_writer import RecordWriter  # noqa: E402
from callcontrol.daemon.spool_writer import BATCH  # noqa: E402
from callcontrol.edges.embedded import EmbeddedPostgres  # noqa: E402
from callcontrol.edges.ledger.rejected import RejectedRecords  # noqa: E402
from callcontrol.edges.ledger.writer import LedgerWriter  # noqa: E402
from callcontrol.edges.spool import Spool  # noqa: E402
from callcontrol.vocabulary.moment import Instant  # noqa: E402
from callcontrol.vocabulary.outcome import Outcome  # noqa: E402
from tests.billing.test_record import PRICES  # noqa: E402
from tests.billing.trails import NOON, Entries, Story  # noqa: E402

TICK_S = 0.001
ENTRIES = 2000


def always_forwarded(n: int) -> Entries:
    """One call, two legs, one charge."""
    return (
        Story(n, Instant(NOON + n * 1000))
        .routed(0.001, "extension:101", "number +48225550000", "tenants/acme.yaml:12")
        .routed(0.001, "number:+48600700800", "rule always of extension:101", "tenants/acme.yaml:31")
        .rings_outside(0.002, 0)
        .bridged(5, 0)
        .leg_ended(65, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 0.01, 1, 5, by="callee")
        .ended(65.1, answered=5, by="switch")
    )


class Lateness:
    """The delay of a greenlet that wants to run every millisecond."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            before = time.perf_counter()
            gevent.sleep(TICK_S)
            self.late_ms.append((time.perf_counter() - before - TICK_S) * 1000)

    def summary(self) -> str:
        """Median, 99th percentile and maximum, as text."""
        self._greenlet.kill()
        ordered = sorted(self.late_ms)
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        return f"hub late by {p50:.2f} ms (p50), {p99:.2f} ms (p99), {ordered[-1]:.2f} ms (worst)"


def main() -> None:
    count = int(sys.argv[1]) if sys.argv[1:] else 20_000
    trails = [always_forwarded(n) for n in range(count)]
    tariff = parse(PRICES, "standard.csv", ZoneInfo("Europe/Warsaw"))
    assert isinstance(tariff, Tariff)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder / "postgres") as dsn:
            ledger = LedgerWriter(dsn, now=lambda: NOON)
            ledger.write([])
            spool = Spool(folder / "spool")
            writer = RecordWriter(spool, ledger, RejectedRecords(folder / "rejected"))
            run("trail -> fold -> rate -> spool -> ledger", writer, trails, tariff)
            writer.stop(10)
            ledger_alone(dsn, [to_json(rate_record(fold(trail), tariff)) for trail in trails])
            spool_alone(folder / "second")


def ledger_alone(dsn: str, payloads: list[bytes]) -> None:
    """Batches of 500 into empty tables."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE calls, legs, charges")
    ledger = LedgerWriter(dsn, now=lambda: NOON)
    ledger.write([])
    wall, cpu = time.perf_counter(), time.process_time()
    for first in range(0, len(payloads), BATCH):
        assert ledger.write(payloads[first : first + BATCH]) == []
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each_us = cpu / len(payloads) * 1e6
    print(f"ledger alone: {len(payloads) / wall:.0f} calls/s, {each_us:.0f} us of CPU per call in this process")
    ledger.close()


def spool_alone(folder: Path) -> None:
    """One entry at a time, then from many greenlets at once."""
    spool = Spool(folder)
    entry = [b"x" * 2200]
    for callers in (1, 10, 200):
        wall = time.perf_counter()
        each = [gevent.spawn(append_often, spool, entry, ENTRIES // callers) for _ in range(callers)]
        gevent.joinall(each, raise_error=True)
        wall = time.perf_counter() - wall
        each_ms = wall / ENTRIES * callers * 1000
        print(f"spool alone: {callers} at once: {ENTRIES / wall:.0f} durable entries/s, {each_ms:.2f} ms each")
    spool.close()


def append_often(spool: Spool, entry: list[bytes], times: int) -> None:
    for _ in range(times):
        spool.append(entry)


def run(what: str, writer: RecordWriter, trails: list[Entries], tariff: Tariff) -> None:
    """Put all calls as fast as possible, one by one, and let other greenlets run after each ten."""
    durable = [0]

    def summary() -> None:
        durable[0] += 1

    gc.freeze()  # the prepared trails are no garbage of the daemon, which holds only its calls in progress
    lateness = Lateness()
    wall, cpu = time.perf_counter(), time.process_time()
    writer.start()
    for n, trail in enumerate(trails):
        writer.put(rate_record(fold(trail), tariff), summary)
        if n % 10 == 9:
            gevent.sleep(1e-5)  # not 0: the event loop would check no socket for 100 ms
    put = time.perf_counter() - wall
    assert writer.drained(120), writer.state()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = len(trails)
    print(f"{what}: {count} calls (2 legs, 1 charge each) in {wall:.2f} s: {count / wall:.0f}/s")
    print(f"  put in {put:.2f} s ({count / put:.0f}/s), this process used {cpu / count * 1e6:.0f} us of CPU per call")
    print(f"  {lateness.summary()}; durable {durable[0]}; {writer.state()}")


if __name__ == "__main__":
    main()
