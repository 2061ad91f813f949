"""Hands the offers and notices that the queue scripts return to the calls they are for, and runs `due` in time.

Callers and agents are never polled: an operation that makes an offer returns it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

from callcontrol.config.settings import Tenant
from callcontrol.control.events import Noticed, OfferMade
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.timers import Timer
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.queue.callback import NEVER_AGAIN, new_callback
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import Overrides
from callcontrol.vocabulary.queue import CallerContext, Leaving, Notice, Offer

# What a person has done to a caller.
_TAKES_OUT = ("moved", "removed")

log = logging.getLogger(__name__)


class OfferDispatcher:
    """Offers, notices and due times of all tenants."""

    def __init__(self, shared: WorkerContext, store: QueueStore, switch_links: SwitchLinks) -> None:
        self._shared = shared
        self._store = store
        self._switch_links = switch_links
        self._callbacks: dict[str, str] = {}  # the call that carries each callback's offer
        self._beginning: dict[str, list[Offer]] = {}  # offers of callbacks whose call is about to begin
        self._due: dict[str, tuple[Instant, Timer]] = {}

    # --- what operations lead to

    def told(self, tenant: str, told: Effects) -> None:
        """An operation was carried out."""
        if told.next_due is not None:
            self._schedule(tenant, told.next_due)
        for offer in told.offers:
            with contained("queue", f"offer {offer.id} could not be delivered", tenant=tenant):
                self.offered(tenant, offer)
        for notice in told.notices:
            with contained("queue", f"a notice to ticket {notice.ticket} could not be delivered", tenant=tenant):
                self.noticed(tenant, notice)

    def offered(self, tenant: str, offer: Offer) -> None:
        """A ticket of ours is offered to agents."""
        if offer.worker != self._shared.worker:
            return  # published to the worker it is for
        if offer.callback:
            self._call_back(tenant, offer)
        else:
            driver = self._shared.drivers.get(_call_of(offer.ticket))
            if driver is not None:
                driver.deliver(OfferMade(offer))
            elif _call_of(offer.ticket) not in self._shared.lost:  # its call ended a moment ago
                self._store.leave(tenant, offer.ticket, Leaving.ABANDONED)

    def noticed(self, tenant: str, notice: Notice) -> None:
        """Something happened to a ticket of ours, or to the offer of a callback that we carry."""
        call = self._callbacks.get(notice.detail) or _call_of(notice.ticket)
        driver = self._shared.drivers.get(call)
        if notice.worker != self._shared.worker:
            return
        if driver is not None:
            driver.deliver(Noticed(notice))
        elif notice.what in _TAKES_OUT and call not in self._shared.lost:  # a place without a call
            self._store.leave(tenant, notice.ticket, Leaving.FAILED)

    def _call_back(self, tenant: str, offer: Offer) -> None:
        """A callback's turn has come: a call to the customer begins; if it rings agents already, more agents join."""
        under_way = self._shared.drivers.get(self._callbacks.get(offer.id, ""))
        if under_way is not None:
            under_way.deliver(OfferMade(offer))
        elif offer.id in self._beginning:
            self._beginning[offer.id].append(offer)
        else:
            self._beginning[offer.id] = [offer]
            self._store.context_of(tenant, offer.ticket, partial(self._look_up, tenant, offer))

    def _look_up(self, tenant: str, offer: Offer, context: CallerContext) -> None:
        """What is set by hand over the hours, by which it is decided whether the customer may be called now."""
        configuration = self._shared.current.configuration
        if tenant not in configuration.settings.tenants:  # taken out of the YAML: no calls may be made for it
            del self._beginning[offer.id]
            self._store.called(tenant, offer.ticket, reached=False, not_before=NEVER_AGAIN)
            return
        begin = partial(self._begin_callback, tenant, offer, context)
        if configuration.settings.tenants[tenant].hours:
            self._shared.overrides.look_up(tenant, begin)
        else:
            begin({}, None)

    def _begin_callback(
        self, tenant: str, offer: Offer, context: CallerContext, overrides: Overrides, _trouble: LiveStateError | None
    ) -> None:
        offers = self._beginning.pop(offer.id)
        configuration = self._shared.current.configuration
        switch = self._switch_links.best(self._places(configuration.settings.tenants[tenant], offer))
        call = new_callback(
            id_=clock.new_id(),
            switch=switch,
            worker=self._shared.worker,
            tenant=tenant,
            offer=offer,
            now=clock.now(),
            context=context,
        )
        caller = Caller(offer.number)
        prices = configuration.prices_of(tenant)
        facts = Facts(
            configuration.settings, KINDS, tenant, prices, caller, call.dialled, clock.now(), overrides=overrides
        )
        driver = CallDriver(call, facts, self._shared, None)
        self._shared.take(driver)
        self._callbacks = {o: c for o, c in self._callbacks.items() if c in self._shared.drivers} | {offer.id: call.id}
        for one in offers:
            driver.deliver(OfferMade(one))

    def _places(self, tenant: Tenant, offer: Offer) -> Iterator[str]:
        """The switches that know the agents' phones: from there their legs need no second switch."""
        for name in offer.agents:
            extension = tenant.agents[name].extension if name in tenant.agents else None
            if extension is not None and extension in tenant.extensions:
                for account in tenant.extensions[extension].accounts(extension):
                    yield from self._shared.registrations.where(tenant.domain, account)

    # --- what falls due

    def _schedule(self, tenant: str, at: Instant) -> None:
        known = self._due.get(tenant)
        if known is not None and known[0] <= at:
            return
        if known is not None:
            known[1].cancel()
        delay_s = max(0.0, (at - clock.now()) / SECOND_US)
        self._due[tenant] = (at, self._shared.timers.after(delay_s, partial(self._fall_due, tenant)))

    def _fall_due(self, tenant: str) -> None:
        self._due.pop(tenant, None)
        self._store.due(tenant)


def _call_of(ticket: str) -> str:
    """The call whose visit this is."""
    return ticket.partition("/")[0]
