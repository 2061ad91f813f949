"""An emergency call is told to people inside, whom the tenant names: their phones ring at once, and who answers hears
which phone has called which number. It is a call of its own: it goes on whatever becomes of the emergency call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import ending, legs
from callcontrol.control.call import Call, Ending
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    CallConnectionLost,
    Event,
    FactsFound,
    LegAnswered,
    LegGone,
    OriginateFailed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult
from callcontrol.kinds.targets import group
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import phones
from callcontrol.routing.speech import as_file_string
from callcontrol.routing.speech.emergencies import called_by
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Arrived, Noted, StepEnded, Trail

# How long a phone rings (seconds), and how often those are rung again who have not answered.
RING_S = 60
ROUNDS = 2
STEP = "emergency notice"


def told_of(facts: Facts) -> tuple[str, ...]:
    """The extensions that are told of an emergency call: those the tenant names, and those of its groups."""
    return extensions_of(facts.tenant.emergency_calls.tell, facts)


def extensions_of(targets: tuple[Target, ...], facts: Facts) -> tuple[str, ...]:
    """These extensions, and those of these groups; what else there is among the targets counts for nothing."""
    return tuple(dict.fromkeys(_extensions(targets, facts)))


def _extensions(targets: tuple[Target, ...], facts: Facts) -> Iterator[str]:
    for target in targets:
        one = group.BLOCK.of(facts.tenant).get(target.name) if target.kind == group.GroupTarget.kind else None
        named = one.members if one is not None else (target,)
        yield from (member.name for member in named if isinstance(member, ExtensionTarget))


def new_telling(
    *, id_: str, switch: str, worker: str, tenant: str, caller: Caller, called: str, extension: str, now: Instant
) -> Call:
    """A call to those who are told; it has no caller's channel."""
    arrived = Arrived(now, id_, switch, worker, "", tenant, caller, text_of(EmergencyTarget(called)))
    state = Telling(called, extension)
    return Call(id_, switch, worker, tenant, caller, arrived.dialled, now, state, Trail((arrived,)), ()).alive_at(now)


@dataclass(frozen=True, slots=True)
class Telling(OwnState):
    """Phones ring, or their people hear it.

    Attributes:
        called, extension: the emergency number, and the extension that has called it, "" where it is not known.
        rung: legs that ring.
        heard: extensions at which it was heard.
        round: how often those were rung before who have not answered.
    """

    called: str
    extension: str
    rung: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    round: int = 0

    @property
    def being_rung(self) -> tuple[str, ...]:
        """All that ring."""
        return self.rung

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """First all ring; each that is answered hears the sentence, and is hung up after it."""
        match event:
            case FactsFound():
                return self._ring(call, facts)
            case LegAnswered(leg) if call.is_open(leg):
                return self._answered(call, leg, facts)
            case OriginateFailed(failed, cause):
                left = replace(self, rung=tuple(leg for leg in self.rung if leg not in failed))
                moved, more = left._go_on(call, facts)
                return moved, (*legs.watched(tuple(leg for leg in failed if call.is_open(leg)), cause), *more)
            case TimerFired(name) if name == ending.STEP_TIMER:
                return replace(self, rung=())._go_on(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """No channel of a caller's can come back: there is none."""
        return call, ()

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The worker died: who has answered meanwhile has heard nothing. Those who have not heard it are rung again."""
        call = call.noting(Noted(facts.now, event.reason))
        kills = tuple(do.KillLeg(leg, "ORIGINATOR_CANCEL") for leg in self.rung if call.is_open(leg))
        moved, more = replace(self, rung=())._ring(call, facts)
        return moved, (*kills, *more)

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """A phone rings no more, or its person has heard it."""
        return replace(self, rung=tuple(leg for leg in self.rung if leg != event.leg_id))._go_on(call, facts)

    def _ring(self, call: Call, facts: Facts) -> PlainResult:
        plans = [phones(name, RING_S, facts) for name in told_of(facts) if name not in self.heard]
        commands: tuple[Command, ...] = ()
        rung: tuple[str, ...] = ()
        for plan in filter(None, plans):
            ids = call.next_legs(len(plan))
            call = legs.sent(call, ids, plan, Role.CALLEE, facts)
            rung += ids
            commands += (do.Originate(tuple(zip(ids, plan, strict=True))),)
        state = replace(self, rung=rung, round=self.round + 1)
        if not rung:
            return state._over(call, facts)
        return call.to(state), (*commands, do.StartTimer(ending.STEP_TIMER, RING_S + 15 + facts.slack_s))

    def _answered(self, call: Call, answered: str, facts: Facts) -> PlainResult:
        leg = call.leg(answered)
        name = leg.target.removeprefix(text_of(ExtensionTarget(""))) if leg is not None else ""
        rung = tuple(one for one in self.rung if one != answered)
        sentence = as_file_string(called_by(facts.language, self.called, self.extension))
        return call.to(replace(self, rung=rung, heard=(*self.heard, name))), (do.Whisper(answered, sentence, True),)

    def _go_on(self, call: Call, facts: Facts) -> PlainResult:
        """Once nothing rings and the sentence is over: again, or it is over."""
        if self.rung or call.open_legs:
            return call.to(self), ()
        is_missing = any(name not in self.heard for name in told_of(facts))
        return self._ring(call, facts) if is_missing and self.round < ROUNDS else self._over(call, facts)

    def _over(self, call: Call, facts: Facts) -> PlainResult:
        missed = [name for name in told_of(facts) if name not in self.heard]
        why = f"not answered at {', '.join(missed)}" if missed else ""
        ended = StepEnded(facts.now, STEP, Outcome.ANNOUNCED if self.heard else Outcome.NO_ANSWER, why)
        closed, commands = ending.close_if_done(call.noting(ended).to(Ending()))
        return closed, commands or ending.deadline(facts)
