"""Limits that count the calls of who pays: what it means for a call that legs are not dialled because of them."""

from __future__ import annotations

from callcontrol.control import ending
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.dial_commands import Bridge
from callcontrol.control.events import AppEnded, OriginateFailed
from callcontrol.control.limit_events import LimitsReached
from callcontrol.control.not_dialled import in_words
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.counting import restriction_for
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.counters import Reached
from callcontrol.vocabulary.outcome import LIMIT_REACHED
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.target import NumberTarget, text_of
from callcontrol.vocabulary.trail import Passed


def refused(
    call: Call, event: LimitsReached, facts: Facts
) -> tuple[Call, tuple[Command, ...], AppEnded | OriginateFailed | None]:
    """The call whose legs are not dialled, what is to be done about it, and what is told in place of the command's
    result; None: others of its legs are dialled, or the call wants none to ring any more.
    """
    commands: tuple[Command, ...] = ()
    is_wanted = any(leg in call.state.being_rung for leg, _ in event.dial.legs)
    for leg, reached in event.reached.items():
        noted = call.noting(_passed(reached, facts)) if call.is_open(leg) else call
        call, more = ending.never_was(noted, leg, LIMIT_REACHED, facts)
        restriction = restriction_for(reached, facts)
        commands += (*more, *([restriction] if restriction is not None else []))
    if not event.cause or not is_wanted:
        return call, commands, None
    causes = dict.fromkeys(event.reached, LIMIT_REACHED)
    if isinstance(event.dial, Bridge):
        return call, commands, AppEnded(event.dial.app_id, event.cause, causes)
    return call, commands, OriginateFailed(tuple(leg for leg, _ in event.dial.legs), event.cause)


def told(call: Call, event: LimitsReached, facts: Facts) -> Decision | None:
    """What who has dialled the number, and would pay for it, hears of that; None: no one did."""
    first = next(iter(event.reached.values()))
    return in_words(call, _passed(first, facts), facts) if event.cause == LIMIT_REACHED else None


def _passed(reached: Reached, facts: Facts) -> Passed:
    to = text_of(NumberTarget(reached.number))
    return Passed(facts.now, to, reached.why, reason=RefusalReason.LIMIT_REACHED)
