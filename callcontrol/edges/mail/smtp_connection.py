"""One connection to the server that takes mails: opened with all that is demanded of it, then a mail at a time.

What the server answers to a mail is an Answer; whatever goes wrong before, or on its account, is a ServerAway.
Every answer has a deadline, and each mail as a whole: a server that sends a byte a minute holds nothing up for ever.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final

from callcontrol.config.fields import host_and_port
from callcontrol.config.mail_settings import MailServer
from callcontrol.edges.mail.composition import plain
from callcontrol.vocabulary.mail import Answer, AttemptOutcome, is_address_dead

MAX_ANSWER: Final = 500
_SIGN_OFF_S: Final = 5
_SERVICE_CLOSING: Final = 421


class ServerAway(Exception):
    """The server cannot be reached, or not on the terms that are set; the message says why, without any password."""


class SmtpConnection:
    """A connection, ready for mails.

    Args:
        settings: `server` is set.

    Raises:
        ServerAway: it does not come about.
    """

    def __init__(self, settings: MailServer) -> None:
        assert settings.server is not None
        self._settings = settings
        host, port = host_and_port(settings.server)
        client: _Client | None = None
        try:
            client = _Client(settings, host)
            with client.ended_after(settings.whole_s):
                _introduce(client, host, port)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            why = client.why(error) if client is not None else said_in(error)
            if client is not None:
                client.close()
            raise ServerAway(f"{settings.server}: {why}") from None
        self._client: _Client = client

    def __enter__(self) -> SmtpConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def max_bytes(self) -> int:
        """The largest mail the server takes (RFC 1870); 0: it names no limit."""
        size = self._client.esmtp_features.get("size", "")
        return int(size) if size.isascii() and size.isdigit() else 0

    def deliver(self, sender: str, recipient: str, message: bytes, mail_id: str) -> Answer:
        """Hand one mail over.

        Args:
            sender: the return address of the envelope; "": none.

        Raises:
            ServerAway: the connection is of no use any more, and the server has certainly not taken this mail.
        """
        try:
            with self._client.ended_after(self._settings.whole_s):
                return self._handed_over(sender, recipient, message, mail_id)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise ServerAway(f"{self._settings.server}: {self._client.why(error)}") from None

    def close(self) -> None:
        """Sign off, if the server listens, and close."""
        with suppress(OSError, smtplib.SMTPException, ValueError), self._client.ended_after(_SIGN_OFF_S):
            self._client.quit()
        self._client.close()

    def _handed_over(self, sender: str, recipient: str, message: bytes, mail_id: str) -> Answer:
        code, reply = self._client.mail(sender, self._of_envelope(len(message), mail_id))
        if code // 100 == 2:
            code, reply = self._client.rcpt(recipient, ["NOTIFY=FAILURE"] if self._client.has_extn("dsn") else [])
        self._client.check()
        if code == _SERVICE_CLOSING:
            raise smtplib.SMTPResponseException(code, reply)
        return self._content(message) if code // 100 == 2 else self._refused(code, reply)

    def _of_envelope(self, size: int, mail_id: str) -> list[str]:
        """RFC 3461: no copy of the sound comes back with a report, which names the mail."""
        of_size = [f"SIZE={size}"] if self._client.has_extn("size") else []
        return [*of_size, *(["RET=HDRS", f"ENVID={mail_id}"] if self._client.has_extn("dsn") else [])]

    def _refused(self, code: int, reply: bytes | str) -> Answer:
        """The answer counts also where the server hangs up behind it."""
        try:
            self._client.rset()
        except (OSError, smtplib.SMTPException):
            self._client.close()
        return _answer(code, reply)

    def _content(self, message: bytes) -> Answer:
        """From here on only the server knows whether it has the mail, until it says so."""
        try:
            code, reply = self._client.data(message)
        except smtplib.SMTPDataError as refused:  # instead of 354, so that nothing was sent
            return self._refused(refused.smtp_code, refused.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._client.close()
            return Answer(AttemptOutcome.UNSURE, 0, f"the connection was lost after DATA: {self._client.why(error)}")
        if self._client.overdue:
            return Answer(AttemptOutcome.UNSURE, 0, "it did not answer in time after DATA")
        return _answer(code, reply)

    @property
    def is_open(self) -> bool:
        """Whether another mail may be handed over."""
        return self._client.sock is not None and not self._client.overdue


class _Client(smtplib.SMTP):
    """smtplib's client, whose connection is ended at a deadline, and whose TLS begins where the settings say."""

    def __init__(self, settings: MailServer, host: str) -> None:
        super().__init__(timeout=settings.answer_s, local_hostname=settings.hello)
        self._host = host  # whose certificate is expected
        self.settings = settings
        self.tls = _tls(settings)
        self._line: socket.socket | None = None
        self.overdue = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """As smtplib has it. The descriptor is kept apart, for the one it reads from is replaced when TLS begins."""
        raw = socket.create_connection((host, port), timeout)
        self._line = raw.dup()
        return self.tls.wrap_socket(raw, server_hostname=host) if self.settings.security == "tls" else raw

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[None]:
        """Whatever is waited for within is over after so many seconds: its connection ends."""
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def check(self) -> None:
        """Half an answer at the deadline may look like a whole one.

        Raises:
            TimeoutError: the deadline has passed.
        """
        if self.overdue:
            raise TimeoutError

    def why(self, error: Exception) -> str:
        """What went wrong, in one line."""
        return said_in(TimeoutError() if self.overdue else error)

    def _end(self) -> None:
        self.overdue = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close both descriptors."""
        super().close()
        if self._line is not None:
            self._line.close()
            self._line = None


def _tls(settings: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _introduce(client: _Client, host: str, port: int) -> None:
    settings = client.settings
    code, reply = client.connect(host, port)
    client.check()
    if code != 220:
        raise smtplib.SMTPResponseException(code, reply)
    client.ehlo_or_helo_if_needed()
    if settings.security == "starttls":
        if not client.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("it offers no STARTTLS, so no mail is sent in the clear")
        client.starttls(context=client.tls)
        client.ehlo_or_helo_if_needed()
    if settings.username:
        client.login(settings.username, settings.password)
    client.check()


def _answer(code: int, reply: bytes | str) -> Answer:
    text = _text(reply)
    match code // 100:
        case 2:
            return Answer(AttemptOutcome.SENT, code, text)
        case 5:
            status = text.split(" ")[0]
            return Answer(AttemptOutcome.REFUSED, code, text, is_address_dead(status))
        case _:
            return Answer(AttemptOutcome.DEFERRED, code, text)


def _text(reply: bytes | str) -> str:
    return plain(reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:MAX_ANSWER]


def said_in(error: Exception) -> str:
    """What went wrong, in one line."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"it does not let us log in: {error.smtp_code} {_text(error.smtp_error)}"
        case smtplib.SMTPResponseException():
            return f"it refuses us: {error.smtp_code} {_text(error.smtp_error)}"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted: {error.verify_message}"
        case TimeoutError():
            return "it did not answer in time"
        case OSError() if error.strerror:
            return _text(error.strerror)
    return _text(str(error)) or type(error).__name__
