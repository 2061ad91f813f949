"""The driver of one call: turns what happens into events, steps the call, carries its commands out.

A driver has no greenlet of its own. The source of an event (the connection's reader, a reply of Redis, a timer, the
switch's own connection) delivers it; events that come while one is being handled wait in the inbox, so a call is
stepped by one at a time and in order.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from callcontrol.control import commands as do
from callcontrol.control import ending, keys_ahead, machine, uncontrolled
from callcontrol.control import transfer_commands as move
from callcontrol.control.box_commands import BoxCommand
from callcontrol.control.call import Call, Closed, Deciding
from callcontrol.control.commands import Command
from callcontrol.control.credit_commands import CreditCommand
from callcontrol.control.emergency_commands import EmergencyCommand
from callcontrol.control.events import (
    CallConnectionLost,
    ChannelsChecked,
    Event,
    FactsFound,
    KeyPressed,
    Rearrived,
    Stored,
    TimerFired,
)
from callcontrol.control.parked_commands import ParkedCommand
from callcontrol.control.supervise_commands import SuperviseCommand
from callcontrol.daemon import (
    beside_line,
    emergency_line,
    note_line,
    number_facts,
    parked_line,
    store_line,
    supervise_line,
    trunk_capacity,
)
from callcontrol.daemon.admission import Dialling, admit
from callcontrol.daemon.confirmation import Confirmation, Doubt
from callcontrol.daemon.driven_call import Line
from callcontrol.daemon.facts_finder import find_facts, refreshed
from callcontrol.daemon.leg_line import LegCommand
from callcontrol.daemon.note_line import NoteCommand
from callcontrol.daemon.queue_line import QueueCommand
from callcontrol.daemon.store_line import StoreCommand
from callcontrol.daemon.timers import Timer
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained, note_fault
from callcontrol.routing.agents import other_calls, still_begun
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Leg, changes

log = logging.getLogger(__name__)

# More undelivered events than this means the call is being flooded; the rest is dropped and counted as a fault.
MAX_INBOX = 1_000
# A channel that its switch does not have may just have hung up: its end is on its way, behind the answer (seconds).
FORGED_S = 0.5


class CallDriver:
    """One call in progress."""

    __slots__ = (
        *("_began", "_busy", "_failed", "_inbox", "_lost", "_timers", "_told"),
        *("call", "confirmation", "core", "facts", "line", "shared"),
    )  # fmt: skip

    def __init__(self, call: Call, facts: Facts, shared: WorkerContext, line: Line | None) -> None:
        self.call = call
        self.facts = replace(facts, call=call.id, switch=call.switch, origin=call.origin, chosen_language=call.language)
        self.shared = shared
        self.line = line
        self.core = ""  # the Core-UUID of the switch when it handed the call over to us, "" if it never did
        self.confirmation: Confirmation | None = None  # of a channel that was handed over to us
        self._inbox: deque[Event] = deque()
        self._busy = False
        self._lost = False
        self._failed = False  # a fault of ours has ended the call; another one closes the call as it stands
        self._told: tuple[Leg, ...] = ()  # the call's legs as they were when others were told of them
        self._timers: dict[str, Timer] = {}
        # Only a new call is measured: the first decision of one that was taken over was made long ago.
        self._began = clock.monotonic() if isinstance(call.state, Deciding) else None

    def begin(self) -> None:
        """Look up what the first decision needs."""
        try:
            self.shared.trunks.alike(self.call, self._begin)
        except Exception as error:
            self.failed("the first look-up", error)

    def _begin(self, alike: int) -> None:
        try:
            back = self.shared.call_backs.extension_at(self.call.tenant, self.call.dialled)
            self._find_facts(self.facts, alike=alike, called_back=back)
        except Exception as error:
            self.failed("the first look-up", error)

    def come_back(self, event: Rearrived) -> None:
        """The caller's channel is ours again: look up what its next step needs, if this worker has not, and go on."""
        heading = uncontrolled.origin(self.call)
        facts = replace(self.facts, heading=heading) if heading is not None else self.facts
        try:
            find_facts(self.shared, facts, partial(self._came_back, event), self.failed)
        except Exception as error:
            self.failed("the look-up after a return", error)

    def _came_back(self, event: Rearrived, facts: Facts) -> None:
        self.facts = facts
        missed = tuple(self.shared.missed_keys(self.call))
        self.deliver(replace(event, keys_follow=bool(missed)))
        for pressed in missed:
            self.deliver(pressed)
        if not self.call.watched:  # only the switch knows what happened between two workers
            self._check(self.call.watched_legs)

    def deliver(self, event: Event) -> None:
        """Hand an event to the call. May be called from any greenlet."""
        if self._lost:
            return
        if len(self._inbox) >= MAX_INBOX:
            meters.limits_reached_total.labels("MAX_INBOX").inc()
            log.error("call is flooded, event dropped: %s", type(event).__name__, extra={"call": self.call.id})
            return
        self._inbox.append(event)
        if not self._busy:
            self._drain()

    def resume(self) -> None:
        """The call is ours after all: handle the events that came meanwhile."""
        if not self._busy:
            self._drain()

    def lose(self, arrived: bool) -> None:
        """Another worker has the call. Where the channel has gone there (`arrived`) or is fetched, the connection
        stays open and silent: closing it would take the control from the newer one (event socket, superseded
        connections). Where the dialplan is to bring the channel there, it only does so when ours is closed.
        """
        if arrived or not isinstance(self.call.state, uncontrolled.GoesOnAlone):
            self._let_go()
        else:
            self.hand_over()

    def hand_over(self) -> None:
        """This worker ends: the call stands in Redis as it is, what plays or rings goes on, its connection closes."""
        if (line := self._let_go()) is not None:
            line.close()

    def _let_go(self) -> Line | None:
        """Stop driving this call; returns its connection, still open."""
        line, self.line = self.line, None
        self._lost = True
        self._inbox.clear()
        self._stop_timers()
        return line

    def _stop_timers(self) -> None:
        for name in tuple(self._timers):
            self._stop_timer(name)

    def _drain(self) -> None:
        if self.shared.is_held(self.call):
            self.shared.held[self.call.id] = self
            return
        self._busy = True
        try:
            while self._inbox:
                self._handle(self._inbox.popleft())
        finally:
            self._busy = False

    def _handle(self, event: Event) -> None:
        """Step the call. The deliverer works for other calls as well: what goes wrong here ends this call only."""
        try:
            self._step(event)
        except Exception as error:
            self.failed(type(event).__name__, error)

    def failed(self, what: str, error: Exception) -> None:
        """A fault of ours while something was done for this call: the call ends, and its record is written."""
        if self._lost or isinstance(self.call.state, Closed):
            return
        note_fault("call", f"{what} could not be handled, the call ends", error, call=self.call.id)
        if not self._failed:
            self._failed = True
            try:
                why = f"a fault of ours: {type(error).__name__} at {what}"
                self.call, commands = machine.failed(self.call, why, self.facts)
                self.shared.calls.save(self.call)
                self._carry_out(commands)
                return
            except Exception as another:
                note_fault("call", "the call could not be ended in order", another, call=self.call.id)
        self._give_up()

    def _give_up(self) -> None:
        """The steps that end a call are done one by one: if one fails the others follow, and the record is written."""
        self._inbox.clear()
        with contained("call", "the call's place could not be given up", call=self.call.id):
            self._carry_out(ending.released(self.call, "it could not be ended in order", self.facts)[1])
        self.call, commands = ending.given_up(self.call)
        for command in commands:
            with contained("call", f"{type(command).__name__} could not be carried out", call=self.call.id):
                self._carry_out((command,))

    def _step(self, event: Event) -> None:
        before = self.call
        if isinstance(event, KeyPressed) and keys_ahead.is_full(before):
            meters.limits_reached_total.labels("MAX_KEYS_AHEAD").inc()
        slack_s = self.shared.slack_s(before.switch)
        self.facts = replace(
            self.facts,
            now=clock.now(),
            slack_s=slack_s,
            chosen_language=before.language,
            restrictions=self.shared.restrictions.of(before.tenant),
        )
        if before.state.waits:
            self.facts = refreshed(self.facts, event, self.shared)
        if isinstance(event, TimerFired) and (since := self.shared.switches.gap(before.switch)) is not None:
            before = before.heard_until(since)  # what was awaited so long may have been told meanwhile
        self.call, commands = machine.step(before, event, self.facts)
        self._tell_news()
        if self.call is not before and not isinstance(self.call.state, Closed):
            self.shared.save(self.call)
        self._carry_out(commands)

    def _tell_news(self) -> None:
        """Agents on this call (from no queue) get no offer meanwhile; the legs also tell how trunks do."""
        before, self._told = self._told, self.call.legs
        if self._told is before:
            return
        news = changes(before, self._told)
        self.shared.learn(self.call, news, self.facts.settings)
        agents = self.shared.current.configuration.agents_at(self.call.tenant)
        begun, extension = self.call.elsewhere, self.call.caller.extension
        others = tuple(other_calls(news, extension, agents, begun)) if agents or begun else ()
        for other in others:
            self.shared.queue_store.elsewhere(self.call.tenant, other.agent, other.id, other.on, self.call.id)
        if others:
            self.call = replace(self.call, elsewhere=still_begun(begun, others))

    def _carry_out(self, commands: tuple[Command, ...]) -> None:
        outward: list[Command] = []
        for command in commands:
            match command:
                case do.StartTimer(name, after_s):
                    self._start_timer(name, after_s)
                case do.StopTimer(name):
                    self._stop_timer(name)
                case do.FindFacts() | do.LookUp():
                    self._find_facts(number_facts.wanted(command, self.call, self.facts))
                case move.DialFor():
                    number_facts.look_up(command, self, self.shared)
                case move.PassCode() | move.TellPartner():
                    beside_line.carry_out(command, self, self.shared)
                case _ if isinstance(command, StoreCommand):
                    store_line.carry_out(command, self, self.shared)
                case do.CheckChannels(legs):
                    self._check(legs)
                case do.CheckAlone(leg):
                    self.shared.switches.alone(self.call.switch, leg or self.call.led, self.deliver)
                case _ if isinstance(command, NoteCommand):
                    note_line.carry_out(command, self.shared)
                case do.NoteSentOn(moved):
                    self.facts = replace(self.facts, moved={**self.facts.moved, **moved})
                case do.CloseBook():
                    self._close()
                case _ if isinstance(command, Dialling) and trunk_capacity.trunk_legs(command.legs):
                    outward = self._send(outward)
                    admit(command, self, self.facts, self.shared, self._dial)
                case _ if isinstance(command, LegCommand):
                    outward = self._send(outward)
                    self.shared.legs.carry_out(command, self)
                case _ if isinstance(command, QueueCommand):
                    self.shared.queues.carry_out(command, self)
                case _ if isinstance(command, EmergencyCommand):
                    emergency_line.carry_out(command, self.call, self.facts, self.shared, CallDriver)
                case _ if isinstance(command, ParkedCommand):
                    parked_line.carry_out(command, self, self.shared, CallDriver)
                case _ if isinstance(command, SuperviseCommand):
                    supervise_line.carry_out(command, self, self.shared)
                case _ if isinstance(command, BoxCommand):
                    self.shared.boxes.carry_out(command, self)
                case _ if isinstance(command, CreditCommand):
                    self.shared.credit.carry_out(command, self)
                case do.RestrictPayer():
                    self.shared.restrictions.carry_out(command, self.call.tenant)
                case _:
                    outward.append(command)
        self._send(outward)

    def _dial(self, command: Dialling) -> None:
        if isinstance(command, do.Bridge):
            self._send([command])
        elif not self._lost:
            self.shared.legs.carry_out(command, self)

    def _send(self, commands: list[Command]) -> list[Command]:
        """What is left of them: none. Where there is no connection the call is only watched to its end."""
        if self.line is None or not commands:
            return []
        self.line.carry_out(commands, self.call)
        if self._began is not None:
            meters.decision_seconds.observe(clock.monotonic() - self._began)
            self._began = None
        return []

    def _find_facts(self, about: Facts, **known: Any) -> None:
        resting, quality = self.shared.trunks.resting(), self.shared.capacity.quality
        self.facts = replace(about, resting=resting, quality=quality, **known)
        find_facts(self.shared, self.facts, self._facts_found, self.failed)

    def _facts_found(self, facts: Facts) -> None:
        moved = self.facts.moved  # phones may have said more meanwhile
        self.facts = facts if facts.moved is moved else replace(facts, moved=moved)
        self.deliver(FactsFound())

    def when_confirmed(self, store: Callable[[], None], *, over: bool = False) -> None:
        """Nothing is stored for good before the switch has confirmed the call. `over`: also of a call that is over."""

        def known(doubt: Doubt) -> None:
            if doubt:
                self.deliver(Stored(doubt))
            elif not self._lost and (over or not isinstance(self.call.state, Closed)):
                store()

        if self.confirmation is None:
            store()
        else:
            self.confirmation.when_known(known)

    def forged(self, doubt: Doubt) -> None:
        """The switch has no such call: it ends. If the channel hung up just now, that is reported within FORGED_S, or
        later by as much as the switch is slow.
        """
        self.shared.timers.after(FORGED_S + self.shared.slack_s(self.call.switch), partial(self._end_forged, doubt))

    def _end_forged(self, doubt: Doubt) -> None:
        if self._lost or isinstance(self.call.state, Closed) or not self.call.is_open(self.call.led):
            return
        meters.connections_refused_total.labels("forged").inc()
        log.warning("the call is not believed and ends: %s", doubt, extra={"call": self.call.id})
        self.deliver(ChannelsChecked(frozenset()))

    def _check(self, legs: tuple[str, ...]) -> None:
        """Ask the switch which of these legs live. Legs that are opened meanwhile were not asked for, and live."""

        def checked(alive: frozenset[str] | None, late: bool = False) -> None:
            if alive is not None and not late and not alive.issuperset(legs):
                wait_s = FORGED_S + self.shared.slack_s(self.call.switch)
                self.shared.timers.after(wait_s, partial(checked, alive, late=True))
                return
            opened = frozenset(self.call.watched_legs).difference(legs)
            self.deliver(ChannelsChecked(None if alive is None else alive | opened))

        self.shared.switches.living(self.call.switch, legs, checked)

    def _start_timer(self, name: str, after_s: float) -> None:
        self._stop_timer(name)
        self._timers[name] = self.shared.timers.after(after_s, partial(self._timer_fired, name))

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _timer_fired(self, name: str) -> None:
        self._timers.pop(name, None)
        self.deliver(TimerFired(name))

    def _close(self) -> None:
        self._stop_timers()
        line, self.line = self.line, None
        if line is not None:
            line.close()
        self.shared.release(self.call)

    def connection_lost(self, reason: str) -> None:
        """The caller's connection is gone; after the call's end that is expected."""
        self.line = None
        if not isinstance(self.call.state, Closed):
            self.deliver(CallConnectionLost(reason))
