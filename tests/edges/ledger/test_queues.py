"""Visits and offers: from the record into the tables, once, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count

import orjson
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import Entry
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.test_visits import entries
from tests.billing.trails import Entries, Story, answered_in_queue, call_id, called_back, forwarded
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, queue_payload, rated

COUNTS = (
    "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM legs), (SELECT count(*) FROM charges),"
    " (SELECT count(*) FROM queue_visits), (SELECT count(*) FROM offers)"
)
SNAPSHOT = (
    "SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (SELECT c::text AS t FROM calls c"
    " UNION ALL SELECT l::text FROM legs l UNION ALL SELECT h::text FROM charges h"
    " UNION ALL SELECT v::text FROM queue_visits v UNION ALL SELECT o::text FROM offers o) all_rows"
)
# But for when it was written, and what was charged by mistake before.
# Every row, but for when and by which transaction it was written.
TRUTH = (
    " UNION ALL ".join(
        f"SELECT to_jsonb({table}) - '{{written_at,written_in}}'::text[] AS row FROM {table}"
        for table in ("calls", "legs", "queue_visits", "offers")
    )
    + " ORDER BY row"
)
STORY = Story()


def at(seconds: float) -> datetime:
    return datetime_of(STORY.moment(seconds))


def stored(trail: Entries) -> bytes:
    return to_json(RatedRecord(fold(trail)))


def test_a_visit_and_its_offers_come_back_as_they_were(database: str, writer: LedgerWriter) -> None:
    assert writer.write([queue_payload(), payload(1)]) == []
    with LedgerReader(database) as reader:
        (call,) = reader.calls(Wanted(call_id=STORY.call))
        (other,) = reader.calls(Wanted(call_id=call_id(1)))
    assert other.visits == ()
    (visit,) = call.visits
    assert (visit.visit, visit.queue, visit.ticket, visit.took_up) == (1, "support", f"{STORY.call}/1", "")
    assert (visit.entered_at, visit.joined_at, visit.first_position) == (at(0.1), at(0.1), 3)
    assert (visit.left_at, visit.how, visit.wait_ms, visit.detail) == (at(38.1), "answered", 38_000, "alice")
    assert (visit.agent, visit.bridged_at, visit.wrap_up_until) == ("alice", at(38.1), at(128.1))
    assert visit.keys == ({"at": "2026-11-17T12:00:05.000000Z", "key": "7"},)
    assert (visit.called_back, visit.estimated) == (False, False)
    missed, taken = visit.offers
    assert (missed.offer, missed.agent, missed.legs, missed.how) == ("o1", "bob", (STORY.leg(0),), "no_answer")
    assert (missed.offered_at, missed.ended_at, missed.detail) == (at(10), at(30), "NO_ANSWER")
    assert (missed.offer_ms, missed.talk_ms, missed.bridged_at) == (Decimal("20000.000"), Decimal("0.000"), None)
    assert (taken.how, taken.bridged_at, taken.parted_at) == ("accepted", at(38.1), at(98.1))
    assert (taken.wrap_up_from, taken.wrap_up_until) == (at(98.1), at(128.1))
    assert (taken.talk_ms, taken.wrap_up_ms, taken.estimated) == (Decimal("60000.000"), Decimal("30000.000"), False)


def test_a_callbacks_call_has_no_leg_0_and_is_known_as_one(writer: LedgerWriter, rows: Rows) -> None:
    """So the legs of two callbacks never meet."""
    assert writer.write([stored(called_back(0)), stored(called_back(1)), queue_payload(2)]) == []
    assert rows("SELECT position, direction, payer, count(*) FROM legs GROUP BY 1, 2, 3 ORDER BY 1, 3") == [
        (0, "a", "", 1),
        (1, "b", "", 1),
        (1, "b", "tenant", 2),
        (2, "b", "tenant", 3),
    ]
    assert rows("SELECT called_back, took_up, count(*) FROM queue_visits GROUP BY 1, 2 ORDER BY 1") == [
        (False, "", 1),
        (True, "callback", 2),
    ]


def test_a_customer_who_calls_himself_and_takes_his_callback_up_is_not_called_back(
    writer: LedgerWriter, rows: Rows
) -> None:
    story = Story().queued(0, since=600, took_up="callback").left(3, Leaving.ABANDONED, 603)
    assert writer.write([stored(story.ended(3, by="caller"))]) == []
    assert rows("SELECT took_up, called_back FROM queue_visits") == [("callback", False)]


def test_visits_are_numbered_in_their_order(writer: LedgerWriter, rows: Rows) -> None:
    story = Story().queued(0, "sales").left(5, Leaving.WAITED_OUT, 5, "queue:support", queue="sales")
    story.queued(5, "support", 2).left(9, Leaving.MOVED, 4, "sales").queued(9, "sales", 3, since=9)
    assert writer.write([stored(story.left(20, Leaving.ABANDONED, 20, queue="sales").ended(20, by="caller"))]) == []
    assert rows("SELECT visit, queue, how, wait_ms FROM queue_visits ORDER BY 1") == [
        (1, "sales", "overflow_wait", 5_000),
        (2, "support", "moved", 4_000),
        (3, "sales", "abandoned", 20_000),
    ]


def test_written_twice_is_once_there(writer: LedgerWriter, rows: Rows) -> None:
    batch = [queue_payload(n) for n in range(10)] + [stored(called_back(20))]
    writer.write(batch)
    before = rows(SNAPSHOT)
    assert writer.write(batch) == []
    writer.write([*batch[5:], *batch[:5], *batch])
    assert rows(COUNTS) == [(11, 32, 10, 11, 21)]
    assert rows(SNAPSHOT) == before


def test_a_truer_record_replaces_what_was_estimated(writer: LedgerWriter, rows: Rows) -> None:
    """The worker died while the caller was offered to bob: another one tells how it went on."""
    whole = answered_in_queue()
    broken = whole[: next(n for n, entry in enumerate(whole) if getattr(entry, "offer", "") == "o1") + 1]
    writer.write([stored(broken)])
    assert rows("SELECT how, estimated FROM queue_visits") == [("failed", True)]
    assert rows("SELECT agent, how, estimated FROM offers") == [("bob", "expired", True)]
    writer.write([queue_payload()])
    assert rows("SELECT how, agent, estimated FROM queue_visits") == [("answered", "alice", False)]
    assert rows("SELECT agent, how, estimated FROM offers ORDER BY offer") == [
        ("bob", "no_answer", False),
        ("alice", "accepted", False),
    ]
    before = rows(SNAPSHOT)
    writer.write([stored(broken), queue_payload(), stored(broken)])
    assert rows(SNAPSHOT) == before


def test_a_conversation_whose_end_was_estimated_is_put_right(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([queue_payload(talk_s=100, estimated=True)])
    assert rows("SELECT talk_ms, estimated FROM offers WHERE agent = 'alice'") == [(Decimal("100000.000"), True)]
    writer.write([queue_payload(talk_s=60)])
    assert rows("SELECT talk_ms, estimated FROM offers WHERE agent = 'alice'") == [(Decimal("60000.000"), False)]
    assert rows(COUNTS) == [(1, 3, 3, 1, 2)]  # the estimate's charge, its withdrawal, the true one


def test_the_truer_of_two_in_one_batch_counts(writer: LedgerWriter, rows: Rows) -> None:
    broken = stored(answered_in_queue()[:5])
    writer.write([broken, queue_payload(talk_s=90, estimated=True), queue_payload(talk_s=60), broken])
    assert rows("SELECT how, estimated FROM queue_visits") == [("answered", False)]
    assert rows("SELECT talk_ms FROM offers WHERE agent = 'alice'") == [(Decimal("60000.000"),)]
    assert rows("SELECT how FROM offers WHERE agent = 'bob'") == [("no_answer",)]


def test_an_external_agents_leg_is_charged_to_the_tenant_once(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([queue_payload(), queue_payload()])
    writer.write([queue_payload()])
    assert rows("SELECT leg_id, payer, revision FROM charges") == [(STORY.leg(1), "tenant", 1)]


def test_a_record_of_before_there_were_queues_is_taken(writer: LedgerWriter, rows: Rows) -> None:
    value = orjson.loads(payload())
    del value["visits"]
    assert writer.write([orjson.dumps(value)]) == []
    assert writer.write([orjson.dumps(value)]) == []
    assert rows(COUNTS) == [(1, 3, 1, 0, 0)]


@pytest.mark.parametrize("spoil", [{"how": None}, {"left_at": "soon"}, {"joined_at": 2**62}, {"offers": [{}]}])
def test_a_bad_visit_is_given_back_and_stops_nobody(writer: LedgerWriter, rows: Rows, spoil: dict[str, object]) -> None:
    value = orjson.loads(queue_payload(3))
    value["visits"][0].update(spoil)
    bad = orjson.dumps(value)
    assert [rejection.payload for rejection in writer.write([queue_payload(0), bad, queue_payload(1)])] == [bad]
    assert rows(COUNTS) == [(2, 6, 2, 2, 4)]


def test_every_prefix_of_a_trail_is_taken(writer: LedgerWriter, connection: psycopg.Connection, rows: Rows) -> None:
    """Wherever a worker dies, and a truer record may still come."""
    for sample in (answered_in_queue, called_back, forwarded):
        whole = sample()
        writer.write([to_json(rated(whole))])
        truth = rows(TRUTH)
        connection.execute("TRUNCATE calls, legs, charges, queue_visits, offers")
        for length in range(2, len(whole)):
            assert writer.write([stored(whole[:length])]) == []
        assert writer.write([to_json(rated(whole))]) == []
        assert rows(TRUTH) == truth
        connection.execute("TRUNCATE calls, legs, charges, queue_visits, offers")


def test_whatever_a_trail_tells_the_ledger_takes_its_record(writer: LedgerWriter, rows: Rows) -> None:
    numbers = count()

    @settings(max_examples=60)
    @given(st.booleans(), st.lists(entries, max_size=12))
    def taken(has_caller: bool, rest: list[Entry]) -> None:
        record = fold((Story(next(numbers), has_caller=has_caller).entries[0], *rest))
        assert writer.write([to_json(RatedRecord(record))]) == []
        found = rows("SELECT visit, queue, how FROM queue_visits WHERE call_id = %s ORDER BY 1", record.call_id)
        assert found == [(n, visit.queue, visit.how) for n, visit in enumerate(record.visits, 1)]
        offers = rows("SELECT count(*) FROM offers WHERE call_id = %s", record.call_id)
        assert offers == [(sum(len(visit.offers) for visit in record.visits),)]

    taken()


def test_hostile_words_are_stored_as_they_are(writer: LedgerWriter, rows: Rows) -> None:
    words = "'; DROP TABLE offers; -- \\ \" é \u202e"
    story = Story().queued(0).offered(1, words, words, 0).offer_ended(2, words, words, OfferEnd.BUSY, words)
    record = fold(story.pressed(2, words).left(3, Leaving.KEY, 3, words).ended(3, by="caller"))
    assert writer.write([to_json(RatedRecord(replace(record, tenant="acme")))]) == []
    assert rows("SELECT offer, agent, detail FROM offers") == [(words, words, words)]
    assert rows("SELECT detail, keys -> 0 ->> 'key' FROM queue_visits") == [(words, words)]
