"""A call in progress as the other parts of a worker see it. `call_driver.CallDriver` is the one that exists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.events import Event, Rearrived
from callcontrol.daemon.confirmation import Confirmation
from callcontrol.routing.facts import Facts


class Line(Protocol):
    """The caller's connection.

    Attributes:
        since: when the switch handed the channel over on it, by the switch's clock (microseconds; 0: it does not say).
    """

    since: int

    def carry_out(self, commands: Sequence[Command], call: Call) -> None:
        """Send what these commands mean to the switch. Raises nothing: what fails is delivered as an event."""
        ...

    def close(self) -> None:
        """The call is over: nothing more is read or sent."""
        ...


class DrivenCall(Protocol):
    """A call, and what can be told to it and asked of it.

    Attributes:
        call: as it stands now.
        facts: what its latest decision rests on.
        core: the Core-UUID of the switch when it handed the call over to this worker, "" if it never did.
        line: the caller's connection, None if this worker does not have it.
        confirmation: of a channel that was handed over to this worker, None for any other.
    """

    call: Call
    facts: Facts
    core: str
    line: Line | None
    confirmation: Confirmation | None

    def deliver(self, event: Event) -> None:
        """Something happened. Safe from any greenlet."""

    def failed(self, what: str, error: Exception) -> None:
        """A fault of ours while something was done for this call: the call ends, and its record is written."""

    def when_confirmed(self, store: Callable[[], None], *, over: bool = False) -> None:
        """Call `store` once the switch has confirmed the call; at once if it needs no confirmation.

        `over`: also where the call is over by then.
        """

    def come_back(self, event: Rearrived) -> None:
        """The caller's channel has come back to this worker."""

    def resume(self) -> None:
        """The call is known to be this worker's: events that waited are handled."""

    def lose(self, arrived: bool) -> None:
        """Another worker has the call; `arrived`: its channel came to that worker through the dialplan."""

    def hand_over(self) -> None:
        """This worker ends: the call stays in Redis as it is, and its connection closes."""

    def connection_lost(self, reason: str) -> None:
        """The caller's connection is gone."""
