"""A worker's connections to all switches in virtual time: the twins of `switch_links.py` and `leg_line.py`."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from gevent.event import Event

from callcontrol.control import commands as do
from callcontrol.control import transfer_commands as move
from callcontrol.control.call import Closed
from callcontrol.control.credit_commands import ComeBack, EndAt, LookAtAnswer, WarnPayer
from callcontrol.control.credit_events import AnswerFound
from callcontrol.control.events import (
    AloneChecked,
    ChannelsChecked,
    Joined,
    JoinFailed,
    KeyPressed,
    LegAnswered,
    LegGone,
    OriginateFailed,
    SwitchGone,
)
from callcontrol.control.own_steps import mixer_of
from callcontrol.daemon import passing_on, room_line, supervise_line
from callcontrol.daemon.event_gaps import EventGaps
from callcontrol.daemon.leg_line import (
    AGAIN_S,
    INSIST_S,
    LINK_S,
    LOOK_S,
    NO_WORD,
    NOT_SENT,
    NOT_TOLD_S,
    NOT_WANTED,
    PATIENCE_S,
    REFUSED_S,
    Insisted,
    LegCommand,
    is_outdated,
)
from callcontrol.daemon.leg_news import EAVESDROP, LISTENS
from callcontrol.daemon.missed_ends import KEPT_S
from callcontrol.daemon.missed_keys import MissedKeys
from callcontrol.daemon.switch_links import ASK_S
from callcontrol.edges.freeswitch.failures import ConnectionLost
from callcontrol.edges.freeswitch.inbound import TURN_S
from callcontrol.edges.freeswitch.leg_commands import LegOrder, longest_s
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.edges.freeswitch.worker_events import Taken, WorkerEvent
from callcontrol.vocabulary.moment import Instant
from tests.simulation.faults import Faults
from tests.simulation.link_twin import LinkTwin
from tests.simulation.mixer_twin import OfRoom
from tests.simulation.process import Process
from tests.simulation.switch_callers import OfLeg
from tests.simulation.switch_twin import SwitchTwin

if TYPE_CHECKING:
    from callcontrol.control.call import Call
    from callcontrol.daemon.driven_call import DrivenCall
    from callcontrol.daemon.worker_context import WorkerContext

T = TypeVar("T")

RECONNECT_S = (0.1, 1.0)


class SwitchLinksTwin:
    """All switches as one worker reaches them."""

    def __init__(self, switches: list[SwitchTwin], process: Process, chance: random.Random, faults: Faults) -> None:
        self._process = process
        self._chance = chance
        self.links = {switch.name: LinkTwin(switch, process, chance, faults) for switch in switches}
        self.shared: WorkerContext | None = None
        self.on_up: Callable[[str], None] = lambda switch: None
        self.on_down: Callable[[str], None] = lambda switch: None
        self.on_told: Callable[[str], None] = lambda leg: None
        self.owner_of: Callable[[Call], str] = lambda call: process.name
        self.event_gaps = EventGaps()
        self.missed_keys = MissedKeys()
        self._missed: deque[tuple[float, str, LegGone]] = deque()

    # --- as the switchboard

    def name_of(self, core_uuid: str, switchname: str) -> str:
        """Our name of the switch that hands a call over."""
        return switchname

    def profile_of(self, name: str) -> str:
        """SIP profile our phones register at."""
        return "internal"

    def link_of(self, name: str) -> LinkTwin | None:
        """The connection to this switch."""
        return self.links.get(name)

    def slack_s(self, name: str) -> float:
        """How much longer than usual to wait for a switch (seconds)."""
        return self.links[name].pacing.slack_s

    def best(self, preferred: Iterable[str] = ()) -> str:
        """The switch for a call that came from none."""
        known = [*preferred, *self.links]
        return next((name for name in known if self.links[name].is_up), known[0])

    def living(
        self, switch: str, channels: tuple[str, ...], on_answer: Callable[[frozenset[str] | None], object]
    ) -> None:
        """Which of these channels live; None if the switch cannot be asked."""
        self._question(switch, lambda there: frozenset(c for c in channels if c in there.channels), on_answer)

    def alone(self, switch: str, channel: str, on_answer: Callable[[AloneChecked], object]) -> None:
        """Whether a channel lives and has no partner, and since when it has."""

        def look(there: SwitchTwin) -> AloneChecked:
            found = there.channels.get(channel)
            if found is None:
                return AloneChecked(False)
            if found.peer is None:
                return AloneChecked(True)
            return AloneChecked(False, found.peer.id, found.peer.bridged)

        self._question(switch, look, lambda found: on_answer(AloneChecked(None) if found is None else found))

    def _question(self, switch: str, look: Callable[[SwitchTwin], T], on_answer: Callable[[T | None], object]) -> None:
        """Ask and wait for the answer: None if it was refused, or the connection broke meanwhile."""
        self._process.command()
        link = self.links[switch]
        question = object()

        def unknown() -> None:
            on_answer(None)

        def tell(found: T | None) -> None:
            if link.jobs.pop(id(question), None) is not None:
                on_answer(found)

        def ask() -> None:
            found = look(link.switch)
            link.answer(lambda: tell(found))

        if link.is_up:
            link.jobs[id(question)] = unknown
            self._process.after(ASK_S, lambda: tell(None))
            link.order(ask, lambda: self._process.call(lambda: tell(None)))
        else:
            self._process.after(0.001, unknown)

    def tell(self, switch: str, command: str) -> None:
        """A caller's channel is sent through the dialplan again (`uuid_transfer`).

        Raises:
            ConnectionLost: the link to the switch is down.
        """
        word, channel, destination, *_ = command.split()
        assert word == "uuid_transfer", command
        link = self.links[switch]
        if not link.is_up:
            raise ConnectionLost(why=f"the link to switch {switch} is down")

        def send() -> None:
            link.switch.transfer(channel, destination)

        link.order(send, lambda: None)

    def gap(self, switch: str) -> Instant | None:
        """Since when something that the switch told may have been missed."""
        return self.event_gaps.gap(switch)

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        """Say that this worker has these calls. The answer is not waited for: no worker alone is cut off from Redis."""
        self.say(switch, Taken(worker, calls, arrived))
        heard = Event()
        heard.set()
        return heard

    def say(self, switch: str, said: WorkerEvent) -> bool:
        """The switch tells it to all workers."""
        link = self.links[switch]
        if not link.is_up:
            return False
        self._process.command()
        link.order(lambda: link.switch.tell_workers(said), lambda: None)
        return True

    def told(self, switch: str, said: WorkerEvent) -> None:
        """A worker has said something at a switch."""
        self.links[switch].heard(lambda: self._hear(switch, said))

    def _hear(self, switch: str, said: WorkerEvent) -> None:
        assert self.shared is not None
        passing_on.hear(self.shared, switch, said)

    def heard_since(self, switch: str, moment_s: float) -> bool:
        """Whether the switch has been heard all the while."""
        return self.links[switch].is_up and self.links[switch].up_since_s <= moment_s

    def heard(self, switch: str, call: str, event: OfLeg) -> None:
        """An event of a switch's own connection."""
        self.links[switch].heard(lambda: self._deliver(switch, call, event))

    def pressed(self, switch: str, channel: str, event: KeyPressed) -> None:
        """A key on a channel, over a switch's own connection."""
        self.links[switch].heard(lambda: self._note_key(channel, event))

    def _note_key(self, channel: str, event: KeyPressed) -> None:
        driver = self.shared.driver_of(channel) if self.shared is not None else None
        if driver is not None and driver.line is None and mixer_of(driver.call) is not None:
            driver.deliver(event)
        elif driver is None or driver.line is None:
            self.missed_keys.note(channel, event)

    def of_room(self, switch: str, room: str, event: OfRoom) -> None:
        """What a switch tells of a conference room."""
        self.links[switch].heard(lambda: self._deliver_of_room(switch, room, event))

    def listened_to(self, switch: str, leg: str, number: int) -> None:
        """Something begins to listen at a leg."""
        event = {"Unique-ID": leg, LISTENS: EAVESDROP, "Event-Sequence": str(number)}
        self.links[switch].heard(lambda: self._look_at(cast(SwitchEvent, event), switch))

    def _look_at(self, event: SwitchEvent, switch: str) -> None:
        assert self.shared is not None
        supervise_line.look_at(event, switch, self.shared)

    def _deliver_of_room(self, switch: str, room: str, event: OfRoom) -> None:
        assert self.shared is not None
        self.event_gaps.heard(switch)
        for driver in [*room_line.are_in(self.shared.drivers.values(), switch, room)]:
            driver.deliver(event)

    def _deliver(self, switch: str, call: str, event: OfLeg) -> None:
        assert self.shared is not None
        self.event_gaps.heard(switch)
        driver, joined = self.shared.drivers.get(call), self.shared.joined_driver(event.leg_id)
        # Another worker may have taken the call a moment ago: it may have missed what this one is told still.
        is_ours = driver is None or self.owner_of(driver.call) == self._process.name
        if joined is not None and joined is not driver:
            joined.deliver(event)
        if driver is not None:
            driver.deliver(event)
        elif isinstance(event, LegGone) and call in self.shared.estimated:
            self.shared.late_leg_end(call, event)
        elif isinstance(event, LegGone):
            return self._keep(call, event)
        else:
            return
        if isinstance(event, LegGone) and is_ours:
            self.on_told(event.leg_id)

    def _keep(self, call: str, end: LegGone) -> None:
        """Keep an end for a call that this worker does not have yet, as `MissedEnds` does."""
        now_s = self._process.agenda.now_s
        self._missed.append((now_s, call, end))
        while self._missed[0][0] < now_s - KEPT_S:
            self._missed.popleft()

    def missed(self, call: Call) -> list[LegGone]:
        """The ends of this call's legs that were told before it was a call here."""
        return [end for _, of, end in self._missed if of == call.id]

    def cut(self, switch: str) -> None:
        """Its connection breaks: the switch died, or something between us did."""
        link = self.links[switch]
        if link.is_up:
            link.cut()
            self._process.call(lambda: self._lost(switch))

    def _lost(self, switch: str) -> None:
        self.on_down(switch)
        self.event_gaps.lost(switch, closed=False)

    def can_be_reached(self, switch: str) -> None:
        """It can be reached again, after a while."""
        self._process.after(self._chance.uniform(*RECONNECT_S), lambda: self._connected(switch))

    def _connected(self, switch: str) -> None:
        link = self.links[switch]
        if link.is_up or not link.switch.is_up:
            return
        link.is_up, link.up_since_s = True, self._process.agenda.now_s
        is_another, link.core = link.core != link.switch.core, link.switch.core
        if is_another:
            gone = SwitchGone(f"switch {switch} was restarted", self.event_gaps.gap(switch))
            for driver in [d for d in self._drivers(switch) if d.core != link.switch.core_uuid]:
                driver.deliver(gone)
        self.begin(switch)

    def begin(self, switch: str) -> None:
        """A connection stands: its phones are read, and each call on the switch hears what is left of it."""
        self.on_up(switch)
        calls = [(driver, driver.call.watched_legs) for driver in self._drivers(switch) if driver.call.watched_legs]
        self._count(switch, calls, self.event_gaps.gap(switch))

    def _drivers(self, switch: str) -> list[DrivenCall]:
        assert self.shared is not None
        return [driver for driver in self.shared.drivers.values() if driver.call.switch == switch]

    def _count(self, switch: str, calls: list[tuple[DrivenCall, tuple[str, ...]]], since: Instant | None) -> None:
        """Ends that were told while there was no connection are missed: one call after the other is told."""
        if not calls:
            self.event_gaps.whole(switch)
            return
        (driver, legs), *others = calls

        def counted(alive: frozenset[str] | None) -> None:
            if alive is not None:  # else the connection is going again: the next one asks
                driver.deliver(ChannelsChecked(alive, since))
                self._count(switch, others, since)

        self.living(switch, legs, counted)

    # --- as the leg line

    def carry_out(self, command: LegCommand, driver: DrivenCall) -> None:
        """Do it; what comes of it is delivered to the driver."""
        self._process.command()
        match command:
            case do.Originate():
                _Job(self, self.links[driver.call.switch], self._process, command, driver).begin()
            case do.Join(first, second):
                joined, failed = Joined(first, second), JoinFailed(first, second, "-ERR")
                self._ask(command, driver, lambda ok: driver.deliver(joined if ok else failed))
            case do.KillLeg():
                self.end_when_possible(command, driver, self._process.agenda.now_s + NOT_TOLD_S)
            case do.BringBack() | move.Part():
                self._insist(command, driver, self._process.agenda.now_s + INSIST_S)
            case EndAt():
                self._insist(command, driver, self._process.agenda.now_s + INSIST_S)
            case LookAtAnswer(leg):
                switch = self.links[driver.call.switch].switch
                self._ask(command, driver, lambda ok: _answer_told(driver, leg, switch) if ok else None)
            case do.Whisper() | WarnPayer() | ComeBack() | move.ListenForCodes() | move.KeepLeg() | move.JoinAsThird():
                self._ask(command, driver, lambda ok: None)

    def end_when_possible(self, command: do.KillLeg, driver: DrivenCall, until_s: float) -> None:
        """End a leg as soon as the switch can be told; again, where the connection breaks before it has answered."""
        now_s, link = self._process.agenda.now_s, self.links[driver.call.switch]
        if not link.is_up and now_s < until_s:
            self._process.after(LOOK_S, lambda: self.end_when_possible(command, driver, until_s))
            return
        again = partial(self.end_when_possible, command, driver, until_s)
        link.jobs[id(again)] = again
        self._insist(command, driver, now_s + INSIST_S, lambda: link.jobs.pop(id(again), None))

    def _insist(
        self, command: Insisted, driver: DrivenCall, until_s: float, on_done: Callable[[], object] = lambda: None
    ) -> None:
        if is_outdated(command, driver.call):
            return

        def answered(ok: bool) -> None:
            if ok or self._process.agenda.now_s >= until_s:
                on_done()
            else:
                self._process.after(AGAIN_S, lambda: self._insist(command, driver, until_s, on_done))

        self._ask(command, driver, answered)

    def _ask(
        self,
        command: LegOrder,
        driver: DrivenCall,
        on_answer: Callable[[bool], None],
    ) -> None:
        link, call = self.links[driver.call.switch], driver.call
        number = link.pacing.sent()

        def ask() -> None:
            ok = link.switch.ask(command, call)
            link.answer(lambda: answered(ok))

        def answered(ok: bool) -> None:
            link.pacing.answered(number)
            on_answer(ok)

        if link.is_up:
            link.order(ask, lambda: self._process.call(lambda: answered(False)))
        else:
            link.pacing.forget(number)
            on_answer(False)


def _answer_told(driver: DrivenCall, leg: str, switch: SwitchTwin) -> None:
    channel = switch.channels.get(leg)
    if channel is not None and channel.answered is not None:
        driver.deliver(AnswerFound(leg, channel.answered))


class _Job:
    """One `bgapi originate`."""

    def __init__(
        self, board: SwitchLinksTwin, link: LinkTwin, process: Process, command: do.Originate, driver: DrivenCall
    ) -> None:
        self._board = board
        self._link = link
        self._process = process
        self._command = command
        self._driver = driver
        self._open = True
        self._number: int | None = None

    def begin(self) -> None:
        """Send it, as soon as there is a connection and its turn has come."""
        self._connect(self._process.agenda.now_s + LINK_S)

    def _connect(self, until_s: float) -> None:
        if self._link.is_up:
            self._take_turn(self._process.agenda.now_s + TURN_S + self._link.pacing.slack_s)
        elif self._process.agenda.now_s < until_s:
            self._process.after(LOOK_S, lambda: self._connect(until_s))
        else:
            self._lost(NOT_SENT, sent=False)

    def _take_turn(self, until_s: float) -> None:
        if not self._link.is_up:
            self._lost(NOT_SENT, sent=False)
        elif not self._is_rung():
            self._lost(NOT_WANTED, sent=False)
        elif self._link.pacing.begin():
            self._send()
        elif self._process.agenda.now_s < until_s:
            self._process.after(LOOK_S, lambda: self._take_turn(until_s))
        else:
            self._process.after(REFUSED_S, lambda: self._lost(NOT_SENT, sent=False))

    def _is_rung(self) -> bool:
        legs = {leg for leg, _ in self._command.legs}
        return not legs.isdisjoint(self._driver.call.state.being_rung)

    def _send(self) -> None:
        link = self._link
        self._number = link.pacing.sent()
        link.jobs[id(self)] = self._not_told
        link.order(self._begun, lambda: self._process.call(self._refused))
        for_s = longest_s(self._command.legs) + PATIENCE_S + link.pacing.slack_s
        self._process.after(for_s, self._time_out)

    def _begun(self) -> None:
        """The switch has it: it answers at once, and tells later what came of it."""
        call, link = self._driver.call, self._link
        link.answer(self._answered)
        link.switch.originate(
            call,
            self._command.legs,
            lambda leg: link.answer(lambda: self._won(leg)),
            lambda word: link.answer(lambda: self._lost(word)),
        )

    def _refused(self) -> None:
        self._answered()
        self._lost(NOT_SENT)

    def _answered(self) -> None:
        number, self._number = self._number, None
        if number is not None:
            self._link.pacing.answered(number, originate=True)
            self._link.pacing.leave()

    def _close(self) -> bool:
        was_open, self._open = self._open, False
        self._link.jobs.pop(id(self), None)
        return was_open

    def _won(self, leg: str) -> None:
        if not self._close():
            return
        if isinstance(self._driver.call.state, Closed):
            self._board.carry_out(do.KillLeg(leg, NOT_WANTED), self._driver)
        else:
            self._driver.deliver(LegAnswered(leg))

    def _lost(self, word: str, *, sent: bool = True, told: bool = True) -> None:
        if self._close():
            legs = tuple(leg for leg, _ in self._command.legs)
            self._driver.deliver(OriginateFailed(legs, word, sent=sent, told=told))

    def _not_told(self) -> None:
        """The connection broke: the phones may still ring, so they are ended once it is back."""
        self._answered()
        until_s = self._process.agenda.now_s + NOT_TOLD_S
        for leg, _ in self._command.legs:
            ends = partial(self._board.end_when_possible, do.KillLeg(leg, NOT_WANTED), self._driver, until_s)
            self._process.after(0.0, ends)
        self._lost(NOT_SENT, told=False)

    def _time_out(self) -> None:
        self._answered()
        if not self._open:
            return
        for leg, _ in self._command.legs:
            self._board.carry_out(do.KillLeg(leg, NOT_WANTED), self._driver)
        self._lost(NO_WORD)
