"""A master and its replicas, of which sentinels know which is the master now."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import redis
from redis.sentinel import Sentinel

from callcontrol.config.redis_address import RedisAddress
from callcontrol.edges.live_state.round_trips import RoundTrips
from callcontrol.edges.live_state.servers import Command, Reply, client_of

log = logging.getLogger(__name__)


class SentinelServers:
    """The master has all keys, in a single hash slot; the sentinels say where it is (see `servers.Servers`).

    They are asked at the first command, and again whenever the master fails or turns out to be none any more.
    """

    def __init__(self, address: RedisAddress, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.failovers = 0
        self.version = 0
        self._address = address
        self._sentinel = Sentinel([])  # type: ignore[no-untyped-call]  # redis-py's
        self._sentinel.sentinels = [client_of(url, timeout_s) for url in address.sentinels()]
        self._master: tuple[str, int] | None = None
        self._trips: RoundTrips | None = None

    def hash_slot_of(self, command: Command) -> int:
        """Always 0, the only slot."""
        return 0

    def server_of(self, hash_slot: int) -> str:
        """The name of the only server: its address may change with the master."""
        return self._address.service

    def is_known(self, server: str) -> bool:
        """Always True: the name stays, whichever server is the master."""
        return True

    def execute(self, server: str, commands: Sequence[Command]) -> list[Reply]:
        """One round trip to the master.

        Raises:
            redis.RedisError, OSError: it is away, or no sentinel knows who it is.
        """
        return (self._trips or self._found()).carry_out(commands)

    def look_around(self) -> None:
        """Ask the sentinels for the master.

        Raises:
            redis.RedisError, OSError: none of them knows one that lives.
        """
        self._found()

    def listener(self) -> redis.Redis:
        """The master as the sentinels know it now.

        Raises:
            redis.RedisError, OSError: none of them knows one that lives.
        """
        return self._found().client

    def close(self) -> None:
        """Close all connections."""
        if self._trips is not None:
            self._trips.close()
        for sentinel in self._sentinel.sentinels:
            sentinel.close()

    def _found(self) -> RoundTrips:
        master = self._sentinel.discover_master(self._address.service)  # type: ignore[no-untyped-call]  # redis-py's
        if self._trips is not None and master == self._master:
            return self._trips
        if self._trips is not None:
            self.failovers += 1
            self.version += 1
            log.warning("the master %s is %s:%s now", self._address.service, *master)
            self._trips.close()
        self._master = master
        self._trips = RoundTrips(client_of(self._address.server(*master), self.timeout_s))
        return self._trips
