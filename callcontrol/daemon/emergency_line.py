"""What emergency calls ask for besides their own legs, carried out."""

from __future__ import annotations

import logging
from collections.abc import Callable

from callcontrol.control import emergency_commands as in_need
from callcontrol.control.call import Call
from callcontrol.control.emergency_commands import EmergencyCommand
from callcontrol.control.events import Event, FactsFound
from callcontrol.control.trunk_events import GivesWay, RoomMade
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, emergency_meters
from callcontrol.kinds.targets.emergency.telling import new_telling, told_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call_back import ExpectedCallBack
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant

log = logging.getLogger(__name__)

Drive = Callable[[Call, Facts, WorkerContext, None], DrivenCall]


def carry_out(command: EmergencyCommand, call: Call, facts: Facts, shared: WorkerContext, drive: Drive) -> None:
    """Carry it out.

    Args:
        drive: makes the driver of another call.
    """
    match command:
        case in_need.ExpectCallBack(number, extension, for_s):
            until = Instant(clock.now() + for_s * SECOND_US)
            shared.call_backs.expect(ExpectedCallBack(number, call.tenant, extension, until))
        case in_need.TellOfEmergency(called, extension):
            emergency_meters.emergency_calls_total.labels(call.tenant).inc()
            log.warning("extension %s calls %s", extension or "(not known)", called, extra={"call": call.id})
            _tell(command, call, facts, shared, drive)
        case in_need.MakeRoom(trunk):
            _make_room(trunk, call.id, shared)


def _make_room(trunk: str, call_id: str, shared: WorkerContext) -> None:
    def deliver(to: str, event: Event) -> None:
        driver = shared.drivers.get(to)
        if driver is not None:
            driver.deliver(event)

    shared.capacity.make_room(
        trunk,
        lambda found: deliver(call_id, RoomMade(trunk, found)),
        lambda of, leg: deliver(of, GivesWay(leg)),
    )


def _tell(command: in_need.TellOfEmergency, call: Call, facts: Facts, shared: WorkerContext, drive: Drive) -> None:
    watchers = told_of(facts)
    if not watchers:
        return
    telling = new_telling(
        id_=clock.new_id(),
        switch=call.switch,
        worker=shared.worker,
        tenant=call.tenant,
        caller=call.caller,
        called=command.called,
        extension=command.extension,
        now=clock.now(),
    )
    places = shared.registrations.places(facts.tenant.domain, [a for name in watchers for a in facts.accounts(name)])
    driver = drive(telling, replace(facts, registered=places, unheard=shared.registrations.unheard()), shared, None)
    shared.take(driver)
    driver.deliver(FactsFound())
