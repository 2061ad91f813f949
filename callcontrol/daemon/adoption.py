"""Adoption: calls that were in progress when a worker died are watched to their end, so that each leg gets its record.

A call whose book was already closed but not yet written is written now; writing it twice changes nothing.
"""

from __future__ import annotations

import logging

from callcontrol.control.call import Call, Closed
from callcontrol.control.events import ConnectionLost
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.desk import Desk
from callcontrol.edges import clock, meters
from callcontrol.routing.facts import Facts

log = logging.getLogger(__name__)

# Calls of numbers that lead nowhere belong to no tenant.
NOBODY = ""


def adopt_all(desk: Desk) -> int:
    """Take over every saved call; returns how many.

    Raises:
        LiveStateError: Redis is away; try again later.
    """
    adopted = 0
    for tenant in (*desk.current.configuration.settings.tenants, NOBODY):
        for call in desk.calls.saved(tenant):
            if call.id not in desk.drivers:
                _adopt(call, desk)
                adopted += 1
    if adopted:
        log.warning("%d calls were in progress when a worker died; they are watched to their end", adopted)
    return adopted


def _adopt(call: Call, desk: Desk) -> None:
    meters.calls_adopted_total.inc()
    if isinstance(call.state, Closed):
        desk.release(call)
        return
    driver = CallDriver(call, _facts(call, desk), desk, None)
    desk.take(driver)
    driver.deliver(ConnectionLost(f"worker {call.worker} died, {desk.worker} took over"))


def _facts(call: Call, desk: Desk) -> Facts:
    configuration = desk.current.configuration
    prices = configuration.prices_of(call.tenant)
    return Facts(configuration.settings, call.tenant, prices, call.caller, call.dialled, clock.now())
