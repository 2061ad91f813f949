"""The web process: serves until it is told to end; then takes nothing new, ends its streams, finishes its requests."""

from __future__ import annotations

import logging
from collections.abc import Callable

from gevent.event import Event

from callcontrol.config.fields import host_and_port
from callcontrol.daemon.configuration import Current
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.request_counts import RequestCounts
from callcontrol.edges.web.keep_alive import KeepAliveServer
from callcontrol.web.app import application
from callcontrol.web.guards import Guards
from callcontrol.web.live import Live
from callcontrol.web.services import Dsns, Services

REDIS_S = 2.0
STOP_S = 10.0

log = logging.getLogger("callcontrol.web")


class WebProcess:
    """Serves the API and the panel.

    Args:
        redis_url, dsn: the stores; `web.postgres` comes before the latter.
    """

    def __init__(self, current: Current, redis_url: str, dsn: str) -> None:
        self._current = current
        self.stopped = Event()
        settings = current.configuration.settings
        self._pipeline = RedisPipeline(connect(redis_url, REDIS_S))
        dsns = Dsns(settings.web.postgres or dsn, dsn)
        self._services = Services(lambda: current.configuration, dsns, self._pipeline, clock.now)
        self._guards = Guards(self._services, _counted(RequestCounts(self._pipeline).count))
        self._live = Live(self._services)

    def run(self) -> int:
        """Serve until `stopped` is set; returns the exit status.

        Raises:
            OSError: the address cannot be taken.
        """
        web = self._current.configuration.settings.web
        app = application(self._services, self._guards, self._live)
        server = KeepAliveServer(Address(*host_and_port(web.listen)), app, web.clients)
        log.info("API and panel are served at %s for %s", web.listen, web.address)
        self.stopped.wait()
        log.info("ending: %d live streams", self._live.count)
        self._live.stop()
        server.stop(STOP_S)
        self._services.stop()
        self._pipeline.stop(REDIS_S)
        return 0


def _counted(count: Callable[[str], int]) -> Callable[[str], int]:
    return lambda who: count(f"sign-in {who}")
