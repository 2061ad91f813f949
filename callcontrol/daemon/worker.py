"""A worker: everything wired together, from the listening socket to the spool. The only file that knows all parts."""

from __future__ import annotations

import gc
import logging
import random
import signal
from ipaddress import ip_network
from pathlib import Path

import gevent
from gevent import socket
from gevent.event import Event

from callcontrol.config.settings import Settings
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.desk import Desk
from callcontrol.daemon.left_records import LeftRecords, spool_of
from callcontrol.daemon.leg_line import LegLine
from callcontrol.daemon.pulse import Pulse
from callcontrol.daemon.queue_keeper import QueueKeeper
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.queue_meters import QueueMeters
from callcontrol.daemon.queue_pump import QueuePump
from callcontrol.daemon.reception import Reception
from callcontrol.daemon.record_writer import RecordWriter
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.strays import Strays
from callcontrol.daemon.succession import Succession
from callcontrol.daemon.switchboard import Switchboard
from callcontrol.daemon.timers import Timers
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch.arrival import KEPT
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer
from callcontrol.edges.freeswitch.replies import ConnectionLimits
from callcontrol.edges.freeswitch.sockets import Address, InheritedFd
from callcontrol.edges.freeswitch.wire import WireLimits
from callcontrol.edges.ledger.rejected import FILE, RejectedRecords
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.duty import Duty
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipe import Pipe, connect
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.live_state.workers import Workers, worker_name
from callcontrol.edges.pulse_line import PulseLine
from callcontrol.edges.spool import Spool, SpoolLimits
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Occasion, Offer

log = logging.getLogger(__name__)

# What a dead worker left is taken over when the switches can be told what to do, but no later than this (seconds).
LINKS_UP_S = 2.0
COLLECT_AFTER = 50_000  # objects
# How long records may take to reach Postgres at the end; what is left stays in the spool (seconds).
LAST_BATCHES_S = 5.0
REFRESH_METERS_S = 1.0


class ConnectionMeter:
    """Counts connections for Prometheus."""

    def accepted(self) -> None:
        meters.connections.inc()

    def turned_away(self, why: str) -> None:
        meters.connections_refused_total.labels(why).inc()

    def accept_failed(self, error: OSError) -> None:
        meters.connections_refused_total.labels("system").inc()

    def closed(self, reason: EventSocketError) -> None:
        meters.connections.dec()


class Worker:
    """One process's worth of call control.

    Args:
        redis_url, postgres_dsn: the stores, configured or embedded.
        listener: where calls come in: an address, or the supervisor's socket, shared with the other workers.
        slot: which of the workers of this data folder it is; its spool and its metrics are the slot's.
        pulse: the line to the supervisor; None for a worker that has none.
    """

    def __init__(
        self,
        current: Current,
        redis_url: str,
        postgres_dsn: str,
        *,
        listener: Address | InheritedFd,
        slot: int,
        pulse: socket.socket | None = None,
    ) -> None:
        settings = current.configuration.settings
        self._current = current
        self._name = worker_name(clock.new_id())
        self._stopped = Event()
        self._draining = False
        self._pipe = Pipe(connect(redis_url, settings.limits.lookup_ms / 1000))
        self._ledger = LedgerWriter(postgres_dsn)
        self._records, self._left = _spools(settings, slot, self._ledger, postgres_dsn)
        registrations = Registrations(settings.switches)
        self._chance = random.Random(clock.new_id())
        store = QueueStore(self._pipe, self._occasion, lambda tenant, told: self._pump.told(tenant, told))
        self._keeper = QueueKeeper(current, registrations, store)
        self._switchboard = Switchboard(
            settings, registrations, self._chance, self._keeper.phone_changed, self._keeper.phones_read
        )
        workers = self._lease()
        self._desk = Desk(
            worker=self._name,
            current=current,
            rules=RuleStore(self._pipe),
            calls=CallStore(self._pipe, lambda tenant, call_id: self._desk.lose(tenant, call_id)),
            registrations=registrations,
            records=self._records,
            switches=self._switchboard,
            legs=LegLine(self._switchboard.link_of, self._switchboard.profile_of),
            queue_store=store,
            queues=QueueLine(store),
            timers=Timers(),
            holds=lambda switch: workers.lapsed or _unheard(self._switchboard, switch, workers.cut_off_since),
            cut_off=lambda: workers.cut_off_since is not None,
            missed=self._switchboard.missed.of,
        )
        adoption = Adoption(self._desk, workers, self._chance)
        self._succession = Succession(self._desk, workers, adoption, self._wait_for_links)
        self._pump = QueuePump(self._desk, store, self._switchboard)
        self._strays = Strays(self._desk, self._switchboard, Duty(self._pipe, "strays", self._name))
        self._queue_meters = QueueMeters(self._pipe, current, self._occasion, self._name)
        self._inbox = Inbox(redis_url, self._name, self._published, self._pump.noticed, self._desk.lose)
        self._server = _server(settings, listener, Reception(self._desk, self._switchboard))
        self._pulse = Pulse(pulse, self._how, self._stopped.set) if pulse is not None else None

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT, or the supervisor is gone; returns the exit status."""
        _calm_collector()
        self._records.start()
        self._switchboard.start(self._desk)
        self._left.start()
        self._succession.start()
        self._inbox.start()
        self._keeper.start()
        self._queue_meters.start()
        self._strays.start()
        gevent.spawn(self._keep_meters_fresh)
        self._server.start()
        for number, act in ((signal.SIGTERM, self._stopped.set), (signal.SIGINT, self._stopped.set)):
            gevent.signal_handler(number, act)
        gevent.signal_handler(signal.SIGHUP, self._reload)
        settings = self._current.configuration.settings
        if self._pulse is not None:
            self._pulse.start()
        log.info("taking calls at %s", settings.listen)
        self._stopped.wait()
        return self._drain(settings.limits.drain_s)

    def _drain(self, deadline_s: float) -> int:
        """No new calls; running ones are handed over."""
        self._draining = True
        self._server.stop()
        log.info("draining: %d calls in progress, at most %s s", len(self._desk.drivers), deadline_s)
        self._succession.leave(deadline_s)
        self._switchboard.stop()
        self._records.stop(LAST_BATCHES_S)
        self._left.stop(LAST_BATCHES_S)
        self._pipe.stop(LAST_BATCHES_S)
        return 0

    def _lease(self) -> Workers:
        heard = self._switchboard.hearing.until
        return Workers(
            self._pipe, self._name, lambda: self._succession.lapsed(), lambda: self._desk.resume(), heard=heard
        )

    def _wait_for_links(self) -> None:
        self._switchboard.wait_until_up(LINKS_UP_S)

    def _published(self, tenant: str, offer: Offer) -> None:
        """Another worker's operation has made an offer to a caller of ours."""
        self._pump.offered(tenant, self._desk.queue_store.in_our_time(tenant, offer))

    def _reload(self) -> None:
        if self._current.reload():
            self._keeper.compare()

    def _occasion(self, tenant: str) -> Occasion:
        """Now, here, by this chance."""
        now = clock.now()
        periods = periods_at(now, self._current.configuration.zone_of(tenant))
        return Occasion(now, self._name, seed_from(self._chance), periods)

    def _not_ready(self) -> str:
        """Why calls cannot be taken now. Stores that are away are no reason: calls go on without them."""
        if self._draining:
            return "draining"
        down = self._switchboard.down()
        return f"no connection to {', '.join(down)}" if down else ""

    def _how(self) -> PulseLine:
        version = str(self._current.configuration.version)
        return PulseLine(self._name, self._not_ready(), len(self._desk.drivers), version)

    def _keep_meters_fresh(self) -> None:
        """What the supervisor reads from files has to be there before it looks."""
        while True:
            with contained("loop", "the meters could not be refreshed"):
                self._refresh_meters()
            gevent.sleep(REFRESH_METERS_S)

    def _refresh_meters(self) -> None:
        meters.redis_up.set(0 if self._pipe.away_because else 1)
        meters.redis_refuses.set(1 if self._pipe.refuses_because else 0)
        meters.redis_waiting.set(self._pipe.depth)
        meters.redis_round_trips.set(self._pipe.round_trips)
        meters.redis_commands.set(self._pipe.commands)
        meters.state_saves_failed.set(self._desk.calls.failed_saves)
        meters.queue_operations_owed.set(self._desk.queue_store.owed)
        state = self._records.state()
        meters.postgres_up.set(0 if state.failures else 1)
        meters.partitions_ahead.set(self._ledger.months_ahead)
        meters.spool_records.set(state.depth + state.waiting + self._left.depth)
        meters.spool_bytes.set(state.spool_bytes)
        meters.records_rejected.set(state.rejected)


def _unheard(board: Switchboard, switch: str, cut_off_since: float | None) -> bool:
    """Whether calls of this switch may have been taken over without a word to us."""
    return cut_off_since is not None and not board.heard_since(switch, cut_off_since)


def _calm_collector() -> None:
    """Calls leave no cycles behind; the collector need not walk all of them after every 700 new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


def _server(settings: Settings, listener: Address | InheritedFd, reception: Reception) -> OutboundServer:
    wire = WireLimits(body_bytes=settings.limits.frame_bytes)
    return OutboundServer(
        listener,
        reception.receive,
        limits=OutboundLimits(settings.limits.calls, connection=ConnectionLimits(wire=wire)),
        allow=tuple(ip_network(n) for n in settings.allow),
        keep=KEPT.__contains__,
        observer=ConnectionMeter(),
    )


def _spools(settings: Settings, slot: int, ledger: LedgerWriter, dsn: str) -> tuple[RecordWriter, LeftRecords]:
    """The slot's own records, and those others left."""
    spool = spool_of(Path(settings.data) / "spool", slot, SpoolLimits(total_bytes=settings.limits.spool_bytes))
    left = LeftRecords(spool.folder.parent, spool.folder, lambda folder: _carrier(settings, folder, dsn))
    return _record_writer(settings, spool, ledger), left


def _record_writer(settings: Settings, spool: Spool, ledger: LedgerWriter) -> RecordWriter:
    return RecordWriter(spool, ledger, RejectedRecords(Path(settings.data) / FILE))


def _carrier(settings: Settings, folder: Path, postgres_dsn: str) -> RecordWriter:
    """A way into the ledger for what others left in a spool."""
    return _record_writer(settings, Spool(folder), LedgerWriter(postgres_dsn))
