"""The other end: a real SMTP server (aiosmtpd) that does what the name of the address says.

with FarEnd() as far_end: … far_end.address, far_end.taken
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# By the part of the address before the @, or before a +: what is answered to RCPT, and to the content.
RCPT = {
    "gone": "550 5.1.1 there is no such mailbox",
    "policy": "550 5.7.1 not from you",
    "full": "452 4.2.2 the mailbox is full",
    "closing": "421 4.3.2 closing",
}
DATA = {"large": "552 5.3.4 too large", "later": "451 4.3.0 come back later"}


@dataclass
class Taken:
    """A mail the server has taken, or had in its hands when the connection was lost."""

    sender: str
    recipient: str
    options: tuple[str, ...]
    content: bytes


@dataclass
class FarEnd:
    """A server on a free port of this host.

    Attributes:
        tls: with it STARTTLS is offered, and demanded before anything else.
        login: an account and its password; "": none is asked for.
        silent_s: how long `slow` takes before it answers to the content.
        max_bytes: the largest mail it takes, 0: it names no limit.
        lose: connections to be lost after DATA, of mails to `lost`.
    """

    tls: ssl.SSLContext | None = None
    implicit_tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    silent_s: float = 30
    max_bytes: int = 0
    lose: int = 1
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    address: str = ""

    def __enter__(self) -> FarEnd:
        self._controller = _Controller(self)
        self._controller.start()
        self.connections = 0  # the controller has looked whether it answers
        self.address = f"localhost:{self._controller.port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = RCPT.get(address.partition("@")[0])
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 2.1.5 go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        who = recipient.partition("@")[0]
        if who in DATA:
            return DATA[who]
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(Taken(envelope.mail_from or "", recipient, tuple(envelope.mail_options), content))
        if who == "slow":
            await asyncio.sleep(self.silent_s)
        if who == "lost" and self.lose > 0:
            self.lose -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 2.0.0 taken"

    def authenticated(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)


class _Server(SMTP):
    """It can be asked whose it is before anything is said."""

    def __init__(self, far_end: FarEnd, **options: Any) -> None:
        super().__init__(far_end, **options)
        self._far_end = far_end

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self._far_end.connections += 1
        super().connection_made(transport)


class _Controller(Controller):
    def __init__(self, far_end: FarEnd) -> None:
        self.far_end = far_end
        with socket.create_server(("localhost", 0)) as free:
            port = free.getsockname()[1]
        super().__init__(far_end, hostname="localhost", port=port, ssl_context=far_end.implicit_tls)

    def factory(self) -> SMTP:
        options: dict[str, Any] = {"data_size_limit": self.far_end.max_bytes}
        if self.far_end.tls is not None:
            options |= {"tls_context": self.far_end.tls, "require_starttls": True}
        if self.far_end.login is not None:
            options |= {"authenticator": self.far_end.authenticated, "auth_required": True}
        return _Server(self.far_end, enable_SMTPUTF8=False, ident="far end", hostname="localhost", **options)
