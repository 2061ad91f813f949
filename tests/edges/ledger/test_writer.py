"""The writer: each record once, the truer one wins, a bad one stops no other, and Postgres may come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import gevent
import orjson
import psycopg
import pytest
from gevent.socket import wait_read
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.embedded import EmbeddedPostgres
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import datetime_of, instant_from
from callcontrol.vocabulary.outcome import Outcome
from tests.billing.trails import NOON, Story, forwarded
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, rated

COUNTS = "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM legs), (SELECT count(*) FROM charges)"
SNAPSHOT = (
    "SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (SELECT c::text AS t FROM calls c"
    " UNION ALL SELECT l::text FROM legs l UNION ALL SELECT h::text FROM charges h) all_rows"
)


def test_a_record_becomes_rows_to_the_microsecond(writer: LedgerWriter, rows: Rows) -> None:
    story = Story()
    assert writer.write([payload()]) == []
    assert rows("SELECT tenant, switch, call_id, outcome, answered_by, caller_name, estimated FROM calls") == [
        ("acme", "fs1", story.call, "answered", "number:+48600700800", "Jan Kowalski", False)
    ]
    assert rows("SELECT started_at, started_day::text, answered_at, bridged_at, ended_at, total_ms FROM calls") == [
        (
            datetime_of(NOON),
            "2026-11-17",
            *(datetime_of(story.moment(s)) for s in (25.001, 25.003, 86.51)),
            Decimal("86510.000"),
        )
    ]
    assert rows(
        "SELECT position, direction, target, trunk, payer, outcome, ring_ms, talk_ms, total_ms FROM legs ORDER BY 1"
    ) == [
        (0, "a", "", "", "", "answered", None, Decimal("61509.000"), Decimal("86510.000")),
        (1, "b", "extension:101", "", "", "no_answer", Decimal("19900.000"), Decimal("0.000"), Decimal("19990.000")),
        (
            2,
            "b",
            "number:+48600700800",
            "carrier",
            "extension:101",
            "answered",
            *map(Decimal, ("4000.000", "61500.000", "66490.000")),
        ),
    ]
    assert rows(
        "SELECT leg_id, revision, status, amount, currency, tariff_version, parts->0->>'seconds' FROM charges"
    ) == [(story.leg(1), 1, "rated", Decimal("0.63000000"), "PLN", datetime(2025, 12, 31, 23, tzinfo=UTC), "120")]


def test_the_path_says_which_rule_sent_the_call_where(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload()])
    assert rows("SELECT path->1 FROM calls") == [
        (
            {
                "at": "2026-11-17T12:00:20.000000Z",
                "target": "number:+48600700800",
                "why": "rule no_answer of extension:101",
                "source": "tenants/acme.yaml:31",
            },
        )
    ]


def test_written_twice_is_once_there(writer: LedgerWriter, rows: Rows) -> None:
    batch = [payload(n) for n in range(20)]
    writer.write(batch)
    before = rows(SNAPSHOT)
    assert writer.write(batch) == []
    writer.write([*batch[5:], *batch[:5], *batch])
    assert rows(COUNTS) == [(20, 60, 20)]
    assert rows(SNAPSHOT) == before


def test_a_leg_told_by_two_workers_with_different_arrivals_is_one_row(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload(0)])
    writer.write([payload(0, start=instant_from("2026-11-17T12:00:03Z"))])
    assert rows(COUNTS) == [(1, 3, 1)]


def test_a_truer_record_replaces_an_estimate_and_the_charge_is_mended_openly(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload(talk_s=100, estimated=True, amount="0.92")])
    writer.write([payload(talk_s=61.5, amount="0.63")])
    assert rows("SELECT estimated, talk_ms FROM legs WHERE position = 2") == [(False, Decimal("61500.000"))]
    assert rows("SELECT estimated, total_ms FROM calls") == [(False, Decimal("86510.000"))]
    assert rows("SELECT revision, status, amount, reason FROM charges ORDER BY 1") == [
        (1, "rated", Decimal("0.92"), ""),
        (2, "void", None, "the times of the leg were an estimate"),
        (3, "rated", Decimal("0.63"), ""),
    ]
    assert rows("SELECT revision, amount FROM current_charges") == [(3, Decimal("0.63"))]
    before = rows(SNAPSHOT)
    writer.write([payload(talk_s=100, estimated=True), payload(talk_s=61.5, amount="0.63")])
    assert rows(SNAPSHOT) == before


def test_a_leg_that_was_not_answered_after_all_costs_nothing(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload(estimated=True)])
    story = Story().rings(0.002, 0).leg_ended(20, 0, "NO_ANSWER", Outcome.NO_ANSWER, 0.01, 0.1)
    trail = story.rings_outside(20.001, 1).leg_ended(40, 1, "NO_ANSWER", Outcome.NO_ANSWER, 20.01).ended(41)
    writer.write([to_json(RatedRecord(fold(trail)))])
    assert rows("SELECT status, amount FROM current_charges") == [("void", None)]
    assert rows("SELECT outcome FROM legs WHERE position = 2") == [("no_answer",)]


def test_the_truer_of_two_in_one_batch_counts(writer: LedgerWriter, rows: Rows) -> None:
    writer.write(
        [payload(talk_s=100, estimated=True, amount="9"), payload(amount="0.63"), payload(talk_s=5, amount="7")]
    )
    assert rows("SELECT revision, amount FROM charges") == [(1, Decimal("0.63"))]
    assert rows("SELECT talk_ms FROM legs WHERE position = 2") == [(Decimal("61500.000"),)]


def test_legs_a_first_record_did_not_know_are_added(writer: LedgerWriter, rows: Rows) -> None:
    whole = rated(forwarded())
    writer.write([to_json(RatedRecord(replace(whole.call, legs=whole.call.legs[:2])))])
    writer.write([to_json(whole)])
    assert rows(COUNTS) == [(1, 3, 1)]


def test_a_certain_call_is_written_anew_once_when_a_leg_joins_it_late(writer: LedgerWriter, rows: Rows) -> None:
    story = Story().rings(0.002, 0).leg_ended(20, 0, "NO_ANSWER", Outcome.NO_ANSWER, 0.01, 0.1).ended(41)
    early = to_json(RatedRecord(fold(story)))
    told = "SELECT outcome, answered_by, estimated FROM calls"
    writer.write([early])
    assert rows(told) == [("abandoned", "", False)]
    writer.write([payload()])
    assert rows(told) == [("answered", "number:+48600700800", False)]
    assert rows(COUNTS) == [(1, 3, 1)]
    before = rows(SNAPSHOT)
    writer.write([early, payload()])
    assert rows(SNAPSHOT) == before


def test_an_unrated_leg_is_a_row_with_its_reason(writer: LedgerWriter, rows: Rows) -> None:
    whole = rated(forwarded())
    charge = replace(
        whole.charges[0], amount=None, currency="", reason="no_price: list standard has no prefix of +4922155"
    )
    writer.write([to_json(RatedRecord(whole.call, (charge,)))])
    assert rows("SELECT status, amount, reason FROM charges") == [
        ("unrated", None, "no_price: list standard has no prefix of +4922155")
    ]


def changed(record: bytes, **values: object) -> bytes:
    """The record with other values in its call."""
    value = orjson.loads(record)
    value["call"].update(values)
    return orjson.dumps(value)


BAD = {
    "ends before it began": changed(payload(3), ended_at=NOON - 1),
    "no outcome": changed(payload(3), outcome=None),
    "a time that is none": changed(payload(3), ended_at="soon"),
    "beyond the calendar": changed(payload(3), started_at=10**19),
    "an index entry without end": changed(payload(3), dialled="".join(str(n * n) for n in range(5000))),
    "NUL": changed(payload(3), dialled="a\0b"),
    "no call": b'{"v":1,"legs":[],"charges":[]}',
    "no object": b'{"v":1,"call":5,"legs":[],"charges":[]}',
    "no JSON": b'{"v":1,"call":',
    "not even that": b"\xff\xfe",
}


def test_a_bad_record_is_given_back_and_stops_nobody(writer: LedgerWriter, rows: Rows) -> None:
    for turn, (kind, bad) in enumerate(BAD.items(), 1):
        good = [payload(100 * turn + n) for n in range(6)]
        found = writer.write([*good[:4], bad, *good[4:]])
        assert [rejection.payload for rejection in found] == [bad], kind
        assert len(found[0].reason) > 10, kind
        assert rows(COUNTS) == [(turn * 6, turn * 18, turn * 6)], kind


def test_a_record_of_a_later_version_is_left_to_that_version(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([])
    newer = payload(3).replace(b'{"v":2,', b'{"v":9,')
    with pytest.raises(LedgerAway, match="Record has version 9, this program reads up to 2"):
        writer.write([payload(1), newer, payload(2)])
    assert rows(COUNTS) == [(0, 0, 0)]  # they all stay on the spool
    assert writer.write([payload(1), payload(2)]) == []


def test_many_bad_records_among_good_ones(writer: LedgerWriter, rows: Rows) -> None:
    batch = [payload(n) if n % 3 else changed(payload(n), outcome="NO") for n in range(30)]
    assert [r.payload for r in writer.write(batch)] == batch[::3]
    assert rows(COUNTS) == [(20, 60, 20)]
    assert "calls_outcome" in writer.write(batch[:1])[0].reason


text = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def test_hostile_text_is_stored_as_it_is(writer: LedgerWriter, rows: Rows) -> None:
    @given(text, text, st.integers(0, 2**40))
    def stored(name: str, dialled: str, n: int) -> None:
        record = replace(fold(forwarded(n)), caller=Caller(name, name), dialled=dialled)
        assert writer.write([to_json(RatedRecord(record))]) == []
        found = rows("SELECT caller_number, caller_name, dialled FROM calls WHERE call_id = %s", record.call_id)
        assert found == [(name, name, dialled)]
        rows("DELETE FROM legs RETURNING 1")
        rows("DELETE FROM calls RETURNING 1")

    stored()


def test_two_workers_writing_the_same_calls_at_once(database: str, rows: Rows) -> None:
    batch = [payload(n, estimated=n % 2 == 0) for n in range(60)]
    truth = [payload(n) for n in range(60)]

    def work(records: list[bytes]) -> None:
        mine = LedgerWriter(database, now=lambda: NOON)
        for first in range(0, 60, 15):
            assert mine.write(records[first : first + 15]) == []
        mine.close()

    workers = [gevent.spawn(work, records) for records in (batch, truth, batch[::-1], truth[::-1])]
    gevent.joinall(workers, timeout=40)
    # Overlapping batches in opposite order may deadlock; Postgres ends one of them, which is LedgerAway: offered again.
    for again, records in zip(workers, (batch, truth, batch, truth), strict=True):
        if again.exception is not None:
            assert isinstance(again.exception, LedgerAway), again.exception
            work(records)
    assert rows(COUNTS)[0][:2] == (60, 180)
    assert rows("SELECT count(*) FROM legs WHERE estimated") == [(0,)]
    assert rows("SELECT count(*), sum(amount) FROM current_charges") == [(60, Decimal("37.8"))]


def test_nobody_there_is_ledger_away(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(LedgerAway, match="OperationalError"):
        LedgerWriter("host=/nonexistent dbname=none", now=lambda: NOON).write([payload()])


def has_ended(writer: LedgerWriter) -> None:
    """Wait for the end of the connection: the process behind it outlives a killed server until it notices."""
    assert writer._connection is not None
    wait_read(writer._connection.fileno(), timeout=30)


def test_postgres_may_go_and_come_back(restartable_postgres: EmbeddedPostgres) -> None:
    writer = LedgerWriter(restartable_postgres.address, now=lambda: NOON)
    assert writer.write([payload(0)]) == []
    restartable_postgres.kill()
    has_ended(writer)
    with pytest.raises(LedgerAway):
        writer.write([payload(1)])
    with pytest.raises(LedgerAway):
        writer.write([payload(1)])
    restartable_postgres.start()
    assert writer.write([payload(0), payload(1)]) == []
    with psycopg.connect(restartable_postgres.address) as connection:
        assert connection.execute(COUNTS).fetchall() == [(2, 6, 2)]
    writer.close()


def test_a_connection_that_was_cut_is_replaced(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload(0)])
    rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'callcontrol'")
    with pytest.raises(LedgerAway):
        writer.write([payload(1)])
    assert writer.write([payload(1)]) == []
    assert rows(COUNTS) == [(2, 6, 2)]
