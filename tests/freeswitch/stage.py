"""The stage of the stories on a real switch: stores, the daemon, FreeSWITCH and the phones, below one folder."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis

from callcontrol.commands.reconcile import reconciler_of
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.edges.freeswitch.cdr_folder import CdrFolder
from callcontrol.simulator.stories.agents import LiveAgents
from callcontrol.simulator.stories.player import Player
from callcontrol.simulator.stories.stage import Daemon
from tests.freeswitch.configuration import render, write_configuration
from tests.freeswitch.switch import Ports, RealSwitch, running
from tests.freeswitch.world import RealWorld

REGISTRATIONS = "callcontrol_registrations{"


class RealStage:
    """Everything a story needs; a context manager."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self.ports = Ports.free()
        self.switch = RealSwitch(binary, folder / "switch", self.ports)
        self.world: RealWorld
        self.player: Player
        self.daemon: Daemon
        self.dsn = ""
        self.redis: EmbeddedRedis
        self.redis_url = ""
        self.config: Path
        self.stories = folder / "stories"
        self.recordings = folder / "recordings"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._set_up(stack)
            self._stack = stack.pop_all()
        return self

    def _set_up(self, stack: ExitStack) -> None:
        self.redis = EmbeddedRedis(self._folder / "redis")
        redis_url = self.redis_url = stack.enter_context(self.redis)
        self.dsn = stack.enter_context(EmbeddedPostgres(self._folder / "postgres", durable=False))
        config = self.config = write_configuration(self._folder / "config", self.ports, redis=redis_url, dsn=self.dsn)
        self.switch.lay_out()
        render(config, self.switch.conf)
        stack.enter_context(running(self.switch))
        self.daemon = Daemon(config, self.ports.http, self._folder / "daemon.log")
        stack.callback(self._stop_daemon)
        self.daemon.start()
        settings = read_configuration(config).settings
        phones = self._folder / "phones"
        for made in (phones, self.stories):
            made.mkdir()
        self.world = RealWorld(phones, self.ports, settings, self._known_registrations)
        stack.callback(self.world.close)
        redis: Redis = Redis.from_url(redis_url)
        stack.callback(redis.close)
        agents = LiveAgents(settings, redis_url, self.daemon.reload)
        stack.callback(agents.close)
        self.player = Player(self.world, settings, redis, self.dsn, agents=agents)

    def reconcile(self, folder: Path) -> None:
        """Run `callcontrol reconcile`, which completes the ledger from the switch's record files in this folder."""
        reconciler_of(lambda: read_configuration(self.config), self.dsn, self.redis_url).reconcile(
            next(iter(read_configuration(self.config).settings.switches)), CdrFolder(folder)
        )

    def _known_registrations(self) -> int:
        lines = (line for line in self.daemon.metrics().splitlines() if line.startswith(REGISTRATIONS))
        return sum(int(float(line.rpartition(" ")[2])) for line in lines)

    def _stop_daemon(self) -> None:
        if self.daemon.process is not None and self.daemon.process.poll() is None:
            self.daemon.stop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
