"""Legs that go outside are sent once they are counted for who pays (`payer_counts`) and have their channels at the
trunks (`trunk_capacity`). Both are asked at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, OriginateFailed
from callcontrol.control.limit_events import LimitsReached
from callcontrol.control.trunk_events import LegNotSent
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.payer_counts import PayerCounts
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.counters import Reached
from callcontrol.vocabulary.outcome import LIMIT_REACHED, TRUNK_FULL

Dialling = do.Bridge | do.Originate


class Counts(Protocol):
    """Where legs are counted."""

    @property
    def capacity(self) -> TrunkCapacity:
        """Channels of trunks."""
        ...

    @property
    def counts(self) -> PayerCounts:
        """Limits of payers."""
        ...


class _Admission:
    """Legs of one command that wait to be counted."""

    def __init__(self, command: Dialling, driver: DrivenCall, send: Callable[[Dialling], None]) -> None:
        self._command, self._driver, self._send = command, driver, send
        self._reached: Mapping[str, Reached] | None = None
        self._full: Mapping[str, str] | None = None

    def counted(self, reached: Mapping[str, Reached]) -> None:
        self._reached = reached
        self._go_on()

    def have_channels(self, _legs: tuple[tuple[str, LegPlan], ...], full: Mapping[str, str]) -> None:
        self._full = full
        self._go_on()

    def _go_on(self) -> None:
        """It is known which legs may go out. The call may have changed meanwhile: then none of them does."""
        reached, full = self._reached, self._full
        if reached is None or full is None:
            return
        driver, command = self._driver, self._command
        full = {leg: why for leg, why in full.items() if leg not in reached}
        for leg, why in full.items():
            driver.deliver(LegNotSent(leg, TRUNK_FULL, why))
        left = tuple(one for one in command.legs if one[0] not in reached and one[0] not in full)
        cause = "" if left else TRUNK_FULL if full else LIMIT_REACHED
        if reached:
            driver.deliver(LimitsReached(command, reached, cause))
        if any(leg in driver.call.state.being_rung and driver.call.is_open(leg) for leg, _ in left):
            self._send(command if len(left) == len(command.legs) else replace(command, legs=left))
        elif left or not reached:
            self._none_goes_out(left)

    def _none_goes_out(self, left: tuple[tuple[str, LegPlan], ...]) -> None:
        driver, command = self._driver, self._command
        for leg, _ in left:
            driver.deliver(LegNotSent(leg, ""))
        if isinstance(command, do.Bridge):
            driver.deliver(AppEnded(command.app_id, TRUNK_FULL))
        else:
            driver.deliver(OriginateFailed(tuple(leg for leg, _ in command.legs), TRUNK_FULL, sent=False))


def admit(
    command: Dialling, driver: DrivenCall, facts: Facts, shared: Counts, send: Callable[[Dialling], None]
) -> None:
    """Send it once its legs are counted and have their channels."""
    admission = _Admission(command, driver, send)
    shared.counts.admit(command.legs, driver.call, facts, admission.counted)
    shared.capacity.admit(command, driver.call, facts.settings, admission.have_channels)
