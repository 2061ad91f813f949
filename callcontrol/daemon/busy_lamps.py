"""Busy lamps of phones (SUBSCRIBE, RFC 4235): each shows whether an extension rings or talks or lets none ring, or
whether a caller is parked at a place.

Every worker notes what phones watch, as the switches tell it. One worker of all keeps the lamps: twice a second it
compares what the live state says with what it has told each subscription, and tells what differs. So a lamp is right
soon after any change, after a restart of a switch (all are told again), after the end of the worker that kept them
(another one tells all anew), and after a reload. A subscription that no worker has heard of is made again by the phone
within minutes (`force-subscription-expires` of the profile).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

import gevent
from gevent.event import Event

from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import Current
from callcontrol.edges import busy_lamp_meters, clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.presence_commands import CALL_ID, ShowLight
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.edges.live_state.busy_lamps import MAX_WATCHES, BusyLegStore, LampWatchStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.post import Post
from callcontrol.routing.busy_lamps import Goings, lights, watch_of
from callcontrol.vocabulary.busy_lamp import LampWatch, Light
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5
# A worker that has not looked for so long keeps the lamps no more, and another one does (seconds).
KEPT_S: Final = 5
# What other workers have heard that this one has not is read so often (seconds).
READ_S: Final = 10.0
# A switch is told of so many lamps at each look: its presence queue is flushed whole when it is overloaded
# (sofia_presence.c), and each costs it a statement of its database.
LAMPS_PER_LOOK: Final = 100
# The subscriptions that are lamps; others (message-summary) are asked for as well.
_PACKAGES: Final = ("dialog", "presence")

Watches = dict[str, dict[str, LampWatch]]  # by switch and Call-ID


class BusyLamps:
    """Notes what phones watch, and keeps the lamps if no other worker does."""

    def __init__(
        self, pipeline: RedisPipeline, worker: str, current: Current, link_of: Callable[[str], SwitchLink | None]
    ) -> None:
        self._store, self._legs = LampWatchStore(pipeline), BusyLegStore(pipeline)
        self._parked, self._overrides = ParkedStore(pipeline), OverrideStore(pipeline)
        self._post = Post(pipeline, "busy lamps", worker, KEPT_S)
        self._current, self._link_of = current, link_of
        self._is_ours, self._read_at = False, float("-inf")
        self._watches: Watches = defaultdict(dict)
        self._told: dict[str, dict[str, Light]] = defaultdict(dict)  # by switch and Call-ID
        self._since: dict[str, float] = {}  # since when each connection stands over which that was told
        self._wake = Event()

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            with contained("loop", "the busy lamps could not be looked after"):
                self.look_if_ours()
            if self._wake.wait(clock.until_tick(LOOK_S)):
                self._wake.clear()

    def asked(self, switch: str, event: SwitchEvent) -> None:
        """A phone has subscribed, renewed that, or ended it (PRESENCE_PROBE). Must not wait."""
        settings, call_id = self._current.configuration.settings, event.get("sub-call-id")
        expires, package = event.get("expires"), event.get("proto-specific-event-name").partition(";")[0]
        if not settings.busy_lamps or package not in _PACKAGES or not CALL_ID.fullmatch(call_id):
            return
        watched = event.get("to").partition("+")[2]
        lasts_s = int(expires) if expires.isdigit() else 0
        watch = watch_of(event.get("from"), watched, lasts_s, settings, clock.now())
        if watch is None or not lasts_s:
            busy_lamp_meters.lamp_watches_total.labels(switch, "ended" if watch is not None else "refused").inc()
            self._watches[switch].pop(call_id, None)
            self._store.forget(switch, call_id)
            return
        busy_lamp_meters.lamp_watches_total.labels(switch, "watched").inc()
        self._watch(switch, call_id, watch)

    def _watch(self, switch: str, call_id: str, watch: LampWatch) -> None:
        watches = self._watches[switch]
        if call_id not in watches and len(watches) >= MAX_WATCHES:
            meters.limits_reached_total.labels("MAX_WATCHES").inc()
            return
        watches[call_id] = watch
        self._store.keep(switch, call_id, watch)
        self._told[switch].pop(call_id, None)  # who asks is told
        if self._is_ours:
            self._wake.set()

    def look_if_ours(self) -> bool:
        """Compare and tell, unless another worker does; returns whether it was this one's to do."""
        settings = self._current.configuration.settings
        if not settings.busy_lamps:
            self._watches.clear()
            return False
        try:
            was_ours, self._is_ours = self._is_ours, self._post.is_ours()
            if not self._is_ours:
                self._told.clear()
            self._read(settings, anew=self._is_ours and not was_ours)
            shown = self._shown(settings) if self._is_ours else {}
        except LiveStateError as error:
            log.info("busy lamps stay as they are: %s", error)
            return self._is_ours
        if self._is_ours:
            for switch in settings.switches:
                self._tell(switch, settings, shown)
        return self._is_ours

    def _read(self, settings: Settings, *, anew: bool) -> None:
        """What phones watch, as all workers have heard it; those that have ended go."""
        if not anew and clock.monotonic() < self._read_at + READ_S:
            return
        now, self._read_at = clock.now(), clock.monotonic()
        for switch in settings.switches:
            self._watches[switch] = _latest(self._store.look(switch, now), self._watches[switch], now)
            told = self._told[switch]
            self._told[switch] = {call_id: light for call_id, light in told.items() if call_id in self._watches[switch]}
        watches = sum(map(len, self._watches.values()))
        busy_lamp_meters.lamps_watched.set(watches if self._is_ours else 0)

    def _shown(self, settings: Settings) -> Mapping[tuple[str, str], Light]:
        """What the lamp of each number that is watched has to show, by tenant and number."""
        numbers: defaultdict[str, set[str]] = defaultdict(set)
        for watches in self._watches.values():
            for one in watches.values():
                numbers[one.tenant].add(one.number)
        found: dict[tuple[str, str], Light] = {}
        for name, tenant in settings.tenants.items():
            if name in numbers:
                parked = {one.place for one in self._parked.look(name) if not one.held_for}
                goings = Goings(self._legs.look(name), parked, self._overrides.read(name))
                shown = lights(numbers[name], tenant, goings, clock.now())
                found.update({(name, number): light for number, light in shown.items()})
        return found

    def _tell(self, switch: str, settings: Settings, shown: Mapping[tuple[str, str], Light]) -> None:
        """What a switch does not know yet, as much as it may be told at once: first of all what shines."""
        link = self._link_of(switch)
        if link is None or not link.is_up:
            return
        if self._since.get(switch) != link.up_since:  # it may have been restarted
            self._since[switch], self._told[switch] = link.up_since, {}
        told = self._told[switch]
        wanted = {
            call_id: (shown.get((one.tenant, one.number), Light.DARK), one)
            for call_id, one in self._watches[switch].items()
        }
        differing = [call_id for call_id, (light, _) in wanted.items() if told.get(call_id) is not light]
        differing.sort(key=lambda call_id: wanted[call_id][0] is Light.DARK)
        for call_id in differing[:LAMPS_PER_LOOK]:
            if not self._show(switch, link, call_id, *wanted[call_id], settings):
                return
        if len(differing) > LAMPS_PER_LOOK:
            meters.limits_reached_total.labels("BUSY_LAMPS_PER_LOOK").inc()
            log.info("switch %s was told of %d busy lamps, more follow", switch, LAMPS_PER_LOOK)

    def _show(
        self, switch: str, link: SwitchLink, call_id: str, light: Light, watch: LampWatch, settings: Settings
    ) -> bool:
        tenant = settings.tenants.get(watch.tenant)
        if tenant is None:  # taken out of the configuration: its phones cannot subscribe again
            self._told[switch][call_id] = light
            return True
        try:
            profile = settings.switches[switch].profile
            link.tell(ShowLight(call_id, tenant.domain, profile, light))
        except EventSocketError as error:
            log.info("switch %s is told of busy lamps later: %s", switch, error)
            return False
        self._told[switch][call_id] = light
        busy_lamp_meters.busy_lamps_told_total.labels(switch).inc()
        return True


def _latest(stored: Mapping[str, LampWatch], own: Mapping[str, LampWatch], now: Instant) -> dict[str, LampWatch]:
    """Those that last; of one that both have, the one that lasts longer."""
    found = dict(stored)
    for call_id, one in own.items():
        if one.until > max(now, found[call_id].until if call_id in found else now):
            found[call_id] = one
    return found
