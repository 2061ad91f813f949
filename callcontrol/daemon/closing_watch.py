"""The opening hours under which calls of this worker stand (`State.under_hours`): they are told when these are over.

It is said again as long as they are: so it reaches calls that are taken over, and what moves the end of the hours (a
reload, an override) counts at once.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

import gevent

from callcontrol.config.settings import Tenant
from callcontrol.control.events import HoursOver
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.routing.opening_hours import state_at, told_of
from callcontrol.vocabulary.override import Overrides

log = logging.getLogger(__name__)

# How often it is looked whether a queue in which callers wait is open (seconds).
LOOK_S = 1.0


class ClosingWatch:
    """Looks at the opening hours of calls that wait."""

    def __init__(self, shared: WorkerContext) -> None:
        self._shared = shared

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            gevent.sleep(clock.until_tick(LOOK_S))
            with contained("loop", "the hours of waiting calls could not be looked at"):
                self.look()

    def look(self) -> None:
        """Tell each call that waits under opening hours that are over."""
        under: defaultdict[str, defaultdict[str, list[DrivenCall]]] = defaultdict(lambda: defaultdict(list))
        tenants = self._shared.current.configuration.settings.tenants
        for call_id in self._shared.of_queues:
            driver = self._shared.drivers[call_id]
            tenant = tenants.get(driver.call.tenant)
            hours = driver.call.state.under_hours(tenant) if tenant is not None else None
            if hours is not None:
                under[driver.call.tenant][hours].append(driver)
        for name, drivers in under.items():
            with contained("queue", "opening hours could not be looked at", tenant=name):
                self._shared.overrides.look_up(name, partial(_tell, tenants[name], drivers))


def _tell(
    tenant: Tenant, calls: Mapping[str, Sequence[DrivenCall]], overrides: Overrides, _trouble: LiveStateError | None
) -> None:
    """With Redis away what was set by hand last counts."""
    for hours, drivers in calls.items():
        now = state_at(tenant, hours, clock.now(), overrides)
        if now is None or now.open:
            continue
        why = told_of(now, tenant.hours[hours].schedule.zone)
        for driver in drivers:
            driver.deliver(HoursOver(why))
