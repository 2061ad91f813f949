"""A worker's connection to one switch in virtual time: what it loses, delays or repeats, and when it breaks."""

from __future__ import annotations

import random
from collections.abc import Callable

from callcontrol.edges.freeswitch.failures import ConnectionLost
from callcontrol.edges.freeswitch.pacing import CommandPacing
from callcontrol.edges.freeswitch.replies import Reply
from callcontrol.edges.freeswitch.switch_connection import LinkLimits
from callcontrol.edges.freeswitch.wire import Frame
from tests.simulation.agenda import Stream
from tests.simulation.faults import Faults
from tests.simulation.process import Process
from tests.simulation.switch_twin import SwitchTwin

LATE_S = 5.0
SLOW_S = 3.0


class LinkTwin:
    """The connection to one switch.

    Attributes:
        jobs: what ends with the connection.
        pacing: how fast the switch answers, and how many originates it is given at once.
        connection: which connection this is; what an earlier one had under way never arrives.
        up_since_s: since when it stands.
    """

    def __init__(self, switch: SwitchTwin, process: Process, chance: random.Random, faults: Faults) -> None:
        self.switch = switch
        self.is_up = switch.is_up
        self.core = switch.core
        self.lost = self.repeated = self.late = self.slow = self.failed = 0
        self._process = process
        self._chance = chance
        self._faults = faults
        self._events = Stream(switch.agenda, switch.tell_delay)
        self._orders = Stream(switch.agenda, switch.hear_delay)
        self.jobs: dict[int, Callable[[], None]] = {}
        self.pacing = CommandPacing(switch.name, LinkLimits().jobs)
        self.connection = 1
        self.up_since_s = switch.agenda.now_s

    def cut(self) -> None:
        """The connection is gone, whether or not the switch is."""
        self.is_up = False
        self.connection += 1
        self.pacing.connection_lost()
        jobs, self.jobs = self.jobs, {}
        for lost in jobs.values():
            self._process.call(lost)

    def heard(self, tell: Callable[[], None]) -> None:
        """The switch tells something; it may be lost, told twice or late."""
        faults, said = self._faults, self._chance.random()
        if not self.is_up:
            return
        if said < faults.event_lost:
            self.lost += 1
            return
        if said < faults.event_lost + faults.event_late:
            self.late += 1
            self._process.after(self._chance.uniform(0, LATE_S), tell)
            return
        self.answer(tell)
        if said > 1 - faults.event_repeated:
            self.repeated += 1
            self.answer(tell)

    def order(self, carry_out: Callable[[], None], refuse: Callable[[], None]) -> None:
        """Ask the switch; a command may be slow, or be answered with an error."""
        faults, said, core, connection = self._faults, self._chance.random(), self.core, self.connection

        def arrived() -> None:
            # Of what was under way when the connection broke, some has arrived all the same.
            is_cut = connection != self.connection and self._chance.random() < 0.5
            if self.switch.is_up and self.switch.core == core and not is_cut:
                carry_out()

        if said < faults.command_failed:
            self.failed += 1
            self._orders.send(refuse)
        elif said < faults.command_failed + faults.command_slow:
            self.slow += 1
            self.switch.agenda.after(self._chance.uniform(0, SLOW_S), arrived)
        else:
            self._orders.send(arrived)

    def ask(self, command: str, on_reply: Callable[[Reply], object]) -> None:
        """What a channel's variable is (`uuid_getvar`), or something about a conference room."""

        def look() -> None:
            said = self._variable(command) if command.startswith("uuid_getvar ") else self.switch.mixers.ask(command)
            reply = Reply(Frame("api/response", b"", said.encode()))

            def tell() -> None:
                on_reply(reply)

            self.answer(tell)

        if not self.is_up:
            raise ConnectionLost(why=f"the link to switch {self.switch.name} is down")
        self.order(look, lambda: None)

    def _variable(self, command: str) -> str:
        _, id_, name = command.split()
        channel = self.switch.channels.get(id_)
        return "-ERR No such channel!" if channel is None else channel.variables.get(f"variable_{name}", "_undef_")

    def answer(self, tell: Callable[[], None]) -> None:
        """The switch tells something, or answers, over the connection as it is now."""
        connection = self.connection

        def arrived() -> None:
            if connection == self.connection:
                self._process.call(tell)

        self._events.send(arrived)
