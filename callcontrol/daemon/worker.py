"""A worker: everything wired together, from the listening socket to the spool. The only file that knows all parts."""

from __future__ import annotations

import gc
import logging
import random
import signal
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from ipaddress import ip_network

import gevent
from gevent import socket
from gevent.event import Event

from callcontrol.config.credit_accounts import tenants_with_accounts
from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.control.talk_events import RecordingAsked
from callcontrol.control.trunk_events import GivesWay
from callcontrol.daemon import beside_line, parked_line, room_line, supervise_line
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.box_line import BoxLine
from callcontrol.daemon.busy_legs import BusyLegs
from callcontrol.daemon.call_acceptor import CallAcceptor
from callcontrol.daemon.call_backs import CallBacks
from callcontrol.daemon.click_to_calls import ClickToCalls
from callcontrol.daemon.closing_watch import ClosingWatch
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.credit_books import CreditBooks
from callcontrol.daemon.credit_line import CreditLine
from callcontrol.daemon.engagements import engaged_in
from callcontrol.daemon.event_polling import EventPolling
from callcontrol.daemon.handover import Handover
from callcontrol.daemon.heartbeat import Heartbeat
from callcontrol.daemon.layout_sync import LayoutSync
from callcontrol.daemon.leg_line import LegLine
from callcontrol.daemon.offer_dispatcher import OfferDispatcher
from callcontrol.daemon.on_calls import OnCalls
from callcontrol.daemon.orphan_channels import OrphanChannels
from callcontrol.daemon.override_meters import OverrideMeters
from callcontrol.daemon.payer_counts import PayerCounts
from callcontrol.daemon.phone_lamps import PhoneLamps
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.queue_meters import QueueMeters
from callcontrol.daemon.queue_upgrade import QueueUpgrade
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.restriction_keeper import RestrictionKeeper
from callcontrol.daemon.restrictions import PayerRestrictions
from callcontrol.daemon.spending_watch import SpendingWatch
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.timers import Timers
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.daemon.trunk_reader import TrunkReader
from callcontrol.daemon.trunk_watch import TrunkWatch
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.daemon.worker_spools import WorkerSpools
from callcontrol.edges import box_meters, clock, meters, talk_meters
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch.arrival import KEPT
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer, Unobserved
from callcontrol.edges.freeswitch.replies import ConnectionLimits
from callcontrol.edges.freeswitch.sockets import Address, InheritedFd
from callcontrol.edges.freeswitch.translate import READ
from callcontrol.edges.freeswitch.wire import WireLimits
from callcontrol.edges.heartbeat_message import HeartbeatMessage
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.busy_lamps import BusyLegStore
from callcontrol.edges.live_state.call_backs import CallBackStore
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.on_calls import OnCallStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.payer_counts import PayerCountStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.post import Post
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.edges.live_state.rounds import RoundStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.live_state.running_costs import RunningCostStore
from callcontrol.edges.live_state.trunks import TrunkStore
from callcontrol.edges.live_state.workers import Workers, worker_name
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Engaged, Occasion, Offer
from callcontrol.vocabulary.recording import RecordingAction

log = logging.getLogger(__name__)

# Calls of dead workers are taken over when the switches can be reached, but no later than this (seconds).
LINKS_UP_S = 2.0
COLLECT_AFTER = 50_000  # objects
# How long records may take to reach Postgres at the end; the others stay in the spool (seconds).
LAST_BATCHES_S = 5.0
# For how long calls may begin whose connections were accepted before a drain, and how often that is seen to (seconds).
BEGINNING_S, BEGINNING_LOOK_S = 2.0, 0.02
REFRESH_METERS_S = 1.0


class ConnectionMeter(Unobserved):
    """Counts the connections that are turned away, for Prometheus."""

    def turned_away(self, why: str) -> None:
        meters.connections_refused_total.labels(why).inc()

    def accept_failed(self, error: OSError) -> None:
        meters.connections_refused_total.labels("system").inc()


class Worker:
    """One process's worth of call control.

    Args:
        redis_url, postgres_dsn: the stores, configured or embedded.
        listener: where calls come in: an address, or the supervisor's socket, shared with the other workers.
        instance: which of the workers of this data folder it is; its spool and its metrics are the instance's.
        pulse: the socket to the supervisor; None for a worker that has none.
    """

    def __init__(
        self,
        current: Current,
        redis_url: str,
        postgres_dsn: str,
        *,
        listener: Address | InheritedFd,
        instance: int,
        pulse: socket.socket | None = None,
    ) -> None:
        settings = current.configuration.settings
        self._current, self._name, self._postgres_dsn = current, worker_name(clock.new_id()), postgres_dsn
        self._stopped, self._draining, self._chance = Event(), False, random.Random(clock.new_id())
        self._pipeline = RedisPipeline(connect(redis_url, settings.limits.lookup_ms / 1000))
        books = self._credit = CreditBooks(postgres_dsn, self._pipeline, self._name, self._tenants_with_accounts)
        spools = self._spools = WorkerSpools(settings, instance, postgres_dsn, books.booked, books.counted)
        phones, store = Registrations(settings.switches), self._queue_store()
        sync = self._layout_sync = LayoutSync(current, phones, store, self._engaged, OverrideStore(self._pipeline))
        links = self._switch_links = SwitchLinks(settings, phones, self._chance, self._phone_changed, sync.phones_read)
        self._queue_upgrade = QueueUpgrade(workers := self._lease(), store)
        self._shared = WorkerContext(
            worker=self._name,
            current=current,
            rules=RuleStore(self._pipeline),
            languages=LanguageStore(self._pipeline),
            overrides=OverrideStore(self._pipeline),
            parked=ParkedStore(self._pipeline),
            rooms=room_line.RoomLine(self._pipeline, links.link_of),
            boxes=BoxLine(BoxStore(self._pipeline), BroughtSounds(self._pipeline), spools.media.note),
            credit=CreditLine(books.store, current),
            calls=CallStore(self._pipeline, lambda tenant, call_id: self._shared.refused(tenant, call_id)),
            registrations=phones,
            records=spools.records,
            media=spools.media,
            switches=self._switch_links,
            legs=LegLine(links.link_of, links.profile_of),
            queue_store=store,
            queues=QueueLine(store),
            timers=Timers(),
            holds=partial(_may_be_others, workers, links),
            cut_off=lambda: workers.cut_off_since is not None,
            missed=links.missed.of,
            missed_keys=links.missed_keys.of,
            slack_s=links.slack_s,
        )
        adoption = Adoption(self._shared, workers, self._chance)
        self._handover = Handover(self._shared, workers, adoption, self._wait_for_links, links.missed.looked)
        self._look_after_calls(store, links)
        self._inbox, self._server = self._heard_at(redis_url), _server(settings, listener, self._shared, links)
        self._heartbeat = Heartbeat(pulse, self._how, self._stopped.set) if pulse is not None else None

    def _look_after_calls(self, store: QueueStore, links: SwitchLinks) -> None:
        """Offers, the switches' events while callers wait, channels without a call."""
        switches = self._current.configuration.settings.switches
        self._dispatcher = OfferDispatcher(self._shared, store, links)
        self._event_polling = EventPolling(
            switches, self._shared.of_queues, links.poll_events, self._shared.queue_call_began
        )
        self._orphans = OrphanChannels(self._shared, links, Post(self._pipeline, "strays", self._name))

    def _tenants_with_accounts(self) -> list[str]:
        return tenants_with_accounts(self._current.configuration.settings)

    def _phone_changed(self, user: str, domain: str) -> None:
        self._layout_sync.phone_changed(user, domain)
        self._lamps.phone_changed(user, domain)

    def _queue_store(self) -> QueueStore:
        return QueueStore(
            self._pipeline,
            self._occasion,
            lambda tenant, told: self._dispatcher.told(tenant, told),
            on_older=lambda tenant: self._queue_upgrade.wanted(tenant),
        )

    def _engaged(self) -> Mapping[str, Sequence[Engaged]]:
        return engaged_in(self._calls())

    def _calls(self) -> Iterator[Call]:
        return (driver.call for driver in tuple(self._shared.drivers.values()))

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT, or the supervisor is gone; returns the exit status."""
        _calm_collector()
        self._spools.start()
        self._credit.start()
        self._lamps = PhoneLamps(self._pipeline, self._name, self._current, self._switch_links)
        self._lamps.start()
        self._switch_links.start(self._shared)
        self._handover.start()
        self._inbox.start()
        self._layout_sync.start()
        QueueMeters(self._pipeline, self._current, self._occasion, self._name).start()
        RestrictionKeeper(self._postgres_dsn, self._pipeline, self._name).start()
        OverrideMeters(self._pipeline, self._current, self._name).start()
        TrunkReader(self._pipeline, self._current, self._name).start()
        ClosingWatch(self._shared).start()
        self._orphans.start()
        self._event_polling.start()
        self._count_on_others()
        gevent.spawn(self._keep_meters_fresh)
        self._server.start()
        for number, act in ((signal.SIGTERM, self._stopped.set), (signal.SIGINT, self._stopped.set)):
            gevent.signal_handler(number, act)
        gevent.signal_handler(signal.SIGHUP, self._reload)
        settings = self._current.configuration.settings
        if self._heartbeat is not None:
            self._heartbeat.start()
        log.info("taking calls at %s", settings.listen)
        self._stopped.wait()
        return self._drain(settings.limits.drain_s)

    def _count_on_others(self) -> None:
        """What concerns calls of all workers, and is kept by each in its memory."""
        self._shared.call_backs = CallBacks(CallBackStore(self._pipeline))
        self._shared.call_backs.start()
        supervise_line.begin(self._shared, self._pipeline)
        restrictions, note = RestrictionStore(self._pipeline), self._shared.media.note
        self._shared.restrictions = PayerRestrictions(restrictions, note, self._shared.drivers.values)
        self._shared.restrictions.start()
        store, restrict = RunningCostStore(self._pipeline, self._name), self._shared.restrictions.carry_out
        spending = SpendingWatch(self._postgres_dsn, self._current, self._shared.drivers.values, restrict, store)
        self._shared.payers_learn = spending.learn
        spending.start()
        self._shared.trunks = TrunkWatch(RoundStore(self._pipeline))
        self._shared.capacity = TrunkCapacity(self._name, TrunkStore(self._pipeline))
        trunks, rests = lambda: self._current.configuration.settings.trunks, self._shared.trunks.rests
        self._shared.capacity.start(trunks, rests)
        self._shared.counts = PayerCounts(PayerCountStore(self._pipeline))
        self._shared.counts.start()
        lamps = BusyLegs(BusyLegStore(self._pipeline))
        on_calls = OnCalls(OnCallStore(self._pipeline), self._shared.overrides.last_known, lamps)
        on_calls.start(self._calls, lambda: self._current.configuration.settings)
        self._shared.on_calls = on_calls

    def _drain(self, deadline_s: float) -> int:
        """No new calls; running ones are handed over."""
        self._draining = True
        self._server.stop()
        log.info("draining: %d calls in progress, at most %s s", len(self._shared.drivers), deadline_s)
        self._handover.leave(deadline_s)
        self._hand_over_the_last()
        self._event_polling.stop()
        self._switch_links.stop()
        self._spools.stop(LAST_BATCHES_S)
        self._pipeline.stop(LAST_BATCHES_S)
        return 0

    def _hand_over_the_last(self) -> None:
        """A connection that was accepted just before the drain may become a call after all others were handed over."""
        due = clock.monotonic() + BEGINNING_S
        while self._server.connection_count and clock.monotonic() < due:
            self._handover.leave_late_ones()
            gevent.sleep(BEGINNING_LOOK_S)

    def _lease(self) -> Workers:
        heard = self._switch_links.event_gaps.until
        return Workers(
            self._pipeline, self._name, lambda: self._handover.lapsed(), lambda: self._shared.resume(), heard=heard
        )

    def _wait_for_links(self) -> None:
        self._switch_links.wait_until_up(LINKS_UP_S)

    def _published(self, tenant: str, offer: Offer) -> None:
        """Another worker's operation has made an offer to a caller of ours."""
        self._dispatcher.offered(tenant, self._shared.queue_store.in_our_time(tenant, offer))

    def _heard_at(self, redis_url: str) -> Inbox:
        told = self._published, self._dispatcher.noticed, self._shared.lose, self._recording_asked, self._gives_way
        return Inbox(
            redis_url,
            self._name,
            *told,
            on_restricted=lambda: self._shared.restrictions.heard(),
            on_click=ClickToCalls(self._shared, self._switch_links, ClickToCallStore(self._pipeline)).asked,
            **(parked_line.heard(self._shared) | supervise_line.heard(self._shared) | beside_line.heard(self._shared)),
            on_room=partial(room_line.changed, self._shared.drivers.values()),
            on_invites=partial(room_line.asked, self._shared.drivers),
        )

    def _recording_asked(self, call: str, action: str, by: str) -> None:
        """A person wants something done about the recording of a call of ours."""
        driver = self._shared.drivers.get(call)
        if driver is not None:
            driver.deliver(RecordingAsked(RecordingAction(action), by))

    def _gives_way(self, call: str, leg: str) -> None:
        """An emergency call needs the channel that this leg of ours has."""
        driver = self._shared.drivers.get(call)
        if driver is not None:
            driver.deliver(GivesWay(leg))

    def _reload(self) -> None:
        if self._current.reload():
            self._layout_sync.compare()

    def _occasion(self, tenant: str) -> Occasion:
        """The time, worker, seed and periods of a queue operation."""
        now = clock.now()
        periods = periods_at(now, self._current.configuration.zone_of(tenant))
        return Occasion(now, self._name, seed_from(self._chance), periods)

    def _not_ready(self) -> str:
        """Why calls cannot be taken now. Stores that are away are no reason: calls go on without them."""
        if self._draining:
            return "draining"
        down = self._switch_links.down()
        return f"no connection to {', '.join(down)}" if down else ""

    def _how(self) -> HeartbeatMessage:
        version = str(self._current.configuration.version)
        return HeartbeatMessage(self._name, self._not_ready(), len(self._shared.drivers), version)

    def _keep_meters_fresh(self) -> None:
        """Refresh the metrics that the supervisor reads from files, before it reads them."""
        while True:
            with contained("loop", "the meters could not be refreshed"):
                self._refresh_meters()
            gevent.sleep(clock.until_tick(REFRESH_METERS_S))

    def _refresh_meters(self) -> None:
        meters.calls_in_progress.set(len(self._shared.drivers))
        calls = (driver.call for driver in self._shared.drivers.values())
        talk_meters.recordings_running.set(sum(call.recording is not None and call.recording.is_on for call in calls))
        for line in (parked_line, room_line, supervise_line):
            line.refresh_meters(self._shared)
        meters.connections.set(self._server.connection_count)
        meters.redis_up.set(0 if self._pipeline.away_because else 1)
        meters.redis_refuses.set(1 if self._pipeline.refuses_because else 0)
        meters.redis_waiting.set(self._pipeline.depth)
        meters.redis_round_trips.set(self._pipeline.round_trips)
        meters.redis_commands.set(self._pipeline.commands)
        meters.state_saves_failed.set(self._shared.calls.failed_saves)
        meters.queue_operations_owed.set(self._shared.queue_store.owed)
        box_meters.messages_owed.set(self._shared.boxes.owed)
        self._switch_links.tell_pace()
        self._spools.refresh_meters()


def _may_be_others(workers: Workers, links: SwitchLinks, switch: str) -> bool:
    """Whether calls of this switch may be other workers' by now."""
    if workers.has_its_calls:
        return False
    since = workers.cut_off_since
    return workers.lapsed or (since is not None and not links.heard_since(switch, since))


def _calm_collector() -> None:
    """Calls leave no reference cycles behind: the collector need not walk all objects after every 700 new ones."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


def _server(
    settings: Settings, listener: Address | InheritedFd, shared: WorkerContext, links: SwitchLinks
) -> OutboundServer:
    wire = WireLimits(body_bytes=settings.limits.frame_bytes)
    return OutboundServer(
        listener,
        CallAcceptor(shared, links).receive,
        limits=OutboundLimits(settings.limits.calls, connection=ConnectionLimits(wire=wire)),
        allow=tuple(ip_network(n) for n in settings.allow),
        why_strange=links.why_strange,
        keep=KEPT.__contains__,
        read=READ,
        observer=ConnectionMeter(),
    )
