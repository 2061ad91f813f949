"""Legs that go out through trunks are sent once they have their channels there (`trunk_capacity`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from callcontrol.config.settings import Settings
from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, OriginateFailed
from callcontrol.control.trunk_events import LegNotSent
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import TRUNK_FULL

Dialling = do.Bridge | do.Originate


def admit(
    command: Dialling, driver: DrivenCall, capacity: TrunkCapacity, settings: Settings, send: Callable[[Dialling], None]
) -> None:
    """Send it once its legs have their channels."""
    capacity.admit(command, driver.call, settings, partial(_admitted, command, driver=driver, send=send))


def _admitted(
    command: Dialling,
    legs: tuple[tuple[str, LegPlan], ...],
    refused: Mapping[str, str],
    driver: DrivenCall,
    send: Callable[[Dialling], None],
) -> None:
    """It is known which legs may go out. The call may have changed meanwhile: then none of them does."""
    for leg, why in refused.items():
        driver.deliver(LegNotSent(leg, TRUNK_FULL, why))
    wanted = [leg for leg, _ in legs if leg in driver.call.state.being_rung and driver.call.is_open(leg)]
    if wanted:
        send(command if not refused else replace(command, legs=legs))
        return
    for leg, _ in legs:
        driver.deliver(LegNotSent(leg, ""))
    if isinstance(command, do.Bridge):
        driver.deliver(AppEnded(command.app_id, TRUNK_FULL))
    else:
        driver.deliver(OriginateFailed(tuple(leg for leg, _ in command.legs), TRUNK_FULL, sent=False))
