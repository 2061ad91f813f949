"""A master and its replica, watched by three sentinels."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from tests.redis_servers.cluster import until
from tests.redis_servers.server import HOST, RedisServer, free_port

SERVICE = "calls"
SENTINELS, QUORUM = 3, 2
DOWN_AFTER_MS, FAILOVER_MS = 1_000, 3_000

_SETTINGS = {
    "repl-diskless-sync": "yes",
    "repl-diskless-sync-delay": "0",
    "appendonly": "no",
    "save": '""',
}


class WatchedPair:
    """A master, a replica and their sentinels below `folder`; a context manager, whose value is the URL."""

    def __init__(self, folder: Path) -> None:
        first, second, *watching = (free_port() for _ in range(2 + SENTINELS))
        self.servers = [
            RedisServer(folder / "first", first, _SETTINGS),
            RedisServer(folder / "second", second, _SETTINGS | {"replicaof": f"{HOST} {first}"}),
        ]
        ids = {port: hashlib.sha1(str(port).encode(), usedforsecurity=False).hexdigest() for port in watching}
        self.sentinels = [
            RedisServer(folder / f"sentinel-{port}", port, _watching(port, ids, first, second), "--sentinel")
            for port in watching
        ]
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """As in `redis.url`."""
        return f"redis+sentinel://{','.join(one.name_of_host for one in self.sentinels)}/{SERVICE}"

    def __enter__(self) -> str:
        with ExitStack() as stack:
            for server in (*self.servers, *self.sentinels):
                stack.enter_context(server)
            until(lambda: all(self._is_content(one) for one in self.sentinels))
            self._stack = stack.pop_all()
        return self.url

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _is_content(self, sentinel: RedisServer) -> bool:
        """Whether it knows the master, a replica that follows it, and the other sentinels."""
        (state,) = map(_by_name, sentinel.say("SENTINEL", "MASTERS"))
        replicas = list(map(_by_name, sentinel.say("SENTINEL", "REPLICAS", SERVICE)))
        return (
            state[b"flags"] == b"master"
            and int(state[b"num-other-sentinels"]) == SENTINELS - 1
            and [one[b"flags"] for one in replicas] == [b"slave"]
            and replicas[0][b"master-link-status"] == b"ok"
        )

    # --- what tests do to it

    @property
    def master(self) -> RedisServer:
        """Who is the master, as a sentinel says."""
        _, port = self.sentinels[0].say("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
        return next(one for one in self.servers if one.port == int(port))

    def has_replica(self) -> bool:
        """Whether a replica follows the master, as all sentinels see it."""
        return all(self._is_content(one) for one in self.sentinels)

    def flush(self) -> None:
        """Forget everything that was written."""
        self.master.client.flushall()
        self.master.client.script_flush()


def _by_name(flat: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _watching(port: int, ids: dict[int, str], master: int, replica: int) -> dict[str, str]:
    """They are told of each other and of the replica, which they would find out by themselves within ten seconds."""
    others = "\n".join(
        f"sentinel known-sentinel {SERVICE} {HOST} {other} {id_}" for other, id_ in ids.items() if other != port
    )
    return {
        "sentinel myid": ids[port],
        f"sentinel monitor {SERVICE}": f"{HOST} {master} {QUORUM}",
        f"sentinel down-after-milliseconds {SERVICE}": str(DOWN_AFTER_MS),
        f"sentinel failover-timeout {SERVICE}": str(FAILOVER_MS),
        f"sentinel known-replica {SERVICE}": f"{HOST} {replica}\n{others}",
    }
