"""A process: it runs, is stopped (SIGSTOP), or is gone. It can be killed before any command."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.daemon.timers import Timer
from tests.simulation.agenda import Agenda
from tests.simulation.host import Host


class Killed(BaseException):
    """The process ends at this instruction. The program under test does not catch it."""


class Process:
    """One process.

    Attributes:
        name: its name.
        host: its host, None if that makes no difference.
        commands: the number of commands it has sent.
    """

    def __init__(self, agenda: Agenda, name: str, host: Host | None = None) -> None:
        self.name = name
        self.host = host
        self.agenda = agenda
        self.alive = True
        self.stopped = False
        self.commands = 0
        self.on_death: list[Callable[[], None]] = []
        self._kill_at: int | None = None
        self._backlog: list[Callable[[], None]] = []

    @property
    def runs(self) -> bool:
        """Whether it runs now."""
        return self.alive and not self.stopped

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        """One of its timers."""
        return self.agenda.after(seconds, lambda: self.call(then))

    def call(self, then: Callable[[], None]) -> None:
        """Deliver something: now, when the process goes on, or never."""
        if self.stopped:
            self._backlog.append(then)
        elif self.alive:
            before, self.agenda.host = self.agenda.host, self.host
            try:
                then()
            except Killed:
                self.die()
            finally:
                self.agenda.host = before

    def command(self) -> None:
        """It is about to give a command."""
        self.commands += 1
        if not self.alive or (self._kill_at is not None and self.commands >= self._kill_at):
            raise Killed(self.name)

    def kill_after(self, commands: int) -> None:
        """Kill it before it gives this many commands."""
        self._kill_at = self.commands + commands

    def die(self) -> None:
        """kill -9, or the end."""
        if not self.alive:
            return
        self.alive = self.stopped = False
        self._backlog.clear()
        for told in self.on_death:
            told()

    def stop(self) -> None:
        """SIGSTOP."""
        self.stopped = self.alive

    def go_on(self) -> None:
        """SIGCONT: everything that has reached it meanwhile comes at once, in its order."""
        if not self.stopped:
            return
        self.stopped = False
        backlog, self._backlog = self._backlog, []
        for then in backlog:
            self.call(then)
