"""One connection to each switch, over which come the ends of all legs and the registrations of
phones.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import gevent
import orjson
from gevent import socket
from gevent.event import Event

from callcontrol.config.fields import host_and_port
from callcontrol.config.settings import Settings, Switch
from callcontrol.control.events import AloneChecked, ChannelsChecked, SwitchGone
from callcontrol.daemon import leg_news, passing_on, room_line, supervise_line
from callcontrol.daemon.event_gaps import EventGaps
from callcontrol.daemon.leg_news import LEG_EVENTS, LISTENING, RECORDING_EVENTS
from callcontrol.daemon.missed_ends import MissedEnds
from callcontrol.daemon.missed_keys import MissedKeys
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.strangers import why_strange
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.daemon.worker_talk import WorkerTalk
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch import worker_events
from callcontrol.edges.freeswitch.arrival import CALL, HANDED
from callcontrol.edges.freeswitch.channel_events import EventReader, dumped_stamp
from callcontrol.edges.freeswitch.commands import Auth
from callcontrol.edges.freeswitch.failures import EventSocketError, SwitchClosed
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.sockets import Address
from callcontrol.edges.freeswitch.switch_connection import LinkLimits
from callcontrol.edges.freeswitch.translate import CALL_MARK, ENDED_HEADERS, call_names, leg_gone
from callcontrol.edges.freeswitch.wire import SwitchEvent, peek
from callcontrol.edges.freeswitch.worker_events import SUBCLASSES, Taken, WorkerEvent
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)

EVENTS = ("CHANNEL_HANGUP_COMPLETE", "DTMF", "MESSAGE_QUERY", "PRESENCE_PROBE", *leg_news.EVENTS)
_PHONES = ("sofia::register", "sofia::unregister", "sofia::expire")
CUSTOM_EVENTS = (*_PHONES, *SUBCLASSES, *LEG_EVENTS, room_line.MAINTENANCE)
# Longest wait for an answer to a quick question (seconds).
ASK_S = 5.0
LOOK_S = 0.02
# A channel that hangs up is none any more to `uuid_exists`; its end is told so much later (seconds) at most: the states
# of its hang-up come in between, and the answer to a question overtakes the events that wait for their step.
GOING_S = 0.5
CHANNELS = "show channels as json"
# Of the channels' events these are looked at.
READ = EventReader((*ENDED_HEADERS, *leg_news.HEADERS))
# How the switch writes a variable that is not there (mod_commands.c, uuid_getvar_function).
UNDEFINED = "_undef_"


class SwitchLinks:
    """All switches of this daemon.

    Args:
        on_phone: told user and domain of a phone that registered or is gone.
        on_phones_read: called when all phones of a switch were read anew.
    """

    def __init__(
        self,
        settings: Settings,
        registrations: Registrations,
        chance: random.Random,
        on_phone: Callable[[str, str], object],
        on_phones_read: Callable[[], object],
    ) -> None:
        self._on_phone = on_phone
        self._on_phones_read = on_phones_read
        self._jobs = settings.limits.offers
        self._switches: Mapping[str, Switch] = settings.switches
        self._registrations = registrations
        self._links = {name: self._link(name, switch, chance) for name, switch in settings.switches.items()}
        self._shared: WorkerContext | None = None
        self.on_asked: Callable[[str, SwitchEvent], object] = lambda switch, event: None
        self._talk = WorkerTalk(self._links)
        self.missed = MissedEnds()
        self.missed_keys = MissedKeys()
        self.event_gaps = EventGaps()

    def start(self, shared: WorkerContext) -> None:
        """Connect to every switch, again and again; events are delivered to this worker's drivers."""
        self._shared = shared
        for link in self._links.values():
            link.start()

    def stop(self) -> None:
        """Close all connections."""
        for link in self._links.values():
            link.stop()

    def down(self) -> tuple[str, ...]:
        """Names of the switches that cannot be reached now."""
        return tuple(name for name, link in self._links.items() if not link.is_up)

    def wait_until_up(self, timeout_s: float) -> None:
        """Wait until all switches can be reached, but no longer than that."""
        due = clock.monotonic() + timeout_s
        while self.down() and clock.monotonic() < due:
            gevent.sleep(LOOK_S)

    def name_of(self, core_uuid: str, switchname: str) -> str:
        """Our name of the switch that hands a call over: by its Core-UUID, else its own name, else the only one."""
        for name, link in self._links.items():
            if core_uuid and link.core_uuid == core_uuid:
                return name
        return switchname if switchname in self._links or len(self._links) > 1 else next(iter(self._links))

    def link_of(self, name: str) -> SwitchLink | None:
        """The connection to this switch, None if the configuration has no such switch (any more)."""
        return self._links.get(name)

    def why_strange(self, sock: socket.socket) -> str:
        """Why a connection to the call port is none of the switches', "" if it may be."""
        return why_strange(sock, self._links.values())

    def slack_s(self, name: str) -> float:
        """How much longer than usual to wait for a switch (seconds): it is slow."""
        link = self._links.get(name)
        return link.pacing.slack_s if link is not None else 0.0

    def tell_pace(self) -> None:
        """Refresh the meters of how the switches answer."""
        for name, link in self._links.items():
            meters.switch_answer_seconds.labels(name).set(link.pacing.answer_s)
            meters.originates_allowed.labels(name).set(link.pacing.allowed)

    def poll_events(self, name: str) -> None:
        """Let a switch send the events it holds back."""
        link = self._links.get(name)
        if link is not None:
            link.poll_events()

    def best(self, preferred: Iterable[str] = ()) -> str:
        """The switch for a call that came from none: of the preferred, else of all, the first that can be reached."""
        known = [*(name for name in preferred if name in self._links), *self._links]
        return next((name for name in known if self._links[name].is_up), known[0])

    def profile_of(self, name: str) -> str:
        """SIP profile our phones register at on this switch."""
        return (self._switches.get(name) or next(iter(self._switches.values()))).profile

    def living(
        self, switch: str, channels: tuple[str, ...], on_answer: Callable[[frozenset[str] | None], object]
    ) -> None:
        """Which of these channels live, by `uuid_exists`; None if the switch cannot be asked. By then the end of a
        channel that went just before has been told.
        """
        gevent.spawn(lambda: on_answer(self._living(switch, channels)))

    def _living(self, switch: str, channels: tuple[str, ...]) -> frozenset[str] | None:
        link = self._links.get(switch)
        if link is None:
            return frozenset()  # the switch was taken out of the configuration: its calls have no owner
        try:
            alive = frozenset(c for c in channels if link.api(f"uuid_exists {c}", ASK_S) == "true")
            if len(alive) < len(channels):
                gevent.sleep(GOING_S + link.pacing.slack_s)
                link.poll_events()
            return alive
        except EventSocketError as error:
            log.info("switch %s cannot tell which channels live: %s", switch, error)
            return None

    def up(self) -> tuple[str, ...]:
        """Names of the switches that can be reached now."""
        return tuple(name for name, link in self._links.items() if link.is_up)

    def channels(self, switch: str) -> Sequence[Mapping[str, Any]]:
        """The rows of `show channels`, some 300 ms old. Waits for the switch.

        Raises:
            EventSocketError: it cannot be asked.
        """
        rows: Sequence[Mapping[str, Any]] = orjson.loads(self._links[switch].api(CHANNELS, ASK_S)).get("rows", ())
        return rows

    def is_alone(self, switch: str, channel: str) -> bool:
        """Whether a channel lives and is bridged to none. Waits for the switch.

        Raises:
            EventSocketError: it cannot be asked.
        """
        return self._lives(switch, channel) and not self._partner(switch, channel)

    def _partner(self, switch: str, channel: str) -> str:
        """The channel that a living one is joined with, "" for none. The switch keeps `bridge_uuid` of a bridge that is
        over (switch_ivr_bridge.c): the other channel tells whether it is.
        """
        other = self._variable(switch, channel, "bridge_uuid")
        if other == UNDEFINED or not self._lives(switch, other):
            return ""
        return other if self._variable(switch, other, "bridge_uuid") == channel else ""

    def _lives(self, switch: str, channel: str) -> bool:
        return self._links[switch].api(f"uuid_exists {channel}", ASK_S) == "true"

    def was_handed(self, switch: str, channel: str) -> bool:
        """Whether a channel has been handed to us, now or before. Waits and raises as `is_alone`."""
        return self._variable(switch, channel, HANDED) == "true"

    def call_of(self, switch: str, channel: str) -> str:
        """The call that a channel belongs to by our mark, "" if it has none. Waits and raises as `is_alone`."""
        said = self._variable(switch, channel, CALL)
        return "" if said == UNDEFINED else said

    def _variable(self, switch: str, channel: str, name: str) -> str:
        return self._links[switch].api(f"uuid_getvar {channel} {name}", ASK_S)

    def alone(self, switch: str, channel: str, on_answer: Callable[[AloneChecked], object]) -> None:
        """Whether a channel lives and is bridged to none."""
        gevent.spawn(lambda: on_answer(self._alone(switch, channel)))

    def _alone(self, switch: str, channel: str) -> AloneChecked:
        link = self._links.get(switch)
        if link is None:
            return AloneChecked(None)
        try:
            if not self._lives(switch, channel):
                return AloneChecked(False)
            partner = self._partner(switch, channel)
            since = dumped_stamp(link.api(f"uuid_dump {partner} json", ASK_S), "Bridged") if partner else None
            return AloneChecked(not partner, partner, since)
        except EventSocketError as error:
            log.info("switch %s cannot tell the partner of a channel: %s", switch, error)
            return AloneChecked(None)

    def tell(self, switch: str, command: str) -> None:
        """Send a quick command; its answer does not matter.

        Raises:
            EventSocketError: it was not sent.
        """
        self._links[switch].ask(command, lambda reply: None)

    def heard_since(self, switch: str, moment_s: float) -> bool:
        """Whether the switch has been heard without a break since that moment (monotonic seconds)."""
        link = self._links.get(switch)
        return link is not None and link.up_since <= moment_s

    def gap(self, switch: str) -> Instant | None:
        """Since when something that the switch told may have been missed; None: nothing was."""
        return self.event_gaps.gap(switch)

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        """Say over the switch that a worker has these calls now: one that is cut off from Redis hears it nowhere else.

        Returns:
            Set when every worker that hears the switch has been told (`WorkerTalk.announce`).
        """
        return self._talk.announce(switch, Taken(worker, calls, arrived))

    def say(self, switch: str, said: WorkerEvent) -> bool:
        """Say it over the switch to all workers; whether the switch was told."""
        return self._talk.say(switch, said)

    def _link(self, name: str, switch: Switch, chance: random.Random) -> SwitchLink:
        return SwitchLink(
            name,
            Address(*host_and_port(switch.address)),
            Auth(switch.password),
            names=EVENTS,
            custom=CUSTOM_EVENTS,
            only=leg_news.ONLY,
            on_event=lambda event: self._on_event(name, event),
            on_up=lambda core: self._on_up(name),
            on_down=lambda reason: self._on_down(name, reason),
            on_restart=lambda old, new: self._on_restart(name, new),
            wanted=lambda text: self._is_wanted(name, text),
            read=READ,
            limits=LinkLimits(jobs=self._jobs),
            chance=chance,
        )

    def _on_up(self, name: str) -> None:
        meters.switch_up.labels(name).set(1)
        answer = orjson.loads(self._links[name].api("show registrations as json", ASK_S))
        self._registrations.read(name, answer.get("rows", ()))
        self._on_phones_read()
        self._count_channels(name)

    def _count_channels(self, name: str) -> None:
        """Ends that were told while there was no connection are missed: each call on this switch hears
        which of its channels are left. The ends of channels that are just going are waited for, once for all calls."""
        drivers = self._shared.drivers.values() if self._shared is not None else ()
        calls = [(d, d.call.watched_legs) for d in drivers if d.call.switch == name and d.call.watched_legs]
        listed = {row["uuid"] for row in self.channels(name)} if calls else set()
        since = self.event_gaps.gap(name)
        doubtful = tuple(leg for _, legs in calls for leg in legs if leg not in listed)
        alive = self._living(name, doubtful)
        if alive is None:
            return  # the connection is going again: the next one asks
        gone = alive.symmetric_difference(doubtful)
        for driver, _ in calls:
            driver.deliver(ChannelsChecked(frozenset(driver.call.watched_legs).difference(gone), since))
        self.event_gaps.whole(name)

    def _on_down(self, name: str, reason: EventSocketError) -> None:
        meters.switch_up.labels(name).set(0)
        self._registrations.lost(name)
        self.event_gaps.lost(name, closed=isinstance(reason, SwitchClosed))

    def _on_restart(self, name: str, core: str) -> None:
        """None of the switch's channels lives any more, but those it has handed over since (with its new Core-UUID)."""
        meters.switch_restarts_total.labels(name).inc()
        assert self._shared is not None
        for driver in [d for d in self._shared.drivers.values() if d.call.switch == name and d.core != core]:
            driver.deliver(SwitchGone(f"switch {name} was restarted", self.event_gaps.gap(name)))

    def _is_wanted(self, name: str, text: bytes) -> bool:
        """Of what the switch tells every worker only what is of our own calls is read, and what is of no channel."""
        self.event_gaps.heard(name)
        what, channel = peek(text, "Event-Name"), peek(text, "Unique-ID")
        if what == "CUSTOM" and (mixer := room_line.mixer_named(text)):
            return self._shared is not None and any(room_line.are_in(self._shared.drivers.values(), name, mixer))
        if what == LISTENING or (self._shared is not None and channel in self._shared.call_by_channel):
            return what != LISTENING or leg_news.is_eavesdropping(text)
        is_joined = self._shared is not None and channel in self._shared.joined
        if what == "DTMF":
            return self.missed_keys.keep(channel, text) or is_joined
        if what in RECORDING_EVENTS or (what == "CUSTOM" and leg_news.call_named(text)):
            return self._shared is not None and leg_news.call_named(text) in self._shared.drivers
        names = call_names(peek(text, CALL_MARK), channel)
        if not names or (self._shared is not None and self._is_ours(names)):
            return True
        if what == "CHANNEL_HANGUP_COMPLETE":
            self.missed.keep(names, text)
        return is_joined

    def _is_ours(self, names: tuple[str, ...]) -> bool:
        shared = self._shared
        assert shared is not None
        return any(
            name in shared.drivers or name in shared.call_by_channel or name in shared.estimated for name in names
        )

    def _on_event(self, name: str, event: SwitchEvent) -> None:
        assert self._shared is not None
        if event.name == "CHANNEL_HANGUP_COMPLETE":
            self._leg_gone(event)
        elif leg_news.is_of_leg(event):
            leg_news.tell(event, self._shared, self.missed_keys)
        elif event.name == LISTENING:
            supervise_line.look_at(event, name, self._shared)
        elif event.name in ("MESSAGE_QUERY", "PRESENCE_PROBE"):
            self.on_asked(name, event)
        elif event.get("Event-Subclass") == room_line.MAINTENANCE:
            room_line.tell(event, name, self._shared.drivers.values())
        elif (said := worker_events.read(event)) is not None:
            self._said(name, said)
        elif event.name == "CUSTOM":
            self._phone(name, event)

    def _said(self, name: str, said: WorkerEvent) -> None:
        """A worker has said something over the switch."""
        assert self._shared is not None
        if isinstance(said, Taken) and said.worker == self._shared.worker:
            self._talk.heard_own(said)
        with contained("call", "what another worker has said could not be acted on", worker=said.worker):
            passing_on.hear(self._shared, name, said)

    def _leg_gone(self, event: SwitchEvent) -> None:
        """Deliver a leg's end to its call; a transferred leg has become a call of its own as well."""
        shared, channel = self._shared, event.get("Unique-ID")
        assert shared is not None
        own, joined = shared.call_by_channel.get(channel, ""), shared.joined.get(channel, "")
        for name in dict.fromkeys((own, *call_names(event.get(CALL_MARK), channel), joined)):
            driver, closed = shared.drivers.get(name), shared.estimated.get(name)
            if driver is not None:
                driver.deliver(leg_gone(event, driver.call))
            elif closed is not None:
                shared.late_leg_end(name, leg_gone(event, closed))

    def _phone(self, name: str, event: SwitchEvent) -> None:
        account = (event.get("from-user") or event.get("user"), event.get("from-host") or event.get("host"))
        expires = event.get("expires")
        if event.get("Event-Subclass") == "sofia::register" and expires.isdigit():
            self._registrations.registered(name, account, float(expires))
        else:
            self._registrations.gone(name, account)
        self._on_phone(*account)
