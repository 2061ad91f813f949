"""Who enters says a name, which the others hear at entering and at leaving. It is kept no longer than the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, Event, KeyPressed, Rearrived, TimerFired
from callcontrol.control.legs import caller_answered
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.kinds.targets.conference.conferring import enter
from callcontrol.kinds.targets.conference.settings import Announced
from callcontrol.kinds.targets.conference.visiting import Visit
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.media import media_id_of
from callcontrol.vocabulary.room import Room, spoken_name
from callcontrol.vocabulary.target import Target

# A name is at least so long (milliseconds), and at most (seconds); so much silence ends it (seconds).
SHORTEST_MS, LONGEST_S, SILENCE_S = 300, 6, 2
# The question and the name are over by then (seconds): shorter than the lease of the place in the room.
SAID_S: Final = 25
TONE: Final = "tone_stream://%(300,0,640)"


@dataclass(frozen=True, slots=True)
class SayingName(OwnState):
    """The caller is let in, and says a name.

    Attributes:
        question, record: the applications.
        path: of the file.
    """

    visit: Visit
    room: Room
    question: str
    record: str
    path: str

    @property
    def keeps_keys(self) -> bool:
        """The hash key ends the name, and is for nothing else."""
        return True

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.visit.path.origin

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """It was said, or not."""
        match event:
            case KeyPressed("#"):
                return call, (do.StopPlaying(),)
            case AppEnded(app_id, recorded_ms=length_ms) if app_id == self.record:
                return self._enters(call, self.path if length_ms >= SHORTEST_MS else "", facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._enters(call, "", facts, do.StopPlaying(all=True))
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """Its worker died meanwhile: what was said until then counts."""
        return self._enters(call, self.path if event.recorded_ms >= SHORTEST_MS else "", facts)

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up."""
        return call, (in_room.LeaveRoom(self.visit.room), do.StopTimer(STEP_TIMER))

    def _enters(self, call: Call, path: str, facts: Facts, *first: Command) -> PlainResult:
        call, commands = enter(replace(call, pressed=""), replace(self.visit, name=path), self.room, facts)
        return call, (*first, *commands)


def asks(call: Call, visit: Visit, room: Room, facts: Facts) -> bool:
    """Whether the caller says a name: the switch of the room has to have the file."""
    return visit.settings(facts).announce is Announced.NAME and room.switch == call.switch


def ask(call: Call, visit: Visit, room: Room, facts: Facts) -> PlainResult:
    """Which name?"""
    call, question = caller_answered(call, facts.now).next_app()
    call, record = call.next_app()
    path = spoken_name(facts.settings.recordings, media_id_of(call.id, call.apps))
    said = as_file_string((*room_phrase(facts.language, RoomPhrase.SAY_NAME), TONE))
    state = SayingName(visit, room, question, record, path)
    spoken = do.Play(question, said), do.Record(record, path, LONGEST_S, SILENCE_S)
    return call.to(state), (do.Answer(), *spoken, do.StartTimer(STEP_TIMER, SAID_S))
