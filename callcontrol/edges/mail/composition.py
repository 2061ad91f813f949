"""A mail as bytes: what the facts and a tenant's words make of it. No clock, no chance, no files: the same mail again
is the same bytes, but for a signature.

Headers are 7-bit (encoded words, RFC 2047) and bodies quoted-printable or base64: so a mail passes any server
unchanged, which SMTPUTF8 and 8BITMIME would not, and a signature holds. There is one text and no HTML: a text is read
everywhere, and has no place in which a caller's name could be more than text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from string import Template
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.config.mail_texts import PHRASES, Phrases
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.mail import LeftMessage, Mail, MailFacts
from callcontrol.vocabulary.moment import Instant, datetime_of

MAX_SUBJECT: Final = 250  # characters, once everything is put in
MAX_NAME: Final = 64
MAX_TRANSCRIPT: Final = 20_000
_NUMBER = re.compile(r"\+?[0-9]{1,32}")


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound a mail tells of.

    Attributes:
        name, subtype: file name, and type below `audio/`; "": there is no file any more.
        content: what is attached; None: it is not.
        link: where it can be heard; "": nowhere.
        transcript: what a program has heard in it.
    """

    name: str = ""
    subtype: str = ""
    content: bytes | None = None
    link: str = ""
    transcript: str = ""


NO_SOUND: Final = Sound()


def compose(mail: Mail, tenant: Tenant, tenant_name: str, sound: Sound = NO_SOUND) -> bytes:
    """The mail, with CRLF at the end of each line.

    Raises:
        ValueError: the tenant has no address to send from.
    """
    settings = tenant.mail
    if settings.address is None:
        raise ValueError(f"tenant {tenant_name} has no `mail.address`")
    wording = settings.wording(mail.kind, mail.language)
    values = _values(mail, ZoneInfo(tenant.zone), settings.name or tenant_name, sound)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=settings.name, addr_spec=settings.address)
    message["To"] = Address(addr_spec=mail.address)
    if settings.reply_to is not None:
        message["Reply-To"] = Address(addr_spec=settings.reply_to)
    message["Subject"] = plain(Template(wording.subject).substitute(values))[:MAX_SUBJECT]
    message["Date"] = datetime_of(mail.created_at, ZoneInfo(tenant.zone))
    message["Message-ID"] = mail.message_id
    # RFC 3834: no holiday reply is sent to it. Exchange heeds a header of its own. `Precedence: bulk` is left out: it
    # is for lists, and filters take mails that bear it for advertising.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_text(wording.text, values), cte="quoted-printable")
    message["Content-Language"] = mail.language
    if sound.content is not None:
        message.add_attachment(sound.content, maintype="audio", subtype=sound.subtype, filename=sound.name)
        # Neither encoding has `=_`, so that the boundary, which is the same in every attempt, is in no part.
        message.set_boundary(f"=_{mail.mail_id}")
    return bytes(message)


def file_name(number: str, at: Instant, zone: str, suffix: str) -> str:
    """The name of an attachment: when it was said, by whom, in ASCII."""
    who = re.sub("[^0-9]", "", number)
    stem = datetime_of(at, ZoneInfo(zone)).strftime("%Y-%m-%d-%H%M%S")
    return f"{stem}-{who}{suffix}" if who else f"{stem}{suffix}"


def plain(text: str) -> str:
    """A text as one line: no control, direction or line character, and no half of a surrogate pair is left of it."""
    signs = (" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join("".join(signs).split())


def _text(template: str, values: dict[str, str]) -> str:
    text = Template(template.replace("\r\n", "\n")).substitute(values)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _values(mail: Mail, zone: ZoneInfo, tenant: str, sound: Sound) -> dict[str, str]:
    """Every placeholder there is; which of them a kind may name is checked where templates are read."""
    facts, phrases = mail.facts, PHRASES[mail.language]
    return {
        "who": _who(facts.number, facts.name, phrases),
        "number": plain(facts.number),
        "name": plain(facts.name)[:MAX_NAME],
        "when": datetime_of(facts.at, zone).strftime(phrases.moment),
        "length": _span(facts.length_ms),
        "waited": _span(facts.wait_ms),
        "box": plain(facts.place),
        "queue": plain(facts.place),
        "new": str(facts.new) if facts.new >= 0 else "?",
        "call": _call_link(facts.number) or "-",
        "file": _where(facts.attach, sound, phrases),
        "transcript": f"{phrases.said}\n{_lines(sound.transcript)}" if sound.transcript else "",
        "day": facts.day,
        "count": str(len(facts.messages)),
        "list": "\n".join(_listed(one, zone, phrases) for one in facts.messages),
        "tenant": plain(tenant),
        **_emergency_values(facts, zone, phrases),
    }


def _emergency_values(facts: MailFacts, zone: ZoneInfo, phrases: Phrases) -> dict[str, str]:
    named = {name: plain(getattr(facts, name)) or "-" for name in ("called", "extension", "place", "shown", "trunk")}
    answered = _moment(facts.answered_at, facts, zone, phrases) if facts.answered_at else phrases.unanswered
    ended = _moment(facts.ended_at, facts, zone, phrases) if facts.ended_at else "?"
    return named | {"answered": answered, "ended": ended}


def _moment(at: Instant, facts: MailFacts, zone: ZoneInfo, phrases: Phrases) -> str:
    """To the second, as one compares it with what others have written down."""
    said = datetime_of(at, zone).strftime(f"{phrases.moment}:%S")
    return f"{said} ({phrases.supposed})" if facts.estimated else said


def _who(number: str, name: str, phrases: Phrases) -> str:
    number, name = plain(number), plain(name)[:MAX_NAME]
    if not number:
        return name or phrases.anonymous
    return f"{name} ({number})" if name and name != number else number


def _call_link(number: str) -> str:
    """RFC 3966; "" of what is no number."""
    return f"tel:{number}" if _NUMBER.fullmatch(number) else ""


def _where(attach: str, sound: Sound, phrases: Phrases) -> str:
    if attach == "none":
        return ""
    if sound.content is not None:
        return phrases.attached
    if sound.link:
        return f"{phrases.link}{sound.link}"
    return phrases.not_attached if sound.name else phrases.removed


def _listed(message: LeftMessage, zone: ZoneInfo, phrases: Phrases) -> str:
    at = datetime_of(message.at, zone).strftime("%H:%M")
    return f"{at}  {_span(message.length_ms)}  {_who(message.number, message.name, phrases)}"


def _lines(transcript: str) -> str:
    return "\n".join(filter(None, map(plain, transcript[:MAX_TRANSCRIPT].splitlines())))


def _span(milliseconds: int) -> str:
    """Minutes and seconds, such as 1:05: read alike in every language."""
    minutes, seconds = divmod((milliseconds + 500) // 1000, 60)
    return f"{minutes}:{seconds:02}"
