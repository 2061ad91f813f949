"""Takes in what the mail server of the return addresses delivers, by LMTP (RFC 2033), on loopback.

What has been answered with 250 is dealt with; anything else the server keeps, and delivers again.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any, Final, Protocol

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from callcontrol.config.fields import host_and_port

MAX_REPORT_BYTES: Final = 1 << 20  # a server that ignores RET=HDRS may send the sound back: too much, and not needed
MAX_CONNECTIONS: Final = 20
IDLE_S: Final = 60

TAKEN: Final = "250 2.0.0 taken"
LATER: Final = "451 4.3.0 not now"
UNKNOWN: Final = "550 5.1.1 no mail of ours has this return address"
ONE_EACH: Final = "452 4.5.3 one recipient at a time"

log = logging.getLogger("callcontrol.mail")


class Taker(Protocol):
    """What is done with reports."""

    def knows(self, address: str) -> bool:
        """Whether this is the return address of a mail of ours."""

    def take(self, address: str, content: bytes) -> bool:
        """Deal with what was delivered there; False: it is to be delivered again."""


class CannotListen(RuntimeError):
    """The address is not to be had; the message says why."""


class BounceListener:
    """A server; one process of a host has the address.

    Args:
        listen: host:port.

    Raises:
        CannotListen: another process has the address, or this host does not.
    """

    def __init__(self, listen: str, taker: Taker) -> None:
        host, port = host_and_port(listen)
        try:
            with socket.create_server((host, port)) as free:  # says at once what the controller takes its time to say
                self.port: int = free.getsockname()[1]
            self._controller = _Controller(_Handler(taker), host, self.port)
            self._controller.start()
        except (OSError, TimeoutError, RuntimeError) as error:
            raise CannotListen(f"reports of failed deliveries cannot be taken in at {listen}: {error}") from None

    def stop(self) -> None:
        """Take in nothing more."""
        self._controller.stop()


class _Handler:
    def __init__(self, taker: Taker) -> None:
        self._taker = taker

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self._taker.knows(address):
            return UNKNOWN
        if envelope.rcpt_tos:
            return ONE_EACH
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        try:
            return TAKEN if self._taker.take(envelope.rcpt_tos[0], content) else LATER
        except Exception:
            log.exception("a report of a failed delivery has to wait")
            return LATER


class _Lmtp(LMTP):
    """LMTP for a few connections at a time."""

    open_ones = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        type(self).open_ones += 1
        super().connection_made(transport)
        if type(self).open_ones > MAX_CONNECTIONS and isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        type(self).open_ones -= 1
        super().connection_lost(error)


class _Controller(Controller):
    def __init__(self, handler: _Handler, host: str, port: int) -> None:
        super().__init__(handler, hostname=host, port=port)

    def factory(self) -> SMTP:
        limits: dict[str, Any] = {"data_size_limit": MAX_REPORT_BYTES, "timeout": IDLE_S}
        return _Lmtp(self.handler, hostname="callcontrol", ident="callcontrol", enable_SMTPUTF8=False, **limits)
