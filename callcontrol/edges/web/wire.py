"""The connection of a live stream: pieces can be sent on it at once, from wherever they come up, without a wait.

A client that does not take all of a piece is waited for by the greenlet of its request alone, which has a deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

# By this name the environment of a request has it.
WIRE: Final = "callcontrol.wire"


class Wire:
    """A client's connection, once the head of the answer has been sent.

    Args:
        handler: serves the connection; `is_sending` while its greenlet sends.
        send_all: sends bytes as they are, and waits until the client has taken them.
    """

    def __init__(self, handler: Any, send_all: Callable[[bytes], None]) -> None:
        self._handler, self._send_all = handler, send_all
        self.rest = b""

    def send(self, event: bytes) -> bool:
        """Send an event; False: something else is on its way, or nothing was taken, and it was not begun.

        Where the client has taken a part of it, `rest` is what is left, which `flush` sends.
        """
        if self.rest or self._handler.is_sending or not self._handler.headers_sent:
            return False
        piece = b"%x\r\n%b\r\n" % (len(event), event) if self._handler.response_use_chunked else event
        taken = _taken(self._handler.socket, piece)
        self.rest = piece[taken:] if taken else b""
        return taken > 0

    def flush(self) -> None:
        """Send what is left of an event; waits for the client, by the greenlet of its request.

        Raises:
            OSError: the client is gone.
        """
        rest, self.rest = self.rest, b""
        if rest:
            self._send_all(rest)


def _taken(socket: Any, piece: bytes) -> int:
    """How much of it the system takes now; of a connection that is gone nothing, as the next to wait for it finds."""
    before = socket.gettimeout()
    socket.settimeout(0.0)
    try:
        return int(socket.send(piece))
    except OSError:
        return 0
    finally:
        socket.settimeout(before)
