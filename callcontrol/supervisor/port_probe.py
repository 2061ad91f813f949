"""Whether a call would get through: the supervisor connects to its own call port, and a worker has to answer.

A living process proves nothing about the socket it was given. So each probe is a connection like a switch's: a worker
accepts it, speaks first, reads what is answered and sends it back. Workers know it by its source
(`InheritedFd.knocked_from`), so they do not treat it as a call: it is neither counted nor logged, and no limit or
allow-list refuses it.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import struct
import threading
from typing import Final

from callcontrol.edges.freeswitch.binding import KNOCK_BYTES, WHO_KNOCKS, Address

log = logging.getLogger(__name__)

# How long a worker may take to answer (seconds): well above what a busy one needs.
ANSWER_S: Final = 5.0
# Between two probes: while calls get through, and while they do not.
CALM_S: Final = 2.0
EAGER_S: Final = 0.2
# close() sends RST: nothing is left in TIME_WAIT, and the next probe may come from the same port at once.
_RESET: Final = struct.pack("ii", 1, 0)


class PortProbe:
    """Connects from a port of its own, in a thread of its own.

    Attributes:
        why: why no call gets through; "" while they do.
    """

    def __init__(self, place: Address) -> None:
        """Reserve the port.

        Raises:
            OSError: no port is free.
        """
        self._place = _reached_at(place)
        self._reserved = self._socket(0)
        self.why = "no call has been tried yet"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="port-probe", daemon=True)

    @property
    def port(self) -> int:
        """Where the probes come from."""
        return int(self._reserved.getsockname()[1])

    def start(self) -> None:
        """Probe from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop probing."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(ANSWER_S + CALM_S)
        self._reserved.close()

    def probe(self) -> str:
        """Probe once: "" if a worker answered, else why not."""
        said = os.urandom(KNOCK_BYTES // 2).hex().encode()
        try:
            with self._socket(self.port) as line:
                line.settimeout(ANSWER_S)
                line.connect((self._place.host, self._place.port))
                heard = line.recv(len(WHO_KNOCKS)) and _answer(line, said)
        except TimeoutError:
            return f"no worker answers within {ANSWER_S:.0f} s"
        except OSError as error:
            return f"no worker answers: {error.strerror or error}"
        return "" if heard == said else "connections are accepted and not read"

    def _watch(self) -> None:
        while not self._stopping.wait(EAGER_S if self.why else CALM_S):
            before, self.why = self.why, self.probe()
            if self.why and not before:
                log.warning("no call gets through at %s:%d: %s", self._place.host, self._place.port, self.why)

    def _socket(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._place.host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            made.bind((self._place.host, port))
        except OSError:
            made.close()
            raise
        return made


def _answer(line: socket.socket, said: bytes) -> bytes:
    """What the worker sends back. One that does not read has closed by now: the answer is empty then."""
    line.sendall(said)
    return line.recv(KNOCK_BYTES)


def _reached_at(place: Address) -> Address:
    """The address to connect to: a host name by its IP address, "all addresses" by the loopback."""
    host = str(socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0][4][0])
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return Address("127.0.0.1" if address.version == 4 else "::1", place.port)
    return Address(host, place.port)
