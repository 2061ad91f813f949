"""What the ledger counts of calls, for reports. Times are sums in whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CallHour:
    """Calls of one type and outcome that arrived in an hour (UTC), or the piece of it that was asked for.

    Attributes:
        talks: calls that had a conversation.
        wait_ms: from arrival to the first conversation.
        talk_ms: from there to the end of the call.
    """

    hour: datetime
    type: str
    outcome: str
    calls: int
    talks: int
    wait_ms: int
    talk_ms: int


@dataclass(frozen=True, slots=True)
class QueueHour:
    """Callers who entered a queue in an hour (UTC) and left it in this way."""

    hour: datetime
    queue: str
    how: str
    visits: int
    wait_ms: int


@dataclass(frozen=True, slots=True)
class NumberCount:
    """Calls from outside, to a number of the tenant's or from a caller; answered: of any type but missed."""

    number: str
    calls: int
    answered: int
    talks: int
    wait_ms: int
    talk_ms: int


@dataclass(frozen=True, slots=True)
class ExtensionCount:
    """Calls for which an extension was rung, and those it made.

    Attributes:
        answered: it was the first to speak with the caller; `wait_ms` (from ringing) and `talk_ms` are theirs.
        missed: neither it nor another one did.
    """

    extension: str
    rung: int
    answered: int
    missed: int
    wait_ms: int
    talk_ms: int
    out: int


@dataclass(frozen=True, slots=True)
class ResolutionCount:
    """Calls to a number of the tenant's that had a conversation; again: the same number called within the days."""

    number: str
    talks: int
    again: int


@dataclass(frozen=True, slots=True)
class SurveyCount:
    """Surveys after conversations of an agent in a queue that had this score; None: no answer."""

    queue: str
    agent: str
    score: int | None
    asked: int


@dataclass(frozen=True, slots=True)
class CaseCount:
    """Cases of missed callers that opened in a period, by the target that was wanted (None: all).

    Attributes:
        tried: those that were called, in vain or not; in_time: not after their deadline.
        owed: those for whom a call was due: the others had come back, or been dismissed, before their deadline, or it
            has not passed yet.
        first_try_ms, first_try_90_ms: from the opening to the first call, median and 90th percentile; None: none was.
        reached_ms, reached_90_ms: from the opening to the conversation with those that were called back, likewise.
    """

    target: str | None
    cases: int
    open: int
    reached: int
    came_back: int
    tried: int
    in_time: int
    owed: int
    first_try_ms: int | None
    first_try_90_ms: int | None
    reached_ms: int | None
    reached_90_ms: int | None


@dataclass(frozen=True, slots=True)
class ClassCost:
    """Charges that hold of the calls, by class of the number (vocabulary/direction.py) and currency."""

    direction: str
    currency: str
    legs: int
    seconds: int
    amount: Decimal
