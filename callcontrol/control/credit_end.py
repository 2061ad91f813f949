"""The end of a leg's credit: who pays is warned before it, and told afterwards; the trail says that it was this.

Only the payer hears of it, and only where a phone of that payer is in the conversation: an extension whose rule has
forwarded the call is not, so no one is warned there. Other parties and callers from outside never are.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Talking
from callcontrol.control.commands import Command
from callcontrol.control.credit_commands import ComeBack, WarnPayer
from callcontrol.control.events import LegGone
from callcontrol.control.leg_credit import LegCredit
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import CREDIT_USED_UP
from callcontrol.vocabulary.target import extension_in
from callcontrol.vocabulary.trail import Noted

WARN_TIMER = "credit-ends:"
# The caller's channel is made to come back after the conversation so long before the end of the credit (seconds).
COMES_BACK_S = 4
# An end that moves by less is the same end: it is warned of once (seconds).
SAME_END_S = 5
# The switch looks at what is due every half second, and counts whole ones.
LATE_S = 2
# Two short tones of 880 Hz; the other side hears nothing of them.
TONE = "tone_stream://%(300,150,880);%(300,0,880)"
# The cause with which the switch ends a leg whose time is over.
TIME_IS_OVER = "ALLOTTED_TIMEOUT"


def next_warning(credit: LegCredit, facts: Facts) -> tuple[Command, ...]:
    """The timer of the next warning; none where no end is in sight."""
    timer, ends = WARN_TIMER + credit.leg, credit.credit_ends
    before_s = _next_s(credit, facts)
    if ends is None or before_s is None:
        return (do.StopTimer(timer),)
    return (do.StartTimer(timer, (ends - facts.now) / SECOND_US - before_s),)


def warned(call: Call, credit: LegCredit, facts: Facts) -> PlainResult:
    """A warning is due: the payer hears it, and shortly before the end the caller's channel is to come back."""
    before_s, hears = _due_s(credit, facts), listening(call, credit.payer, credit.leg)
    if before_s is None:
        return call, next_warning(credit, facts)
    told = replace(credit, warned_s=before_s, warned_until=credit.credit_ends)
    call = replace(call, credits=tuple(told if one is credit else one for one in call.credits))
    commands = next_warning(told, facts)
    if hears and before_s in facts.tenant.credit.warn:
        call = call.noting(Noted(facts.now, f"{credit.payer} hears that the credit ends in {before_s} s"))
        commands = (WarnPayer(hears, TONE), *commands)
    if hears == call.led and before_s == COMES_BACK_S:
        commands = (ComeBack(), *commands)
    return call, commands


def _due_s(credit: LegCredit, facts: Facts) -> int | None:
    """The warning of this moment, told by the seconds before the end; None: the end has moved away."""
    ends = credit.credit_ends
    left_s = 0.0 if ends is None else (ends - facts.now) / SECOND_US
    return next((before_s for before_s in _times(facts) if abs(left_s - before_s) < 1), None)


def _next_s(credit: LegCredit, facts: Facts) -> int | None:
    """The next warning, told by the seconds before the end; None: there is none."""
    ends = credit.credit_ends
    if ends is None:
        return None
    left_s = (ends - facts.now) / SECOND_US
    is_known = credit.warned_until is not None and ends - credit.warned_until < SAME_END_S * SECOND_US
    below = credit.warned_s if is_known and credit.warned_s is not None else float("inf")
    return next((before_s for before_s in _times(facts) if before_s <= left_s and before_s < below), None)


def _times(facts: Facts) -> tuple[int, ...]:
    return tuple(sorted({*facts.tenant.credit.warn, COMES_BACK_S}, reverse=True))


def listening(call: Call, payer: str, leg_paid: str) -> str:
    """The leg at which the payer of a leg listens, "" if the payer is not in the conversation."""
    extension = extension_in(payer)
    return next((leg for leg in _phones(call, extension) if leg != leg_paid), "") if extension else ""


def _phones(call: Call, extension: str) -> Iterator[str]:
    if call.caller.extension == extension and call.is_open(call.caller_channel):
        yield call.caller_channel
    for leg in call.legs:
        if extension_in(leg.target) == extension and leg.bridged is not None and leg.end is None:
            yield leg.id


def spent_on(call: Call, at: Instant) -> LegCredit | None:
    """The credit with whose end the conversation was over at this moment; None: it was over for another reason."""
    talked = call.state.leg_id if isinstance(call.state, Talking) else ""
    return next((one for one in call.credits if one.leg == talked and _is_end(one, at)), None)


def with_its_own_cause(call: Call, event: LegGone) -> LegGone:
    """The switch says only that a leg's time was over; where that was all its credit was enough for, that is why."""
    credit = next((one for one in call.credits if one.leg == event.leg_id), None)
    if credit is None or event.cause != TIME_IS_OVER or not _is_end(credit, event.stamps.ended):
        return event
    return replace(event, cause=CREDIT_USED_UP)


def _is_end(credit: LegCredit, at: Instant) -> bool:
    """Whether the switch was to end the leg at this moment, before its limit of talk."""
    end_s = credit.ends_at_s
    return end_s is not None and credit.talk_s < credit.limit_s and abs(at / SECOND_US - end_s) <= LATE_S
