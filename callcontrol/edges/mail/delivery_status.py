"""Reports of deliveries that failed (DSN, RFC 3464): what a server has written back about one of our mails."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Final

from callcontrol.edges.mail.composition import plain
from callcontrol.vocabulary.mail import is_address_dead

MAX_REASON: Final = 500


class NoReport(ValueError):
    """What came is no report of a delivery; the message says what it is."""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What is told of a mail.

    Attributes:
        has_failed: it will not be delivered; else it is delayed, delivered or passed on.
        status: enhanced status code, such as 5.1.1.
        reason: what the server that refused it has said.
    """

    has_failed: bool
    status: str
    reason: str

    @property
    def is_dead(self) -> bool:
        """Whether no mail to that address will ever arrive."""
        return self.has_failed and is_address_dead(self.status)


def read_report(content: bytes) -> DeliveryStatus:
    """The worst that is said of any recipient; our mails have one each: several are told of where it was passed on.

    Raises:
        NoReport: it is something else, such as a holiday reply.
    """
    report = message_from_bytes(content, policy=default)
    parts = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
    if not parts:
        raise NoReport(f"a mail of type {report.get_content_type()}, no report of a delivery")
    told = [_told(fields) for part in parts for fields in _recipients(part)]
    if not told:
        raise NoReport("a report that names no recipient")
    return max(told, key=lambda one: (one.has_failed, one.status))


def _recipients(part: Message) -> list[Message]:
    """Blocks of fields, one a recipient; the first, about the mail as a whole, names no action."""
    blocks = part.get_payload()
    found = blocks if isinstance(blocks, list) else []
    return [block for block in found if isinstance(block, Message) and "Action" in block]


def _told(fields: Message) -> DeliveryStatus:
    action = str(fields["Action"]).strip().lower()
    status = str(fields.get("Status", "")).split(" ")[0].strip()
    diagnostic = str(fields.get("Diagnostic-Code", "")).partition(";")[2]
    recipient = str(fields.get("Final-Recipient", "")).partition(";")[2]
    reason = plain(diagnostic or f"{action} at {recipient or 'its server'}")[:MAX_REASON]
    return DeliveryStatus(action == "failed", status, reason)
