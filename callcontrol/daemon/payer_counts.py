"""Limits that count the calls of a payer: a leg goes outside only if its counters have room, over all workers.

Legs of emergency calls count nowhere. While Redis is away each worker counts its own calls alone: all workers together
may then have up to their number times each limit.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import gevent

from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.control.legs import is_of_next_trunk
from callcontrol.daemon.own_counts import OwnCounts
from callcontrol.edges import clock, limit_meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.payer_counts import LEASE_S, PayerCountStore
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.counting import counters_of, is_dear, without_released
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.plan import LegPlan, TrunkNumber
from callcontrol.vocabulary.counters import Claim, Counter, Reached
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.leg import LegChange
from callcontrol.vocabulary.target import NumberTarget

log = logging.getLogger(__name__)

RENEW_S = LEASE_S / 3

Planned = tuple[str, LegPlan]
# By leg, why it may not go out; the others may.
OnCounted = Callable[[Mapping[str, Reached]], None]
_Kind = tuple[str, str, Direction, bool]  # tenant, payer, class of the number, whether it is dear


class PayerCounts:
    """The counters that this worker's calls count in.

    Args:
        store: where all workers count; None: this one is alone.
    """

    def __init__(self, store: PayerCountStore | None = None) -> None:
        self._store = store
        self._own: defaultdict[str, OwnCounts] = defaultdict(OwnCounts)  # by tenant
        self._settings: Settings | None = None
        self._counters: dict[_Kind, tuple[Counter, ...]] = {}  # as these settings say

    def start(self) -> None:
        """From now on renew what is held."""
        gevent.spawn(self._run)

    def admit(self, legs: Sequence[Planned], call: Call, facts: Facts, then: OnCounted) -> None:
        """Count the legs that go outside; `then` is called once, at once where there are none."""
        claims = [claim for leg, plan in legs if (claim := self._claim_of(leg, plan, call, facts)).counters]
        refused: dict[str, Reached] = {}
        waiting = {claim.leg for claim in claims}

        def answered(claim: Claim, reached: Reached | None) -> None:
            waiting.discard(claim.leg)
            if reached is not None:
                refused[claim.leg] = reached
                limit_meters.limit_reached_total.labels(reached.cap.value, directions[claim.leg]).inc()
            if not waiting:
                then(refused)

        directions = {leg: str(plan.direction) for leg, plan in legs}
        for claim in claims:
            self._claim(call.tenant, claim, answered)
        if not claims:
            then(refused)

    def _claim(self, tenant: str, claim: Claim, answered: Callable[[Claim, Reached | None], None]) -> None:
        own, store = self._own[tenant], self._store

        def claimed(reached: Reached | None, trouble: LiveStateError | None) -> None:
            now_ms = clock.now() // 1000
            if trouble is not None:
                reached = own.claim(claim, now_ms)
            elif reached is None:
                own.add(claim, now_ms)
            answered(claim, reached)

        if store is None:
            answered(claim, own.claim(claim, clock.now() // 1000))
        else:
            store.claim(tenant, claim, claimed)

    def learn(self, call: Call, news: Sequence[LegChange]) -> None:
        """Take up how a call's legs have changed: the places of those that ended are free."""
        own = self._own.get(call.tenant)
        for _, leg in news:
            if own is not None and leg.end is not None and own.release(leg.id) and self._store is not None:
                self._store.release(call.tenant, leg.id)

    def over(self, call: Call) -> None:
        """The call is no longer ours: the leases of its legs are another worker's, or run out."""
        own = self._own.get(call.tenant)
        if own is not None:
            for leg in call.legs:
                own.release(leg.id)

    def take(self, call: Call, facts: Facts) -> None:
        """The call is ours, perhaps after its worker died: its legs outside keep their places. Those of a tenant that
        is configured no more are counted no more.
        """
        if call.tenant not in facts.settings.tenants:
            return
        for leg in call.legs:
            if leg.end is None and leg.paid_number:
                dialling = Dialling(leg.paid_number, leg.payer)
                counters = self._counters_for(dialling, dialling.direction(facts), facts)
                self._own[call.tenant].hold(Claim(leg.id, leg.paid_number, counters))

    def renew(self) -> None:
        """Keep what is held."""
        now_ms = clock.now() // 1000
        for tenant, own in list(self._own.items()):
            own.tidy(now_ms)
            if self._store is not None and (held := tuple(own.held())):
                self._store.renew(tenant, held)

    def _run(self) -> None:
        while True:
            with contained("loop", "places in the counters of payers could not be renewed"):
                self.renew()
            gevent.sleep(clock.until_tick(RENEW_S))

    def _claim_of(self, leg: str, plan: LegPlan, call: Call, facts: Facts) -> Claim:
        """The leg with its counters; none where it is not counted."""
        kind, _, number = plan.to.partition(":")
        is_counted = isinstance(plan.endpoint, TrunkNumber) and kind == NumberTarget.kind
        if not is_counted or not plan.payer or plan.direction is None:
            return Claim(leg, number, ())
        counters = self._counters_for(Dialling(number, plan.payer), plan.direction, facts)
        return Claim(leg, number, counters, again=is_of_next_trunk(call, leg))

    def _counters_for(self, dialling: Dialling, direction: Direction, facts: Facts) -> tuple[Counter, ...]:
        if facts.settings is not self._settings:
            self._settings, self._counters = facts.settings, {}
        kind = (facts.tenant_name, dialling.payer, direction, is_dear(dialling, direction, facts))
        known = self._counters.get(kind)
        if known is None:
            known = self._counters[kind] = counters_of(dialling.payer, direction, facts.tenant, dear=kind[3])
        return without_released(known, facts)
