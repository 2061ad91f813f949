"""A FreeSWITCH in virtual time, in terms of what control says and hears: channels, the dialplan, applications.

What it does without a worker is what the simulated switch (`callcontrol/simulator`) does and the captures show:
an application goes on when the socket is gone, then comes the dialplan's second `socket`, then the last resort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.events import (
    AppEnded,
    CallerHungUp,
    KeyPressed,
    LegBridged,
    LegGone,
    LegHeard,
    LegHolds,
    LegKey,
)
from callcontrol.control.transfer_events import CodePressed
from callcontrol.edges.freeswitch.worker_events import WorkerEvent
from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.simulation.agenda import Agenda
from tests.simulation.channel import App, Channel, Leading, Staying, app_id_of
from tests.simulation.connection_twin import ConnectionTwin
from tests.simulation.eavesdrop_twin import Eavesdropping
from tests.simulation.host import Host
from tests.simulation.mixer_twin import Mixers, OfRoom
from tests.simulation.phones import Phones
from tests.simulation.race import Legs, Race
from tests.simulation.room_calls import RoomCalls

DEAD_MAN_S = 15.0
LINGER_S = 5.0
FALLBACK_S = 3.0
ALL_SOCKETS = 2
_SAID_S = 2.0
# The switch looks at what is due every half second.
LATE_S = 0.4


OfLeg = LegGone | LegHeard | LegHolds | LegKey | CodePressed


class Taker(Protocol):
    """A worker, as the switch's `socket` meets it."""

    @property
    def accepts(self) -> bool:
        """Whether it takes connections now."""
        ...

    @property
    def is_there(self) -> bool:
        """Whether its port is open, even if the process is stopped."""
        ...

    def arrive(self, connection: ConnectionTwin) -> None:
        """A call is handed over."""
        ...

    def heard(self, switch: str, call: str, event: OfLeg) -> None:
        """An event of the switch's own connection."""
        ...

    def pressed(self, switch: str, channel: str, event: KeyPressed) -> None:
        """The same, of a key on a channel."""
        ...

    def told(self, switch: str, said: WorkerEvent) -> None:
        """What a worker has said at the switch."""
        ...

    def of_room(self, switch: str, room: str, event: OfRoom) -> None:
        """The same, of a conference room."""
        ...

    def listened_to(self, switch: str, leg: str, number: int) -> None:
        """The same: something begins to listen at this leg; `number` is the event's."""
        ...


class Watcher(Protocol):
    """Checks promises against what really happens."""

    def bridged(self, first: Channel, second: Channel) -> None:
        """Two channels hear each other from now on."""
        ...

    def given_up_untalked(self, channel: Channel) -> None:
        """A caller whose agent left at once is hung up."""
        ...

    def arrived(self, channel: Channel) -> None:
        """A worker has a caller's channel (again)."""
        ...

    def dropped(self, channel: Channel) -> None:
        """A caller whom a phone transferred, or left on hold, is hung up before anything was heard."""
        ...

    def last_resort(self, channel: Channel) -> None:
        """No worker took a caller, and the dialplan has nowhere left to go."""
        ...

    def ended_by_switch(self, channel: Channel) -> None:
        """The switch is about to end a channel."""
        ...


class SwitchCallers:
    """One switch, as callers meet it.

    Attributes:
        channels: those that live.
        every: all it ever had: the truth.
        core: the number of its present start.
        others: all switches, this one among them.
        mixers: its conference rooms. eavesdropping: who listens where.
        hears_late_s, tells_late_s: what is asked of it, and all it says, takes so much longer to arrive.
        host: its host, None for a right clock.
    """

    def __init__(self, name: str, agenda: Agenda, phones: Phones, delay: Callable[[], float], watcher: Watcher) -> None:
        self.name = name
        self.agenda = agenda
        self.phones = phones
        self._delay = delay
        self.hears_late_s = self.tells_late_s = 0.0
        self.watcher = watcher
        self.takers: list[Taker] = []
        self.pick: Callable[[list[Taker]], Taker] = lambda takers: takers[0]
        self.channels: dict[str, Channel] = {}
        self.every: dict[str, Channel] = {}
        self.pressed: dict[str, str] = {}  # by channel, the keys its caller pressed
        self.told: Callable[[str, str], None] = lambda call, what: None  # a hook for tracing a call
        self.on_joined: Callable[[Channel, Channel], None] = lambda first, second: None
        self.core = 1
        self.is_up = True
        self.others: list[SwitchCallers] = [self]
        self.mixers = Mixers(self)
        self.mixers.of_room = self._tell_of_room
        self.eavesdropping = Eavesdropping(self)
        self._bugs = 0
        self._room_calls = RoomCalls(self, lambda: self.others)
        self.host: Host | None = None

    @property
    def core_uuid(self) -> str:
        """The Core-UUID of its present start."""
        return f"{self.name}-{self.core}"

    def be_quick(self) -> None:
        """It is not late (any more)."""
        self.hears_late_s = self.tells_late_s = 0.0

    def hear_delay(self) -> float:
        """How long it takes until it hears something (seconds)."""
        return self._delay() + self.hears_late_s

    def tell_delay(self) -> float:
        """How long it takes until something it says is heard (seconds)."""
        return self._delay() + self.tells_late_s

    def wall(self) -> Instant:
        """Its wall clock, as its stamps say."""
        return Instant(self.agenda.wall() + (self.host.off_us if self.host is not None else 0))

    def tell_workers(self, said: WorkerEvent) -> None:
        """A worker says something to all who hear the switch."""
        for taker in self.takers:
            taker.told(self.name, said)

    # --- channels

    def create(self, id_: str, call: str, tenant: str, who: str, plan: LegPlan | None = None) -> Channel:
        """A new channel."""
        channel = Channel(id_, call, tenant, who, self.wall(), plan, self.agenda.now_s)
        self.told(call, f"{id_} is rung at {who}" if plan else f"{id_} calls")
        self.channels[id_] = self.every[id_] = channel
        self.phones.takes(who)
        return channel

    def timer(self, channel: Channel, seconds: float, then: Callable[[], None]) -> None:
        """Something that happens to a channel, if it still lives then."""
        channel.timers.append(self.agenda.after(seconds, then))

    def end_credit_at(self, channel: Channel, number: int, at_s: int) -> None:
        """The channel is to end at this second of the switch's clock; what was told before counts no more."""
        for known in [one for one in channel.credit_ends if one <= number]:
            channel.credit_ends.pop(known).cancel()
        in_s = max(0.0, (at_s * SECOND_US - self.wall()) / SECOND_US) + LATE_S
        end = self.agenda.after(in_s, lambda: self.hang_up(channel, "ALLOTTED_TIMEOUT", "switch"))
        channel.credit_ends[number] = end
        channel.timers.append(end)

    def hang_up(self, channel: Channel, cause: str, by: str) -> None:
        """A channel ends, and whatever ends with it."""
        if not channel.lives:
            return
        self.told(channel.call, f"{channel.id} ends: {cause} by {by}")
        if by == "switch":
            self.watcher.ended_by_switch(channel)
        if by == "switch" and channel.moved_s is not None:
            self.watcher.dropped(channel)
        self._bury(channel, cause, by)
        for then in channel.on_end:
            then()
        peer = channel.part(self.wall())
        if channel.is_caller:
            self._caller_gone(channel, "SUCCESS" if peer is not None else "ORIGINATOR_CANCEL")
        self._tell_end(channel)
        if peer is not None:
            self._parted(peer)

    def _bury(self, channel: Channel, cause: str, by: str) -> None:
        channel.ended = self.wall()
        channel.cause, channel.hung_up_by = cause, by
        del self.channels[channel.id]
        self.phones.lets_go(channel.who)
        for timer in channel.timers:
            timer.cancel()

    def _caller_gone(self, channel: Channel, word: str) -> None:
        self._tell(channel, CallerHungUp(channel.cause))
        running, channel.running = channel.running, None
        if channel.running_timer is not None:
            channel.running_timer.cancel()
        if isinstance(running, Leading):
            self._tell(channel, self._bridge_ended(channel, running, word))
        elif isinstance(running, do.Play | do.Record | Staying):
            self._tell(channel, AppEnded(running.app_id))
        channel.queue.clear()
        connection = channel.connection
        if connection is not None:
            self.agenda.after(LINGER_S, lambda: connection.part("the call ended"))

    def _tell_end(self, channel: Channel) -> None:
        gone = LegGone(
            channel.id,
            channel.cause,
            channel.stamps,
            channel.hung_up_by,
            recorded_ms=channel.recorded_ms,
            sent=channel.sent,
            joined_with=channel.joined_with,
        )
        for taker in self.takers:
            taker.heard(self.name, channel.call, gone)

    def _tell(self, channel: Channel, event: AppEnded | CallerHungUp | LegBridged | KeyPressed) -> None:
        if channel.connection is not None:
            channel.connection.tell(event)

    def _parted(self, peer: Channel) -> None:
        """`hangup_after_bridge`: the other one goes too."""
        if not peer.lives:
            return
        if isinstance(peer.running, Leading):
            self._tell(peer, self._bridge_ended(peer, peer.running, "SUCCESS"))
            peer.running = None
        self.hang_up(peer, "NORMAL_CLEARING", "switch")

    def _join(self, first: Channel, second: Channel) -> None:
        self.watcher.bridged(first, second)
        self.told(first.call, f"{first.id} and {second.id} are joined")
        now = self.wall()
        first.join(second, now)
        for channel in (first, second):
            channel.parked = False
            channel.bridged = channel.bridged or now
            channel.answered = channel.answered or now
            channel.idle_since_s = channel.moved_s = None
        self.on_joined(first, second)
        talk_s, ends = self.phones.talk_s(), self.wall() % 2
        leaves, by = ((first, "caller"), (second, "callee"))[ends]
        by = by if first.is_caller else "callee"
        self.timer(leaves, talk_s, lambda: self.hang_up(leaves, "NORMAL_CLEARING", by))

    # --- callers, and where the dialplan sends them

    def call_in(self, id_: str, who: str, dialled: str, **variables: str) -> Channel:
        """Create an incoming call."""
        channel = self.create(id_, call_id_of(id_), "", who)
        channel.dialled = dialled
        channel.variables |= variables
        self._go(channel, 0)
        return channel

    def press(self, channel: Channel, key: str) -> None:
        """A caller presses a key."""
        if channel.lives:
            self.pressed[channel.id] = self.pressed.get(channel.id, "") + key
            for switch in self.others:
                switch.mixers.pressed(channel, self.pressed[channel.id])
            pressed = KeyPressed(key, self.wall(), "RTP")
            self._tell(channel, pressed)
            for taker in self.takers:
                taker.pressed(self.name, channel.id, pressed)

    def _go(self, channel: Channel, stage: int) -> None:
        """The dialplan: `socket` twice, then the last resort."""
        channel.connection, channel.stage = None, stage
        self.told(channel.call, f"dialplan, stage {stage}")
        channel.idle_since_s = self.agenda.now_s if channel.idle_since_s is None else channel.idle_since_s
        if stage:
            channel.variables["variable_cc_again"] = "true"
        if stage >= ALL_SOCKETS:
            channel.idle_since_s = None
            self.watcher.last_resort(channel)
            self.timer(channel, FALLBACK_S, lambda: self.hang_up(channel, "NORMAL_TEMPORARY_FAILURE", "switch"))
        else:
            self._offer(channel, stage, self.agenda.now_s + DEAD_MAN_S)

    def _offer(self, channel: Channel, stage: int, until_s: float) -> None:
        if not channel.lives or channel.connection is not None or channel.stage != stage:
            return
        accepting = [taker for taker in self.takers if taker.accepts]
        if accepting:
            self._connect(channel, self.pick(accepting))
        elif not any(taker.is_there for taker in self.takers):
            self.timer(channel, 0.005, lambda: self._go(channel, stage + 1))
        elif self.agenda.now_s >= until_s:
            self._go(channel, ALL_SOCKETS)
        else:
            self.timer(channel, 0.1, lambda: self._offer(channel, stage, until_s))

    def _connect(self, channel: Channel, taker: Taker) -> None:
        connection = ConnectionTwin(self, channel)
        channel.connection = connection
        self.timer(channel, DEAD_MAN_S, lambda: self._dead_man(channel, connection))
        self.agenda.after(self.tell_delay(), lambda: taker.arrive(connection))

    def _dead_man(self, channel: Channel, connection: ConnectionTwin) -> None:
        if channel.connection is connection and not connection.taken:
            self._go(channel, ALL_SOCKETS)

    def lose_control(self, channel: Channel, connection: ConnectionTwin) -> None:
        """The socket is gone. What runs, and what waits behind it, goes on; then the dialplan does."""
        if not channel.lives or channel.connection is not connection:
            return
        channel.connection = None
        if channel.running is None and not channel.queue and channel.peer is None:
            self.timer(channel, 0.01, lambda: self._left(channel))

    def _left(self, channel: Channel) -> None:
        if channel.lives and channel.connection is None and channel.running is None and channel.peer is None:
            self._go(channel, channel.stage + 1)

    def data_of(self, channel: Channel) -> Mapping[str, str]:
        """What `connect` answers."""
        return {
            "Unique-ID": channel.id,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Switchname": self.name,
            "Caller-Destination-Number": channel.dialled,
            "Caller-Channel-Created-Time": str(channel.created),
            "Event-Date-Timestamp": str(self.wall()),
            "variable_continue_on_fail": "true",
            "variable_hangup_after_bridge": "true",
            "variable_sip_copy_custom_headers": "false",
            "variable_ignore_early_media": "true",
            "variable_sip_ignore_remote_cause": "true",
            "variable_force_transfer_context": "transferred",
            "variable_cc_handed": "true",
            **channel.variables,
        }

    # --- applications

    def order(self, connection: ConnectionTwin, command: do.Command) -> None:
        """A command on a caller's connection."""
        channel = connection.channel
        if not channel.lives or channel.connection is not connection:
            return
        self.told(channel.call, f"ordered: {type(command).__name__}")
        untalked, channel.untalked = channel.untalked, False
        if untalked and isinstance(command, do.HangUp) and connection.process is channel.joined_by:
            self.watcher.given_up_untalked(channel)
        match command:
            case do.HangUp(cause):
                self.hang_up(channel, cause, "switch")
            case do.StopPlaying(everything):
                if everything:
                    channel.queue.clear()
                if isinstance(channel.running, do.Play | do.Record):
                    self._app_over(channel)
            case do.HoldKeysBack():
                pass  # no key is passed on here
            case at_talk.BindKeys():
                pass  # every key is told
            case at_talk.ChangeMode() | at_talk.StopListening():
                self.eavesdropping.order(channel, command)
            case (
                do.Play()
                | do.Record()
                | do.Bridge()
                | do.Answer()
                | do.OpenEarlyMedia()
                | in_room.Mix()
                | in_room.MixThere()
                | at_talk.Eavesdrop()
            ):
                channel.queue.append(command)
                self._run_next(channel)
            case _:
                raise AssertionError(f"{type(command).__name__} is no order to a channel")

    def _run_next(self, channel: Channel) -> None:
        while channel.running is None and channel.queue and channel.peer is None and channel.lives:
            app = channel.queue.popleft()
            if isinstance(app, do.Answer | do.OpenEarlyMedia):
                channel.answered = channel.answered or (self.wall() if isinstance(app, do.Answer) else None)
                continue
            channel.running, channel.idle_since_s = app, None
            self._run(channel, app)
        if channel.lives and channel.running is None and channel.peer is None:
            if channel.idle_since_s is None:
                channel.idle_since_s = self.agenda.now_s
            if channel.connection is None:
                self._left(channel)

    def _run(self, channel: Channel, app: App) -> None:
        match app:
            case do.Bridge(_, legs):
                self._bridge(channel, app, legs)
            case at_talk.Eavesdrop():
                self.eavesdropping.listen(channel, app)
            case in_room.Mix():
                channel.moved_s = None
                self._room_calls.mix(channel, app)
            case in_room.MixThere():
                channel.moved_s = None
                self._room_calls.bring(channel, app)
            case do.Record():
                channel.moved_s = None
                speaks_s = 1 + self.phones.talk_s() / 10
                channel.recorded_ms = round(speaks_s * 1000)
                channel.running_timer = self.agenda.after(min(speaks_s, app.max_s), lambda: self._app_over(channel))
            case do.Play(_, file):
                channel.moved_s = None
                if _is_endless(file):
                    return
                channel.running_timer = self.agenda.after(_SAID_S, lambda: self._app_over(channel))

    def _app_over(self, channel: Channel) -> None:
        app, channel.running = channel.running, None
        if channel.running_timer is not None:
            channel.running_timer.cancel()
        if isinstance(app, do.Play | do.Record):
            recorded = channel.recorded_ms if isinstance(app, do.Record) else 0
            channel.variables |= {"variable_record_ms": str(recorded)} if recorded else {}
            self._tell(channel, AppEnded(app.app_id, recorded_ms=recorded))
        self._run_next(channel)

    def _bridge(self, channel: Channel, app: do.Bridge, legs: Legs) -> None:
        race = Race(
            self,
            channel.call,
            channel.tenant,
            legs,
            for_queue=False,
            on_won=lambda leg: self._bridge_won(channel, app, leg),
            on_lost=lambda word: self.bridge_lost(channel, app, word),
        )
        channel.race_over = race.cancel

    def _bridge_won(self, channel: Channel, app: do.Bridge, leg: Channel) -> None:
        if not channel.lives or channel.running is not app:
            self.hang_up(leg, "ORIGINATOR_CANCEL", "switch")
            return
        self._join(channel, leg)
        self._tell(channel, LegBridged(leg.id, self.wall(), answered=leg.answered))

    def bridge_lost(self, channel: Channel, app: Leading, word: str) -> None:
        """None of the legs to which it leads has answered."""
        if not channel.lives or channel.running is not app:
            return
        self._tell(channel, self._bridge_ended(channel, app, word))
        channel.running = None
        self._run_next(channel)

    def _bridge_ended(self, channel: Channel, app: Leading, word: str) -> AppEnded:
        causes = channel.race_over() if channel.race_over is not None else {}
        channel.race_over = None
        channel.variables |= {
            "variable_originate_disposition": word,
            "variable_originated_legs": _array(f"{leg};" for leg in causes),
            "variable_originate_causes": _array(f"{leg};{cause}" for leg, cause in causes.items() if cause),
        }
        return AppEnded(app_id_of(app), word, dict(causes))

    # --- conference rooms, supervisors

    def tell_of_listening(self, leg: Channel) -> None:
        """Something begins to listen at this leg."""
        self._bugs += 1
        for taker in self.takers:
            taker.listened_to(self.name, leg.id, self._bugs)

    def _tell_of_room(self, room: str, event: OfRoom) -> None:
        for taker in self.takers:
            taker.of_room(self.name, room, event)

    def app_left(self, channel: Channel, app: Staying) -> None:
        """The channel is not mixed any more, or hears nothing any more, and goes on."""
        if channel.lives and channel.running is app:
            channel.running = None
            self._tell(channel, AppEnded(app.app_id))
            self._run_next(channel)

    def tell_caller(self, channel: Channel, event: LegBridged) -> None:
        """Something has happened to a caller's channel."""
        self._tell(channel, event)

    @staticmethod
    def unpark(channel: Channel) -> None:
        """It is not parked any more, nor is anything played to it."""
        channel.parked = False
        if channel.said is not None:
            channel.said.cancel()
            channel.said = None


def _is_endless(file: str) -> bool:
    return "loops=-1" in file or "music" in file or file.startswith("local_stream://")


def _array(values: Iterator[str]) -> str:
    found = list(values)
    return f"ARRAY::{'|:'.join(found)}" if found else ""
