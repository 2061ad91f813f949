"""Adoption: calls that were in progress when a worker died are watched to their end, so that each leg gets its record.

A call whose book was already closed but not yet written is written now; writing it twice changes nothing. Calls of
workers that live are left alone.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from callcontrol.control.call import Call, Closed
from callcontrol.control.events import ConnectionLost
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.desk import Desk
from callcontrol.edges import clock, meters
from callcontrol.edges.live_state.workers import Workers
from callcontrol.routing.facts import Facts

log = logging.getLogger(__name__)

# Calls of numbers that lead nowhere belong to no tenant.
NOBODY = ""


class Adoption:
    """Looks for orphans. Remembers whose the calls of others are, so that each is read once."""

    def __init__(self, desk: Desk, workers: Workers) -> None:
        self._desk = desk
        self._workers = workers
        self._others: dict[str, str] = {}

    def look(self) -> int:
        """Take over every orphan; returns how many.

        Raises:
            LiveStateError: Redis is away; try again later.
        """
        orphans = [call for tenant in self._tenants() for call in self._orphans(tenant)]
        for call in orphans:
            self._adopt(call)
        if orphans:
            log.warning("%d calls of workers that died are watched to their end", len(orphans))
        return len(orphans)

    def _tenants(self) -> tuple[str, ...]:
        return (*self._desk.current.configuration.settings.tenants, NOBODY)

    def _orphans(self, tenant: str) -> list[Call]:
        ids = [i for i in self._desk.calls.ids(tenant) if i not in self._desk.drivers]
        alive = {worker: self._workers.is_alive(worker) for worker in {self._others.get(i, "") for i in ids} - {""}}
        unknown = [i for i in ids if not alive.get(self._others.get(i, ""), False)]
        found = self._desk.calls.read(tenant, unknown)
        self._others.update((call.id, call.worker) for call in found)
        return [call for call in found if call.id not in self._desk.drivers and self._is_orphan(call)]

    def _is_orphan(self, call: Call) -> bool:
        """Ours without a driver (its record found no room), or a dead worker's."""
        return call.worker == self._desk.worker or not self._workers.is_alive(call.worker)

    def _adopt(self, call: Call) -> None:
        self._others.pop(call.id, None)
        meters.calls_adopted_total.inc()
        if isinstance(call.state, Closed):
            self._desk.release(call)
            return
        driver = CallDriver(replace(call, worker=self._desk.worker), self._facts(call), self._desk, None)
        self._desk.take(driver)
        driver.deliver(ConnectionLost(f"worker {call.worker} died, {self._desk.worker} took over"))

    def _facts(self, call: Call) -> Facts:
        configuration = self._desk.current.configuration
        prices = configuration.prices_of(call.tenant)
        return Facts(configuration.settings, call.tenant, prices, call.caller, call.dialled, clock.now())
