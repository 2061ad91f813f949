"""Watches what payers spend: their sums in the ledger, and what running calls have cost so far at all workers.

Every LOOK_S a worker looks at the payers of its own running calls and of those that ended of late; a worker without
calls outside looks at nothing. Where a cap of money is passed, the payer is restricted. No call waits for this. While
Postgres is away the sums known last count on, and all that has ended since.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import gevent

from callcontrol.billing.charges import Unrated
from callcontrol.billing.spans import price_of_span
from callcontrol.config.settings import Tenant
from callcontrol.control.call import Call
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.usual_hours import UsualHours
from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.ledger.accounts import booked_legs
from callcontrol.edges.ledger.reader import NoLedger, asking, connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.spending import spent
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.running_costs import Costs, RunningCostStore
from callcontrol.routing.outgoing.money_caps import passed
from callcontrol.routing.outgoing.unusual import floor_of, unusual
from callcontrol.vocabulary.direction import direction_of
from callcontrol.vocabulary.leg import Leg, LegChange
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.restriction import RestrictPayer
from callcontrol.vocabulary.spending import TENANT, Payer, Span, Spent, added, spans_at

log = logging.getLogger(__name__)

LOOK_S: Final = 5.0
# A look that takes longer is broken off, and its connection dropped (seconds).
LOOK_TIMEOUT_S: Final = 30.0
# A payer is looked at for so long after a leg of its calls has changed: by then the ledger has its charges.
RECENT_US: Final = 120 * SECOND_US
# Legs that ended, and whose charge has not come into the ledger for so long, count no more.
LOST_US: Final = 86_400 * SECOND_US
# Legs that ended and wait for their charge; past it the oldest count no more.
MAX_ENDED: Final = 50_000


class _Cost(NamedTuple):
    """What a leg has cost by now."""

    payer: Payer
    direction: str
    currency: str
    amount: Decimal
    at: Instant


class SpendingWatch:
    """For one worker.

    Args:
        drivers: its calls in progress.
        restrict: carries out what follows, for a tenant.
        store: where workers tell what their running calls cost; None: this one is alone.
    """

    def __init__(
        self,
        dsn: str,
        current: Current,
        drivers: Callable[[], Iterable[DrivenCall]],
        restrict: Callable[[RestrictPayer, str], object],
        store: RunningCostStore | None = None,
    ) -> None:
        self._dsn = dsn
        self._current = current
        self._drivers = drivers
        self._restrict = restrict
        self._store = store
        self._connection: DictConnection | None = None
        self._recent: dict[Payer, Instant] = {}
        self._running: dict[str, _Cost] = {}
        self._ended: dict[str, _Cost] = {}
        self._spent: dict[Payer, Spent] = {}
        self._usual = UsualHours()

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def close(self) -> None:
        """Leave the ledger, until the next look."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def learn(self, call: Call, news: Sequence[LegChange]) -> None:
        """Legs of a call have changed."""
        for _, leg in news:
            if leg.paid_number:
                self._recent[Payer(call.tenant, leg.payer)] = clock.now()

    def look(self) -> None:
        """Look at the payers of our calls, and restrict those that have passed a cap."""
        now = clock.now()
        self._recent = {payer: at for payer, at in self._recent.items() if at > now - RECENT_US}
        self._count(now)
        payers = {*self._recent, *(cost.payer for cost in self._running.values())}
        payers |= {Payer(payer.tenant, TENANT) for payer in payers}
        if not payers and not self._ended:
            return
        self._read_ledger(payers, now)
        for tenant in {payer.tenant for payer in payers}:
            running = self._all_running(tenant)
            for payer in (one for one in payers if one.tenant == tenant):
                self._act(payer, running, now)

    def _act(self, payer: Payer, running: Mapping[str, Spent], now: Instant) -> None:
        configuration = self._current.configuration
        settings, book = configuration.settings.tenants.get(payer.tenant), configuration.price_books.get(payer.tenant)
        if settings is None or book is None:
            return
        together = added(self._spent.get(payer, {}), running.get(payer.name, {}))
        spans = spans_at(now, ZoneInfo(settings.zone))
        currency = book.currency_of(payer.name)
        for one in passed(payer.name, settings, currency, together, spans):
            self._restrict(one, payer.tenant)
        usual = self._usual.of(payer, spans[Span.HOUR][0], currency, floor_of(settings, currency))
        if (found := unusual(payer.name, settings, currency, together, spans, usual)) is not None:
            self._restrict(found, payer.tenant)

    # --- what running calls cost

    def _count(self, now: Instant) -> None:
        """What our legs have cost by now; those that are not there any more have ended."""
        running: dict[str, _Cost] = {}
        for driver in tuple(self._drivers()):
            settings = self._current.configuration.settings.tenants.get(driver.call.tenant)
            for leg in driver.call.legs if settings is not None else ():
                if leg.paid_number and leg.end is None and (cost := self._cost(driver.call.tenant, settings, leg, now)):
                    running[leg.id] = cost
        self._ended |= {leg: cost for leg, cost in self._running.items() if leg not in running}
        self._ended = {leg: cost for leg, cost in self._ended.items() if cost.at > now - LOST_US}
        while len(self._ended) > MAX_ENDED:
            self._ended.pop(next(iter(self._ended)))
        self._running = running

    def _cost(self, tenant: str, settings: Tenant | None, leg: Leg, now: Instant) -> _Cost | None:
        book, answered = self._current.configuration.price_books.get(tenant), leg.bridged or leg.answered
        if book is None or settings is None or answered is None:
            return None
        number = leg.paid_number
        price = price_of_span(book.of_payer(leg.payer), number, answered, max(now - answered, 0))
        if isinstance(price, Unrated):
            return None
        word = book.direction_of(number, now, leg.payer)
        direction = word or direction_of(number, settings.region, settings.emergency_numbers)
        return _Cost(Payer(tenant, leg.payer), direction, price.currency, price.amount, now)

    def _all_running(self, tenant: str) -> Mapping[str, Spent]:
        """By payer what running calls of all workers have cost, in whatever span; of the tenant as a whole too."""
        own = self._own(tenant)
        everything = [own]
        if self._store is not None:
            try:
                everything += self._store.exchange(tenant, own)
            except LiveStateError as error:
                log.info("what running calls of other workers cost is not known: %s", error)
        together: defaultdict[str, Spent] = defaultdict(dict)
        for costs in everything:
            for payer, by_key in costs.items():
                for name in {payer, TENANT}:
                    more: Spent = {key: dict.fromkeys(Span, amount) for key, amount in by_key.items()}
                    together[name] = added(together[name], more)
        return together

    def _own(self, tenant: str) -> Costs:
        sums: defaultdict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
        for cost in (*self._running.values(), *self._ended.values()):
            if cost.payer.tenant == tenant:
                by_key, key = sums[cost.payer.name], (cost.direction, cost.currency)
                by_key[key] = by_key.get(key, Decimal(0)) + cost.amount
        return sums

    # --- what the ledger knows

    def _read_ledger(self, payers: Iterable[Payer], now: Instant) -> None:
        """The sums; then which of our ended legs are in the ledger, so that none is left out and none counts twice for
        longer than until the next look.
        """
        tenants = self._current.configuration.settings.tenants
        known = [payer for payer in payers if payer.tenant in tenants]
        spans = {payer: spans_at(now, ZoneInfo(tenants[payer.tenant].zone)) for payer in known}
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._dsn)
            with asking(self._connection):
                self._spent = spent(self._connection, spans) if spans else {}
                self._usual.read(
                    self._connection, {payer: ZoneInfo(tenants[payer.tenant].zone) for payer in known}, now
                )
                for tenant in {cost.payer.tenant for cost in self._ended.values()}:
                    self._drop_booked(self._connection, tenant)
        except NoLedger as error:
            log.warning("the spending of payers could not be read again: %s", error)
            self.close()

    def _drop_booked(self, connection: DictConnection, tenant: str) -> None:
        legs = {leg: cost.at for leg, cost in self._ended.items() if cost.payer.tenant == tenant}
        since = datetime_of(Instant(min(legs.values()) - 2 * LOST_US)).date()
        for leg in booked_legs(connection, tenant, list(legs), since):
            del self._ended[leg]

    def _run(self) -> None:
        while True:
            with contained("loop", "what payers spend could not be looked at"):
                try:
                    with gevent.Timeout(LOOK_TIMEOUT_S, NoLedger(f"no answer within {LOOK_TIMEOUT_S:g} s")):
                        self.look()
                except NoLedger as late:
                    log.warning("what payers spend is not looked at: %s", late)
                    self.close()
            gevent.sleep(clock.until_tick(LOOK_S))
