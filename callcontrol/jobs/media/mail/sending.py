"""Sends what is due in the mail queue, one mail after the other over one connection.

Any number of processes may do it: each takes a mail at a time, and holds it by a lease that is longer than the longest
time an attempt can take.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from callcontrol.config.mail_settings import MailServer
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import clock, meters
from callcontrol.edges.ledger.mails import Claimed, MailQueue
from callcontrol.edges.mail.composition import Sound, compose
from callcontrol.edges.mail.return_address import return_address
from callcontrol.edges.mail.signing import CannotSign, signed
from callcontrol.edges.mail.smtp_connection import ServerAway, SmtpConnection
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.mail import Answer, AttemptOutcome, Mail
from callcontrol.vocabulary.moment import SECOND_US, Instant

# Connecting and one mail have `whole_s` each; what is left is for Postgres.
LEASE_BESIDE_S: Final = 60
MAX_IN_A_ROW: Final = 50  # then the loop looks whether it is to end, and whether the settings have changed

log = logging.getLogger("callcontrol.mail")


# The sound of a mail: its content only where the mail is to have it, and it is no larger than so many bytes. Raises
# OutOfReach where it cannot be read now.
Sounds = Callable[[Mail, int], Sound]


class MailSender:
    """Sends mails.

    Args:
        settings: those in force now.
        by: this process, as it stands in the queue.
        sounds: finds what is attached.
        connect: opens a connection; raises ServerAway.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        queue: MailQueue,
        sounds: Sounds,
        by: str,
        now: Callable[[], Instant] = clock.now,
        connect: Callable[[MailServer], SmtpConnection] = SmtpConnection,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._sounds = sounds
        self._by = by
        self._now = now
        self._connect = connect

    def step(self) -> bool:
        """Send what is due; True if more may be due at once."""
        return self.send_due() == MAX_IN_A_ROW

    def send_due(self, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Send what is due, until nothing is, the server is away, or `goes_on` says no; returns the attempts made.

        Raises: whatever the queue raises where Postgres is away; a mail that is then being sent is sent once more.
        """
        settings = self._settings()
        if settings.mail.server is None:
            return 0
        rates = {name: one.mail.per_minute for name, one in settings.tenants.items() if one.mail.address is not None}
        line = _Line(lambda: self._connect(settings.mail))
        try:
            for attempts in range(MAX_IN_A_ROW):
                claimed = self._claimed(rates, settings.mail) if goes_on() else None
                if claimed is None:
                    return attempts
                answer = self._attempted(claimed, settings, line)
                self._queue.settle(claimed, answer, self._now())
                _tell(claimed, answer)
                if answer.outcome is AttemptOutcome.AWAY:
                    return attempts + 1
            return MAX_IN_A_ROW
        finally:
            line.close()

    def _claimed(self, rates: dict[str, int], server: MailServer) -> Claimed | None:
        now = self._now()
        lease_us = (2 * server.whole_s + LEASE_BESIDE_S) * SECOND_US
        return self._queue.claim(rates, self._by, now, Instant(now + lease_us))

    def _attempted(self, claimed: Claimed, settings: Settings, line: _Line) -> Answer:
        mail, server = claimed.mail, settings.mail
        try:
            connection = line.connection()
            message = self._message(mail, settings, connection.max_bytes)
            sender = return_address(mail.mail_id, server.bounces) if server.bounces else ""
            sender = sender or settings.tenants[mail.tenant].mail.address or ""
            return connection.deliver(sender, mail.address, message, mail.mail_id)
        except (ServerAway, OutOfReach) as error:
            line.close()
            return Answer(AttemptOutcome.AWAY, 0, str(error))
        except CannotSign as error:
            return Answer(AttemptOutcome.DEFERRED, 0, str(error))

    def _message(self, mail: Mail, settings: Settings, server_takes: int) -> bytes:
        """The mail as it is sent; without the sound where the server does not take so much."""
        tenant = settings.tenants[mail.tenant]
        sound = self._sounds(mail, settings.mail.attach_bytes)
        message = _signed(compose(mail, tenant, mail.tenant, sound), tenant)
        if server_takes and len(message) > server_takes and sound.content is not None:
            message = _signed(compose(mail, tenant, mail.tenant, replace(sound, content=None)), tenant)
        return message


class _Line:
    """The connection, while it is open; a new one where it is not."""

    def __init__(self, connect: Callable[[], SmtpConnection]) -> None:
        self._connect = connect
        self._open: SmtpConnection | None = None

    def connection(self) -> SmtpConnection:
        """Raises: ServerAway."""
        if self._open is None or not self._open.is_open:
            self.close()
            self._open = self._connect()
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _signed(message: bytes, tenant: Tenant) -> bytes:
    return message if tenant.mail.dkim is None else signed(message, tenant.mail.dkim)


def _tell(claimed: Claimed, answer: Answer) -> None:
    meters.mail_attempts_total.labels(answer.outcome.value).inc()
    mail = claimed.mail
    said = (
        f"mail {mail.mail_id} of {mail.tenant} about {mail.source}: {answer.outcome}: {answer.code or ''} {answer.text}"
    )
    log.log(logging.INFO if answer.outcome is AttemptOutcome.SENT else logging.WARNING, "%s", said)
