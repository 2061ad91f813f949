"""A carrier has refused an emergency call for want of a channel: an ordinary call of that trunk ends, and the emergency
call is tried there once more. Where none can give way, the next trunk is tried at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.emergency_commands import MakeRoom
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import StepResult
from callcontrol.control.trunk_events import RoomMade
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome

# What carriers answer that have no channel left: Q.850 causes 34, 42 and 44 in a Reason header; SIP 503 without one,
# which FreeSWITCH takes for 41 (sofia_glue.c, sofia_glue_sip_cause_to_freeswitch).
WANT_OF_A_CHANNEL: Final = frozenset(
    {"NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION", "REQUESTED_CHAN_UNAVAIL", "NORMAL_TEMPORARY_FAILURE"}
)
# Whose call gives way is known within so many seconds, or none does.
ASKED_S: Final = 1.0
# The end of a call is with the carrier so many seconds after it.
ENDED_S: Final = 0.4
# `Ring.position` of an attempt after room was made.
ONCE_MORE: Final = 1


@dataclass(frozen=True, slots=True)
class MakingRoomStep(OwnStep):
    """The trunk is to have a channel for this attempt, which the carrier has refused."""

    refused: Ring
    trunk: str

    def described(self) -> str:
        """What is done."""
        return f"end an ordinary call through {self.trunk}, and try once more there"

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Ask for it."""
        return call.to(MakingRoom(self)), (MakeRoom(self.trunk), do.StartTimer(STEP_TIMER, ASKED_S))


@dataclass(frozen=True, slots=True)
class MakingRoom(OwnState):
    """It is asked for, or a call is just ending for it (`found`)."""

    step: MakingRoomStep
    found: bool = False

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Once more, or the next trunk."""
        match event:
            case RoomMade(trunk, found=True) if trunk == self.step.trunk:
                return call.to(replace(self, found=True)), (do.StartTimer(STEP_TIMER, ENDED_S),)
            case RoomMade(trunk) if trunk == self.step.trunk:
                return call, self._next(facts)
            case TimerFired(name) if name == STEP_TIMER:
                return call, self._next(facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The worker died meanwhile; if a call was ended for it, that is over by now."""
        return call, self._next(facts)

    def _next(self, facts: Facts) -> Decision:
        again = replace(self.step.refused, position=ONCE_MORE)
        return Decision(again) if self.found else router.after(again, RingResult(Outcome.UNAVAILABLE), facts)
