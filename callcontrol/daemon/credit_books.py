"""Credit accounts in Redis and in the ledger: charges are told once they are committed, and one worker of all releases
what dead legs have reserved, and compares both from time to time.

Redis may be behind (a worker died between a commit and its telling), may have lost everything, or may know entries that
the ledger does not have any more (it was set back to a backup). The ledger is right in each case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final

import gevent
from gevent.event import AsyncResult

from callcontrol.daemon.balance_finder import BalanceFinder
from callcontrol.daemon.bundle_books import BundleBooks
from callcontrol.edges import clock, credit_meters
from callcontrol.edges.containment import contained
from callcontrol.edges.ledger.accounts import Booked, balance_of, balances_after, booked_legs
from callcontrol.edges.ledger.reader import NoLedger, asking, connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.credit import EXPIRE_AT_ONCE, CreditStore
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.post import Post
from callcontrol.vocabulary.bundle_counter import BundleUse
from callcontrol.vocabulary.credit import Balance, Booking, CreditAccount
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of

log = logging.getLogger(__name__)

# How often what dead legs have reserved is released, and how often all accounts are compared (seconds).
SWEEP_S: Final = 15.0
COMPARE_S: Final = 300.0
# A worker that has not looked for so long does it no more, and another one does (seconds).
KEPT_S: Final = 60
# Accounts told in one round trip, so that calls do not wait for it.
PAGE: Final = 100
ANSWER_S: Final = 10.0
# A leg that ended so long ago should have a record in the ledger; then its record is late; after a day none comes any
# more.
SOON_US: Final = 60 * SECOND_US
LATE_US: Final = 600 * SECOND_US
LOST_US: Final = 86_400 * SECOND_US
# A leg ends so long after its call arrived, at most.
LONGEST_US: Final = 2 * 86_400 * SECOND_US


class CreditBooks:
    """For one worker.

    Attributes:
        store: reserves for the worker's calls.

    Args:
        tenants: those that have accounts now.
    """

    def __init__(self, dsn: str, pipeline: RedisPipeline, worker: str, tenants: Callable[[], Iterable[str]]) -> None:
        self._finder = BalanceFinder(dsn)
        self.store = CreditStore(pipeline, self._finder.find, find_uses=self._finder.find_uses)
        self._dsn = dsn
        self._post = Post(pipeline, "credit", worker, KEPT_S)
        self._tenants = tenants
        self._compared_s: float | None = None  # by the monotonic clock; None: not by this worker

    def start(self) -> None:
        """From now on."""
        self._finder.start()
        gevent.spawn(self._run)

    def booked(self, booked: Booked) -> None:
        """Charges are committed: Redis is told."""
        self.store.book(booked.balance, booked.legs)

    def counted(self, uses: list[BundleUse]) -> None:
        """Charges that take something of bundles are committed: Redis is told, before it hears that they are booked."""
        for _, of_tenant in groupby(sorted(uses, key=_tenant), key=_tenant):
            self.store.count(list(of_tenant))

    def look_if_ours(self) -> bool:
        """Release and compare, unless another worker does; returns whether it was this one's to do."""
        try:
            if not self._post.is_ours():
                self._compared_s = None
                credit_meters.compared_seconds.set(0)
                credit_meters.unbooked.set(0)
                return False
            for tenant in self._tenants():
                self._sweep(tenant)
            self._compare_if_due()
        except (LiveStateError, NoLedger) as error:
            log.warning("credit in Redis is not compared with the ledger: %s", error)
        return True

    def compare(self) -> int:
        """Tell Redis all balances, and what has become of legs whose charges are late; returns how many were mended.

        Raises:
            LiveStateError: Redis is away. NoLedger: Postgres is.
        """
        mended = late = 0
        with connect(self._dsn) as connection:
            mended += BundleBooks(connection, self.store).compare()
            for page in _pages(connection):
                told = self._told(page)
                mended += sum(self._is_mended(connection, balance, told[balance.account]) for balance in page)
                for account in [account for account, booking in told.items() if booking.unbooked]:
                    late += self._settle_late(connection, account)
        credit_meters.unbooked.set(late)
        return mended

    def _run(self) -> None:
        while True:
            with contained("loop", "credit could not be looked after"):
                self.look_if_ours()
            gevent.sleep(clock.until_tick(SWEEP_S))

    def _sweep(self, tenant: str) -> None:
        is_more = True
        while is_more:
            released = self.store.expire(tenant)
            is_more = len(released) == EXPIRE_AT_ONCE
            credit_meters.expired_total.inc(len(released))
            for one in released:
                log.warning(
                    "leg %s is silent: what it had reserved of %s in %s falls back", one.leg, one.account, tenant
                )

    def _compare_if_due(self) -> None:
        now_s = clock.monotonic()
        since_s = self._compared_s if self._compared_s is not None else now_s - COMPARE_S
        credit_meters.compared_seconds.set(now_s - since_s)
        if now_s - since_s >= COMPARE_S:
            self.compare()
            self._compared_s = clock.monotonic()
            credit_meters.compared_seconds.set(0)

    def _told(self, balances: Sequence[Balance]) -> Mapping[CreditAccount, Booking]:
        """What Redis had of these accounts; it has the ledger's balances now."""
        answers: dict[CreditAccount, Booking] = {}
        done: AsyncResult = AsyncResult()

        def answered(account: CreditAccount, booking: Booking | None, trouble: LiveStateError | None) -> None:
            if booking is None:
                done.set_exception(trouble)
                return
            answers[account] = booking
            if len(answers) == len(balances):
                done.set(None)

        for balance in balances:
            self.store.book(balance, on_booked=partial(answered, balance.account))
        try:
            done.get(timeout=ANSWER_S)
        except gevent.Timeout as late:
            raise StoreAway(f"no answer within {ANSWER_S} s") from late
        return answers

    def _is_mended(self, connection: DictConnection, told: Balance, booking: Booking) -> bool:
        """Whether Redis had a balance that the ledger never had, or has no more."""
        if booking.word == "mended":
            log.error("%s was off by %d units in Redis, and was put right", told.account, booking.off)
            credit_meters.mended_total.labels("differs").inc()
        return booking.word == "mended" or (booking.word == "older" and self._is_set_back(connection, told.account))

    def _is_set_back(self, connection: DictConnection, account: CreditAccount) -> bool:
        """Redis had a later entry: it was made meanwhile, or the ledger was set back."""
        known = self.store.look(account).balance
        with asking(connection):
            balance = balance_of(connection, account)
        if known is None or balance.entry >= known.entry:
            return False
        log.error("Redis knows entry %d of %s, the ledger has %d: it counts", known.entry, account, balance.entry)
        credit_meters.mended_total.labels("ahead").inc()
        self.store.book(balance, restore=True)
        return True

    def _settle_late(self, connection: DictConnection, account: CreditAccount) -> int:
        """Tell Redis of legs that the ledger has, and drop those that never come; returns how many are late."""
        now, found = clock.now(), self.store.look(account).unbooked
        ended = {leg: one for leg, one in found.items() if one.since < now - SOON_US}
        if not ended:
            return 0
        day = datetime_of(Instant(min(one.since for one in ended.values()) - LONGEST_US)).date()
        with asking(connection):
            there = booked_legs(connection, account.tenant, list(ended), day)
            balance = balance_of(connection, account)
        awaited = {leg: one for leg, one in ended.items() if leg not in there}
        lost = [leg for leg, one in awaited.items() if one.since < now - LOST_US]
        for leg in lost:
            log.error("no record of leg %s has come within a day: its %d units fall back", leg, awaited[leg].units)
        credit_meters.dropped_total.inc(len(lost))
        self.store.book(balance, [*there, *lost])
        return sum(one.since < now - LATE_US for one in awaited.values()) - len(lost)


def _pages(connection: DictConnection) -> Iterator[list[Balance]]:
    """All accounts."""
    last: CreditAccount | None = None
    while True:
        with asking(connection):
            page = balances_after(connection, last, PAGE)
        if not page:
            return
        yield page
        last = page[-1].account


def _tenant(use: BundleUse) -> str:
    return use.counter.tenant
