"""One Redis server that has everything."""

from __future__ import annotations

from collections.abc import Sequence

import redis

from callcontrol.config.redis_address import RedisAddress
from callcontrol.edges.live_state.servers import Command, Reply, client_of, round_trip


class SingleServer:
    """Everything is in one slot, which never moves (see `servers.Servers`)."""

    version = 0
    failovers = 0

    def __init__(self, address: RedisAddress, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._place = address.place
        self._client = client_of(address.text, timeout_s)

    def hash_slot_of(self, command: Command) -> int:
        """There is one."""
        return 0

    def server_of(self, hash_slot: int) -> str:
        """There is one, called by where it is."""
        return self._place

    def is_known(self, server: str) -> bool:
        """It is."""
        return True

    def execute(self, server: str, commands: Sequence[Command]) -> list[Reply]:
        """One round trip.

        Raises:
            redis.RedisError, OSError: the server is away.
        """
        return round_trip(self._client, commands)

    def look_around(self) -> None:
        """There is nobody to ask."""

    def listener(self) -> redis.Redis:
        """The server itself."""
        return self._client

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
