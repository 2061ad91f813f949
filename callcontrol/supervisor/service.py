"""The daemon as a whole: its data folder, its sockets, its stores, its workers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from callcontrol.config.fields import host_and_port
from callcontrol.config.settings import Settings
from callcontrol.edges import clock, meter_files, worker_environment
from callcontrol.edges.config_folder import Accepted, Refused, UnreadableFolder
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.journal import DroppedLines
from callcontrol.edges.worker_environment import Stores
from callcontrol.supervisor import descriptors, orphans, pid_file
from callcontrol.supervisor.fork_server import ForkServer
from callcontrol.supervisor.in_force import InForce
from callcontrol.supervisor.listeners import CallListener
from callcontrol.supervisor.metrics import empty_folder
from callcontrol.supervisor.port_probe import PortProbe
from callcontrol.supervisor.probes import Probes
from callcontrol.supervisor.slot import Slot
from callcontrol.supervisor.supervisor import Supervisor
from callcontrol.supervisor.timeouts import WorkerTimeouts
from callcontrol.supervisor.views import View
from callcontrol.supervisor.worker_process import Orders, WorkerProcess, start, start_media_job, start_web

log = logging.getLogger(__name__)


def serve(
    config: Path, found: Accepted, trouble: Refused | UnreadableFolder | None, count: int, dropped: DroppedLines
) -> int:
    """Serve with so many workers until SIGTERM or SIGINT; returns the exit status.

    Args:
        config: the admin's folder.
        found: the configuration that comes into force.
        trouble: why it is not the folder's (in_force.py); None if it is.
        dropped: counts the lines of the log that were dropped.
    Raises:
        InUse: another daemon has the data folder.
        CannotListen: an address is in use, or belongs to another host.
        EmbeddedStoreError: an embedded store is needed and cannot be had.
        OSError: the data folder cannot be written.
    """
    settings = found.settings
    data = Path(settings.data)
    scarce = _scarce(settings)
    with ExitStack() as stack:
        stack.enter_context(pid_file.held(data))
        configuration = InForce(config, found, trouble)
        listen = Address(*host_and_port(settings.listen))
        listener, watch = CallListener(listen), PortProbe(listen)
        stack.callback(listener.close)
        stack.callback(watch.stop)
        metrics = empty_folder(data)
        forks = ForkServer(orphans.adopt())
        stack.callback(forks.end)
        found_stores = stack.enter_context(stores(settings))
        orders = _Starter(configuration.path, listener, watch.port, metrics, found_stores, forks)
        timeouts = WorkerTimeouts(settings.limits.hung_s, settings.limits.drain_s)
        vacate = partial(meter_files.forget, metrics)
        jobs = tuple(_job_slots(settings, orders, count, vacate, timeouts, forks))
        supervisor = Supervisor(
            count,
            start=orders.start,
            vacate=vacate,
            listener=listener,
            timeouts=timeouts,
            configuration=configuration,
            forks=forks,
            jobs=jobs,
        )
        look = partial(_seen, supervisor, watch, dropped, scarce)
        probes = Probes(Address(*host_and_port(settings.http)), look, metrics)
        stack.callback(probes.stop)
        watch.start()
        log.info("%d workers take calls at %s, probes at http://%s", count, settings.listen, settings.http)
        return supervisor.run()


class _Starter:
    """Starts this daemon's workers."""

    def __init__(
        self,
        config: Path,
        listener: CallListener,
        knocked_from: int,
        metrics: Path,
        found: Stores,
        forks: ForkServer,
    ) -> None:
        self._config = config
        self._listener = listener
        self._knocked_from = knocked_from
        self._metrics = metrics
        self._stores = found
        self._forks = forks

    def start(self, instance: int, now: float) -> WorkerProcess:
        """A worker at this instance."""
        return start(self._orders(instance), instance, now)

    def start_media_job(self, instance: int, now: float) -> WorkerProcess:
        """The media job at this instance."""
        return start_media_job(self._orders(instance), instance, now)

    def start_web(self, instance: int, now: float) -> WorkerProcess:
        """The web process at this instance."""
        return start_web(self._orders(instance), instance, now)

    def _orders(self, instance: int) -> Orders:
        environment = {
            **worker_environment.environment(self._stores),
            **meter_files.environment(self._metrics, instance),
        }
        return Orders(self._config, self._listener.fileno(), self._knocked_from, environment, self._forks.launch)


def _scarce(settings: Settings) -> tuple[str, ...]:
    """What the host has too little of; logged, too."""
    scarce = descriptors.too_few(descriptors.raised(), settings.limits.calls)
    for remark in scarce:
        log.warning("%s", remark)
    return scarce


def _job_slots(
    settings: Settings,
    orders: _Starter,
    workers: int,
    vacate: Callable[[int], object],
    timeouts: WorkerTimeouts,
    forks: ForkServer,
) -> Iterator[Slot]:
    """The places of the processes beside the workers; each has two instances, which follow those of the workers."""
    runs = (
        ("media job", orders.start_media_job, settings.media.run),
        ("web process", orders.start_web, settings.web.run and bool(settings.web.keys)),
    )
    for number, (name, start_one, is_wanted) in enumerate(runs):
        first = 2 * (workers + number)
        if is_wanted:
            yield Slot(
                number,
                (first, first + 1),
                start=start_one,
                vacate=vacate,
                timeouts=timeouts,
                wall=clock.now,
                name=name,
                may_start=lambda: not forks.is_loading,
            )


@contextmanager
def stores(settings: Settings) -> Iterator[Stores]:
    """The configured stores, or embedded ones as long as the context lasts; logs which."""
    data = Path(settings.data)
    with ExitStack() as stack:
        redis_url = settings.redis.url or stack.enter_context(EmbeddedRedis(data / "redis"))
        dsn = settings.postgres.dsn or stack.enter_context(EmbeddedPostgres(data / "postgres"))
        log.info("Redis: %s", "configured" if settings.redis.url else f"embedded in {data / 'redis'}")
        log.info("Postgres: %s", "configured" if settings.postgres.dsn else f"embedded in {data / 'postgres'}")
        yield Stores(redis_url, dsn)


def _seen(supervisor: Supervisor, watch: PortProbe, dropped: DroppedLines, scarce: tuple[str, ...]) -> View:
    """The state of the daemon, with what the supervisor's threads know of it."""
    return replace(supervisor.view, door=watch.why, log_lines_dropped=dropped.total, host=scarce)
