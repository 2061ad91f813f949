"""Missed callers: why no person inside spoke with a caller from outside, and what became of that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.opening import CallableHours

MINUTE_US: Final = 60 * SECOND_US
DAY_US: Final = 24 * 60 * MINUTE_US


class MissedReason(StrEnum):
    """Why no person spoke with the caller."""

    ABANDONED_IN_MENU = "abandoned_in_menu"
    ABANDONED_IN_QUEUE = "abandoned_in_queue"
    ABANDONED_RINGING = "abandoned_ringing"
    VOICEMAIL_LEFT = "voicemail_left"
    NO_MESSAGE = "no_message"  # the caller reached a mailbox and hung up without a message
    CALLBACK_ASKED = "callback_asked"  # the caller waits for the queue's callback
    CLOSED = "closed"  # outside opening hours
    OVERFLOW = "overflow"  # taken out of a queue, and nothing followed
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    FAILED = "failed"  # a fault, or our own refusal


class CaseEnd(StrEnum):
    """How a case was closed."""

    REACHED = "reached"  # the tenant called back, and they talked
    CAME_BACK = "came_back"  # the caller called again, and spoke with a person
    DISMISSED = "dismissed"  # a person closed it, with a reason
    EXPIRED = "expired"


class CaseActKind(StrEnum):
    """What a person does to a case."""

    CLAIM = "claim"  # "I call this one back"; held for a while
    RELEASE = "release"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class CaseKey:
    """Whose case: a number that called, and the target it wanted. One case of a key is open at a time."""

    number: str
    target: str


@dataclass(frozen=True, slots=True)
class CaseAct:
    """A person's act. It is for the case of this key that is open at its time, whichever call opened that: a record
    that comes late may tell of an earlier one.

    Attributes:
        by: who did it, as a target text or a name.
        why: a dismissal's reason.
        until: a claim's end.
    """

    at: Instant
    key: CaseKey
    kind: CaseActKind
    by: str
    why: str = ""
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class MissedPolicy:
    """A tenant's rules for missed callers. They count for calls whose records come while they are in force.

    Attributes:
        hours: working time, in which `due_us` counts; None: always.
        rung_us: a caller who hangs up earlier than this after the arrival has dialled wrong: no case.
        talk_us: calling back has reached the caller once they talked for so long.
        due_us: within so much working time a first try is due.
        claim_us: how long a claim is held.
        expires_us: a case that is older is given up.
    """

    rung_us: int = 5 * SECOND_US
    talk_us: int = 10 * SECOND_US
    due_us: int = 60 * MINUTE_US
    claim_us: int = 30 * MINUTE_US
    expires_us: int = 14 * DAY_US
    hours: CallableHours | None = None

    def due(self, missed: Instant) -> Instant:
        """By when a first call back is due for a call that was missed then."""
        return Instant(missed + self.due_us) if self.hours is None else self.hours.after(missed, self.due_us)
