"""The record of a call: one value for the call, one for each of its legs, one for each charge.

What the ledger stores is exactly this; the column comments in `edges/ledger/schema.sql` repeat the meanings. All times
are microseconds since the epoch, UTC; None where it did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome


class Direction(StrEnum):
    """Which side of the call a leg is on."""

    A = "a"  # the caller's own channel
    B = "b"  # a channel we sent out


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One station of the call's way: where it was sent (or `passed`: not sent), why, and who said so."""

    at: Instant
    target: str
    why: str
    source: str = ""
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that was recorded: for which box, and where it lies on the switch."""

    at: Instant
    box: str
    path: str


@dataclass(frozen=True, slots=True)
class Note:
    """Whatever else explains the call."""

    at: Instant
    what: str


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One channel of a call, or an attempt that never became one (`created` is None then).

    Attributes:
        to: what rang, as a target text; "" for the caller's own leg.
        address: SIP account, number or URI that was dialled; for the caller's leg the number he dialled.
        payer: who is billed: `extension:101`, `tenant`; "" for legs that cost nothing.
        dialled: when we sent it out (for the caller's leg: when the call reached us), by our clock.
        created, ringing, answered, ended: the switch's own stamps.
        bridged: when caller and leg first heard each other, by our clock; None on the caller's own leg.
        hung_up_by: `caller`, `callee`, `switch` or "".
        estimated: some time is the best we know, not the switch's word.
    """

    leg_id: str
    direction: Direction
    to: str
    address: str
    trunk: str
    shown: str
    payer: str
    dialled: Instant
    created: Instant | None
    ringing: Instant | None
    answered: Instant | None
    bridged: Instant | None
    ended: Instant | None
    cause: str
    outcome: Outcome
    hung_up_by: str
    estimated: bool = False

    @property
    def talk_us(self) -> int:
        """Microseconds from answer to end, 0 if never answered."""
        return self.ended - self.answered if self.ended is not None and self.answered is not None else 0

    @property
    def is_external(self) -> bool:
        """Whether it went out through a trunk at somebody's expense."""
        return bool(self.payer and self.trunk)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, from its arrival to the end of its last leg.

    Attributes:
        arrived: when the call reached us, by our clock. It never changes: the ledger files the call under its UTC day.
        answered: when the caller's channel was answered (a greeting counts).
        bridged: when the caller first heard somebody.
        ended: end of the caller's channel.
        answered_leg, answered_by: the first leg that was bridged, and its target text; "" if none was.
        estimated: some leg's times are estimated.
        legs: the caller's own first, then the others as they were sent out.
    """

    call_id: str
    tenant: str
    switch: str
    worker: str
    caller: Caller
    dialled: str
    outcome: Outcome
    answered_leg: str
    answered_by: str
    arrived: Instant
    answered: Instant | None
    bridged: Instant | None
    ended: Instant
    path: tuple[PathEntry, ...]
    recordings: tuple[Recording, ...]
    notes: tuple[Note, ...]
    legs: tuple[LegRecord, ...]
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class ChargeRecord:
    """What one leg cost and every number it came from, or why it has no price. Times in seconds are whole.

    Attributes:
        number: the number that was priced.
        reason: why there is no price; "" for a leg that has one.
        amount: rounded once; None without a price (never 0 for that).
        tariff_version: `valid_from` of the version in force at answer.
        counted_s, free_s, billed_s: talk time by the list's rule; seconds of it that were free; seconds of all started
            steps.
        step: first block and step, `60/1`.
        fee: connection fee.
        parts: runs of steps at one price, in order of time, as plain values (`billing/charges.py`, Charge.as_json).
        formula: the way from talk time to amount, to be redone by hand.
    """

    leg_id: str
    payer: str
    number: str
    reason: str = ""
    amount: Decimal | None = None
    currency: str = ""
    tariff: str = ""
    tariff_version: Instant | None = None
    prefix: str = ""
    destination: str = ""
    counted_s: int = 0
    free_s: int = 0
    billed_s: int = 0
    step: str = ""
    fee: Decimal | None = None
    vat_percent: Decimal | None = None
    parts: tuple[Mapping[str, object], ...] = ()
    formula: str = ""


@dataclass(frozen=True, slots=True)
class RatedRecord:
    """A call's record with what its legs cost: what goes into the spool and from there into the ledger."""

    call: CallRecord
    charges: tuple[ChargeRecord, ...] = ()
