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
from callcontrol.control.room_events import RoomFileTold
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.kinds.targets.conference import recorded
from callcontrol.kinds.targets.conference.recorded import NO_FILE, RoomFile, RoomSeat
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.copying import replace
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
        seat, file: the place in the room, and its recording: that may be closed after the last one is out.
    """

    app_id: str
    seat: RoomSeat | None = None
    file: RoomFile = NO_FILE

    @property
    def mixer(self) -> tuple[str, str] | None:
        """The room is heard of as long as its recording is not closed."""
        if self.seat is None or self.file.running is None:
            return None
        return self.seat.room.switch, self.seat.visit.room

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Heard, or not in time; and what becomes of the recording."""
        if isinstance(event, RoomFileTold) and self.seat is not None:
            call, file, commands = recorded.told(call, self.seat, self.file, event, facts)
            return call.to(replace(self, file=file)), commands
        is_heard = isinstance(event, AppEnded) and event.app_id == self.app_id
        if not is_heard and not (isinstance(event, TimerFired) and event.name == STEP_TIMER):
            return call, ()
        return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It was heard while no worker was there."""
        return self.on(call, AppEnded(self.app_id), facts)


def leave(
    call: Call, seat: RoomSeat, file: RoomFile, sent_out: str, first: tuple[Command, ...], facts: Facts
) -> PlainResult:
    """Say goodbye.

    Args:
        sent_out: why the switch was asked to take the channel out, "" if it was not.
        first: what is done before.
    """
    phrase = RoomPhrase.REMOVED if sent_out == RoomOrder.KICK else RoomPhrase.ENDED
    why = Noted(facts.now, _WHY_OUT.get(sent_out, "the room has ended"))
    # What came of it where the caller has talked with none.
    ended = StepEnded(facts.now, "room", Outcome.NO_ANSWER, seat.visit.room)
    call, app_id = call.noting(why, ended).next_app()
    said = as_file_string(room_phrase(facts.language, phrase))
    play = do.Play(app_id, said), do.StartTimer(STEP_TIMER, FAREWELL_S)
    return call.to(LeavingRoom(app_id, seat, file)), (*first, *play)
