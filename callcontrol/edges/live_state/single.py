"""One Redis server that has everything."""

from __future__ import annotations

from collections.abc import Sequence

import redis

from callcontrol.config.redis_address import RedisAddress
from callcontrol.edges.live_state.round_trips import RoundTrips
from callcontrol.edges.live_state.servers import Command, Reply, client_of


class SingleServer:
    """One server has all keys: there is a single hash slot, which never moves (see `servers.Servers`)."""

    version = 0
    failovers = 0

    def __init__(self, address: RedisAddress, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._place = address.place
        self._trips = RoundTrips(client_of(address.text, timeout_s))

    def hash_slot_of(self, command: Command) -> int:
        """Always 0, the only slot."""
        return 0

    def server_of(self, hash_slot: int) -> str:
        """The name of the only server: its address."""
        return self._place

    def is_known(self, server: str) -> bool:
        """Always True: the server is never replaced by another."""
        return True

    def execute(self, server: str, commands: Sequence[Command]) -> list[Reply]:
        """One round trip.

        Raises:
            redis.RedisError, OSError: the server is away.
        """
        return self._trips.carry_out(commands)

    def look_around(self) -> None:
        """Do nothing: a single server has no cluster or sentinel that could name another."""

    def listener(self) -> redis.Redis:
        """The client that subscribes to published messages: that of the only server."""
        return self._trips.client

    def close(self) -> None:
        """Close all connections."""
        self._trips.close()
