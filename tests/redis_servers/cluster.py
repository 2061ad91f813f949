"""Three masters with a replica each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import gevent
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from callcontrol.edges import clock
from tests.redis_servers.server import HOST, RedisServer, free_port

MASTERS = 3
NODE_TIMEOUT_MS = 1_000
AGREED_S = 30.0

_SETTINGS = {
    "cluster-enabled": "yes",
    "cluster-config-file": "nodes.conf",
    "cluster-node-timeout": str(NODE_TIMEOUT_MS),
    "cluster-replica-validity-factor": "0",
    # two thirds of the tenants go on when a master has died
    "cluster-require-full-coverage": "no",
    "repl-diskless-sync": "yes",
    "repl-diskless-sync-delay": "0",
    "appendonly": "no",
    "save": '""',
}


class RedisCluster:
    """A cluster below `folder`; a context manager, whose value is its URL."""

    def __init__(self, folder: Path) -> None:
        ports = [free_port(bus=True) for _ in range(2 * MASTERS)]
        self.servers = [RedisServer(folder / f"node-{port}", port, _SETTINGS) for port in ports]
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """As in `redis.url`."""
        return f"redis+cluster://{','.join(server.name_of_host for server in self.servers)}"

    def __enter__(self) -> str:
        with ExitStack() as stack:
            for server in self.servers:
                stack.enter_context(server)
            self._found()
            self._stack = stack.pop_all()
        return self.url

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _found(self) -> None:
        masters, replicas = self.servers[:MASTERS], self.servers[MASTERS:]
        share = REDIS_CLUSTER_HASH_SLOTS // MASTERS + 1
        for number, master in enumerate(masters):
            slots = range(number * share, min((number + 1) * share, REDIS_CLUSTER_HASH_SLOTS))
            master.say("CLUSTER", "ADDSLOTS", *slots)
        for number, server in enumerate(self.servers):
            server.say("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            for other in self.servers[:number]:
                server.say("CLUSTER", "MEET", HOST, other.port)
        until(lambda: all(self._knows_all(server) for server in self.servers))
        for master, replica in zip(masters, replicas, strict=True):
            replica.say("CLUSTER", "REPLICATE", master.say("CLUSTER", "MYID").decode())
        self.wait_until_whole()

    def _knows_all(self, server: RedisServer) -> bool:
        lines = server.say("CLUSTER", "NODES").decode().splitlines()
        return len(lines) == len(self.servers) and not any("handshake" in line for line in lines)

    # --- what tests do to it

    def wait_until_whole(self) -> None:
        """Every master has its slots and a replica that follows it, and all know."""
        until(lambda: all(_is_settled(server) for server in self.servers))
        until(lambda: len({self._map_of(server) for server in self.servers}) == 1)

    def _map_of(self, server: RedisServer) -> str:
        return repr(sorted(sorted(map(repr, range_)) for range_ in server.say("CLUSTER", "SLOTS")))

    def master_of(self, key: str) -> RedisServer:
        """The server that has this key now, as a living one says.

        Raises:
            AssertionError: none lives.
        """
        for server in self.servers:
            if server.is_running:
                for first, last, master, *_ in server.say("CLUSTER", "SLOTS"):
                    if first <= key_slot(key.encode()) <= last:
                        return next(one for one in self.servers if one.port == master[1])
        raise AssertionError("no server of the cluster lives")

    def flush(self) -> None:
        """Forget everything that was written."""
        for server in self.servers:
            if server.say("ROLE")[0] == b"master":
                server.say("FLUSHALL")
                server.say("SCRIPT", "FLUSH")

    def heal(self) -> None:
        """Start the server that was killed, and wait until it follows a master."""
        for server in self.servers:
            if not server.is_running:
                server.start()
        self.wait_until_whole()


def _is_settled(server: RedisServer) -> bool:
    role, *rest = server.say("ROLE")
    info = server.say("CLUSTER", "INFO").decode()
    if "cluster_state:ok" not in info:
        return False
    return bool(rest[1]) if role == b"master" else rest[2] == b"connected"


def until(is_so: Callable[[], object], wait_s: float = AGREED_S) -> None:
    """Wait for it.

    Raises:
        AssertionError: it did not come.
    """
    due = clock.monotonic() + wait_s
    while not is_so():
        assert clock.monotonic() < due, "the Redis servers did not agree in time"
        gevent.sleep(0.05)
