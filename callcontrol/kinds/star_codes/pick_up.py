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
from callcontrol.control.call import Call, Talking
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AloneChecked, CallConnectionLost, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.parked_events import ParkedJoined
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.uncontrolled import still_there
from callcontrol.kinds.targets.parking.tones import refused
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.trail import JoinedOutside, Noted

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
    """

    step: PickUp
    is_late: bool = False

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Joined, or there is no such call, or another phone was faster."""
        match event:
            case ParkedJoined(at, channel, party):
                took = Noted(facts.now, f"picks up {party}"), JoinedOutside(at, channel, party)
                return call.noting(*took).to(Talking("", channel, party)), (do.StopTimer(STEP_TIMER),)
            case TimerFired(name) if name == STEP_TIMER:
                return call.to(replace(self, is_late=True)), (do.CheckAlone(),)
            case AloneChecked(alone) if self.is_late and alone is not False:
                why = "no call rings there, or it was answered"
                return call, ThenDecide((), refused(self.step.named, why, facts))
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It is asked for again."""
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
