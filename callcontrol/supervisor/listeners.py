"""The two sockets of the daemon: the call port, which the workers share, and the port for probes and metrics."""

from __future__ import annotations

import errno
import logging
import socket
import time
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.binding import Address, bound

log = logging.getLogger(__name__)

# How long the workers of a killed supervisor may take to let go of the address.
LET_GO_S: Final = 5.0
_STEP_S: Final = 0.05


class CannotListen(RuntimeError):
    """An address cannot be listened on; the message says which, and why."""


class CallListener:
    """The listening socket of the calls.

    It listens while a worker lives (each worker calls listen when it starts). Without one, a connection would wait for
    an answer that may never come: then it is shut, so the switch is refused at once and tries the next of `daemons:`.
    """

    def __init__(self, place: Address) -> None:
        """Take the address.

        Raises:
            CannotListen: the address cannot be taken.
        """
        self._socket = listening_socket(place)
        self.shut()

    def fileno(self) -> int:
        """The descriptor, for the workers."""
        return self._socket.fileno()

    def shut(self) -> None:
        """Refuse connections until a worker listens again. The address stays ours.

        Only a socket that listens may be shut: Linux keeps the shutdown of one that does not (`sk_shutdown` in
        inet_shutdown()), and whatever it accepts once it listens again reads end-of-stream at once.
        """
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            self._socket.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        """Give up the address; it is free when the last worker has closed it, too."""
        self._socket.close()


def listening_socket(place: Address) -> socket.socket:
    """A socket that listens there. If an earlier daemon is just ending, this waits for the address.

    Raises:
        CannotListen: the address cannot be taken.
    """
    due = clock.monotonic() + LET_GO_S
    waiting = False
    while True:
        try:
            return _listening(place)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or clock.monotonic() > due:
                raise CannotListen(f"cannot listen on {place.host}:{place.port}: {error.strerror}") from error
            if not waiting:
                log.warning("%s:%d is in use: waiting %s s for its process to end", place.host, place.port, LET_GO_S)
                waiting = True
            time.sleep(_STEP_S)


def _listening(place: Address) -> socket.socket:
    made = bound(place)
    try:
        made.listen()
    except OSError:
        made.close()
        raise
    return made
