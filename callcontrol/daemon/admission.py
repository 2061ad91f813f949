"""Legs that go out through trunks are sent once they have their channels there (`trunk_capacity`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, OriginateFailed
from callcontrol.control.trunk_events import LegNotSent
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import TRUNK_FULL

Dialling = do.Bridge | do.Originate


def admitted(
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
