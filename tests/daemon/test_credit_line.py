"""Credit as a driver asks for it, on a real Redis: spans are granted by the price list, and released."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from gevent.event import AsyncResult

from callcontrol.billing.credit import MARGIN_S
from callcontrol.billing.price_book import PriceBook
from callcontrol.control.credit_commands import EndReservation, ReserveFirst, ReserveNext
from callcontrol.control.credit_events import SpanAnswer, SpansReserved
from callcontrol.control.dial_commands import Originate
from callcontrol.control.leg_credit import LegCredit
from callcontrol.daemon.credit_line import CreditLine
from callcontrol.edges import clock
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse, LiveBundle
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.credit import Balance, CreditAccount, SpanWord, Standing, units_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.test_credit import NUMBER, tariff
from tests.config.folder import TENANT, loaded
from tests.daemon.no_ledger import no_balance
from tests.daemon.test_adoption import pipeline

__all__ = ["pipeline"]
ACCOUNT = CreditAccount("acme", "tenant", "PLN")
LEG = LegCredit("leg-1", "tenant", "extension:101", NUMBER, limit_s=7200, ring_s=30)


class Driver:
    """A stand-in for a driver that takes the answers of one call."""

    def __init__(self) -> None:
        self.call = SimpleNamespace(tenant="acme")
        self.heard: AsyncResult = AsyncResult()

    def deliver(self, event: Any) -> None:
        self.heard.set(event)

    def hear(self) -> Any:
        event = self.heard.get(timeout=5)
        self.heard = AsyncResult()
        return event


class Desk:
    """A credit line of a tenant whose calls cost 0.60 a minute, by the second."""

    def __init__(self, pipeline: RedisPipeline, policy: str = "short", more: str = "") -> None:
        written = TENANT + f"credit: {{kind: prepaid, without_redis: {policy}}}\n" + more
        settings, prices = loaded(written), tariff(per_minute="0.60")
        book = PriceBook(prices, tenant=settings.tenants["acme"])
        configuration = SimpleNamespace(settings=settings, price_books={"acme": book})
        self.pipeline = pipeline
        self.store = CreditStore(pipeline, no_balance, find_uses=self.find_uses)
        self.used: int | None = 0  # use of each bundle by the ledger (parts); None: the ledger is away
        self.line = CreditLine(self.store, SimpleNamespace(configuration=configuration))  # type: ignore[arg-type]
        self.driver: Any = Driver()

    def find_uses(self, counters: tuple[BundleCounter, ...], on_uses: Any) -> None:
        on_uses(None if self.used is None else tuple(BundleUse(one, 1, self.used) for one in counters))

    def bundle(self, leg: LegCredit = LEG) -> LiveBundle:
        """Its counter, of this month."""
        covered = self.line._bundles(leg, "acme")
        assert covered is not None
        return self.store.look_at_bundle(covered.covers[0].counter)

    def top_up(self, amount: str) -> None:
        self.store.book(Balance(ACCOUNT, 1, units_of(Decimal(amount))))

    def first(self, *legs: LegCredit) -> dict[str, SpanAnswer]:
        self.line.carry_out(ReserveFirst(Originate(()), legs), self.driver)
        event: SpansReserved = self.driver.hear()
        return dict(event.answers)

    def next(self, leg: LegCredit) -> SpanAnswer:
        self.line.carry_out(ReserveNext(leg), self.driver)
        answer: SpanAnswer = self.driver.hear().answer
        return answer


@pytest.fixture
def desk(pipeline: RedisPipeline) -> Desk:
    made = Desk(pipeline)
    made.top_up("1.00")
    return made


def test_a_first_span_and_the_next_in_one_round_trip_each(desk: Desk) -> None:
    before = desk.pipeline.round_trips
    (answer,) = desk.first(LEG).values()
    assert (answer.word, answer.talk_s) == (SpanWord.GRANTED, 30)
    # an account of 1.00 at 0.01 a second: one second is kept back, by which the switch may be late
    assert answer.ends_s == 100 - MARGIN_S
    talking = replace(LEG, talk_s=30, answered=Instant(clock.now() - 15 * SECOND_US))
    answer = desk.next(talking)
    assert answer.talk_s in (45, 46)
    assert answer.ends_s == 100 - MARGIN_S
    assert answer.again_s == pytest.approx(15, abs=1)
    assert desk.pipeline.round_trips - before <= 3


def test_legs_of_one_dialling_are_answered_together(desk: Desk) -> None:
    answers = desk.first(LEG, replace(LEG, leg="leg-2"), replace(LEG, leg="leg-3"))
    assert [answers[leg].word for leg in ("leg-1", "leg-2", "leg-3")] == [SpanWord.GRANTED] * 3


def test_the_unused_rest_of_a_leg_is_released_once(desk: Desk) -> None:
    desk.first(LEG)
    for _ in range(2):
        over = EndReservation(LEG, Instant(clock.now() - 10 * SECOND_US), 10 * SECOND_US)
        desk.line.carry_out(over, desk.driver)
    found: AsyncResult = AsyncResult()
    desk.line.look_up("acme", frozenset({"tenant", "extension:101"}), found.set)
    assert found.get(timeout=5) == {
        "tenant": Standing(units_of(Decimal("0.90")), False, units_of(Decimal("0.10"))),
        "extension:101": None,
    }


def test_too_little_is_not_enough_and_a_number_without_price_is_not_reserved(pipeline: RedisPipeline) -> None:
    desk = Desk(pipeline)
    desk.top_up("0.05")
    assert [answer.word for answer in desk.first(LEG).values()] == [SpanWord.SHORT]
    (answer,) = desk.first(replace(LEG, number="12345")).values()
    assert answer.word is SpanWord.SHORT
    assert "has no price to reserve" in answer.why


def test_while_redis_is_away_the_last_known_balance_is_granted_once(desk: Desk) -> None:
    desk.first(LEG)
    away = StoreAway("away")
    desk.store.reserve = lambda request, on_reply: on_reply(None, away)  # type: ignore[method-assign,assignment]
    others = [replace(LEG, leg=f"leg-{n}") for n in range(2, 6)]
    answers = [desk.first(leg)[leg.leg] for leg in others]
    # 0.69 is left: two spans of 30 s with the switch's second, then the rest is too little
    assert [answer.talk_s for answer in answers] == [30, 30, 0, 0]
    assert {answer.word for answer in answers} == {None}


S = 10_000  # parts of a second
MINUTES = "bundles: {b: {minutes: 2, shared: yes}}\n"


def ended(talk_s: int, leg: LegCredit, answer: SpanAnswer) -> EndReservation:
    begun = Instant(clock.now() - talk_s * SECOND_US)
    return EndReservation(replace(leg, talk_s=answer.talk_s, bundled=answer.bundled), begun, talk_s * SECOND_US)


def test_without_money_a_leg_talks_as_long_as_its_bundle_and_gives_back_the_rest_once(pipeline: RedisPipeline) -> None:
    desk = Desk(pipeline, more=MINUTES)
    desk.top_up("0")
    (answer,) = desk.first(LEG).values()
    assert (answer.word, answer.talk_s, answer.ends_s, answer.bundled) == (SpanWord.GRANTED, 30, 119, "b 31")
    assert desk.bundle().held == 31 * S
    before = desk.pipeline.round_trips
    (other,) = desk.first(replace(LEG, leg="leg-2")).values()
    assert (other.talk_s, other.bundled) == (30, "b 31")
    assert desk.pipeline.round_trips == before + 1
    for _ in range(2):
        desk.line.carry_out(ended(10, LEG, answer), desk.driver)
    assert (desk.bundle().held, desk.bundle().legs) == (41 * S, 2)
    # 120 s less 41 s, less the second by which the switch may be late
    (third,) = desk.first(replace(LEG, leg="leg-3")).values()
    talking = replace(LEG, leg="leg-3", talk_s=30, bundled=third.bundled)
    answer = desk.next(replace(talking, answered=Instant(clock.now() - 28 * SECOND_US)))
    assert answer.ends_s in (64, 65)  # the rest is shared with two other legs


def test_time_beyond_the_bundle_is_paid_with_money(pipeline: RedisPipeline) -> None:
    desk = Desk(pipeline, more=MINUTES)
    desk.top_up("0.05")
    desk.used = 105 * S
    # another worker has used a part this one does not know of: it asks again for the rest
    (answer,) = desk.first(LEG).values()
    assert (answer.talk_s, answer.ends_s, answer.bundled) == (10, 19, "b 11")
    (answer,) = desk.first(replace(LEG, leg="leg-2")).values()
    assert (answer.word, answer.talk_s) == (SpanWord.SHORT, 0)
    desk.top_up("0.05")
    desk.store.book(Balance(ACCOUNT, 2, units_of(Decimal("9"))))
    (answer,) = desk.first(replace(LEG, leg="leg-3")).values()
    assert (answer.talk_s, answer.bundled) == (30, "b 4")


def test_while_the_use_of_a_bundle_is_unknown_money_pays(pipeline: RedisPipeline) -> None:
    desk = Desk(pipeline, more=MINUTES)
    desk.top_up("0")
    desk.used = None
    (answer,) = desk.first(LEG).values()
    assert answer.word is SpanWord.SHORT
    desk.store.book(Balance(ACCOUNT, 2, units_of(Decimal("9"))))
    (answer,) = desk.first(replace(LEG, leg="leg-2")).values()
    assert (answer.talk_s, answer.bundled) == (30, "")
