"""Credit in Redis follows the ledger: after a lost Redis, a lost report, a restored ledger, a leg without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from gevent.event import AsyncResult
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.daemon.credit_books import LATE_US, LOST_US, CreditBooks
from callcontrol.edges import clock
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, enter
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.credit import UNITS, Balance, CreditAccount, LiveAccount, Rung, SpanReply, SpanRequest
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.trail import Dialled
from tests.billing.trails import NOON, forwarded
from tests.edges.ledger.test_accounts import payload

ACCOUNT = CreditAccount("acme", "extension:101", "PLN")
OTHER = CreditAccount("zeta", "tenant", "EUR")


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"callcontrol_credit_{name}", labels) or 0.0


@pytest.fixture
def books(ledger_database: str, redis_client: Redis, redis_url: str) -> Iterator[CreditBooks]:
    redis_client.ping()
    pipeline = RedisPipeline(connect(redis_url, 2.0))
    yield CreditBooks(ledger_database, pipeline, "w1", lambda: ["acme"])
    pipeline.stop(1)


@pytest.fixture
def connection(ledger_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(ledger_database, autocommit=True) as opened:
        yield opened


def top_up(connection: psycopg.Connection, account: CreditAccount, amount: str, key: str = "k") -> Balance:
    return enter(connection, NewEntry(account, EntryKind.TOP_UP, Decimal(amount), "cash", "anna", key)).left


def reserve(books: CreditBooks, leg: str = "leg", lease_us: int = 90_000_000) -> SpanReply:
    result: AsyncResult = AsyncResult()
    request = SpanRequest(ACCOUNT, leg, (Rung(30, UNITS),), 0, None, 0, lease_us, 120)
    books.store.reserve(request, lambda reply, trouble: result.set(reply or trouble))
    reply: SpanReply = result.get(timeout=5)
    return reply


def test_a_balance_is_found_in_the_ledger_when_it_is_asked_for(
    books: CreditBooks, connection: psycopg.Connection, redis_client: Redis
) -> None:
    top_up(connection, ACCOUNT, "3")
    books._finder.start()
    assert reserve(books).left == 2 * UNITS
    redis_client.flushall()
    assert reserve(books).left == 2 * UNITS


def test_credit_is_restored_after_redis_lost_it(
    books: CreditBooks, connection: psycopg.Connection, redis_client: Redis
) -> None:
    balances = [top_up(connection, ACCOUNT, "3"), top_up(connection, OTHER, "4")]
    assert books.look_if_ours()
    assert [books.store.look(one.account).balance for one in balances] == balances
    redis_client.flushall()
    assert books.compare() == 0
    assert [books.store.look(one.account).balance for one in balances] == balances


def test_at_rest_redis_and_ledger_agree_and_a_difference_is_corrected_and_counted(
    books: CreditBooks, connection: psycopg.Connection, redis_client: Redis
) -> None:
    balance = top_up(connection, ACCOUNT, "3")
    assert (books.compare(), books.compare()) == (0, 0)
    redis_client.hincrby("cc:{acme}:credit:account:extension:101:PLN", "balance", 7)
    before = metric("mended_total", how="differs")
    assert books.compare() == 1
    assert metric("mended_total", how="differs") == before + 1
    assert books.store.look(ACCOUNT).balance == balance


def test_a_ledger_restored_from_a_backup_counts(books: CreditBooks, connection: psycopg.Connection) -> None:
    balance = top_up(connection, ACCOUNT, "3")
    books.store.book(Balance(ACCOUNT, 9, 99 * UNITS))
    before = metric("mended_total", how="ahead")
    assert books.compare() == 1
    assert metric("mended_total", how="ahead") == before + 1
    assert books.compare() == 0
    assert books.store.look(ACCOUNT).balance == balance


def test_a_charge_counts_once_while_it_is_on_its_way_and_after(
    books: CreditBooks, connection: psycopg.Connection, ledger_database: str
) -> None:
    """Reserved, ended, in the spool, committed, reported; the second call's worker dies before its report."""
    books.store.book(top_up(connection, ACCOUNT, "3"))
    assert reserve(books, leg_of(0)).is_granted
    assert reserve(books, leg_of(1)).is_granted
    cost = 63 * UNITS // 100
    for n in range(2):
        books.store.end(ACCOUNT, leg_of(n), cost)
    assert books.store.look(ACCOUNT).available == 3 * UNITS - 2 * cost
    teller, silent = (
        LedgerWriter(ledger_database, now=noon, on_booked=books.booked),
        LedgerWriter(ledger_database, now=noon),
    )
    teller.write([payload(0)])
    assert books.store.look(ACCOUNT).available == 3 * UNITS - 2 * cost
    silent.write([payload(1)])
    assert books.compare() == 0
    assert (
        books.store.look(ACCOUNT).available == 3 * UNITS - 3 * cost
    )  # for a while the balance is too low, never too high
    for writer in (teller, silent):
        writer.close()


def test_a_charge_of_a_dead_worker_is_found_after_minutes_and_one_that_never_comes_is_dropped_after_a_day(
    books: CreditBooks, ledger_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Instant(NOON + 90_000_000)
    books.store._now = lambda: ended
    for leg in (leg_of(1), "no-record"):
        books.store.end(ACCOUNT, leg, UNITS)
    writer = LedgerWriter(ledger_database, now=noon)
    writer.write([payload(1)])
    writer.close()
    for after_us, late, there in ((LATE_US, 1, {"no-record"}), (LOST_US, 0, set())):
        monkeypatch.setattr(clock, "now", lambda after_us=after_us: Instant(ended + after_us + 1_000_000))
        assert books.compare() == 0
        assert metric("unbooked") == late
        assert set(books.store.look(ACCOUNT).unbooked) == there
    assert books.store.look(ACCOUNT) == LiveAccount(ACCOUNT, Balance(ACCOUNT, 1, -63 * UNITS // 100))


def test_the_reservation_of_a_leg_without_a_worker_is_released_by_one_of_the_workers(
    books: CreditBooks, connection: psycopg.Connection
) -> None:
    books.store.book(top_up(connection, ACCOUNT, "1"))
    assert reserve(books, lease_us=-1).is_granted
    before = metric("expired_total")
    other = CreditBooks("", books.store._pipeline, "w2", lambda: ["acme"])
    assert books.look_if_ours()
    assert not other.look_if_ours()
    assert metric("expired_total") == before + 1
    assert books.store.look(ACCOUNT).reserved == {}


def test_with_the_ledger_away_the_balance_in_redis_stays(redis_client: Redis, redis_url: str) -> None:
    redis_client.ping()
    pipeline = RedisPipeline(connect(redis_url, 2.0))
    books = CreditBooks("postgresql://127.0.0.1:1/x", pipeline, "w1", lambda: ["acme"])
    books.store.book(Balance(ACCOUNT, 1, UNITS))
    with pytest.raises(NoLedger):
        books.compare()
    assert books.look_if_ours()
    assert reserve(books).is_granted
    pipeline.stop(1)


def noon() -> Instant:
    return NOON


def leg_of(n: int) -> str:
    """The leg of the n-th sample call that is charged."""
    return [entry.leg_id for entry in forwarded(n) if isinstance(entry, Dialled) and entry.payer][-1]


def test_counters_of_bundles_follow_the_ledger(books: CreditBooks, ledger_database: str, redis_client: Redis) -> None:
    counter = BundleCounter("bundled", "b", "tenant", f"{datetime_of(clock.now()):%Y-%m}")
    with psycopg.connect(ledger_database, autocommit=True) as ledger:
        given = tuple(counter)
        ledger.execute("INSERT INTO allowance_counters (tenant, name, holder, month) VALUES (%s, %s, %s, %s)", given)
        ledger.execute("UPDATE allowance_counters SET used = 61.5 WHERE tenant = 'bundled'")
        now = BundleUse(counter, 1, 615_000)
        assert books.compare() == 0
        assert books.store.look_at_bundle(counter).use is None  # no call has asked for this bundle
        books._finder.start()
        found: AsyncResult = AsyncResult()
        books._finder.find_uses((counter, counter._replace(month="2026-01")), found.set)
        assert found.get(timeout=5) == (now, BundleUse(counter._replace(month="2026-01")))
        books.counted([now])
        books.store.count([replace(now, used=5)])  # a wrong value, corrected below
        before = metric("mended_total", how="differs")
        assert books.compare() == 1
        assert (books.store.look_at_bundle(counter).use, metric("mended_total", how="differs")) == (now, before + 1)
        books.store.count([replace(now, changes=7, used=900_000)])  # the ledger was restored from a backup
        before = metric("mended_total", how="ahead")
        assert books.compare() == 1
        assert (books.store.look_at_bundle(counter).use, metric("mended_total", how="ahead")) == (None, before + 1)
        ledger.execute("DELETE FROM allowance_counters WHERE tenant = 'bundled'")
