"""The record of a call: one value for the call, one for each of its legs, one for each charge.

What the ledger stores is exactly this: each field is a column of the table in TABLES, declared here for the JSON, the
statements and the history alike (`columns.py`). The column comments in `edges/ledger/schema*.sql` repeat the meanings.
All times are microseconds since the epoch, UTC; None where it did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final

from callcontrol.billing.allowances import Allowance
from callcontrol.billing.columns import LATER, ROWS, Named, Table
from callcontrol.billing.menus import MenuVisit
from callcontrol.billing.moves import InterruptionRecord
from callcontrol.billing.surveys import SurveyRecord
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving


class Side(StrEnum):
    """Which side of the call a leg is on."""

    A = "a"  # the caller's own channel; a callback's call has none
    B = "b"  # a channel we sent out


@fast_init
@dataclass(frozen=True, slots=True)
class PathEntry:
    """One station of the call's way: where it was sent (or `passed`: not sent), why, and who said so."""

    at: Instant
    target: str
    why: str
    source: str = ""
    passed: Annotated[bool, LATER] = False


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


@fast_init
@dataclass(frozen=True, slots=True)
class LegRecord:
    """One channel of a call, or an attempt that never became one (`created` is None then).

    Attributes:
        to: what rang, as a target text; "" for the caller's own leg.
        address: SIP account, number or URI that was dialled; for the caller's leg the number the caller dialled.
        payer: who is billed: `extension:101`, `tenant`; "" for legs that cost nothing.
        dialled: when we sent it out (for the caller's leg: when the call reached us), by our clock.
        created, ringing, answered, ended: the switch's own stamps.
        bridged: when caller and leg first heard each other, by our clock; None on the caller's own leg.
        hung_up_by: `caller`, `callee`, `switch` or "".
        estimated: some time is the best we know, not the switch's word.
        reconciled: what is known of its end is from the switch's own record, read later (`reconciling.py`).
        estimate: why answer and end are the best we know; "" if they are the switch's word.
        called_direction: the class of the number that was dialled (vocabulary/direction.py); "" where none was.
        bundled: what was reserved for it of bundles (vocabulary/trail.py), "" where nothing was asked for.
        moved_from: the leg whose place it took in a conversation, as the call knows it: by a transfer, or as another
            phone picked the call up; "" for none.
        moved_to: the leg that took its place, of this call or of another one; "": none did.
        role: what it was in its call (vocabulary/leg.py, Role); "": it is not known.
    """

    leg_id: str
    direction: Side
    to: Annotated[str, Named("target")]
    address: str
    trunk: str
    shown: str
    payer: str
    dialled: Annotated[Instant, Named("dialled_at")]
    created: Annotated[Instant | None, Named("created_at")]
    ringing: Annotated[Instant | None, Named("ringing_at")]
    answered: Annotated[Instant | None, Named("answered_at")]
    bridged: Annotated[Instant | None, Named("bridged_at")]
    ended: Annotated[Instant | None, Named("ended_at")]
    cause: str
    outcome: Outcome
    hung_up_by: str
    estimated: bool = False
    reconciled: Annotated[bool, LATER] = False
    estimate: Annotated[str, LATER] = ""
    called_direction: Annotated[str, LATER] = ""
    bundled: Annotated[str, LATER] = ""
    moved_from: Annotated[str, LATER] = ""
    moved_to: Annotated[str, LATER] = ""
    role: Annotated[str, LATER] = ""

    @property
    def talk_us(self) -> int:
        """Microseconds from answer to end, 0 if never answered."""
        return self.ended - self.answered if self.ended is not None and self.answered is not None else 0

    @property
    def is_external(self) -> bool:
        """Whether it went out through a trunk and has a payer."""
        return bool(self.payer and self.trunk)


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key the caller pressed while waiting."""

    at: Instant
    key: str


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """A waiting caller was offered to an agent (to several at once: one for each), and what came of it.

    Attributes:
        offer: id of the offer; with `agent` unique within the visit.
        at: when the agent's phone was to ring, by our clock.
        legs: where it rang; none: the agent could not be rung.
        ended: when the offer was over for this agent.
        how: `expired` if it was not reported.
        detail: what else there was to say of the end.
        bridged, parted: when caller and agent first heard each other, and when the leg ended that was joined for it:
            the agent's, in a callback's call the customer's; None if they never did.
        wrap_up_from, wrap_up_until: the wrap-up after it as it was planned; the agent may have ended or prolonged it.
        estimated: an end is the best we know.
    """

    offer: str
    agent: str
    at: Annotated[Instant, Named("offered_at")]
    legs: tuple[str, ...]
    ended: Annotated[Instant, Named("ended_at")]
    how: OfferEnd
    detail: str = ""
    bridged: Annotated[Instant | None, Named("bridged_at")] = None
    parted: Annotated[Instant | None, Named("parted_at")] = None
    wrap_up_from: Instant | None = None
    wrap_up_until: Instant | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class QueueVisit:
    """One stay of a call in a queue, by our clock.

    Attributes:
        ticket: the place's id: it begins with the call's, or, in a callback's call, with that of the call that asked.
        entered: when this call entered.
        joined: since when the caller waits: earlier than `entered` if an earlier place was taken up.
        took_up: "" | `came_back` | `callback`: which earlier place it is.
        first_position: the position on entry, 1 is next; 0: unknown.
        left: when the caller left, or, if that was not reported (`estimated`), the best we know.
        how: how the caller left; if that was not reported: `answered` if an agent was bridged, else `failed`.
        wait_ms: from `joined` to `left`, whole milliseconds.
        detail: the agent who answered, the target the caller went to, or what else describes how.
        agent: who answered; "" unless `how` is answered.
        bridged: when the caller first heard an agent; None: never.
        keys: what the caller pressed, in order.
        wrap_up_until: planned end of the wrap-up after it; None: there was none.
        offers: in the order in which they were made.
        estimated: it was not reported how or when the caller left, or that the caller entered.
    """

    queue: str
    ticket: str
    entered: Annotated[Instant, Named("entered_at")]
    joined: Annotated[Instant, Named("joined_at")]
    took_up: str
    first_position: int
    left: Annotated[Instant, Named("left_at")]
    how: Leaving
    wait_ms: int
    detail: str
    agent: str
    bridged: Annotated[Instant | None, Named("bridged_at")]
    keys: tuple[KeyPress, ...]
    wrap_up_until: Instant | None
    offers: Annotated[tuple[OfferRecord, ...], ROWS]
    estimated: bool = False


@fast_init
@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A conversation: two legs heard each other.

    Attributes:
        leg_id: the caller's channel, or the leg in its place; in a callback, which has none, the agent's leg; "" if it
            is not known.
        other_leg: the leg it was joined with: of this call, or, after an attended transfer, of another one.
        party: who was at `other_leg`, as a target text, as far as is known.
        ended: the end of the leg that ended first, or when a party was transferred.
        estimated: `ended` is the best we know.
    """

    leg_id: str
    other_leg: str
    party: str
    began: Annotated[Instant, Named("began_at")]
    ended: Annotated[Instant, Named("ended_at")]
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class TalkFact:
    """What was decided or done about recording the conversations of a call.

    Attributes:
        what: never, announce, on_demand (what was decided), objected, started, paused, resumed, ended, lost.
        why: the rule that decided it, who asked for it, or what has ended it.
        media_id: of the recording, "" where there is none.
        source: file:line of what decided it.
    """

    at: Instant
    what: str
    why: str = ""
    media_id: str = ""
    source: str = ""


@fast_init
@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, from its arrival to the end of its last leg.

    Attributes:
        arrived: when the call reached us, by our clock. It never changes: the ledger files the call under its UTC day.
        answered: when the caller's channel was answered (a greeting counts); None: never, or none (a callback).
        bridged: when the caller was first bridged.
        ended: end of the caller's channel, or of the leg in its place if that is later; a callback's: of the last leg.
        answered_leg, answered_by: the first leg that was bridged, and its target text; "" if none was.
        estimated: some leg's times, or how or when it left a queue, are estimated.
        legs: the caller's own first, then the others as they were sent out; a callback's call has only those.
        visits: its stays in queues, in order.
        reconciled: it was completed, or put together, from the switch's own records of its legs.
        segments: its conversations, in order.
        led_leg: the leg that was transferred and stands in the caller's place, "" if none does.
        language: the language the caller was led in last, if one was chosen; "": the tenant's own.
        demand: the skills the caller asked for by keys, in written form (`german>=1`); "": none.
        priority: the priority the caller got by keys; 0: none.
        label: what the call was about, as a key said; "": none did.
        menus: its stays in menus, in order.
        talks: what was decided and done about recording its conversations, in order.
        refusal: why a number outside was not dialled (vocabulary/refusal_reason.py), the last such reason; "": none.
        surveys: what the caller was asked, and answered, in order.
        survey_score: the last answer of these, 1 to 5; None: there is none.
        interruptions: stretches in which its parties were parked or held, in order.
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
    arrived: Annotated[Instant, Named("started_at")]
    answered: Annotated[Instant | None, Named("answered_at")]
    bridged: Annotated[Instant | None, Named("bridged_at")]
    ended: Annotated[Instant, Named("ended_at")]
    path: tuple[PathEntry, ...]
    recordings: tuple[Recording, ...]
    notes: tuple[Note, ...]
    legs: Annotated[tuple[LegRecord, ...], ROWS]
    estimated: bool = False
    visits: Annotated[tuple[QueueVisit, ...], ROWS] = ()
    reconciled: Annotated[bool, LATER] = False
    segments: Annotated[tuple[SegmentRecord, ...], ROWS] = ()
    led_leg: Annotated[str, LATER] = ""
    language: Annotated[str, LATER] = ""
    demand: Annotated[str, LATER] = ""
    priority: Annotated[int, LATER] = 0
    label: Annotated[str, LATER] = ""
    menus: Annotated[tuple[MenuVisit, ...], LATER] = ()
    talks: Annotated[tuple[TalkFact, ...], LATER] = ()
    refusal: Annotated[str, LATER] = ""
    surveys: Annotated[tuple[SurveyRecord, ...], LATER] = ()
    survey_score: Annotated[int | None, LATER] = None
    interruptions: Annotated[tuple[InterruptionRecord, ...], LATER] = ()


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
        estimate: why the talk time is an estimate; "" if it is the switch's word.
        direction: the class of the number (vocabulary/direction.py); "" where it is not known.
        net, gross: the amount without and with VAT; None: the list does not say which of them its prices are.
        cost, cost_currency, cost_formula: what the carrier asks for the leg, without VAT, by its trunk's price list;
            None and "": there is none, or no price in it.
        allowances: bundles and discounts that are for this call, and what it uses of them (`bundles.py`).
        margin: the amount (net, where that is known) less the cost; None: one of them is not known, or the currencies
            differ.
        account: the credit account that pays, by its name; "" for none.
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
    estimate: Annotated[str, LATER] = ""
    direction: Annotated[str, LATER] = ""
    net: Annotated[Decimal | None, LATER] = None
    gross: Annotated[Decimal | None, LATER] = None
    cost: Annotated[Decimal | None, LATER] = None
    cost_currency: Annotated[str, LATER] = ""
    cost_formula: Annotated[str, LATER] = ""
    margin: Annotated[Decimal | None, LATER] = None
    allowances: Annotated[tuple[Allowance, ...], LATER] = ()
    account: Annotated[str, LATER] = ""


@dataclass(frozen=True, slots=True)
class RatedRecord:
    """A call's record with what its legs cost: what goes into the spool and from there into the ledger."""

    call: CallRecord
    charges: tuple[ChargeRecord, ...] = ()


CALLS: Final = Table(CallRecord)
LEGS: Final = Table(LegRecord)
CHARGES: Final = Table(ChargeRecord)
QUEUE_VISITS: Final = Table(QueueVisit)
OFFERS: Final = Table(OfferRecord)
SEGMENTS: Final = Table(SegmentRecord)

TABLES: Final[Mapping[str, Table[Any]]] = MappingProxyType(
    {
        "calls": CALLS,
        "legs": LEGS,
        "charges": CHARGES,
        "queue_visits": QUEUE_VISITS,
        "offers": OFFERS,
        "segments": SEGMENTS,
    }
)
