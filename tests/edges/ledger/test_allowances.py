"""Bundles are counted with the charge, each leg once; the counters can be redone from the charges that hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import gevent
import psycopg
import pytest

from callcontrol.billing.bundles import uses_of
from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.record import CHARGES, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.rerating import LedgerRerating, Which
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.rerating import rerate
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse
from callcontrol.vocabulary.moment import Instant
from tests.billing.test_bundles import LIST, tenant_with
from tests.billing.trails import NOON, forwarded
from tests.edges.ledger.conftest import Rows

# Each sample call is billed 120 s, at 0.10 and 0.30 a minute: 0.70.
BUNDLE = "bundles: {b: {minutes: 5, shared: yes}}"
BOOK = PriceBook(LIST, tenant=tenant_with(BUNDLE), accounts={"extension:101": "tenant"})


def rated(n: int, talk_s: float = 119, *, estimated: bool = False, book: PriceBook = BOOK) -> RatedRecord:
    return rate_record(fold(forwarded(n, talk_s=talk_s, estimated=estimated)), book)


def counters(rows: Rows) -> dict[tuple[str, str], Decimal]:
    """By name and month, once it is sure that they are what the charges that hold say."""
    found = {(name, month): used for name, month, used in rows("SELECT name, month, used FROM allowance_counters")}
    told: Counter[tuple[str, str]] = Counter()
    for status, leg_id, payer, number, allowances in rows(
        "SELECT status, leg_id, payer, number, allowances FROM current_charges"
    ):
        value = {"leg_id": leg_id, "payer": payer, "number": number, "allowances": allowances}
        for (name, _, month), used in uses_of(CHARGES.from_json(_whole(value))) if status == "rated" else ():
            told[(name, month)] += used  # type: ignore[assignment]
    sums = {
        (name, month): used
        for name, month, used in rows("SELECT name, month, sum(used) FROM allowance_uses GROUP BY 1, 2")
    }
    assert dict(told) == sums == {key: used for key, used in found.items() if used}
    return found


def _whole(value: dict[str, object]) -> dict[str, object]:
    return CHARGES.to_json(rated(0).charges[0]) | value


def amounts(rows: Rows) -> list[str]:
    return [
        f"{amount.normalize():f}" for (amount,) in rows("SELECT amount FROM current_charges ORDER BY amount, leg_id")
    ]


NOVEMBER = ("b", "2026-11")


def test_a_record_that_comes_twice_counts_once_and_the_entry_is_what_is_owed(writer: LedgerWriter, rows: Rows) -> None:
    payloads = [to_json(rated(n)) for n in range(3)]
    assert writer.write(payloads[:1]) == []
    assert writer.write([*payloads, *payloads]) == []
    assert writer.write(payloads) == []
    # 300 s: two calls whole, and 60 s of the third, of which 0.10 + 0.30 are owed
    assert amounts(rows) == ["0", "0", "0.4"]
    assert counters(rows) == {NOVEMBER: Decimal(300)}
    assert rows("SELECT amount FROM account_entries") == [(Decimal("-0.40000000"),)]
    assert rows("SELECT count(*) FROM charges") == [(3,)]


def test_a_truer_record_counts_in_place_of_the_estimate(writer: LedgerWriter, rows: Rows) -> None:
    assert writer.write([to_json(rated(0, 30, estimated=True))]) == []
    assert counters(rows) == {NOVEMBER: Decimal(60)}
    assert writer.write([to_json(rated(0, 239))]) == []
    assert counters(rows) == {NOVEMBER: Decimal(240)}
    assert amounts(rows) == ["0"]


def test_writers_at_once_share_a_bundle(database: str, rows: Rows) -> None:
    def write(first: int) -> None:
        mine = LedgerWriter(database, now=lambda: NOON)
        for n in range(first, 12, 3):
            assert mine.write([to_json(rated(n))]) == []
        mine.close()

    gevent.joinall([gevent.spawn(write, first) for first in range(3)], raise_error=True)
    assert counters(rows) == {NOVEMBER: Decimal(300)}
    assert Counter(amounts(rows)) == {"0": 2, "0.4": 1, "0.7": 9}


def test_a_charge_made_anew_counts_anew_and_the_same_stays(writer: LedgerWriter, database: str, rows: Rows) -> None:
    assert writer.write([to_json(rated(n)) for n in range(3)]) == []
    which = Which(Instant(NOON - 10**9), Instant(NOON + 10**9))
    smaller = replace(BOOK, tenant=tenant_with("bundles: {b: {minutes: 4, shared: yes}}"))
    with LedgerRerating(database) as ledger:
        assert [one.is_same for one in rerate(ledger, lambda tenant: BOOK, which)] == [True] * 3
        assert rows("SELECT count(*) FROM charges") == [(3,)]
        foreseen = [one.charge.amount for one in rerate(ledger, lambda tenant: smaller, which, dry_run=True)]
        assert rows("SELECT count(*) FROM charges") == [(3,)]
        done = [one.charge.amount for one in rerate(ledger, lambda tenant: smaller, which)]
    assert sorted(map(str, done)) == sorted(map(str, foreseen))
    assert counters(rows) == {NOVEMBER: Decimal(240)}
    # each in its turn gives back what it has taken, and takes what the others leave: 60, 120 and 60 s
    assert amounts(rows) == ["0", "0.4", "0.4"]
    assert rows("SELECT sum(amount) FROM account_entries") == [(Decimal("-0.80000000"),)]


def test_what_is_carried_over_is_of_the_month_it_was_left_in(writer: LedgerWriter, rows: Rows) -> None:
    book = replace(BOOK, tenant=tenant_with("bundles: {b: {minutes: 3, carry_over: 1, since: 2026-10, shared: yes}}"))
    assert writer.write([to_json(rated(n, book=book)) for n in range(2)]) == []
    assert counters(rows) == {("b", "2026-10"): Decimal(180), NOVEMBER: Decimal(60)}


def test_what_is_no_bundles_business_is_not_looked_at(
    writer: LedgerWriter, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcontrol.edges.ledger.writer.count_allowances", lambda *_: pytest.fail("it was"))
    assert writer.write([to_json(rated(0, book=PriceBook(LIST)))]) == []
    assert amounts(rows) == ["0.7"]
    with pytest.raises(psycopg.errors.CheckViolation):
        rows("INSERT INTO allowance_counters VALUES ('acme', 'b', 'tenant', '2026-11', -1) RETURNING 1")


def with_reserved(record: RatedRecord, reserved: str) -> RatedRecord:
    """The record of a leg for which so much was reserved."""
    legs = tuple(replace(leg, bundled=reserved) if leg.is_external else leg for leg in record.call.legs)
    return rate_record(replace(record.call, legs=legs), BOOK)


def test_the_rest_of_a_bundle_stays_with_those_for_whom_it_is_reserved(database: str, rows: Rows) -> None:
    counted: list[BundleUse] = []
    writer = LedgerWriter(database, now=lambda: NOON, on_counted=counted.extend)
    # the second call has reserved 240 s, the first one, which ends before it, no more than what it took
    first, second = with_reserved(rated(0), "b 60"), with_reserved(rated(1, 239), "b 240")
    assert writer.write([to_json(first)]) == []
    assert writer.write([to_json(second)]) == []
    assert amounts(rows) == ["0", "0.4"]
    counter = BundleCounter("acme", "b", "tenant", "2026-11")
    assert counted == [BundleUse(counter, 1, 60 * 10_000), BundleUse(counter, 2, 300 * 10_000)]
    assert rows("SELECT bundled FROM legs WHERE bundled <> '' ORDER BY 1") == [("b 240",), ("b 60",)]
    writer.close()
