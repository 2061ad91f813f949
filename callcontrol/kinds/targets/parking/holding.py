"""A phone dials the number of a parking lot itself: it hears which place its caller will get, and holds it. Then it
joins its caller with this call (attended transfer): who comes from there is parked at that place.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.parked_events import PlaceClaimed
from callcontrol.control.step_result import StepResult, ThenDecide
from callcontrol.kinds.targets.parking.parked import CLAIM_S
from callcontrol.kinds.targets.parking.settings import BLOCK
from callcontrol.kinds.targets.parking.tones import refused
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import as_file_string, place_said
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import ParkedCaller
from callcontrol.vocabulary.trail import Noted, StepEnded

# How often the number is said, and how long the phone may wait then, and hold the place (seconds).
TIMES = 2
HELD_S = 30
KEEP_S = 5
KEEP_TIMER = "keep place"
WAIT = "silence_stream://1000"


@dataclass(frozen=True, slots=True)
class HoldPlace(OwnStep):
    """Hold a place for the caller whom this phone will transfer."""

    lot: str
    extension: str

    def described(self) -> str:
        """What the phone hears."""
        return f"say the next free place of {self.lot}, and hold it"

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Ask for a place."""
        held = PlaceHeld(self, facts.now)
        claim = at_place.ClaimPlace(BLOCK.of(facts.tenant)[self.lot].places, held.caller(call))
        return call.to(held), (claim, do.StartTimer(STEP_TIMER, CLAIM_S))


@dataclass(frozen=True, slots=True)
class PlaceHeld(OwnState):
    """A place is held while its number is said, and a little longer."""

    step: HoldPlace
    since: Instant
    place: str = ""
    app_id: str = ""

    def caller(self, call: Call) -> ParkedCaller:
        """What the live state is told: no caller waits there yet."""
        by, where = self.step.extension, (self.place, self.step.lot, call.id, "", call.switch, call.worker)
        return ParkedCaller(*where, since=self.since, by=by, held_for=by)

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """The number is said; then it is waited until the phone transfers its caller."""
        match event:
            case PlaceClaimed("", trouble) if not self.place:
                return call, ThenDecide(_QUIET, refused(self.step.lot, trouble or "no place is free", facts))
            case PlaceClaimed(place) if not self.place:
                return self._said(call, place, facts)
            case TimerFired(name) if name == KEEP_TIMER:
                return call, (at_place.KeepPlace(self.caller(call)), do.StartTimer(KEEP_TIMER, KEEP_S))
            case TimerFired(name) if name == STEP_TIMER and not self.place:
                return call, ThenDecide(_QUIET, refused(self.step.lot, "Redis has not answered in time", facts))
            case TimerFired(name) if name == STEP_TIMER:
                return call.to(Ending()), (*_QUIET, do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return call.to(replace(self, app_id="")), ()
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It is said again."""
        return self.step.start(call, facts) if not self.place else self._said(call, self.place, facts)

    def _said(self, call: Call, place: str, facts: Facts) -> StepResult:
        call, app_id = call.next_app()
        noted = legs.caller_answered(call, facts.now).noting(Noted(facts.now, f"place {place} is held"))
        ended = StepEnded(facts.now, "parking", Outcome.CHANGED, place)
        heard = as_file_string((WAIT, *place_said(facts.language, place)) * TIMES)
        timers = do.StartTimer(STEP_TIMER, HELD_S), do.StartTimer(KEEP_TIMER, KEEP_S)
        held = replace(self, place=place, app_id=app_id)
        return noted.noting(ended).to(held), (do.Answer(), do.Play(app_id, heard), *timers)


_QUIET = (do.StopTimer(STEP_TIMER), do.StopTimer(KEEP_TIMER))
