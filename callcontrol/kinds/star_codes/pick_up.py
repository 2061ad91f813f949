"""A call that rings at a colleague is picked up.

*8#           the one that rings at a phone of the own pick-up group
*8*NUMBER#    the one that rings at this extension, of the own group, too; *8NUMBER likewise

Only calls that come in at the colleague, never what the colleague calls; not callers of queues, whose agents are
chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AloneChecked, AppEnded, CallConnectionLost, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.parked_events import ParkedJoined
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.uncontrolled import still_there
from callcontrol.kinds.targets.parking.tones import CONFIRM, refused
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.trail import JoinedOutside, Noted, StepEnded

_FORM: Final = re.compile(r"\*8(?:\*?(?P<number>[0-9]{1,6}))?\#?")
# How long workers have to find a call that rings, and to join both (seconds).
FOUND_S = 7


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

    @property
    def named(self) -> str:
        """The extensions."""
        return ", ".join(self.extensions)

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Every worker is asked for such a call."""
        if self.rejected:
            return call, refused(self.named, self.rejected, facts)
        taker = Taker(call.id, call.led, call.switch, self.extension, call.worker)
        ask = (do.Answer(), at_place.PickUpRinging(self.extensions, taker), do.StartTimer(STEP_TIMER, FOUND_S))
        return legs.caller_answered(call, facts.now).to(PickingUp(self)), ask


@dataclass(frozen=True, slots=True)
class PickingUp(OwnState):
    """A call is looked for, and joined by its worker.

    Attributes:
        is_late: the switch is asked whether both are joined.
        app_id: the tone that says that the phone will be rung, as the caller is at another switch.
    """

    step: PickUp
    is_late: bool = False
    app_id: str = ""

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Joined, or there is no such call, or another phone was faster."""
        match event:
            case ParkedJoined(_, "", party) if not self.app_id:
                return self._is_rung(call, party, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case ParkedJoined(at, channel, party) if channel:
                took = Noted(facts.now, f"picks up {party}"), JoinedOutside(at, channel, party)
                return call.noting(*took).to(Talking("", channel, party)), (do.StopTimer(STEP_TIMER),)
            case TimerFired(name) if name == STEP_TIMER and not self.app_id:
                return call.to(replace(self, is_late=True)), (do.CheckAlone(),)
            case AloneChecked(alone) if self.is_late and alone is not False:
                why = "no call rings there, or it was answered"
                return call, ThenDecide((), refused(self.step.named, why, facts))
            case _:
                return call, ()

    def _is_rung(self, call: Call, party: str, facts: Facts) -> PlainResult:
        """The call is at another switch, from which this phone is rung."""
        call, app_id = call.next_app()
        ended = StepEnded(facts.now, "pick_up", Outcome.CHANGED, party)
        noted = call.noting(Noted(facts.now, f"picks up {party} at another switch, rings here"), ended)
        return noted.to(replace(self, app_id=app_id)), (do.StopTimer(STEP_TIMER), do.Play(app_id, CONFIRM))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It is asked for again; a phone that is rung already is let go."""
        if self.app_id:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        return self.step.start(call, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The dialplan brings the phone back, unless it talks."""
        return call.noting(Noted(facts.now, event.reason)), (do.StopTimer(STEP_TIMER), *still_there(call))


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
