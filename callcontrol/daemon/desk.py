"""The desk: everything the drivers of one worker share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.control.call import Call
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.leg_line import LegLine
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.timers import Timers
from callcontrol.edges import meters
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.spool import SpoolClosed, SpoolFull

if TYPE_CHECKING:
    from callcontrol.daemon.call_driver import CallDriver

log = logging.getLogger(__name__)


class Records(Protocol):
    """Where finished calls go."""

    def put(self, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        """Keep the record; `on_durable` is called once it survives a kill -9.

        Raises:
            SpoolFull, SpoolClosed: it was not taken; the call has to be kept.
        """
        ...


class Switches(Protocol):
    """What a driver asks of a switch besides its own call's connection."""

    def living(self, switch: str, channels: tuple[str, ...]) -> frozenset[str] | None:
        """Which of these channels live; None if the switch cannot be asked."""
        ...


@dataclass(slots=True)
class Desk:
    """Shared by all calls of a worker.

    Attributes:
        drivers: the calls in progress, by id (the uuid of the caller's channel).
    """

    worker: str
    current: Current
    rules: RuleStore
    calls: CallStore
    registrations: Registrations
    records: Records
    switches: Switches
    legs: LegLine
    queue_store: QueueStore
    queues: QueueLine
    timers: Timers
    drivers: dict[str, CallDriver] = field(default_factory=dict)

    def take(self, driver: CallDriver) -> None:
        """A call begins (or is taken over)."""
        self.drivers[driver.call.id] = driver
        meters.calls_in_progress.set(len(self.drivers))

    def release(self, call: Call) -> None:
        """A call is over: its record goes to disk, and only then it is forgotten in Redis."""
        self.drivers.pop(call.id, None)
        meters.calls_in_progress.set(len(self.drivers))
        rated = rate_record(fold(call.trail), self.current.configuration.tariffs.get(call.tenant))
        try:
            self.records.put(rated, lambda: self.calls.forget(call))
        except (SpoolFull, SpoolClosed) as error:
            # Redis keeps the call with its trail; adoption offers it again.
            log.error("the record has to wait in Redis: %s", error, extra={"call": call.id})
            self.calls.save(call)
            return
        _count(rated)
        _tell(rated.call)


def _count(rated: RatedRecord) -> None:
    record = rated.call
    meters.unrated_total.labels(record.tenant).inc(sum(charge.amount is None for charge in rated.charges))
    meters.calls_total.labels(record.tenant, record.outcome.value).inc()
    for leg in record.legs:
        if leg.address and leg.leg_id != record.call_id:
            meters.legs_total.labels(leg.trunk, leg.cause).inc()
        if leg.estimated:
            meters.legs_estimated_total.inc()


def _tell(record: CallRecord) -> None:
    log.info(
        "call ended: %s",
        record.outcome.value,
        extra={"call": record.call_id, "tenant": record.tenant, "answered_by": record.answered_by},
    )
