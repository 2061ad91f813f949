"""A call that rings at a colleague is picked up.

*8#           the one that rings at a phone of the own pick-up group
*8*NUMBER#    the one that rings at this extension, of the own group, too; *8NUMBER likewise

Only calls that come in at the colleague, never what the colleague calls; not callers of queues, whose agents are
chosen. Of several the one that has rung longest is taken, at the phone's own switch first, whichever workers have them:
each is asked, and after a moment those count that have answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AloneChecked, AppEnded, CallConnectionLost, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.parked_events import NotPickedUp, ParkedJoined, RingingAsked, RingingFound
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.uncontrolled import still_there
from callcontrol.kinds.targets.parking.tones import CONFIRM, refused
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import RingingCall, Taker
from callcontrol.vocabulary.trail import JoinedOutside, Noted, StepEnded

_FORM: Final = re.compile(r"\*8(?:\*?(?P<number>[0-9]{1,6}))?\#?")
# How long workers have to find a call that rings, and to join both (seconds).
FOUND_S = 7
# How long all workers are waited for; who answers later is asked only where no other has a call (seconds).
CHOOSE_TIMER, CHOOSE_S = "choose", 0.4
# A worker that has not had both joined so long after it was told to may have died: another call is tried (seconds).
CHOSEN_TIMER, CHOSEN_S = "chosen", 2.0
_TIMERS: Final = (STEP_TIMER, CHOOSE_TIMER, CHOSEN_TIMER)


@dataclass(frozen=True, slots=True)
class PickUp(OwnStep):
    """Pick up a call that rings at one of these extensions.

    Attributes:
        rejected: why none is.
    """

    extensions: tuple[str, ...]
    extension: str
    rejected: str = ""

    def described(self) -> str:
        """Whose."""
        return f"star code: refused: {self.rejected}" if self.rejected else f"pick up a call at {self.named}"

    def taker(self, call: Call) -> Taker:
        """Who picks a call up by this one."""
        return Taker(call.id, call.led, call.switch, self.extension, call.worker)

    @property
    def named(self) -> str:
        """The extensions."""
        return ", ".join(self.extensions)

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Every worker is asked for such a call."""
        if self.rejected:
            return call, refused(self.named, self.rejected, facts)
        find = at_place.FindRinging(self.extensions, self.taker(call))
        ask = do.Answer(), find, do.StartTimer(STEP_TIMER, FOUND_S), do.StartTimer(CHOOSE_TIMER, CHOOSE_S)
        return legs.caller_answered(call, facts.now).to(PickingUp(self)), ask


@dataclass(frozen=True, slots=True)
class PickingUp(OwnState):
    """A call is looked for, and joined by its worker.

    Attributes:
        is_late: the switch is asked whether both are joined.
        app_id: the tone that says that the phone will be rung, as the caller is at another switch.
        asked, answers: how many workers are asked (0: it is not known), and how many have answered.
        found: the calls that ring; `tried`: those of them that were chosen, the last one just now (`is_chosen`).
        is_open: the workers have had their time to answer.
        may_come: a call may be joined yet though its worker has not answered, or was given to this phone.
    """

    step: PickUp
    is_late: bool = False
    app_id: str = ""
    asked: int = 0
    answers: int = 0
    found: tuple[RingingCall, ...] = ()
    tried: tuple[str, ...] = ()
    is_chosen: bool = False
    is_open: bool = False
    may_come: bool = False

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Joined, or there is no such call, or another phone was faster."""
        match event:
            case ParkedJoined(_, "", party) if not self.app_id:
                return self._is_rung(call, party, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case ParkedJoined(at, channel, party) if channel:
                took = Noted(facts.now, f"picks up {party}"), JoinedOutside(at, channel, party)
                return call.noting(*took).to(Talking("", channel, party)), _stops()
            case TimerFired(name) if name == STEP_TIMER and not self.app_id:
                return call.to(replace(self, is_late=True)), (do.CheckAlone(),)
            case AloneChecked(alone) if self.is_late and alone is not False:
                why = "it was not joined in time" if self.tried else "no call rings there, or it was answered"
                return self._refused(call, why, facts)
            case _ if self.app_id or self.is_late:
                return call, ()
            case _:
                return self._chooses(call, event, facts)

    def _chooses(self, call: Call, event: Event, facts: Facts) -> StepResult:
        match event:
            case RingingAsked(_, trouble) if trouble:
                return self._refused(call, trouble, facts)
            case RingingAsked(workers):
                return replace(self, asked=workers)._next(call, facts)
            case RingingFound(calls):
                return replace(self, found=(*self.found, *calls), answers=self.answers + 1)._next(call, facts)
            case TimerFired(name) if name == CHOOSE_TIMER:
                return replace(self, is_open=True)._next(call, facts)
            case TimerFired(name) if name == CHOSEN_TIMER:
                return replace(self, is_chosen=False, may_come=True)._next(call, facts)
            case NotPickedUp(is_another=True):
                return call.to(replace(self, may_come=True)), (do.StopTimer(CHOSEN_TIMER),)
            case NotPickedUp(other) if self.is_chosen and other == self.tried[-1]:
                return replace(self, is_chosen=False)._next(call, facts)
            case _:
                return call, ()

    def _next(self, call: Call, facts: Facts) -> StepResult:
        """Of the calls that were found the one that has rung longest, and was not tried; where all workers have
        answered and there is none the phone is told so.
        """
        all_there = 0 < self.asked <= self.answers
        if self.is_chosen or not (self.is_open or all_there):
            return call.to(self), ()
        left = (one for one in self.found if one.call not in self.tried)
        best = min(left, key=lambda one: (one.switch != call.switch, one.since, one.call), default=None)
        if best is not None:
            chosen = replace(self, tried=(*self.tried, best.call), is_chosen=True)
            pick_up = at_place.TakeRinging(best, self.step.extensions, self.step.taker(call))
            return call.to(chosen), (do.StopTimer(CHOOSE_TIMER), pick_up, do.StartTimer(CHOSEN_TIMER, CHOSEN_S))
        if all_there and not self.may_come:
            return self._refused(call, "no call rings there, or it was answered", facts)
        return call.to(self), ()

    def _refused(self, call: Call, why: str, facts: Facts) -> StepResult:
        return call, ThenDecide(_stops(), refused(self.step.named, why, facts))

    def _is_rung(self, call: Call, party: str, facts: Facts) -> PlainResult:
        """The call is at another switch, from which this phone is rung."""
        call, app_id = call.next_app()
        ended = StepEnded(facts.now, "pick_up", Outcome.CHANGED, party)
        noted = call.noting(Noted(facts.now, f"picks up {party} at another switch, rings here"), ended)
        return noted.to(replace(self, app_id=app_id)), (*_stops(), do.Play(app_id, CONFIRM))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It is asked for again; a phone that is rung already is let go."""
        if self.app_id:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        return self.step.start(call, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The dialplan brings the phone back, unless it talks."""
        return call.noting(Noted(facts.now, event.reason)), (*_stops(), *still_there(call))


def _stops() -> tuple[Command, ...]:
    return tuple(map(do.StopTimer, _TIMERS))


def _decide(found: re.Match[str], facts: Facts) -> PickUp:
    extension, number = facts.caller.extension, found["number"]
    group = facts.tenant.extensions[extension].pickup_group
    if group is None:
        return PickUp((number,) if number else (), extension, f"extension {extension} is in no pick-up group")
    named = (name for name, one in facts.tenant.extensions.items() if one.pickup_group == group)
    colleagues = tuple(name for name in named if name != extension)
    if number and number not in colleagues:
        return PickUp((number,), extension, f"extension {number} is not in pick-up group {group}")
    return PickUp((number,) if number else colleagues, extension)


CODE = StarCode(
    _FORM,
    "extensions with a `pickup_group`",
    (Usage("`*8#`, `*8*number#`", "pick up the call that rings in the own pick-up group, or at that extension of it"),),
    _decide,
    saved=(PickUp, PickingUp),
)
