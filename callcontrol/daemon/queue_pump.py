"""The pump: what the queues' operations lead to reaches the calls it is for, and what falls due is carried out in time.

It also keeps the live state told of what it cannot know by itself: the layout from the YAML, and whose phone is there.
Nothing is ever looked for by walking over callers or agents: an operation that makes an offer says so.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

import gevent
import orjson

from callcontrol.control.call import new_callback
from callcontrol.control.events import Noticed, OfferMade
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.desk import Desk
from callcontrol.daemon.switchboard import Switchboard
from callcontrol.daemon.timers import Timer
from callcontrol.edges import clock
from callcontrol.edges.live_state.queues import QueueStore, Told
from callcontrol.routing.distribution.layout import layout_dict, layout_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Leaving, Notice, Offer

log = logging.getLogger(__name__)

# How often layout and phones are compared with what the live state was told; changes are told at once anyway (seconds).
COMPARE_S = 15.0


class QueuePump:
    """Offers, notices and due times of all tenants."""

    def __init__(self, desk: Desk, store: QueueStore, switchboard: Switchboard) -> None:
        self._desk = desk
        self._store = store
        self._switchboard = switchboard
        self._callbacks: dict[str, str] = {}  # the call that carries each callback's offer
        self._due: dict[str, tuple[Instant, Timer]] = {}
        self._reached: dict[str, dict[str, bool]] = {}

    def start(self) -> None:
        """Tell the live state what is, and go on comparing."""
        gevent.spawn(self._keep)

    # --- what operations lead to

    def told(self, tenant: str, told: Told) -> None:
        """An operation was carried out."""
        for offer in told.offers:
            self.offered(tenant, offer)
        for notice in told.notices:
            self.noticed(tenant, notice)
        if told.next_due is not None:
            self._schedule(tenant, told.next_due)

    def offered(self, tenant: str, offer: Offer) -> None:
        """A ticket of ours is offered to agents."""
        if offer.worker != self._desk.worker:
            return  # published to the worker it is for
        if offer.callback:
            self._call_back(tenant, offer)
        else:
            driver = self._desk.drivers.get(_call_of(offer.ticket))
            if driver is not None:
                driver.deliver(OfferMade(offer))
            else:  # its call ended a moment ago
                self._store.leave(tenant, offer.ticket, Leaving.ABANDONED)

    def noticed(self, tenant: str, notice: Notice) -> None:
        """Something happened to a ticket of ours, or to the offer of a callback that we carry."""
        call = self._callbacks.get(notice.detail) or _call_of(notice.ticket)
        driver = self._desk.drivers.get(call)
        if driver is not None and notice.worker == self._desk.worker:
            driver.deliver(Noticed(notice))

    def _call_back(self, tenant: str, offer: Offer) -> None:
        """A customer's turn has come: a call of his own begins."""
        configuration = self._desk.current.configuration
        switch = self._switchboard.best()
        call = new_callback(
            id_=clock.new_id(),
            switch=switch,
            worker=self._desk.worker,
            tenant=tenant,
            offer=offer,
            now=clock.now(),
        )
        caller = Caller(offer.number)
        prices = configuration.prices_of(tenant)
        facts = Facts(configuration.settings, tenant, prices, caller, call.dialled, clock.now())
        driver = CallDriver(call, facts, self._desk, None)
        self._desk.take(driver)
        self._callbacks = {o: c for o, c in self._callbacks.items() if c in self._desk.drivers} | {offer.id: call.id}
        driver.deliver(OfferMade(offer))

    # --- what falls due

    def _schedule(self, tenant: str, at: Instant) -> None:
        known = self._due.get(tenant)
        if known is not None and known[0] <= at:
            return
        if known is not None:
            known[1].cancel()
        delay_s = max(0.0, (at - clock.now()) / SECOND_US)
        self._due[tenant] = (at, self._desk.timers.after(delay_s, partial(self._fall_due, tenant)))

    def _fall_due(self, tenant: str) -> None:
        self._due.pop(tenant, None)
        self._store.due(tenant)

    # --- what the live state is told

    def _keep(self) -> None:
        while True:
            self.compare()
            gevent.sleep(COMPARE_S)

    def compare(self) -> None:
        """Tell the live state every layout it does not have, every phone it was not told of, and what fell due."""
        for tenant, settings in self._desk.current.configuration.settings.tenants.items():
            if settings.queues or tenant in self._reached:  # or its last queue has just been taken out
                layout = layout_dict(layout_of(settings))
                digest = hashlib.sha256(orjson.dumps(layout, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
                self._store.digest(tenant, partial(self._compared, tenant, layout, digest))

    def _compared(self, tenant: str, layout: Mapping[str, Any], digest: str, in_force: str) -> None:
        if in_force != digest:
            log.info("queues of tenant %s: %s", tenant, "a new layout" if in_force else "nothing is known yet")
            self._reached.pop(tenant, None)
            self._store.configure(tenant, {**layout, "digest": digest}, lambda done: self._tell_phones(tenant))
        else:
            self._tell_phones(tenant)
            self._store.due(tenant)

    def phone_changed(self, domain: str) -> None:
        """A phone of this SIP domain came or went; "": any may have."""
        domains = self._desk.current.configuration.directory.domains
        for tenant in (domains.get(domain, ""),) if domain else tuple(domains.values()):
            if tenant in self._reached:  # otherwise its layout is not known yet, and its phones follow that
                self._tell_phones(tenant)

    def _tell_phones(self, tenant: str) -> None:
        """Only what has changed since it was told last."""
        known = self._reached.setdefault(tenant, {})
        news = {agent: there for agent, there in self._phones(tenant).items() if known.get(agent) is not there}
        if not news:
            return
        known.update(news)

        def told(done: bool) -> None:
            if not done:
                self._reached.pop(tenant, None)

        self._store.reach(tenant, news, told)

    def _phones(self, tenant: str) -> dict[str, bool]:
        """Which agents have a phone registered; those of whom nothing is known are left out."""
        settings = self._desk.current.configuration.settings.tenants[tenant]
        found: dict[str, bool] = {}
        for name, agent in settings.agents.items():
            extension = settings.extensions.get(agent.extension or "")
            if extension is not None:
                accounts = extension.accounts(agent.extension or "")
                known = self._desk.registrations.known(settings.domain, accounts)
                found |= {name: any(known.values())} if known else {}
        return found


def _call_of(ticket: str) -> str:
    """The call whose visit this is."""
    return ticket.partition("/")[0]
