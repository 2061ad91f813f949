"""Mails: what they are about, and what has become of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import Instant

MINUTE_S: Final = 60
DAY_S: Final = 86_400
_NEVER: Final = Instant(0)


class MailKind(StrEnum):
    """What a mail tells."""

    VOICEMAIL = "voicemail"  # a message was left in a box
    MISSED = "missed"  # a caller left a queue without being served
    DAILY = "daily"  # what came into a box since the day before
    LOCKED = "locked"  # a box was locked after too many wrong PINs
    EMERGENCY = "emergency"  # an emergency number was called


class MailState(StrEnum):
    """What has become of a mail to one address."""

    QUEUED = "queued"  # it is sent when it is due
    SENDING = "sending"  # a sender has it, until its lease ends
    SENT = "sent"  # the server has taken it
    FAILED = "failed"  # refused for good, bounced, or given up
    DEAD = "dead"  # never sent: the address is known to be dead


class AttemptOutcome(StrEnum):
    """How one attempt to hand a mail to the server ended."""

    SENT = "sent"
    REFUSED = "refused"  # for good: 5xx
    DEFERRED = "deferred"  # for now: 4xx
    UNSURE = "unsure"  # the connection was lost when the server may have had it all: it is sent again, with the same id
    AWAY = "away"  # the server, or the storage of the sound, cannot be reached: no fault of this mail


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of handing a mail to the server.

    Attributes:
        code: of the server's reply; 0: none came.
        text: the reply, or what went wrong.
        is_address_dead: the server says that there is no such address.
    """

    outcome: AttemptOutcome
    code: int
    text: str
    is_address_dead: bool = False


def back_off_s(refusals: int) -> int:
    """Seconds until a mail is offered again that was not taken so many times: a minute, doubled each time, up to a day.

    Args:
        refusals: 1 or more.
    """
    return min(MINUTE_S << min(refusals - 1, 20), DAY_S)


def is_address_dead(status: str) -> bool:
    """Whether an enhanced status code (RFC 3463) says that mail to this address will never arrive.

    5.1.x: there is no such address; 5.2.1: the mailbox is disabled; 5.4.x: there is no way to its host; 5.0.0: nothing
    else is said. A mail that is too large, a full box or a policy (5.2.2, 5.2.3, 5.3.x, 5.6.x, 5.7.x) say nothing of
    the next one. X.1.7 and X.1.8 are about the sender's address, not this one.
    """
    parts = status.split(".")
    if len(parts) != 3 or parts[0] != "5" or status in ("5.1.7", "5.1.8"):
        return False
    return parts[1] in ("1", "4") or status in ("5.2.1", "5.0.0")


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """A message as a summary lists it: when, who, how long."""

    at: Instant
    number: str = ""
    name: str = ""
    length_ms: int = 0


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail is made of. It is stored as JSON: a field is only ever added, with a default.

    Attributes:
        place: name of the box or queue, for people; of an emergency call where the phone stands, "" if not known.
        number, name: the caller; "" where none was shown.
        at: when the message was left, or the queue, or the emergency number called.
        length_ms, wait_ms: length of the message; how long the caller waited.
        new: new messages in the box; -1: not known.
        media_id: the message.
        attach: `file`, `link` or `none`.
        day: of a summary, as YYYY-MM-DD.
        messages: of a summary.
        called, extension, shown, trunk: the emergency number, which extension has called it ("": not known), which
            number it showed, and through which trunk it went last.
        answered_at, ended_at: of that call; 0: not answered, end not known.
        estimated: those are the best known, not the switch's word.
    """

    place: str = ""
    number: str = ""
    name: str = ""
    at: Instant = _NEVER
    length_ms: int = 0
    wait_ms: int = 0
    new: int = -1
    media_id: str = ""
    attach: str = "none"
    day: str = ""
    messages: tuple[LeftMessage, ...] = ()
    called: str = ""
    extension: str = ""
    shown: str = ""
    trunk: str = ""
    answered_at: Instant = _NEVER
    ended_at: Instant = _NEVER
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one address. There is never a second of the same tenant, kind, `about` and address.

    Attributes:
        mail_id: 24 hexadecimal digits, made of those four.
        about: what it tells of: a message's id, a visit to a queue, a box and a day, a call.
        source: whose it is, as a target: `voicemail:anna`, `queue:sales`, `emergency:112`.
        message_id: as it stands in the header; every attempt sends the same.
        created_at: the date in the header.
    """

    mail_id: str
    tenant: str
    kind: MailKind
    about: str
    address: str
    source: str
    language: Language
    facts: MailFacts
    message_id: str
    created_at: Instant


def mail_id_of(tenant: str, kind: MailKind, about: str, address: str) -> str:
    """The id of the mail that tells this address of this. The same mail has the same id, however often it is made."""
    named = "\0".join((tenant, kind.value, about, address))
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:24]
