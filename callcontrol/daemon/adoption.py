"""Adoption: the living workers take over the calls of a dead one. Each call goes to the first that asks, and goes on
where it stood.

A call that was over and not yet recorded is recorded now; doing so twice changes nothing. Calls of living workers are
left alone.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping

import gevent
from gevent.event import Event

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Closed, Deciding, Ending, Talking
from callcontrol.control.events import CallConnectionLost
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained, note_fault
from callcontrol.edges.live_state.calls import PAGE
from callcontrol.edges.live_state.failures import LiveStateError, StoreRefused
from callcontrol.edges.live_state.workers import Workers
from callcontrol.kinds import KINDS
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import Noted

log = logging.getLogger(__name__)

# Calls of numbers that lead nowhere belong to no tenant.
NOBODY = ""
# How often the owner of every call is checked, not only the calls of workers that are known to be dead (seconds).
SWEEP_S = 30.0
# A worker that may still run has so long to hear that its calls are taken over (seconds). A switch that cannot tell it
# by then cannot be commanded by it either.
TOLD_S = 0.5


class Adoption:
    """Looks for orphans.

    Args:
        chance: spreads a dead worker's calls over those who ask at the same time.
        sweep_s: see SWEEP_S.
    """

    def __init__(
        self, shared: WorkerContext, workers: Workers, chance: random.Random, sweep_s: float = SWEEP_S
    ) -> None:
        self._shared = shared
        self._workers = workers
        self._chance = chance
        self._sweep_s = sweep_s
        self._next_sweep = float("-inf")
        # by dead worker: how many of its calls we cannot read, for a later version of the program saved them
        self._unreadable: defaultdict[str, int] = defaultdict(int)

    def look(self) -> int:
        """Take over orphans; returns how many.

        A failure with one tenant does not stop the others. A dead worker is forgotten when all tenants were looked at.
        A dead worker whose calls a later version of the program saved is left to the workers of that version: until the
        next sweep it is not looked at again, and only they forget it.

        Raises:
            LiveStateError: Redis, or the part of it that has some tenant, is away; try again later.
        """
        is_due = clock.monotonic() >= self._next_sweep
        if is_due:
            self._unreadable.clear()
        dead = [worker for worker in self._workers.dead() if worker not in self._unreadable]
        if not dead and not is_due:
            return 0
        adopted, trouble = self._look_at_all(dead, is_due)
        if trouble is not None:
            raise trouble
        meters.calls_unreadable.set(sum(self._unreadable.values()))
        for worker in dead:
            if worker not in self._unreadable:
                self._workers.bury(worker)
        if is_due:
            self._next_sweep = clock.monotonic() + self._sweep_s
        return adopted

    def _look_at_all(self, dead: list[str], sweep: bool) -> tuple[int, LiveStateError | None]:
        adopted, trouble = 0, None
        for tenant in self._tenants():
            try:
                adopted += self._look_at(tenant, dead, sweep)
            except LiveStateError as error:
                trouble = error
            except Exception as error:
                note_fault("adoption", "calls of a tenant could not be taken over", error, tenant=tenant)
                trouble = StoreRefused(f"the calls of tenant {tenant} cannot be looked at: {error}")
        return adopted, trouble

    def verify(self) -> None:
        """Our lease had lapsed: give up calls that others have taken over, then go on with ours.

        Raises:
            LiveStateError: Redis is away; try again.
        """
        ours: defaultdict[str, list[str]] = defaultdict(list)
        for call_id, driver in self._shared.drivers.items():
            ours[driver.call.tenant].append(call_id)
        for tenant, ids in ours.items():
            owners = self._shared.calls.owners_of(tenant, ids)
            for call_id, owner in owners.items():
                if owner != self._shared.worker:
                    self._shared.refused(tenant, call_id)
        self._workers.confirmed()

    def _tenants(self) -> tuple[str, ...]:
        """The tenants of the configuration, and those that were in it: they may have left calls."""
        configured = self._shared.current.configuration.settings.tenants
        return (*sorted({*configured, *self._shared.calls.tenants(configured)}), NOBODY)

    def _look_at(self, tenant: str, dead: list[str], sweep: bool) -> int:
        owners = self._shared.calls.owners(tenant)
        if sweep:
            self._save_forgotten(tenant, owners)
        gone = {*dead, *(self._silent(owners) if sweep else ())}
        return sum(self._adopt_from(tenant, worker, owners) for worker in sorted(gone))

    def _save_forgotten(self, tenant: str, owners: Mapping[str, str]) -> None:
        """Save calls of ours again that the live state has lost (it was restarted)."""
        for call in [driver.call for driver in self._shared.drivers.values()]:
            if call.tenant == tenant and call.id not in owners and not isinstance(call.state, Deciding):
                self._shared.calls.save(call)

    def _silent(self, owners: Mapping[str, str]) -> set[str]:
        """Owners whose calls are adopted: dead workers, "" (no owner), and this worker if a call has no driver."""
        return {worker for worker in set(owners.values()) if self._is_silent(worker)}

    def _is_silent(self, worker: str) -> bool:
        return worker in ("", self._shared.worker) or not self._workers.is_alive(worker)

    def _adopt_from(self, tenant: str, worker: str, owners: Mapping[str, str]) -> int:
        ids = [call_id for call_id, owner in owners.items() if owner == worker and not self._is_in_hand(call_id)]
        self._chance.shuffle(ids)
        heard = self._workers.heard(worker) if ids else {}
        adopted = 0

        def left(_call_id: str) -> None:
            self._unreadable[worker] += 1

        for first in range(0, len(ids), PAGE):
            page = [call_id for call_id in ids[first : first + PAGE] if not self._is_in_hand(call_id)]
            taken = self._shared.calls.take(tenant, page, self._shared.worker, worker, left)
            told = self._announce(taken)
            if told and self._workers.may_run(worker):
                gevent.wait(told, timeout=TOLD_S)
            for call in taken:
                self._adopt(call, heard.get(call.switch))
            adopted += len(taken)
        if adopted:
            log.warning("%d calls of worker %s are taken over", adopted, worker or "(none)", extra={"tenant": tenant})
        return adopted

    def _announce(self, calls: Iterable[Call]) -> list[Event]:
        """The worker that had them may run on, cut off from Redis, and hear only the switches: when it has been told it
        lets go of them, and before that nothing is done with them here.
        """
        by_switch: defaultdict[str, list[str]] = defaultdict(list)
        for call in calls:
            by_switch[call.switch].append(call.id)
        announce = self._shared.switches.announce
        return [announce(switch, self._shared.worker, tuple(ids), arrived=False) for switch, ids in by_switch.items()]

    def _is_in_hand(self, call_id: str) -> bool:
        if call_id in self._shared.drivers or call_id in self._shared.closing:
            return True
        # the worker to which it was passed on while Redis was away is about to say so there
        taker = self._shared.passing.taker_of(call_id)
        return bool(taker) and self._workers.is_alive(taker)

    def _adopt(self, call: Call, heard: Instant | None) -> None:
        meters.calls_adopted_total.inc()
        with contained("adoption", "a call could not be taken over", call=call.id):
            adopt(self._shared, call, heard, f"worker {call.worker} died, {self._shared.worker} took over")


def adopt(shared: WorkerContext, call: Call, heard: Instant | None = None, lost: str = "") -> CallDriver | None:
    """A driver for a call that was taken over; None if the call was over already: it is recorded now.

    Args:
        heard: until when its worker heard every leg's end on the call's switch; None: not known.
        lost: why no worker directs its channel; "": the channel has come to this one. It is told before the ends of
            legs that were missed: what follows from these could not be done.
    """
    call = call.heard_until(heard).taken_by(shared.worker, clock.new_nonce())
    if call.tenant and call.tenant not in shared.current.configuration.settings.tenants:
        driver = _wind_up(shared, call)
        if driver is not None and lost:
            driver.deliver(CallConnectionLost(lost))
        return driver
    if isinstance(call.state, Closed):
        shared.release(call)
        return None
    driver = CallDriver(call, _facts(shared, call), shared, None)
    shared.take(driver)
    missed = tuple(shared.missed(call))
    if lost:
        driver.deliver(CallConnectionLost(lost))
    for end in missed:
        driver.deliver(end)
    return driver


def _wind_up(shared: WorkerContext, call: Call) -> CallDriver | None:
    """A call of a tenant that is no more: its next step is unknown, for the settings went with the tenant. A
    conversation is watched to its end. Any other caller hears from the dialplan that the call is not possible, what was
    rung for them is ended, and a place in a queue is given up. Each is recorded.
    """
    if isinstance(call.state, Closed):
        shared.release(call)
        return None
    talks = isinstance(call.state, Talking | Ending)
    noted = call.noting(Noted(clock.now(), f"tenant {call.tenant} is not configured any more"))
    driver = CallDriver(replace(noted, state=Ending(), serving=None), _facts(shared, call), shared, None)
    shared.take(driver)
    if not talks and not call.promised:
        shared.queue_store.leave(call.tenant, call.ticket, Leaving.FAILED)
    for leg in () if talks else call.open_legs:
        is_led = leg == call.led
        kill = do.KillLeg(leg, "NORMAL_TEMPORARY_FAILURE")
        shared.legs.carry_out(do.BringBack(refused=True) if is_led else kill, driver)
    return driver


def _facts(shared: WorkerContext, call: Call) -> Facts:
    configuration = shared.current.configuration
    prices = configuration.prices_of(call.tenant)
    return Facts(
        settings=configuration.settings,
        kinds=KINDS,
        tenant_name=call.tenant,
        prices=prices,
        caller=call.led_party,
        dialled=call.destination,
        now=clock.now(),
        transferred=call.transfer is not None,
        transferred_by=call.transfer.by if call.transfer is not None else "",
    )
