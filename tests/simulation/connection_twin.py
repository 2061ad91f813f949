"""The caller's connection in virtual time: `ConnectionTwin` is what a switch hands over, `LineTwin` the driver's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.events import Event
from callcontrol.edges.freeswitch.commands import Api, Command
from tests.simulation.agenda import Stream
from tests.simulation.channel import Channel
from tests.simulation.process import Process

if TYPE_CHECKING:
    from callcontrol.daemon.call_driver import CallDriver
    from tests.simulation.switch_callers import SwitchCallers

# Either an event, or the reason why the connection is gone.
Brought = Event | str


class ConnectionTwin:
    """One `socket` of one channel.

    Attributes:
        taken: whether the worker has taken the dead-man back.
        is_open: whether both sides still have it.
    """

    def __init__(self, switch: SwitchCallers, channel: Channel) -> None:
        self.switch = switch
        self.channel = channel
        self.data: Mapping[str, str] = dict(switch.data_of(channel))
        self.taken = False
        self.is_open = True
        self.process: Process | None = None
        self._events = Stream(switch.agenda, switch.tell_delay)
        self._orders = Stream(switch.agenda, switch.hear_delay)
        self._hear: Callable[[Brought], None] = lambda brought: None

    def belongs_to(self, process: Process) -> None:
        """Give the connection to a worker; it ends with the worker."""
        self.process = process
        process.on_death.append(self._worker_gone)

    def _worker_gone(self) -> None:
        self.is_open = False
        self.switch.agenda.after(0.001, lambda: self.switch.lose_control(self.channel, self))

    # --- the worker's side

    def handle(self, hear: Callable[[Brought], None]) -> None:
        """Set the receiver of what the connection brings."""
        self._hear = hear

    def send(self, *commands: Command) -> None:
        """The first commands; only those with an effect elsewhere matter here."""
        assert self.process is not None
        self.process.command()
        self._orders.send(lambda: self._opened(commands))

    def _opened(self, commands: Sequence[Command]) -> None:
        if not self.channel.lives or not self.is_open:
            return
        if not self.taken:
            self.taken = True
            self.switch.watcher.arrived(self.channel)
        for command in commands:
            words = command.command.split() if isinstance(command, Api) else []
            if words[:1] == ["uuid_setvar_multi"]:
                values = dict(pair.split("=") for pair in words[2].split(";"))
                self.channel.variables |= {f"variable_{name}": value for name, value in values.items()}
                self.channel.tenant = values.get("cc_tenant", self.channel.tenant)

    def carry_out(self, command: do.Command) -> None:
        """A command of control."""
        assert self.process is not None
        self.process.command()
        if self.is_open:
            self._orders.send(lambda: self._ordered(command))

    def _ordered(self, command: do.Command) -> None:
        if self.switch.channels.get(self.channel.id) is self.channel:
            self.switch.order(self, command)

    def close(self) -> None:
        """The worker closes it."""
        if self.is_open:
            self.is_open = False
            self._orders.send(lambda: self.switch.lose_control(self.channel, self))

    def leave(self) -> None:
        """The worker gives the call back: the dialplan goes on."""
        self.close()

    # --- the switch's side

    def tell(self, event: Event) -> None:
        """An event of the channel."""
        if self.is_open:
            self._events.send(lambda: self._bring(event))

    def part(self, reason: str) -> None:
        """The switch closes it."""
        if self.is_open:
            self._events.send(lambda: self._parted(reason))

    def _parted(self, reason: str) -> None:
        if self.is_open:
            self.is_open = False
            self._bring(reason)

    def _bring(self, brought: Brought) -> None:
        if self.process is not None:
            self.process.call(lambda: self._hear(brought))


class LineTwin:
    """The twin of `daemon/call_line.py`: the same rules, without the switch's language in between."""

    def __init__(self, connection: ConnectionTwin, switch: str, profile: str) -> None:
        self._connection = connection
        self.since = int(connection.data["Event-Date-Timestamp"])
        self._driver: CallDriver | None = None
        self._early: list[Brought] = []

    def hold(self) -> None:
        """Keep what the connection brings until it is known which driver it is for."""
        self._connection.handle(self._early.append)

    def serve(self, driver: CallDriver) -> None:
        """Hand what the connection brings to this driver from now on."""
        self._driver = driver
        self._connection.handle(self._on)
        early, self._early = self._early, []
        for one in early:
            self._on(one)

    def carry_out(self, commands: Sequence[do.Command], call: Call) -> None:
        """Send what these commands mean."""
        for command in commands:
            self._connection.carry_out(command)

    def close(self) -> None:
        """The call is over on both sides."""
        self._connection.close()

    def _on(self, brought: Brought) -> None:
        driver = self._driver
        if driver is None or driver.line is not self:
            return
        if isinstance(brought, str):
            driver.connection_lost(brought)
        else:
            driver.deliver(brought)
