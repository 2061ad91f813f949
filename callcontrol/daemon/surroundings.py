"""What the calls of a worker reach, as they see it: where records and media go, switches, legs, clocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gevent.event import Event

from callcontrol.billing.record import RatedRecord
from callcontrol.control.events import AloneChecked
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.leg_line import LegCommand
from callcontrol.daemon.timers import Timer
from callcontrol.edges.freeswitch.worker_events import WorkerEvent
from callcontrol.vocabulary.media_notes import MediaNote
from callcontrol.vocabulary.moment import Instant


class Records(Protocol):
    """Where finished calls go."""

    def put(self, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        """Keep the record; `on_durable` is called once it survives a kill -9.

        Raises:
            SpoolFull, SpoolClosed: it was not taken; the call has to be kept.
        """
        ...

    def put_aside(self, call: bytes, reason: str) -> None:
        """Keep a call (as `codec` writes it) of which no record can be made, for a person to look at.

        Raises:
            RejectedFull, OSError: it was not taken; the call has to be kept.
        """
        ...


class MediaNotes(Protocol):
    """Where changes of media go."""

    def note(self, note: MediaNote) -> None:
        """Keep the change; raises nothing."""
        ...


class Switches(Protocol):
    """What a driver asks of a switch besides its own call's connection."""

    def living(
        self, switch: str, channels: tuple[str, ...], on_answer: Callable[[frozenset[str] | None], object]
    ) -> None:
        """Which of these channels live; None if the switch cannot be asked."""
        ...

    def alone(self, switch: str, channel: str, on_answer: Callable[[AloneChecked], object]) -> None:
        """Whether a channel lives and is bridged to none, or with which other one it is joined."""
        ...

    def gap(self, switch: str) -> Instant | None:
        """Since when something that the switch told may have been missed; None: nothing was."""
        ...

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        """Say over the switch, not over Redis, that this worker has these calls now. Returns at once; the event is set
        when every worker that hears the switch has been told.
        """
        ...

    def say(self, switch: str, said: WorkerEvent) -> bool:
        """Say it over the switch to all workers; whether the switch was told."""
        ...


class Legs(Protocol):
    """Carries out leg commands of calls."""

    def carry_out(self, command: LegCommand, driver: DrivenCall) -> None:
        """Carry it out; the result is delivered to the driver."""


class Clocks(Protocol):
    """Timers of calls."""

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        """Call `then` after so many seconds."""
