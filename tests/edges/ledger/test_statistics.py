"""Statistics from the records, against numbers counted by hand."""

from __future__ import annotations

from itertools import product

import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.statistics import AgentStatistics, QueueStatistics, agent_statistics, queue_statistics
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from tests.billing.trails import Story
from tests.edges.ledger.conftest import Rows

DAY, NEXT_DAY = instant_from("2026-11-17T00:00:00Z"), instant_from("2026-11-18T00:00:00Z")
IN_TIME_S, SHORT_S = 20, 5


def story(n: int, seconds: float, tenant: str = "acme", has_caller: bool = True) -> Story:
    """A call that arrives so many seconds into the day."""
    return Story(n, Instant(DAY + round(seconds * SECOND_US)), tenant, has_caller)


def answered(call: Story, wait_s: float, agent: str, talk_s: float, wrap_s: float, queue: str = "support") -> Story:
    """The agent accepts at once and is joined to the caller, who has waited so long; it all begins at 1."""
    joined, end = 1 + wait_s, 1 + wait_s + talk_s
    call.offered(1, "o9", agent, 5, queue=queue).rings(1, 5).offer_ended(2, "o9", agent, OfferEnd.ACCEPTED)
    call.bridged(joined, 5).left(joined, Leaving.ANSWERED, wait_s, agent, queue=queue)
    call.leg_ended(end, 5, "NORMAL_CLEARING", Outcome.ANSWERED, 1, 1.5, 2)
    return call.wraps_up(end, "o9", agent, end + wrap_s) if wrap_s else call


def missed(call: Story, offer: str, agent: str, how: OfferEnd) -> Story:
    return call.offered(1, offer, agent).offer_ended(1.5, offer, agent, how)


def gone(call: Story, wait_s: float, how: Leaving, queue: str = "support") -> Story:
    return call.left(1 + wait_s, how, wait_s, queue=queue)


def waiting(n: int, hour: int) -> Story:
    return story(n, hour * 3600).queued(1)


@pytest.fixture
def ledger(database: str, writer: LedgerWriter) -> str:
    """A day of two queues, with what lies just inside and just outside of it."""
    moved = gone(waiting(10, 10), 7, Leaving.MOVED).queued(8, "sales", 2, since=7)
    moved.offered(9, "o9", "ann", 5, queue="sales").rings(9, 5).offer_ended(10, "o9", "ann", OfferEnd.ACCEPTED)
    moved.bridged(18, 5).left(18, Leaving.ANSWERED, 17, "ann", queue="sales")
    moved.leg_ended(28, 5, "NORMAL_CLEARING", Outcome.ANSWERED, 9, 9.5, 10).wraps_up(28, "o9", "ann", 43)
    reached = story(13, 13 * 3600, has_caller=False).queued(1, since=1800, took_up="callback")
    unreached = story(14, 14 * 3600, has_caller=False).queued(1, since=1800, took_up="callback")
    unreached.offered(1, "o1", "bob", 0).rings(1, 0).offer_ended(2, "o1", "bob", OfferEnd.ACCEPTED)
    rejected = missed(waiting(5, 5), "o1", "bob", OfferEnd.REJECTED)
    unlucky = missed(missed(waiting(6, 6), "o1", "ann", OfferEnd.BUSY), "o2", "ann", OfferEnd.UNREACHABLE)
    stories = [
        answered(missed(waiting(1, 1), "o1", "bob", OfferEnd.NO_ANSWER), 10, "ann", 60, 30),
        answered(waiting(2, 2), 20, "bob", 120, 0),
        answered(waiting(3, 3), 20.001, "ann", 30, 30),
        gone(waiting(4, 4), 4.999, Leaving.ABANDONED),
        gone(rejected, 5, Leaving.ABANDONED),
        gone(missed(unlucky, "o3", "bob", OfferEnd.CALLER_GONE), 45, Leaving.ABANDONED),
        gone(waiting(7, 7), 90, Leaving.WAITED_OUT),
        gone(waiting(8, 8), 3, Leaving.KEY),
        gone(waiting(9, 9), 12, Leaving.CALLBACK),
        moved,
        gone(waiting(11, 11), 2, Leaving.REMOVED),
        waiting(12, 12),
        answered(reached, 1815, "ann", 60, 15),
        unreached.step(30, "callback", Outcome.NO_ANSWER),
        gone(story(15, -10).queued(1), 30, Leaving.ABANDONED),  # entered the day before
        gone(story(16, 86_399).queued(1), 30, Leaving.ABANDONED),  # entered at the first moment of the next day
        gone(story(17, 3600, "globex").queued(1), 30, Leaving.ABANDONED),
        gone(story(18, -1).queued(1, "sales"), 8, Leaving.ABANDONED, "sales"),  # arrived before midnight, entered at it
    ]
    records = [fold(call.ended(200) if call.has_caller else tuple(call.entries)) for call in stories]
    assert writer.write([to_json(RatedRecord(record)) for record in records]) == []
    return database


SALES = QueueStatistics(
    queue="sales",
    entered=2,
    answered=1,
    in_time=1,
    abandoned=1,
    short_abandoned=0,
    overflowed=0,
    callbacks_asked=0,
    callbacks_reached=0,
    taken_out=0,
    failed=0,
    offers=1,
    misses=0,
    talks=1,
    answered_wait_ms=17_000,
    longest_wait_ms=17_000,
    talk_ms=10_000,
    wrap_up_ms=15_000,
)
SUPPORT = QueueStatistics(
    queue="support",
    entered=12,
    answered=3,
    in_time=2,
    abandoned=2,
    short_abandoned=1,
    overflowed=2,
    callbacks_asked=1,
    callbacks_reached=1,
    taken_out=2,
    failed=1,
    offers=10,
    misses=2,
    talks=4,
    answered_wait_ms=50_001,
    longest_wait_ms=199_000,  # of the call whose end is not known: until it ended
    talk_ms=270_000,
    wrap_up_ms=75_000,
)


def test_the_day_of_each_queue(ledger: str) -> None:
    assert queue_statistics(ledger, "acme", DAY, NEXT_DAY, IN_TIME_S, SHORT_S) == [SALES, SUPPORT]


def test_everybody_who_entered_is_in_one_column() -> None:
    for one in (SALES, SUPPORT):
        left = one.answered + one.abandoned + one.short_abandoned + one.overflowed + one.callbacks_asked
        assert one.entered == left + one.taken_out + one.failed


def test_averages_and_service_level() -> None:
    assert (SUPPORT.asa_ms, SUPPORT.aht_ms) == (16_667, 86_250)
    assert SUPPORT.service_level == pytest.approx(2 / 9)  # 12 entered, less one short and two taken out
    assert (SALES.asa_ms, SALES.aht_ms, SALES.service_level) == (17_000, 25_000, 0.5)


def test_nobody_there_is_no_average(ledger: str) -> None:
    """In the hour of the call whose end is not known, and of the one taken out before it."""
    start = Instant(DAY + 11 * 3600 * SECOND_US)
    (only,) = queue_statistics(ledger, "acme", start, Instant(start + 600 * SECOND_US), IN_TIME_S, SHORT_S)
    assert (only.entered, only.taken_out, only.offers) == (1, 1, 0)
    assert (only.asa_ms, only.aht_ms, only.service_level) == (None, None, None)


def test_what_is_in_time_and_what_is_short_is_for_the_asker_to_say(ledger: str) -> None:
    (_, support) = queue_statistics(ledger, "acme", DAY, NEXT_DAY, 10, 46)
    assert (support.in_time, support.abandoned, support.short_abandoned) == (1, 0, 3)


def test_the_day_of_each_agent(ledger: str) -> None:
    ann, bob = agent_statistics(ledger, "acme", DAY, NEXT_DAY)
    ends = {OfferEnd.ACCEPTED: 4, OfferEnd.BUSY: 1, OfferEnd.UNREACHABLE: 1}
    assert ann == AgentStatistics("ann", ends, talks=4, talk_ms=160_000, wrap_up_ms=90_000)
    ends = {OfferEnd.ACCEPTED: 2, OfferEnd.NO_ANSWER: 1, OfferEnd.REJECTED: 1, OfferEnd.CALLER_GONE: 1}
    assert bob == AgentStatistics("bob", ends, talks=1, talk_ms=120_000, wrap_up_ms=0)
    assert (ann.offered, ann.answered, ann.missed) == (6, 4, 0)
    assert (bob.offered, bob.answered, bob.missed) == (5, 2, 2)


def test_agents_and_queues_agree(ledger: str) -> None:
    queues = queue_statistics(ledger, "acme", DAY, NEXT_DAY, IN_TIME_S, SHORT_S)
    agents = agent_statistics(ledger, "acme", DAY, NEXT_DAY)
    assert sum(one.offers for one in queues) == sum(one.offered for one in agents)
    assert sum(one.misses for one in queues) == sum(one.missed for one in agents)
    assert sum(one.talk_ms + one.wrap_up_ms for one in queues) == sum(a.talk_ms + a.wrap_up_ms for a in agents)


def test_a_stretch_is_the_sum_of_its_parts(ledger: str) -> None:
    noon = Instant(DAY + 12 * 3600 * SECOND_US)
    parts = [
        queue_statistics(ledger, "acme", start, end, IN_TIME_S, SHORT_S)
        for start, end in ((DAY, noon), (noon, NEXT_DAY))
    ]
    support = [one for part in parts for one in part if one.queue == "support"]
    assert sum(one.entered for one in support) == SUPPORT.entered
    assert sum(one.offers for one in support) == SUPPORT.offers
    assert max(one.longest_wait_ms for one in support) == SUPPORT.longest_wait_ms


def test_nothing_happened_is_nothing(ledger: str) -> None:
    assert queue_statistics(ledger, "nobody", DAY, NEXT_DAY, IN_TIME_S, SHORT_S) == []
    assert agent_statistics(ledger, "acme", NEXT_DAY, DAY) == []


def test_what_cannot_be_read_says_what_to_do(empty_database: str) -> None:
    with pytest.raises(NoLedger, match="`callcontrol serve` makes it"):
        queue_statistics(empty_database, "acme", DAY, NEXT_DAY, IN_TIME_S, SHORT_S)
    with pytest.raises(NoLedger, match="Postgres cannot be reached"):
        agent_statistics("host=/nonexistent dbname=none", "acme", DAY, NEXT_DAY)


def test_the_indexes_for_statistics_are_there(ledger: str, rows: Rows) -> None:
    for table, column in product(("queue_visits", "offers"), ("queue", "agent")):
        found = rows(
            "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE %s",
            f"{table}_2026_11",
            f"%(tenant, {column}, started_day)%",
        )
        assert found == [(1,)]
