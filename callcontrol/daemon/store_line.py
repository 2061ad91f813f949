"""What calls store for good in the live state, carried out once the switch has confirmed the call; and what they ask of
conference rooms.
"""

from __future__ import annotations

from functools import partial

from callcontrol.control import commands as do
from callcontrol.control.events import Stored
from callcontrol.control.room_commands import RoomCommand
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges.live_state.failures import LiveStateError

StoreCommand = do.StoreRule | do.RememberLanguage | do.StoreOverride | RoomCommand


def carry_out(command: StoreCommand, driver: DrivenCall, shared: WorkerContext) -> None:
    """Carry it out; the answer, where the call awaits one, is delivered to the driver."""
    if isinstance(command, RoomCommand):
        return shared.rooms.carry_out(command, driver)
    tenant = driver.call.tenant

    def stored(trouble: LiveStateError | None) -> None:
        driver.deliver(Stored(str(trouble) if trouble else ""))

    match command:
        case do.StoreRule(extension, rules):
            store = partial(shared.rules.store, tenant, extension, rules, stored)
        case do.RememberLanguage(number, language, days):
            store = partial(shared.languages.remember, tenant, number, language, days)
        case do.StoreOverride(of, override):
            store = partial(shared.overrides.store, tenant, of, override, stored)
    driver.when_confirmed(store)
