"""What is told by mail: one mail for each address, queued once however often it is looked for.

What was told already is known by the mails themselves: a process that dies between looking and queueing has told
nothing, and the next look finds it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from psycopg.rows import dict_row

from callcontrol.config.mail_settings import MissedMail, Recipients
from callcontrol.config.queue_settings import Queue
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import clock, meters
from callcontrol.edges.ledger.mails import STATEMENT_TIMEOUT_MS, MailQueue, Ready, new_mail
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import transaction
from callcontrol.vocabulary.mail import DAY_S, Mail, MailFacts, MailKind
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_of

HOUR_US: Final = 3600 * SECOND_US
# What was missed longer ago is told no more: the job was down for a day, or mails of a queue begin only now.
LOOK_BACK_US: Final = DAY_S * SECOND_US
MAX_AT_ONCE: Final = 200


def senders(settings: Settings) -> Iterator[tuple[str, Tenant]]:
    """The tenants that send mails."""
    if settings.mail.server is None:
        return
    for name, tenant in settings.tenants.items():
        if tenant.mail.address is not None:
            yield name, tenant


def mails_to(
    recipients: Recipients, name: str, tenant: Tenant, kind: MailKind, about: str, source: str, facts: MailFacts
) -> Iterator[Mail]:
    """A mail for each address."""
    domain = (tenant.mail.address or "").rpartition("@")[2]
    language = recipients.language or tenant.language
    for address in dict.fromkeys(recipients.to):
        yield new_mail(name, kind, about, address, source=source, language=language, facts=facts, domain=domain)


class Telling:
    """Queues mails, and looks for what they are to tell.

    Args:
        ready: a connection to the ledger.
    """

    def __init__(self, settings: Callable[[], Settings], ready: Ready, now: Callable[[], Instant] = clock.now) -> None:
        self.settings = settings
        self.now = now
        self._ready = ready
        self._queue = MailQueue(ready)

    def tell(self, mails: Iterable[Mail]) -> int:
        """Queue them; returns how many were new."""
        told, now = list(mails), self.now()
        expires_at = Instant(now + self.settings().mail.give_up_h * HOUR_US)
        added = self._queue.add(told, now, expires_at)
        if added:
            meters.mails_queued_total.labels(told[0].kind.value).inc(added)
        return added

    def rows(self, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a statement finds."""
        with (
            self._ready() as connection,
            transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS),
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(query(name), params).fetchall()

    def change(self, name: str, params: Mapping[str, Any]) -> None:
        """Carry out a statement that finds nothing."""
        with self._ready() as connection, transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            connection.execute(query(name), params)


def tell_missed(telling: Telling) -> bool:
    """Queue mails about callers who left a queue unserved; True if there may be more.

    They are told only after `missed.after` seconds, in which a caller may come again, or be called back.
    """
    more = False
    for name, tenant in senders(telling.settings()):
        for queue, settings in tenant.queues.items():
            if settings.missed is not None:
                found = telling.rows("missed_visits", _which(telling.now(), name, queue, settings, settings.missed))
                for row in found:
                    about, source = f"{row['call_id']}/{row['visit']}", f"queue:{queue}"
                    facts = _missed(row, settings.name or queue)
                    telling.tell(mails_to(settings.missed, name, tenant, MailKind.MISSED, about, source, facts))
                more = more or len(found) == MAX_AT_ONCE
    return more


def _which(now: Instant, tenant: str, queue: str, settings: Queue, missed: MissedMail) -> dict[str, Any]:
    until = now - missed.after * SECOND_US
    return {
        "tenant": tenant,
        "queue": queue,
        "since": datetime_of(Instant(until - LOOK_BACK_US)),
        "until": datetime_of(Instant(until)),
        "short_ms": settings.service_level.short * 1000,
        "limit": MAX_AT_ONCE,
    }


def _missed(row: Mapping[str, Any], place: str) -> MailFacts:
    return MailFacts(
        place=place,
        number=row["caller_number"],
        name=row["caller_name"],
        at=instant_of(row["left_at"]),
        wait_ms=row["wait_ms"],
    )
