"""A master and its replicas, of which sentinels know which is the master now."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import redis
from redis.sentinel import Sentinel

from callcontrol.config.redis_address import RedisAddress
from callcontrol.edges.live_state.servers import Command, Reply, client_of, round_trip

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
        self._client: redis.Redis | None = None

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
        return round_trip(self._client or self._found(), commands)

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
        return self._found()

    def close(self) -> None:
        """Close all connections."""
        for client in (self._client, *self._sentinel.sentinels):
            if client is not None:
                client.close()

    def _found(self) -> redis.Redis:
        master = self._sentinel.discover_master(self._address.service)  # type: ignore[no-untyped-call]  # redis-py's
        if self._client is not None and master == self._master:
            return self._client
        if self._client is not None:
            self.failovers += 1
            self.version += 1
            log.warning("the master %s is %s:%s now", self._address.service, *master)
            self._client.close()
        self._master = master
        self._client = client_of(self._address.server(*master), self.timeout_s)
        return self._client
