"""The driver of one call: turns what happens into events, steps the call, carries its commands out.

A driver has no greenlet of its own. Whoever has news (the connection's reader, a reply of Redis, a timer, the switch's
own
connection) delivers it; events that come while one is being handled wait in the inbox, so a call is stepped by one at a
time and in order.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import gevent

from callcontrol.control import commands as do
from callcontrol.control import machine
from callcontrol.control.call import Call, Closed
from callcontrol.control.commands import Command
from callcontrol.control.events import ChannelsChecked, ConnectionLost, Event, FactsFound, RuleStored, TimerFired
from callcontrol.daemon.desk import Desk
from callcontrol.daemon.facts_finder import find_facts
from callcontrol.daemon.timers import Timer
from callcontrol.edges import clock, meters
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.routing.facts import Facts

log = logging.getLogger(__name__)

# More undelivered events than this means the call is being flooded; the rest is dropped and counted as a fault.
MAX_INBOX = 1_000


class Line(Protocol):
    """The caller's connection."""

    def carry_out(self, commands: Sequence[Command], call: Call) -> None:
        """Send what these commands mean to the switch. Raises nothing: what fails is delivered as an event."""
        ...

    def close(self) -> None:
        """The call is over: nothing more is read or sent."""
        ...


class CallDriver:
    """One call in progress."""

    __slots__ = ("_began", "_busy", "_inbox", "_timers", "call", "desk", "facts", "line")

    def __init__(self, call: Call, facts: Facts, desk: Desk, line: Line | None) -> None:
        self.call = call
        self.facts = facts
        self.desk = desk
        self.line = line
        self._inbox: deque[Event] = deque()
        self._busy = False
        self._timers: dict[str, Timer] = {}
        self._began: float | None = clock.monotonic()

    def begin(self) -> None:
        """Look up what the first decision needs."""
        self._find_facts(self.call.dialled)

    def deliver(self, event: Event) -> None:
        """Something happened. Safe from any greenlet."""
        if len(self._inbox) >= MAX_INBOX:
            log.error("call is flooded, event dropped: %s", type(event).__name__, extra={"call": self.call.id})
            return
        self._inbox.append(event)
        if not self._busy:
            self._drain()

    def _drain(self) -> None:
        self._busy = True
        try:
            while self._inbox:
                self._step(self._inbox.popleft())
        finally:
            self._busy = False

    def _step(self, event: Event) -> None:
        before = self.call
        self.facts = replace(self.facts, now=clock.now())
        self.call, commands = machine.step(before, event, self.facts)
        if self.call is not before and not isinstance(self.call.state, Closed):
            self.desk.calls.save(self.call)
        self._carry_out(commands)

    def _carry_out(self, commands: tuple[Command, ...]) -> None:
        outward: list[Command] = []
        for command in commands:
            match command:
                case do.StartTimer(name, after_s):
                    self._start_timer(name, after_s)
                case do.StopTimer(name):
                    self._stop_timer(name)
                case do.FindFacts(dialled):
                    self.facts = replace(self.facts, dialled=dialled, transferred=True, rules={})
                    self._find_facts(dialled)
                case do.StoreRule():
                    self._store_rule(command)
                case do.CheckChannels(legs):
                    gevent.spawn(self._check_channels, legs)
                case do.CloseBook():
                    self._close()
                case _:
                    outward.append(command)
        if outward:
            self._send(outward)

    def _send(self, commands: list[Command]) -> None:
        if self.line is None:
            return  # nobody's connection: the call is only watched to its end
        self.line.carry_out(commands, self.call)
        if self._began is not None:
            meters.decision_seconds.observe(clock.monotonic() - self._began)
            self._began = None

    def _find_facts(self, dialled: str) -> None:
        find_facts(self.desk, self.facts, self._facts_found)

    def _facts_found(self, facts: Facts) -> None:
        self.facts = facts
        self.deliver(FactsFound())

    def _store_rule(self, command: do.StoreRule) -> None:
        def stored(trouble: LiveStateError | None) -> None:
            self.deliver(RuleStored(str(trouble) if trouble else ""))

        self.desk.rules.store(self.call.tenant, command.extension, command.kind, command.rule, stored)

    def _check_channels(self, legs: tuple[str, ...]) -> None:
        self.deliver(ChannelsChecked(self.desk.switches.living(self.call.switch, legs)))

    def _start_timer(self, name: str, after_s: float) -> None:
        self._stop_timer(name)
        self._timers[name] = self.desk.timers.after(after_s, partial(self._timer_fired, name))

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _timer_fired(self, name: str) -> None:
        self._timers.pop(name, None)
        self.deliver(TimerFired(name))

    def _close(self) -> None:
        for name in tuple(self._timers):
            self._stop_timer(name)
        line, self.line = self.line, None
        if line is not None:
            line.close()
        self.desk.release(self.call)

    def connection_lost(self, reason: str) -> None:
        """The caller's connection is gone; after the call's end that is as it should be."""
        self.line = None
        if not isinstance(self.call.state, Closed):
            self.deliver(ConnectionLost(reason))
