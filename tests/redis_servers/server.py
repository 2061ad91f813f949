"""One redis-server with a port on loopback; it keeps what it was told of its peers, not what was written to it."""

from __future__ import annotations

import random
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from callcontrol.edges.embedded import wheels
from callcontrol.edges.embedded.child import Account
from callcontrol.edges.embedded.server import EmbeddedServer

HOST = "127.0.0.1"
ANSWER_S = 5.0
# A member of a cluster also listens at its port and this.
BUS = 10_000


def free_port(bus: bool = False) -> int:
    """A port below those the system gives away by itself, for it is taken only later."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(12_000, 22_000)
        if all(_is_free(one) for one in ((port, port + BUS) if bus else (port,))):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind((HOST, port))
        except OSError:
            return False
        return True


class RedisServer(EmbeddedServer):
    """A redis-server; its address is `127.0.0.1:port`.

    Args:
        settings: lines of its configuration.
        first_word: what its command line has besides, such as `--sentinel`.
    """

    name = "Redis"
    setting = "redis.url"
    stop_signal = signal.SIGKILL

    def __init__(self, folder: Path, port: int, settings: Mapping[str, str], *words: str) -> None:
        super().__init__(folder)
        self.port = port
        self._settings = settings
        self._words = words
        self.client = Redis(host=HOST, port=port, socket_timeout=ANSWER_S, protocol=2, retry=Retry(NoBackoff(), 0))

    @property
    def name_of_host(self) -> str:
        """`127.0.0.1:port`."""
        return f"{HOST}:{self.port}"

    def say(self, *words: Any) -> Any:
        """Its answer as it came: redis-py knows the commands of two words (`CLUSTER`, `SLOTS`) only as one."""
        return self.client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py has no types here

    def replicate(self, key: str) -> None:
        """Wait until a replica has everything that was written so far; this key is written for it.

        Raises:
            AssertionError: none has it in time.
        """
        self.say("SET", key, 1)  # WAIT waits for what its own connection has written
        assert self.say("WAIT", 1, int(ANSWER_S * 1000) - 500) >= 1

    def _prepare(self) -> Account | None:
        self._socket_folder.mkdir(exist_ok=True)  # stop() removes it
        (self.folder / "data").mkdir(exist_ok=True)
        written = self.folder / "redis.conf"
        if not written.exists():
            own = {"port": str(self.port), "bind": HOST, "dir": str(self.folder / "data")}
            lines = (f"{key} {value}" for key, value in (own | dict(self._settings)).items())
            written.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return None

    def _locate(self) -> str:
        return self.name_of_host

    def _command(self) -> list[str | Path]:
        return [wheels.redis_program(), self.folder / "redis.conf", *self._words]

    def _is_ready(self) -> bool:
        with suppress(RedisError, OSError):
            return bool(self.client.ping())
        return False
