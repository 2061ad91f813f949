"""What comes back: a report that a mail was not delivered ends it, and marks its address as dead where the report says
so. Return addresses are signed, so that a report cannot be forged; what comes to an address we have not made is refused
and counted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from callcontrol.config.mail_settings import Bounces
from callcontrol.config.settings import Settings
from callcontrol.edges import clock, meters
from callcontrol.edges.ledger.mails import MailQueue
from callcontrol.edges.ledger.writer import LedgerAway
from callcontrol.edges.mail.bounce_listener import BounceListener, CannotListen
from callcontrol.edges.mail.delivery_status import DeliveryStatus, NoReport, read_report
from callcontrol.edges.mail.return_address import mail_of
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger("callcontrol.mail")


class BounceTaker:
    """Deals with what is delivered to return addresses."""

    def __init__(
        self, settings: Callable[[], Settings], queue: MailQueue, now: Callable[[], Instant] = clock.now
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._now = now

    def knows(self, address: str) -> bool:
        """Whether this is the return address of a mail of ours."""
        known = self._mail_of(address) is not None
        if not known:
            meters.mail_bounces_total.labels("forged").inc()
        return known

    def take(self, address: str, content: bytes) -> bool:
        """Deal with what was delivered there; False: Postgres is away, and it is to be delivered again."""
        mail_id = self._mail_of(address)
        if mail_id is None:
            return True
        try:
            result = self._taken(mail_id, content)
        except LedgerAway as error:
            log.error("a report on mail %s has to wait: %s", mail_id, error)
            return False
        meters.mail_bounces_total.labels(result).inc()
        return True

    def _taken(self, mail_id: str, content: bytes) -> str:
        """What it was, as a word of series.BOUNCES."""
        try:
            status = read_report(content)
        except NoReport as error:
            log.info("to the return address of mail %s came %s", mail_id, error)
            return "other"
        return self._noted(mail_id, status)

    def _noted(self, mail_id: str, status: DeliveryStatus) -> str:
        if not status.has_failed:
            return "delayed"
        reason = f"{status.status} {status.reason}"
        log.warning("mail %s came back: %s", mail_id, reason)
        if not self._queue.come_back(mail_id, reason, is_dead=status.is_dead, now=self._now()):
            return "unknown"
        return "dead" if status.is_dead else "failed"

    def _mail_of(self, address: str) -> str | None:
        bounces = self._settings().mail.bounces
        return None if bounces is None else mail_of(address, bounces)


class BounceWatch:
    """Keeps the listener where the settings want it."""

    def __init__(self, settings: Callable[[], Settings], taker: BounceTaker) -> None:
        self._settings = settings
        self._taker = taker
        self._listener: BounceListener | None = None
        self._where = ""

    def look(self) -> bool:
        """Start, move or stop the listener; False: there is nothing more to do now."""
        wanted = _where(self._settings().mail.bounces)
        if wanted == self._where:
            return False
        self.stop()
        try:
            if wanted:
                self._listener = BounceListener(wanted, self._taker)
            self._where = wanted
        except CannotListen as error:
            log.error("%s", error)
        return False

    def stop(self) -> None:
        """Take in nothing more."""
        if self._listener is not None:
            self._listener.stop()
        self._listener, self._where = None, ""


def _where(bounces: Bounces | None) -> str:
    return "" if bounces is None else bounces.listen
