"""Credit of a call's legs: what each event means for it, whatever the call is doing besides.

A leg that an account pays for is dialled when a first span of talk is reserved, and told to the switch with the end of
that span. While it talks the next span is reserved before the last one is over, and the end moves on; where that comes
to nothing the switch ends the leg in time. Forwarded, queued, called back: only who pays for the leg decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from callcontrol.config.credit_settings import WithoutRedis
from callcontrol.control import commands as do
from callcontrol.control import credit_end, legs, not_dialled
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.credit_commands import EndAt, EndReservation, LookAtAnswer, ReserveFirst, ReserveNext
from callcontrol.control.credit_end import WARN_TIMER
from callcontrol.control.credit_events import AnswerFound, SpanAnswer, SpanAnswered, SpansReserved
from callcontrol.control.dial_commands import Bridge, DialCommand, Originate
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    Event,
    LegAnswered,
    LegBridged,
    OriginateFailed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.leg_credit import LegCredit
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.credit import Paid, paid_by
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.bundled import Bundled
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.credit import SpanWord
from callcontrol.vocabulary.leg import Certainty, End
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import NO_CREDIT, Outcome
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import NumberTarget, text_of
from callcontrol.vocabulary.trail import Noted, Passed

SPAN_TIMER = "credit:"
# What could not be asked is asked again after so many seconds; so is a switch for the answer of a leg.
AGAIN_S = 2.0
# By the word of the answer: the reason, and how it is put; None: no answer came, which says why itself.
_REASONS: Final[Mapping[SpanWord | None, tuple[RefusalReason, str]]] = {
    None: (RefusalReason.CREDIT_UNKNOWN, "{}"),
    SpanWord.SHORT: (RefusalReason.NO_CREDIT, "the credit of {} is not enough to begin the call"),
    SpanWord.ON_HOLD: (RefusalReason.ON_HOLD, "the account {} is on hold"),
    SpanWord.OVER: (RefusalReason.NO_CREDIT, "the leg was over for the account {}"),
    SpanWord.GRANTED: (RefusalReason.NO_CREDIT, "{} pays for no time of talk"),
}


_DIALLING: Final = (Bridge, Originate)  # a union would be made anew for each event


def follow(call: Call, commands: tuple[Command, ...], event: Event, facts: Facts) -> PlainResult:
    """The call whose reservations follow what the event has made of it; what dials waits until there are some."""
    dials = [command for command in commands if isinstance(command, _DIALLING)]
    if not call.credits and not dials:
        return call, commands
    call, more = _event(call, event, facts)
    call, over = _released(call, facts.now)
    if dials:
        call, commands = _waiting(call, commands, facts)
    return call, (*over, *commands, *more)


# --- before dialling


def _waiting(call: Call, commands: tuple[Command, ...], facts: Facts) -> PlainResult:
    """Each command that dials a leg with an account waits for its credit."""
    changed: list[Command] = []
    for command in commands:
        if isinstance(command, Bridge | Originate) and (wanted := _credits(command, facts)):
            call = replace(call, credits=(*call.credits, *wanted))
            changed.append(ReserveFirst(command, wanted))
        else:
            changed.append(command)
    return call, tuple(changed)


def _credits(dial: DialCommand, facts: Facts) -> tuple[LegCredit, ...]:
    paid = ((leg, paid_by(plan, facts)) for leg, plan in dial.legs if plan.credit_s is None)
    return tuple(_leg_credit(leg, found) for leg, found in paid if found is not None)


def _leg_credit(leg: str, paid: Paid) -> LegCredit:
    accept_s = paid.plan.acceptance.wait_s if paid.plan.acceptance else 0
    return LegCredit(
        leg,
        paid.account,
        paid.plan.payer,
        paid.number,
        paid.limit_s,
        paid.plan.ring_s + accept_s,
        accept_s,
        direction=paid.plan.direction or "",
    )


# What is dialled; what is told in its place; or nothing.
Dialled = DialCommand | AppEnded | OriginateFailed | None


def reserved(call: Call, event: SpansReserved, facts: Facts) -> tuple[Call, Dialled]:
    """What is dialled now; or what is told of legs that are not, for there is no credit; None: the call does not want
    them to ring any more.
    """
    if not set(call.state.being_rung).intersection(leg for leg, _ in event.dial.legs):
        return call, None
    dialled, refused = [], []
    for leg, plan in event.dial.legs:
        found = _credit_of(call, leg)
        if found is None:
            dialled.append((leg, plan))
            continue
        call, talk_s = _first(call, found, event.answers[leg], facts)
        if talk_s:
            dialled.append((leg, replace(plan, credit_s=talk_s)))
        else:
            refused.append(leg)
    if dialled:
        return call, replace(event.dial, legs=tuple(dialled))
    return call, _not_dialled(event.dial, tuple(refused))


def _not_dialled(dial: DialCommand, refused: tuple[str, ...]) -> AppEnded | OriginateFailed:
    if isinstance(dial, Bridge):
        return AppEnded(dial.app_id, NO_CREDIT, dict.fromkeys(refused, NO_CREDIT))
    return OriginateFailed(refused, NO_CREDIT)


def _first(call: Call, credit: LegCredit, answer: SpanAnswer, facts: Facts) -> tuple[Call, int]:
    """The call with the answer to a leg's first request; for how many seconds it may talk, 0: it is not dialled."""
    known = _with_answer(credit, answer, facts)
    if known.talk_s:
        if answer.word is SpanWord.GRANTED and known.ends_s < known.limit_s:
            call = call.noting(Noted(facts.now, _shortened(known)))
        return _with(call, known), known.talk_s
    call = call.noting(_passed(credit, answer, facts))
    never = End(Certainty.TOLD, NO_CREDIT, Outcome.REJECTED, None)
    return legs.ended(call, credit.leg, never, facts.now), 0


def _shortened(credit: LegCredit) -> str:
    """Why the conversation is shorter than it may be."""
    minutes, seconds = divmod(credit.ends_s, 60)
    what = "credit and bundles of" if credit.bundled else "credit of"
    return f"the {what} {credit.account} are enough for {minutes} min {seconds} s with {credit.number}"


def _passed(credit: LegCredit, answer: SpanAnswer, facts: Facts) -> Passed:
    """Why the leg is not dialled."""
    reason, words = _REASONS[answer.word]
    why = answer.why or words.format(credit.account)
    return Passed(facts.now, text_of(NumberTarget(credit.number)), why, reason=reason)


def in_words(call: Call, event: SpansReserved, facts: Facts) -> Decision | None:
    """What who has dialled the number, and would pay for it, hears of that; None: no one did."""
    refused = next((one for one in call.credits if one.leg in event.answers), None)
    if refused is None:
        return None
    return not_dialled.in_words(call, _passed(refused, event.answers[refused.leg], facts), facts)


# --- while it rings and talks


def _event(call: Call, event: Event, facts: Facts) -> PlainResult:
    match event:
        case LegBridged(leg, at, answered=answered) if credit := _credit_of(call, leg):
            return _answered(call, credit, answered or at, answered is not None)
        case LegAnswered(leg) if credit := _credit_of(call, leg):
            earliest = Instant(facts.now - credit.accept_s * SECOND_US)
            return _answered(call, credit, earliest, not credit.accept_s)
        case AnswerFound(leg, answered) if credit := _credit_of(call, leg):
            return _answered(call, credit, answered, True)
        case SpanAnswered(leg, answer) if credit := _credit_of(call, leg):
            return _next(call, credit, answer, facts)
        case TimerFired(name) if credit := _credit_of(call, name.removeprefix(SPAN_TIMER)):
            return call, _next_asked(credit)
        case TimerFired(name) if credit := _credit_of(call, name.removeprefix(WARN_TIMER)):
            return credit_end.warned(call, credit, facts)
        case CallConnectionLost() | Rearrived():
            # the timers were another worker's
            return call, tuple(command for credit in _open(call) for command in _next_asked(credit))
        case _:
            return call, ()


def _next_asked(credit: LegCredit) -> tuple[Command, ...]:
    """The next span; and the answer, where it is not known: a worker that died may have been the only one to hear it.
    What the switch ends the leg at would be the end of the first span for ever.
    """
    return (ReserveNext(credit),) if credit.is_exact else (ReserveNext(credit), LookAtAnswer(credit.leg))


def _answered(call: Call, credit: LegCredit, at: Instant, is_exact: bool) -> PlainResult:
    """The leg talks: its account hears of it, and tells when its credit ends."""
    if credit.is_exact or (credit.answered is not None and not is_exact):
        return call, ()
    talking = replace(credit, answered=at, is_exact=is_exact)
    return _with(call, talking), (ReserveNext(talking),)


def _next(call: Call, credit: LegCredit, answer: SpanAnswer, facts: Facts) -> PlainResult:
    """The answer to the request for a next span: the switch's end moves, and the warnings with it."""
    known = _with_answer(credit, answer, facts)
    commands: tuple[Command, ...] = ()
    if known.talk_s != credit.talk_s and known.ends_at_s is not None:
        known = replace(known, moves=known.moves + 1)
        commands = (EndAt(known.leg, known.ends_at_s or 0, known.moves),)
    again_s = answer.again_s if known.answered is not None else 0.0
    again = (do.StartTimer(SPAN_TIMER + known.leg, again_s or AGAIN_S),)
    return _with(call, known), (*commands, *again, *credit_end.next_warning(known, facts))


def _with_answer(credit: LegCredit, answer: SpanAnswer, facts: Facts) -> LegCredit:
    """The credit as it is with an answer. What is not granted leaves it as it is; so does what keeps a first span
    reserved while the leg rings: the switch has been told that span.
    """
    if credit.answered is None and credit.talk_s:
        return credit
    if answer.word is SpanWord.GRANTED:
        known = replace(credit, talk_s=answer.talk_s, reserved_s=answer.talk_s, ends_s=answer.ends_s)
        return replace(known, bundled=answer.bundled)
    if answer.word is not None:
        return credit
    return replace(credit, talk_s=max(credit.talk_s, _unreserved_s(credit, answer, facts)))


def _unreserved_s(credit: LegCredit, answer: SpanAnswer, facts: Facts) -> int:
    """How long a leg may talk, as the tenant has it, while credit cannot be asked for."""
    match facts.tenant.credit.without_redis:
        case WithoutRedis.ALLOW:
            return credit.limit_s
        case WithoutRedis.SHORT:
            return min(answer.talk_s, credit.reserved_s + facts.tenant.credit.short)
        case WithoutRedis.REFUSE:
            return 0


# --- afterwards


def _released(call: Call, now: Instant) -> PlainResult:
    """The reservations of legs that are over fall back; those too of legs that did not answer and ring no more, so that
    the next trunk can be tried with the same money.
    """
    commands: tuple[Command, ...] = ()
    for credit in _open(call):
        leg = call.leg(credit.leg)
        rang_in_vain = credit.answered is None and credit.leg not in call.state.being_rung
        if leg is None or leg.end is not None or rang_in_vain:
            call, more = _ended(call, credit, leg.end if leg is not None else None, now)
            commands += more
    return call, commands


def _ended(call: Call, credit: LegCredit, end: End | None, now: Instant) -> PlainResult:
    stamps = end.stamps if end is not None else None
    answered = stamps.answered if stamps is not None else None
    talk_us = max(stamps.ended - answered, 0) if stamps is not None and answered is not None else 0
    timers = (do.StopTimer(SPAN_TIMER + credit.leg), do.StopTimer(WARN_TIMER + credit.leg))
    if credit.bundled and answered is not None:
        call = call.noting(Bundled(now, credit.leg, credit.bundled))
    return _with(call, replace(credit, is_over=True)), (EndReservation(credit, answered, talk_us), *timers)


def _open(call: Call) -> Sequence[LegCredit]:
    return [credit for credit in call.credits if not credit.is_over]


def _credit_of(call: Call, leg: str) -> LegCredit | None:
    """What is reserved for the leg; None: nothing, or not any more."""
    return next((credit for credit in call.credits if credit.leg == leg and not credit.is_over), None)


def _with(call: Call, changed: LegCredit) -> Call:
    if _credit_of(call, changed.leg) == changed:
        return call
    return replace(call, credits=tuple(changed if one.leg == changed.leg else one for one in call.credits))
