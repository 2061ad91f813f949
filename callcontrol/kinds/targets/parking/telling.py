"""Who has parked a caller is told at which place: the phone rings, shows the place as who calls, and says its number to
who answers. It is a call of its own, which nothing depends on: a phone that is not answered has the place in its list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import phones
from callcontrol.routing.speech import as_file_string, place_said
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import Arrived, StepEnded, Trail

AGAIN_S = 3
RING_TIMER = "ring"
# How often the number is said.
TIMES = 2


def new_telling(
    *, id_: str, switch: str, worker: str, tenant: str, place: str, parked: Caller, extension: str, now: Instant
) -> Call:
    """A call to who has parked; it has no caller's channel. The phone shows the place, and who waits there."""
    caller = Caller(place, f"parked {parked.name or parked.number}".strip())
    arrived = Arrived(now, id_, switch, worker, "", tenant, caller, text_of(ExtensionTarget(extension)))
    state = TellingPlace(place, extension)
    return Call(id_, switch, worker, tenant, caller, arrived.dialled, now, state, Trail((arrived,)), ()).alive_at(now)


@dataclass(frozen=True, slots=True)
class TellingPlace(OwnState):
    """The phone rings, or its person hears the place.

    Attributes:
        FIRST_S: the phone may still be ending the call that was transferred: it is rung a moment later (seconds), for
            RING_S, and once more if it is busy: ROUNDS in all. STEP is the word of the trail for it.
        rung: legs that ring.
        round: how often it was rung.
        heard: it was answered.
    """

    FIRST_S: ClassVar[float] = 1
    RING_S: ClassVar[int] = 15
    ROUNDS: ClassVar[int] = 2
    STEP: ClassVar[str] = "place told"

    place: str
    extension: str
    rung: tuple[str, ...] = ()
    round: int = 0
    heard: bool = False

    @property
    def being_rung(self) -> tuple[str, ...]:
        """All that ring."""
        return self.rung

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """It rings; who answers hears the number, and is hung up after it."""
        match event:
            case FactsFound():
                return call, (do.StartTimer(RING_TIMER, self.FIRST_S),)
            case TimerFired(name) if name == RING_TIMER:
                return self._ring(call, facts)
            case LegAnswered(leg) if call.is_open(leg):
                return self._answered(call, leg, facts)
            case OriginateFailed(failed, cause):
                left = replace(self, rung=tuple(leg for leg in self.rung if leg not in failed))
                moved, more = left._go_on(call, facts)
                return moved, (*legs.watched(tuple(leg for leg in failed if call.is_open(leg)), cause), *more)
            case TimerFired(name) if name == ending.STEP_TIMER and self.heard and call.open_legs:
                return call, self._look(call, facts)
            case TimerFired(name) if name == ending.STEP_TIMER:
                return replace(self, rung=(), round=self.ROUNDS)._go_on(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """No channel of a caller's can come back: there is none."""
        return call, ()

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The worker died: the place is told by the phone's list of calls."""
        kills = tuple(do.KillLeg(leg, "ORIGINATOR_CANCEL") for leg in self.rung if call.is_open(leg))
        moved, more = replace(self, rung=(), round=self.ROUNDS)._go_on(call, facts)
        look = self._look(moved, facts) if isinstance(moved.state, TellingPlace) and self.heard else ()
        return moved, (*kills, *more, *look)

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """A phone rings no more, or its person has heard it."""
        return replace(self, rung=tuple(leg for leg in self.rung if leg != event.leg_id))._go_on(call, facts)

    def heard_then(self, facts: Facts) -> str:
        """What the person hears who answers."""
        return as_file_string(place_said(facts.language, self.place) * TIMES)

    def _ring(self, call: Call, facts: Facts) -> PlainResult:
        plans = phones(self.extension, self.RING_S, facts)
        if not plans:
            return self._over(call, facts)
        ids = call.next_legs(len(plans))
        call = legs.sent(call, ids, plans, Role.CALLEE, facts)
        state = replace(self, rung=ids, round=self.round + 1)
        patience = do.StartTimer(ending.STEP_TIMER, self.RING_S + 15 + facts.slack_s)
        return call.to(state), (do.Originate(tuple(zip(ids, plans, strict=True))), patience)

    def _answered(self, call: Call, answered: str, facts: Facts) -> PlainResult:
        others = tuple(leg for leg in self.rung if leg != answered)
        kills = tuple(do.KillLeg(leg, "LOSE_RACE") for leg in others)
        told = do.Whisper(answered, self.heard_then(facts), hang_up=True)
        return call.to(replace(self, rung=(), heard=True)), (told, *kills, *legs.watched(others, "LOSE_RACE"))

    def _go_on(self, call: Call, facts: Facts) -> PlainResult:
        """Once nothing rings and the number was said: again, or it is over."""
        if self.rung:
            return call.to(self), ()
        if not self.heard and self.round < self.ROUNDS:
            return call.to(self), (do.StartTimer(RING_TIMER, AGAIN_S),)
        return (call.to(self), ()) if call.open_legs and self.heard else self._over(call, facts)

    def _look(self, call: Call, facts: Facts) -> tuple[Command, ...]:
        """The leg that hears it ends by itself; its end may have been told to none of us."""
        again = do.StartTimer(ending.STEP_TIMER, self.RING_S + 15 + facts.slack_s)
        return do.CheckChannels(call.open_legs), again

    def _over(self, call: Call, facts: Facts) -> PlainResult:
        ended = StepEnded(facts.now, self.STEP, Outcome.ANNOUNCED if self.heard else Outcome.NO_ANSWER, self.place)
        closed, commands = ending.close_if_done(call.noting(ended).to(Ending()))
        return closed, commands or ending.deadline(facts)
