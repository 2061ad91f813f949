"""Conversations in the ledger: one row each, replaced with their call, read back as they were written."""

from __future__ import annotations

from decimal import Decimal

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.history import LedgerHistory, Stretch
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON, Entries, called_back, forwarded
from tests.edges.ledger.conftest import Rows

ROWS = "SELECT segment, leg_id, other_leg, party, estimated, talk_ms FROM segments ORDER BY call_id, segment"


def stored(trail: Entries) -> bytes:
    return to_json(RatedRecord(fold(trail)))


def test_a_conversation_is_a_row_written_twice_once_there(writer: LedgerWriter, rows: Rows) -> None:
    batch = [stored(forwarded(0, talk_s=60)), stored(called_back(1))]
    assert writer.write([*batch, *batch]) == []
    assert writer.write(batch) == []
    records = [fold(forwarded(0, talk_s=60)), fold(called_back(1))]
    expected = [
        (1, s.leg_id, s.other_leg, s.party, False, Decimal(s.ended - s.began) / 1000)
        for record in sorted(records, key=lambda record: record.call_id)
        for s in record.segments
    ]
    assert rows(ROWS) == expected


def test_a_truer_record_replaces_an_estimated_conversation(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([stored(forwarded(estimated=True))])
    assert [row[4] for row in rows(ROWS)] == [True]
    writer.write([stored(forwarded(talk_s=60))])
    assert [row[4] for row in rows(ROWS)] == [False]


def test_it_is_read_back_with_its_call(database: str, writer: LedgerWriter) -> None:
    record = fold(forwarded())
    writer.write([stored(forwarded())])
    with LedgerReader(database) as reader:
        (call,) = reader.calls(Wanted(call_id=record.call_id))
    assert [(s.segment, s.other_leg, s.party) for s in call.segments] == [
        (1, record.segments[0].other_leg, record.segments[0].party)
    ]
    assert call.plain()["segments"][0]["leg_id"] == record.call_id
    assert record.segments[0].other_leg not in ("", record.call_id)
    with LedgerReader(database) as reader:
        (same,) = reader.calls(Wanted(call_id=record.segments[0].other_leg))
        assert reader.calls(Wanted(call_id="unknown")) == []
    assert same.call_id == record.call_id
    with LedgerHistory(database) as history:
        found = history.records(Stretch("fs1", ["acme"], NOON, NOON), [record.call_id])
    assert found[record.call_id].segments == record.segments
