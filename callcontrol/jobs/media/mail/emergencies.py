"""What is told by mail of emergency calls: who has called which number from where, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from callcontrol.config.mail_settings import Recipients
from callcontrol.config.settings import Tenant
from callcontrol.jobs.media.mail.telling import LOOK_BACK_US, MAX_AT_ONCE, Telling, mails_to, senders
from callcontrol.vocabulary.mail import MailFacts, MailKind
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of
from callcontrol.vocabulary.trail import LOCATION


def tell_emergencies(telling: Telling) -> bool:
    """Queue mails about emergency calls that have ended; True if there may be more.

    They are found in the ledger, where a call is once, whichever workers it had: each is told once.
    """
    more, since = False, datetime_of(Instant(telling.now() - LOOK_BACK_US))
    for name, tenant, recipients in _told(telling):
        found = telling.rows("emergency_calls_to_mail", {"tenant": name, "since": since, "limit": MAX_AT_ONCE})
        for row in found:
            about, facts = row["call_id"], _facts(row, tenant)
            telling.tell(mails_to(recipients, name, tenant, MailKind.EMERGENCY, about, row["target"], facts))
        more = more or len(found) == MAX_AT_ONCE
    return more


def _told(telling: Telling) -> Iterator[tuple[str, Tenant, Recipients]]:
    for name, tenant in senders(telling.settings()):
        if tenant.emergency_calls.mail is not None:
            yield name, tenant, tenant.emergency_calls.mail


def _facts(row: Mapping[str, Any], tenant: Tenant) -> MailFacts:
    answered, ended = row["answered_at"], row["ended_at"]
    return MailFacts(
        place=_place(row["source"] or "", tenant),
        number=row["caller_number"],
        name=row["caller_name"],
        at=instant_of(row["called_at"]),
        called=row["target"].partition(":")[2],
        extension=row["caller_extension"],
        shown=row["shown"],
        trunk=row["trunk"],
        answered_at=instant_of(answered) if answered else Instant(0),
        ended_at=instant_of(ended) if ended else Instant(0),
        estimated=row["estimated"],
    )


def _place(source: str, tenant: Tenant) -> str:
    """Name and address of the place, "" where it is not known."""
    name = source.removeprefix(LOCATION) if source.startswith(LOCATION) else ""
    known = tenant.locations.get(name)
    return f"{name}, {known.address}" if known is not None and known.address else name
