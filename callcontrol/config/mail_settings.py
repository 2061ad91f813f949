"""Settings of mail: the server that takes it, a tenant's sender and words, who is written to of a box or a queue.

Cross-checks stand in `checks/mail.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import DisplayName, Flag, Folder, HostPort, SipDomain, Text, Whole, described
from callcontrol.config.frozen import Frozen, Seconds
from callcontrol.config.mail_fields import MailAddress, PrivateKey, Selector, template_text
from callcontrol.config.mail_texts import WORDINGS, Wording
from callcontrol.config.queue_fields import TimeOfDay
from callcontrol.config.secret import SecretText
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.mail import MailKind

MAX_RECIPIENTS = 20  # of one box or queue


class Bounces(Frozen):
    """Where mails that cannot be delivered are reported to, and how the reports come here (LMTP, RFC 2033).

    Each mail has a return address of its own, made of `address`: bounces+MAIL-SIGNATURE@…
    """

    address: MailAddress = Field(description="address the reports go to; its server keeps what follows a +")
    secret: SecretText = Field(min_length=16, description="signs return addresses, so that no report can be forged")
    listen: HostPort = Field(
        default="127.0.0.1:8025", description="where the server of that address delivers the reports by LMTP; loopback"
    )


class MailServer(Frozen):
    """The server that takes mails from here (a submission service or relay), and how long each is tried."""

    server: HostPort | None = Field(
        default=None,
        description="host:port of the SMTP server, such as smtp.acme.example:587; default: none, no mail",
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls (port 587), tls from the first byte (port 465); certificates are checked; none: on "
        "loopback only",
    )
    ca: Folder | None = Field(
        default=None, description="file of the certificates the server's has to be signed by; default: the system's"
    )
    username: Text = Field(default="", description="account at the server; default: no login")
    password: SecretText = Field(default="", description="its password")
    hello: SipDomain | None = Field(default=None, description="name said to the server; default: this host's")
    answer_s: Annotated[int, Field(ge=1, le=600), Whole] = Field(
        default=60, description="longest wait for one answer of the server, in seconds"
    )
    whole_s: Annotated[int, Field(ge=1, le=3_600), Whole] = Field(
        default=300, description="longest time one mail may take, however busy the server is, in seconds"
    )
    attach_bytes: Annotated[int, Field(ge=0, le=104_857_600), Whole] = Field(
        default=10_485_760, description="largest file that is attached; a larger one is linked"
    )
    give_up_h: Annotated[int, Field(ge=1, le=720), Whole] = Field(
        default=72, description="hours after which a mail the server has not taken fails"
    )
    keep_days: Annotated[int, Field(ge=1, le=3_650), Whole] = Field(
        default=90, description="days after which a mail that was sent or failed is forgotten"
    )
    bounces: Bounces | None = None


class Dkim(Frozen):
    """Mails are signed (RFC 6376), so that other servers can tell them from forged ones."""

    domain: SipDomain = Field(description="domain that signs: that of `address`, or one above it")
    selector: Selector = Field(description="name of the public key: its record is SELECTOR._domainkey.DOMAIN")
    key: PrivateKey = Field(description="private RSA key in PEM form, as a file")


_VoicemailSubject = Annotated[str, BeforeValidator(template_text(MailKind.VOICEMAIL, one_line=True)), described("text")]
_VoicemailText = Annotated[str, BeforeValidator(template_text(MailKind.VOICEMAIL, one_line=False)), described("text")]
_MissedSubject = Annotated[str, BeforeValidator(template_text(MailKind.MISSED, one_line=True)), described("text")]
_MissedText = Annotated[str, BeforeValidator(template_text(MailKind.MISSED, one_line=False)), described("text")]
_DailySubject = Annotated[str, BeforeValidator(template_text(MailKind.DAILY, one_line=True)), described("text")]
_DailyText = Annotated[str, BeforeValidator(template_text(MailKind.DAILY, one_line=False)), described("text")]
_LockedSubject = Annotated[str, BeforeValidator(template_text(MailKind.LOCKED, one_line=True)), described("text")]
_EmergencySubject = Annotated[str, BeforeValidator(template_text(MailKind.EMERGENCY, one_line=True)), described("text")]
_EmergencyText = Annotated[str, BeforeValidator(template_text(MailKind.EMERGENCY, one_line=False)), described("text")]
_LockedText = Annotated[str, BeforeValidator(template_text(MailKind.LOCKED, one_line=False)), described("text")]


class VoicemailWording(Frozen):
    """What a mail says of a message that was left."""

    subject: _VoicemailSubject | None = Field(default=None, description="subject; default: ours")
    text: _VoicemailText | None = Field(default=None, description="text; default: ours")


class MissedWording(Frozen):
    """What a mail says of a caller who was not served in a queue."""

    subject: _MissedSubject | None = Field(default=None, description="subject; default: ours")
    text: _MissedText | None = Field(default=None, description="text; default: ours")


class DailyWording(Frozen):
    """What the daily summary of a box says."""

    subject: _DailySubject | None = Field(default=None, description="subject; default: ours")
    text: _DailyText | None = Field(default=None, description="text; default: ours")


class LockedWording(Frozen):
    """What a mail says of a box that was locked."""

    subject: _LockedSubject | None = Field(default=None, description="subject; default: ours")
    text: _LockedText | None = Field(default=None, description="text; default: ours")


class EmergencyWording(Frozen):
    """What a mail says of an emergency call."""

    subject: _EmergencySubject | None = Field(default=None, description="subject; default: ours")
    text: _EmergencyText | None = Field(default=None, description="text; default: ours")


_AnyWording = VoicemailWording | MissedWording | DailyWording | LockedWording | EmergencyWording


class TenantMail(Frozen):
    """Whose name mails bear, how many leave, and what they say."""

    address: MailAddress | None = Field(default=None, description="address mails come from; default: no mail is sent")
    name: DisplayName = Field(default="", max_length=64, description="name shown before that address")
    reply_to: MailAddress | None = Field(default=None, description="address answers go to; default: `address`")
    per_minute: Annotated[int, Field(ge=1, le=10_000), Whole] = Field(
        default=60, description="most mails that are sent in a minute; the others wait"
    )
    dkim: Dkim | None = None
    voicemail: Mapping[Language, VoicemailWording] = Field(
        default_factory=dict,
        description="by language; placeholders: $who $number $name $when $length $box $new $call $file $transcript "
        "$tenant",
    )
    missed: Mapping[Language, MissedWording] = Field(
        default_factory=dict,
        description="by language; placeholders: $who $number $name $when $waited $queue $call $tenant",
    )
    daily: Mapping[Language, DailyWording] = Field(
        default_factory=dict, description="by language; placeholders: $box $day $count $new $list $tenant"
    )
    locked: Mapping[Language, LockedWording] = Field(
        default_factory=dict, description="by language; placeholders: $who $number $name $when $box $tenant"
    )
    emergency: Mapping[Language, EmergencyWording] = Field(
        default_factory=dict,
        description="by language; placeholders: $who $number $name $when $called $extension $place $shown $trunk "
        "$answered $ended $tenant",
    )

    def wording(self, kind: MailKind, language: Language) -> Wording:
        """Subject and text of mails of this kind, as templates."""
        written: Mapping[Language, _AnyWording] = getattr(self, kind.value)
        ours, own = WORDINGS[language][kind], written.get(language)
        if own is None:
            return ours
        return Wording(own.subject or ours.subject, own.text or ours.text)


class Recipients(Frozen):
    """Who is written to, in which language."""

    to: tuple[MailAddress, ...] = Field(min_length=1, max_length=MAX_RECIPIENTS, description="addresses; one mail each")
    language: Language | None = Field(default=None, description="language of the mails; default: the tenant's")


class BoxMail(Recipients):
    """What is sent by mail of a voicemail box."""

    each: Flag = Field(default=True, description="a mail for each message")
    attach: Literal["file", "link", "none"] = Field(
        default="file", description="the sound itself (a link where it is too large), a link, or neither"
    )
    after: Literal["new", "kept", "deleted"] = Field(
        default="new", description="what a message is in the box once every address was sent its mail"
    )
    daily: TimeOfDay | None = Field(
        default=None, description="time of day of a summary of the messages of a day, tenant zone; default: none"
    )


class MissedMail(Recipients):
    """What is sent by mail of callers who left a queue without being served."""

    after: Seconds = Field(
        default=600, description="seconds within which a caller who was served or called back meanwhile is not told of"
    )
