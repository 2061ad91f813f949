"""A caller who is out of a conference room hears why; then the call ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.room import RoomOrder
from callcontrol.vocabulary.trail import Noted, StepEnded

# Nothing that is said at the end is longer (seconds).
FAREWELL_S: Final = 20
_WHY_OUT: Final = {RoomOrder.KICK.value: "sent out of the room", RoomOrder.END.value: "the room was ended"}


@dataclass(frozen=True, slots=True)
class LeavingRoom(OwnState):
    """The last words are heard.

    Attributes:
        app_id: of what plays.
    """

    app_id: str

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Heard, or not in time."""
        is_heard = isinstance(event, AppEnded) and event.app_id == self.app_id
        if not is_heard and not (isinstance(event, TimerFired) and event.name == STEP_TIMER):
            return call, ()
        return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It was heard while no worker was there."""
        return self.on(call, AppEnded(self.app_id), facts)


def leave(call: Call, room: str, sent_out: str, first: tuple[Command, ...], facts: Facts) -> PlainResult:
    """Say goodbye.

    Args:
        sent_out: why the switch was asked to take the channel out, "" if it was not.
        first: what is done before.
    """
    phrase = RoomPhrase.REMOVED if sent_out == RoomOrder.KICK else RoomPhrase.ENDED
    why = Noted(facts.now, _WHY_OUT.get(sent_out, "the room has ended"))
    # What came of it where the caller has talked with none.
    ended = StepEnded(facts.now, "room", Outcome.NO_ANSWER, room)
    call, app_id = call.noting(why, ended).next_app()
    said = as_file_string(room_phrase(facts.language, phrase))
    return call.to(LeavingRoom(app_id)), (*first, do.Play(app_id, said), do.StartTimer(STEP_TIMER, FAREWELL_S))
