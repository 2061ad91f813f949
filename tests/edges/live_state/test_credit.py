"""Credit in a real Redis: what many calls share is spent to the last cent and no further; Redis gone and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.billing.credit import MARGIN_S, ask_again_s, credit_ends_s, rate_ahead, span_rungs, units_at
from callcontrol.billing.tariff import Tariff
from callcontrol.edges.live_state import credit, keys
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway, StoreRefused
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.credit import (
    UNITS,
    Balance,
    Booking,
    CreditAccount,
    LiveAccount,
    Rung,
    SpanReply,
    SpanRequest,
    SpanWord,
    Unbooked,
)
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.test_credit import ANSWERED, NUMBER, tariff
from tests.oracle.credit import CreditModel

ACCOUNT = CreditAccount("acme", "tenant", "PLN")
LEASE_US = 90 * SECOND_US
CALL = UNITS // 50  # 0.02: what a call costs here where it does not matter how long it is
REQUEST = SpanRequest(ACCOUNT, "leg", (Rung(30, CALL),), 0, None, 0, LEASE_US, 120)


class Clock:
    """Virtual time."""

    def __init__(self) -> None:
        self.now = ANSWERED

    def __call__(self) -> Instant:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now = Instant(self.now + round(seconds * SECOND_US))


class Worker:
    """A worker's pipeline and store, asked one thing at a time."""

    def __init__(self, url: str, clock: Clock, ledger: Balance | None = None) -> None:
        self.pipeline = RedisPipeline(connect(url, 2.0))
        self.store = CreditStore(self.pipeline, lambda account, on_balance: on_balance(ledger), clock)

    def reserve(self, request: SpanRequest) -> SpanReply:
        result: AsyncResult = AsyncResult()
        self.store.reserve(
            request, lambda reply, trouble: result.set(reply) if reply else result.set_exception(trouble)
        )
        reply: SpanReply = result.get(timeout=5)
        return reply

    def book(self, balance: Balance, *legs: str, restore: bool = False) -> Booking:
        result: AsyncResult = AsyncResult()
        self.store.book(balance, legs, lambda booking, trouble: result.set(booking or trouble), restore=restore)
        booking: Booking = result.get(timeout=5)
        return booking


MakeWorker = Callable[..., Worker]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(redis_client: Redis, redis_url: str, clock: Clock) -> Iterator[MakeWorker]:
    """Makes workers that share an empty Redis."""
    made: list[Worker] = []

    def make(ledger: Balance | None = None) -> Worker:
        made.append(Worker(redis_url, clock, ledger))
        return made[-1]

    yield make
    for one in made:
        one.pipeline.stop(1)


def test_two_thousand_calls_at_once_on_ten_cost_exactly_ten(worker: MakeWorker) -> None:
    """Two workers ask by turns; each end is told up to three times; each leg is booked at its worker."""
    workers = worker(), worker()
    workers[0].book(Balance(ACCOUNT, 1, 10 * UNITS))
    replies: dict[str, SpanReply] = {}

    def note(leg: str, reply: SpanReply | None, _trouble: object) -> None:
        assert reply is not None
        replies[leg] = reply

    for n in range(2000):
        leg = f"leg-{n}"
        workers[n % 2].store.reserve(replace(REQUEST, leg=leg), partial(note, leg))
    for one in workers:
        one.pipeline.ask("PING")
    granted = [leg for leg, reply in replies.items() if reply.is_granted]
    assert len(replies) == 2000
    assert len(granted) == 500
    assert {reply.word for reply in replies.values()} == {SpanWord.GRANTED, SpanWord.SHORT}
    for n, leg in enumerate(granted):
        for times in range(1 + n % 3):
            workers[(n + times) % 2].store.end(ACCOUNT, leg, CALL)
    for n, leg in enumerate(granted, 1):
        workers[n % 2].store.book(Balance(ACCOUNT, 1 + n, 10 * UNITS - n * CALL), [leg])
    for one in workers:
        one.pipeline.ask("PING")
    assert workers[0].store.look(ACCOUNT) == LiveAccount(ACCOUNT, Balance(ACCOUNT, 501, 0))


class Leg:
    """A leg that talks, as its worker drives it."""

    def __init__(self, name: str, worker: Worker, prices: Tariff, clock: Clock) -> None:
        self.name, self.worker, self.prices, self.clock = name, worker, prices, clock
        self.answered: Instant | None = None
        self.reply = self.ask()
        self.asks_at = clock.now

    def ask(self) -> SpanReply:
        from_s = self.reply.talk_s if self.answered else 0
        begun = self.answered or self.clock.now
        rungs, rate = span_rungs(self.prices, NUMBER, begun, from_s, 30), rate_ahead(self.prices, NUMBER, begun, from_s)
        assert isinstance(rungs, tuple)
        assert isinstance(rate, int)
        self.reply = self.worker.reserve(SpanRequest(ACCOUNT, self.name, rungs, rate, self.answered, 0, LEASE_US, 700))
        return self.reply

    @property
    def talked_s(self) -> float:
        assert self.answered is not None
        return (self.clock.now - self.answered) / SECOND_US

    @property
    def ends_s(self) -> float:
        """When it is ended by the switch, in seconds from now."""
        return self.reply.talk_s - self.talked_s

    @property
    def credit_ends_s(self) -> float:
        """When its credit ends, in seconds from now."""
        assert self.answered is not None
        found = credit_ends_s(self.prices, NUMBER, self.answered, self.reply, 100_000)
        assert isinstance(found, int)
        return found - self.talked_s


def talk(legs: list[Leg], clock: Clock, until: Callable[[], bool] = lambda: False) -> dict[str, float]:
    """Let them talk until the switch has ended all of them; when each was ended, in seconds from the beginning."""
    begun, ended = clock.now, dict[str, float]()
    while len(ended) < len(legs) and not until():
        clock.forward(0.5)
        for leg in [leg for leg in legs if leg.name not in ended]:
            if leg.ends_s <= 0:
                used = units_at(leg.prices, NUMBER, leg.answered or clock.now, leg.reply.talk_s + MARGIN_S)
                assert isinstance(used, int)
                assert used <= leg.reply.units
                leg.worker.store.end(ACCOUNT, leg.name, used)
                ended[leg.name] = (clock.now - begun) / SECOND_US
            elif clock.now >= leg.asks_at:
                leg.ask()
                leg.asks_at = Instant(clock.now + round(ask_again_s(leg.talked_s, leg.reply.talk_s, 30) * SECOND_US))
    return ended


def answered(legs: list[Leg], clock: Clock) -> list[Leg]:
    for leg in legs:
        leg.answered = clock.now
    return legs


@pytest.mark.parametrize(
    "prices",
    [
        (tariff("0.60"), tariff("0.60")),
        (tariff("0.60"), tariff("2.40")),
        (tariff("0.29"), tariff("0.60", 6, 6), tariff("1.10", 1, 1, "0.05")),
    ],
)
def test_calls_that_share_a_balance_come_to_their_end_together_and_leave_nothing(
    worker: MakeWorker, clock: Clock, prices: tuple[Tariff, ...]
) -> None:
    workers = worker(), worker()
    workers[0].book(Balance(ACCOUNT, 1, 3 * UNITS))
    legs = [Leg(f"leg-{n}", workers[n % 2], one, clock) for n, one in enumerate(prices)]
    ended = talk(answered(legs, clock), clock)
    assert max(ended.values()) - min(ended.values()) <= 6
    account = workers[0].store.look(ACCOUNT)
    assert account.reserved == {}
    spent = sum(one.units for one in account.unbooked.values())
    assert 3 * UNITS - 12 * UNITS // 100 <= spent <= 3 * UNITS


class ComparedWorker(Worker):
    """What its store answers is what the model does."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url, clock)
        self.clock, self.model = clock, CreditModel()

    def reserve(self, request: SpanRequest) -> SpanReply:
        found = super().reserve(request)
        assert found == self.model.reserve(self.clock.now, request)
        return found


def test_of_many_legs_it_is_not_looked_at_each_and_all_end_within_half_a_span(
    redis_client: Redis, redis_url: str, clock: Clock
) -> None:
    """Sixty legs with money for two minutes each, as the model has them."""
    redis_client.ping()
    one, balance = ComparedWorker(redis_url, clock), Balance(ACCOUNT, 1, 60 * 120 * UNITS // 100)
    one.model.book(clock.now, balance)
    one.book(balance)
    legs = answered([Leg(f"leg-{n}", one, tariff("0.60"), clock) for n in range(60)], clock)
    for n, leg in enumerate(legs):
        leg.asks_at = Instant(clock.now + n * SECOND_US // 4)
    assert talk(legs, clock, lambda: clock.now >= ANSWERED + 105 * SECOND_US) == {}
    ends = [leg.ends_s for leg in legs]
    assert max(ends) - min(ends) <= 15
    assert max(leg.credit_ends_s for leg in legs) <= 30
    one.pipeline.stop(1)


def test_money_for_one_more_block_goes_to_the_call_that_needs_it_and_is_not_left(
    worker: MakeWorker, clock: Clock
) -> None:
    """1.80 is three minutes: two of them for one of the calls."""
    one = worker()
    one.book(Balance(ACCOUNT, 1, 180 * UNITS // 100))
    legs = [Leg(f"leg-{n}", one, tariff("0.60", 60, 60), clock) for n in range(2)]
    ended = talk(answered(legs, clock), clock)
    assert sorted(ended.values()) == [pytest.approx(59, abs=1), pytest.approx(119, abs=1)]
    assert one.store.look(ACCOUNT).available == 0


def test_the_end_is_known_a_minute_ahead_and_moves_with_a_top_up(worker: MakeWorker, clock: Clock) -> None:
    one = worker()
    one.book(Balance(ACCOUNT, 1, 2 * UNITS))
    legs = answered([Leg(f"leg-{n}", one, tariff("0.60"), clock) for n in range(2)], clock)
    talk(legs, clock, lambda: clock.now >= ANSWERED + 40 * SECOND_US)
    assert [leg.credit_ends_s for leg in legs] == [pytest.approx(60, abs=1.5)] * 2
    one.book(Balance(ACCOUNT, 2, 3 * UNITS))
    talk(legs, clock, lambda: clock.now >= ANSWERED + 60 * SECOND_US)
    assert [leg.credit_ends_s for leg in legs] == [pytest.approx(90, abs=1.5)] * 2
    talk(legs[:1], clock, lambda: clock.now >= ANSWERED + 70 * SECOND_US)
    one.store.end(ACCOUNT, "leg-1", 70 * UNITS // 100)
    talk(legs[:1], clock, lambda: clock.now >= ANSWERED + 90 * SECOND_US)
    assert legs[0].credit_ends_s == pytest.approx(140, abs=2)


def test_what_is_reserved_by_a_worker_that_died_falls_back_with_its_lease(worker: MakeWorker, clock: Clock) -> None:
    one = worker()
    one.book(Balance(ACCOUNT, 1, CALL))
    assert one.reserve(REQUEST).is_granted
    other = replace(REQUEST, leg="other")
    assert one.reserve(other).word is SpanWord.SHORT
    clock.forward(91)
    assert one.reserve(other).is_granted  # also where nothing has swept meanwhile
    clock.forward(91)
    assert [(found.leg, found.units) for found in one.store.expire("acme")] == [("other", CALL)]
    assert one.store.expire("acme") == []
    one.store.end(ACCOUNT, "leg", CALL)  # the leg is found by another worker after all: what it cost counts
    assert one.store.look(ACCOUNT).available == 0


def test_a_leg_that_has_ended_reserves_nothing_more_and_a_charge_counts_once_whatever_comes_first(
    worker: MakeWorker,
) -> None:
    one = worker()
    one.book(Balance(ACCOUNT, 1, UNITS))
    assert one.reserve(REQUEST).is_granted
    assert one.book(Balance(ACCOUNT, 2, UNITS - CALL), "leg") == Booking("newer", 0)  # before the end is told
    one.store.end(ACCOUNT, "leg", CALL)
    assert one.reserve(REQUEST).word is SpanWord.OVER
    assert one.store.look(ACCOUNT) == LiveAccount(ACCOUNT, Balance(ACCOUNT, 2, UNITS - CALL))


def test_an_account_on_hold_takes_no_call_and_a_free_call_needs_no_money(worker: MakeWorker) -> None:
    one = worker()
    one.book(Balance(ACCOUNT, 1, -UNITS))
    free = one.reserve(replace(REQUEST, rungs=(Rung(30, 0),)))
    assert (free.word, free.talk_s, free.units) == (SpanWord.GRANTED, 30, 0)
    one.book(Balance(ACCOUNT, 2, UNITS, on_hold=True))
    assert one.reserve(replace(REQUEST, leg="other")).word is SpanWord.ON_HOLD


def test_a_limit_of_credit_is_how_far_the_balance_may_go_down(worker: MakeWorker) -> None:
    one = worker(Balance(ACCOUNT))
    assert one.reserve(REQUEST).word is SpanWord.SHORT
    assert one.reserve(replace(REQUEST, floor=-CALL)).left == 0


def test_a_balance_that_redis_does_not_have_is_brought_from_the_ledger(worker: MakeWorker) -> None:
    one, alone = worker(Balance(ACCOUNT, 3, UNITS)), worker()
    with pytest.raises(StoreAway, match="neither Redis nor the ledger tells the balance"):
        alone.reserve(REQUEST)
    assert one.reserve(REQUEST).left == UNITS - CALL
    one.pipeline.ask("FLUSHALL")
    assert one.store.look(ACCOUNT).balance is None
    assert one.reserve(REQUEST).left == UNITS - CALL


def test_a_balance_that_differs_from_the_ledger_s_is_mended_and_told(worker: MakeWorker) -> None:
    one = worker()
    assert one.book(Balance(ACCOUNT, 7, UNITS)) == Booking("newer", 0)
    assert one.book(Balance(ACCOUNT, 7, UNITS)) == Booking("same", 0)
    assert one.book(Balance(ACCOUNT, 6, 2 * UNITS)) == Booking("older", 0)
    assert one.book(Balance(ACCOUNT, 7, UNITS - 1)) == Booking("mended", -1)
    assert one.store.look(ACCOUNT).available == UNITS - 1
    assert one.book(Balance(ACCOUNT, 6, 2 * UNITS), restore=True) == Booking("mended", UNITS + 1)
    assert one.store.look(ACCOUNT).available == 2 * UNITS


def test_an_account_of_a_later_version_is_left_to_that(worker: MakeWorker) -> None:
    one = worker()
    one.book(Balance(ACCOUNT, 1, UNITS))
    one.pipeline.ask("HSET", f"{keys.credit('acme')}:account:tenant:PLN", "$", "CreditAccount/2")
    with pytest.raises(StoreRefused, match="NEWER the credit account is CreditAccount/2"):
        one.reserve(REQUEST)


def test_a_reservation_costs_no_round_trip_beside_a_save(worker: MakeWorker) -> None:
    one = worker()
    one.book(Balance(ACCOUNT, 1, UNITS))
    before = one.pipeline.round_trips
    done: list[SpanReply | None] = []
    one.pipeline.submit("HSET", keys.calls("acme"), "call", "saved", on_reply=lambda *_: None)
    one.store.reserve(REQUEST, lambda reply, trouble: done.append(reply))
    one.store.end(ACCOUNT, "leg", CALL)
    one.pipeline.ask("PING")
    assert one.pipeline.round_trips == before + 1
    assert [reply.is_granted for reply in done if reply] == [True]


def test_in_redis_of_each_kind(any_redis_url: str, clock: Clock) -> None:
    one = Worker(any_redis_url, clock, Balance(ACCOUNT, 1, UNITS))
    assert one.reserve(REQUEST).is_granted
    one.store.end(ACCOUNT, "leg", CALL)
    assert one.store.look(ACCOUNT).unbooked == {"leg": Unbooked(CALL, ANSWERED)}
    assert one.store.expire("acme") == []
    assert credit.EXPIRE_AT_ONCE > 1
    one.pipeline.stop(1)


def test_with_redis_away_nothing_is_known(clock: Clock) -> None:
    one = Worker("redis://127.0.0.1:1/0", clock)
    with pytest.raises(LiveStateError):
        one.reserve(REQUEST)
    one.pipeline.stop(0)
