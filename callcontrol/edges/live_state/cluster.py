"""A Redis Cluster: which master has which slot, as its servers tell.

A slot on the move between two masters counts as away until it has arrived: ASK is not followed, for a
script there would miss those keys of its tenant that are still on their way (it names only one of them).
redis-py's own RedisCluster repeats commands and asks one master after the other, so only its parts are used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from callcontrol.config.redis_address import RedisAddress
from callcontrol.edges.live_state.round_trips import RoundTrips
from callcontrol.edges.live_state.servers import Command, Reply, client_of

log = logging.getLogger(__name__)

_SCRIPTS: Final = frozenset({"EVAL", "EVALSHA"})
_KEY_OF_A_SCRIPT: Final = 3

Host = tuple[str, int]
# Of a range of slots the first, the last, its master and its replicas.
Range = tuple[int, int, Host, list[Host]]


class ClusterServers:
    """Each slot has its master (see `servers.Servers`)."""

    def __init__(self, address: RedisAddress, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.failovers = 0
        self.version = 0
        self._address = address
        self._trips: dict[str, RoundTrips] = {}
        # Whom to ask, in this order.
        self._known = [_name(host) for host in address.hosts]
        # Until a server has told, the first host of the address has everything.
        self._owners = [self._known[0]] * REDIS_CLUSTER_HASH_SLOTS
        self._masters = frozenset(self._owners)

    def hash_slot_of(self, command: Command) -> int:
        """The slot of the command's first key; of one without keys, any."""
        where = _KEY_OF_A_SCRIPT if command[0] in _SCRIPTS else 1
        key = command[where] if len(command) > where else ""
        return key_slot(key if isinstance(key, bytes) else str(key).encode())

    def server_of(self, hash_slot: int) -> str:
        """The master of a slot, as last told."""
        return self._owners[hash_slot]

    def is_known(self, server: str) -> bool:
        """Whether it is the master of any slot."""
        return server in self._masters

    def execute(self, server: str, commands: Sequence[Command]) -> list[Reply]:
        """One round trip to one master.

        Raises:
            redis.RedisError, OSError: it is away.
        """
        if not self.version:
            self.look_around()
        return self._trips_to(server).carry_out(commands)

    def look_around(self) -> None:
        """Ask the servers, one after the other, until one has told which master has which slot.

        Raises:
            redis.RedisError, OSError: none tells; the trouble is that of the last.
        """
        teller, told = self._first_answer("CLUSTER", "SLOTS")
        self._take(_ranges(told, _host(teller)))

    def listener(self) -> redis.Redis:
        """Any server: what is published at one is heard at all.

        Raises:
            redis.RedisError, OSError: none answers.
        """
        server, _ = self._first_answer("PING")
        return self._trips_to(server).client

    def close(self) -> None:
        """Close all connections."""
        for trips in self._trips.values():
            trips.close()

    def _first_answer(self, *question: str) -> tuple[str, Any]:
        """What the first server that answers says; the next time another is asked first, for one may be behind."""
        trouble: Exception = redis.ConnectionError("no server of the cluster is known")
        for server in list(self._known):
            self._known.sort(key=server.__eq__)  # it comes last, the others keep their order
            try:
                return server, self._trips_to(server).client.execute_command(*question)  # type: ignore[no-untyped-call]  # redis-py
            except (redis.RedisError, OSError) as error:
                trouble = error
        raise trouble

    def _take(self, ranges: Iterable[Range]) -> None:
        owners, known = list(self._owners), [_name(host) for host in self._address.hosts]
        for first, last, master, replicas in ranges:
            owners[first : last + 1] = [_name(master)] * (last + 1 - first)
            known += map(_name, (master, *replicas))
        if owners == self._owners and self.version:
            return
        masters = frozenset(owners)
        if self.version:
            self.failovers += len(self._masters - masters)
            log.warning("the masters of the Redis cluster are %s now", ", ".join(sorted(masters)))
        self._owners, self._masters = owners, masters
        self._known = list(dict.fromkeys(known))
        self.version += 1

    def _trips_to(self, server: str) -> RoundTrips:
        if server not in self._trips:
            self._trips[server] = RoundTrips(client_of(self._address.server(*_host(server)), self.timeout_s))
        return self._trips[server]


def _name(host: Host) -> str:
    return f"{host[0]}:{host[1]}"


def _host(name: str) -> Host:
    host, _, port = name.rpartition(":")
    return host, int(port)


def _ranges(told: Any, teller: Host) -> Iterator[Range]:
    """What CLUSTER SLOTS answers; a server that does not know its own address leaves it out."""
    for first, last, *servers in told:
        master, *replicas = (((host or b"").decode() or teller[0], int(port)) for host, port, *_ in servers)
        yield int(first), int(last), master, replicas
