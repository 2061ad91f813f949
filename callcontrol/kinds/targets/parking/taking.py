"""A phone takes a parked caller: it has the place marked as its own, and waits until the caller's call joins both."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    Event,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.parked_events import ParkedFound, ParkedJoined
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.uncontrolled import ALONE_S, ALONE_TIMER
from callcontrol.kinds.targets.parking.tones import CONFIRM, refused
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import ParkedCaller, Taker
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Noted, StepEnded

# Longer than it takes until a dead worker's calls are taken over (seconds).
TAKE_S = 12
# How long the switch may take to say whether the phone talks (seconds).
LOOK_S = 3


@dataclass(frozen=True, slots=True)
class TakeFromPlace(OwnStep):
    """Take the caller at this place; "": who has been parked longest, first of those this extension has parked.

    Attributes:
        rejected: why no caller can be there.
    """

    place: str
    extension: str
    rejected: str = ""

    def described(self) -> str:
        """From where."""
        return f"take the caller at {self.place}" if self.place else "take the caller who has been parked longest"

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Ask for the caller; the phone hears nothing before there is one."""
        if self.rejected:
            return call, refused(self.place, self.rejected, facts)
        taker = Taker(call.id, call.led, call.switch, self.extension, call.worker)
        ask = at_place.TakeParked(self.place, taker)
        return call.to(Taking(self)), (ask, do.StartTimer(STEP_TIMER, TAKE_S))


@dataclass(frozen=True, slots=True)
class Taking(OwnState):
    """The phone takes a caller.

    Attributes:
        found: who that is; None: it is being asked.
        is_late: it was not told in time that they are joined: the switch is asked.
        app_id: the tone that says that the phone will be rung, as the caller is at another switch.
    """

    step: TakeFromPlace
    found: ParkedCaller | None = None
    app_id: str = ""
    is_late: bool = False

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """The caller is there, both are joined, or it comes to nothing."""
        match event:
            case ParkedFound(None, trouble) if self.found is None:
                why = trouble or "no caller is parked there, or another phone was faster"
                return call, ThenDecide((do.StopTimer(STEP_TIMER),), refused(self._named, why, facts))
            case ParkedFound(ParkedCaller() as caller) if self.found is None:
                return self._found(call, caller, facts)
            case ParkedJoined(at) if self.found is not None:
                return self._talks(call, at, self.found, facts)
            case AloneChecked(partner=other, since=at) if self.found is not None and other == self.found.channel:
                return self._talks(call, at or facts.now, self.found, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case TimerFired(name) if name == STEP_TIMER and self.found is not None and not self.is_late:
                return call.to(replace(self, is_late=True)), (do.CheckAlone(), do.StartTimer(STEP_TIMER, LOOK_S))
            case AloneChecked() if self.is_late:
                return self._too_late(call, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._too_late(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The caller is this phone's still, or it is told that there is none."""
        return self.step.start(call, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The dialplan brings the phone back, unless both were joined already."""
        watch = (do.StopTimer(STEP_TIMER), do.StartTimer(ALONE_TIMER, ALONE_S), do.CheckAlone())
        return call.noting(Noted(facts.now, event.reason)), watch

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The phone hung up: another one may take the caller."""
        return call, self._let_be(call)

    @property
    def _named(self) -> str:
        return self.found.place if self.found is not None else self.step.place or "the longest parked caller"

    def _let_be(self, call: Call) -> tuple[Command, ...]:
        let = (at_place.LetParkedBe(self.found.place, call.id),) if self.found is not None and not self.app_id else ()
        return (*let, do.StopTimer(STEP_TIMER))

    def _too_late(self, call: Call, facts: Facts) -> StepResult:
        why = "the caller could not be joined in time"
        return call, ThenDecide(self._let_be(call), refused(self._named, why, facts))

    def _found(self, call: Call, caller: ParkedCaller, facts: Facts) -> PlainResult:
        call = legs.caller_answered(call, facts.now)
        if caller.switch == call.switch:
            return call.to(replace(self, found=caller)), (do.Answer(),)
        call, app_id = call.next_app()
        ended = StepEnded(facts.now, "parking", Outcome.CHANGED, caller.place)
        noted = call.noting(
            Noted(facts.now, f"the caller at {caller.place} is at switch {caller.switch}, rings here"), ended
        )
        return noted.to(replace(self, found=caller, app_id=app_id)), (do.Answer(), do.Play(app_id, CONFIRM))

    def _talks(self, call: Call, at: Instant, caller: ParkedCaller, facts: Facts) -> PlainResult:
        who = _party(caller, facts)
        took = Noted(facts.now, f"takes {who} from {caller.place}" + (f", parked by {caller.by}" if caller.by else ""))
        call = call.noting(took, JoinedOutside(at, caller.channel, who))
        return call.to(Talking("", caller.channel, who)), (do.StopTimer(STEP_TIMER), do.StopTimer(ALONE_TIMER))


def _party(caller: ParkedCaller, facts: Facts) -> str:
    """The parked caller, as a target text where there is one."""
    if facts.extension(caller.number) is not None:
        return text_of(ExtensionTarget(caller.number))
    return text_of(NumberTarget(caller.number)) if caller.number.startswith("+") else caller.number
