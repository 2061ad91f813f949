"""What payers have spent is counted with the charges, each leg once; redone from the charges it is the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.rerating import LedgerRerating, Which
from callcontrol.edges.ledger.spending import differences, spent
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.rerating import rerate
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.spending import Payer, Span, spans_at
from tests.billing.test_bundles import LIST
from tests.billing.trails import NOON, forwarded
from tests.edges.ledger.conftest import Rows

BOOK = PriceBook(LIST)
WARSAW = ZoneInfo("Europe/Warsaw")
PAYER, WHOLE = Payer("acme", "extension:101"), Payer("acme", "tenant")
# Each sample call of two started minutes costs 0.70.
EACH = Decimal("0.70000000")


def payload(n: int, talk_s: float = 119, *, estimated: bool = False) -> bytes:
    return to_json(rate_record(fold(forwarded(n, talk_s=talk_s, estimated=estimated)), BOOK))


def sums(connection: psycopg.Connection, payer: Payer = PAYER) -> dict[Span, Decimal]:
    """What the payer has spent, once it is sure that the charges say the same."""
    assert differences(connection, "acme") == []
    found = spent(connection, {payer: spans_at(NOON, WARSAW)})[payer]
    return {span: sum((amounts[span] for amounts in found.values()), Decimal(0)) for span in Span}


@pytest.fixture
def opened(ledger_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(ledger_database, autocommit=True) as connection:
        yield connection


def test_a_record_that_comes_twice_counts_once_for_its_payer_and_the_whole(
    writer: LedgerWriter, opened: psycopg.Connection
) -> None:
    payloads = [payload(n) for n in range(3)]
    assert writer.write(payloads[:1]) == []
    assert writer.write([*payloads, *payloads]) == []
    assert set(sums(opened).values()) == set(sums(opened, WHOLE).values()) == {3 * EACH}


def test_a_truer_record_and_a_further_price_count_in_place_of_what_was_charged(
    writer: LedgerWriter, opened: psycopg.Connection, ledger_database: str, rows: Rows
) -> None:
    assert writer.write([payload(0, 30, estimated=True)]) == []
    before = sums(opened)[Span.DAY]
    assert writer.write([payload(0)]) == []
    assert sums(opened)[Span.DAY] == EACH > before
    dearer = PriceBook(replace(LIST, name="dearer"))
    with LedgerRerating(ledger_database) as history:
        list(rerate(history, {"acme": dearer}.get, Which(NOON, Instant(NOON + 86_400_000_000)), dry_run=False))
    assert sums(opened)[Span.DAY] == rows("SELECT sum(amount) FROM current_charges WHERE tenant = 'acme'")[0][0]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([20, 119, 200]), st.booleans()), min_size=1, max_size=6))
def test_whatever_comes_in_whatever_order_the_sums_are_those_of_the_charges(
    writer: LedgerWriter, opened: psycopg.Connection, told: list[tuple[int, float, bool]]
) -> None:
    for n, talk_s, estimated in told:
        assert writer.write([payload(100 + n, talk_s, estimated=estimated)]) == []
    assert differences(opened, "acme") == []


def test_spans_are_those_of_the_tenants_clocks() -> None:
    at = Instant(1_792_887_600_000_000)  # 2026-10-25 00:20 UTC: 02:20 in Warsaw, for the first time that night
    spans = spans_at(at, WARSAW)
    assert spans[Span.HOUR] == (Instant(at - 1_200_000_000), Instant(at + 2_400_000_000))
    assert spans[Span.DAY][1] - spans[Span.DAY][0] == 25 * 3_600_000_000
    assert spans_at(Instant(at + 3_600_000_000), WARSAW)[Span.HOUR][0] == spans[Span.HOUR][1]
    kathmandu = spans_at(at, ZoneInfo("Asia/Kathmandu"))
    assert (at - kathmandu[Span.DAY][0]) // 60_000_000 == 6 * 60 + 5
    december = spans_at(Instant(at + 60 * 86_400_000_000), WARSAW)[Span.MONTH]
    assert (december[1] - december[0]) == 31 * 86_400_000_000
