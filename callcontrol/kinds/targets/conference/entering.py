"""A caller enters a conference room: the live state says at which switch it is, and whether it is locked or full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.room_events import RoomEntered
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.kinds.targets.conference import naming
from callcontrol.kinds.targets.conference.conferring import enter
from callcontrol.kinds.targets.conference.keys import described
from callcontrol.kinds.targets.conference.visiting import Visit, unlet
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import RoomPhrase
from callcontrol.vocabulary.room import Room, RoomVerdict
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import Noted

# How long the live state has to answer (seconds).
ENTER_S: Final = 5
_WORDS: Final = {
    RoomVerdict.LOCKED: (RoomPhrase.LOCKED, "the room is locked"),
    RoomVerdict.FULL: (RoomPhrase.FULL, "the room is full"),
}


@dataclass(frozen=True, slots=True)
class Confer(OwnStep):
    """Enter a room."""

    visit: Visit

    def described(self) -> str:
        """Which, and as what."""
        role = " as a moderator" if self.visit.moderator else ""
        return f"enter conference {self.visit.room}{role}; keys {described(moderator=self.visit.moderator)}"

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Ask to be let in; nothing is answered before."""
        visit, most = self.visit, self.visit.settings(facts).max_participants
        ask = in_room.EnterRoom(visit.room, visit.member(call, facts), most)
        return call.to(Entering(visit)), (ask, do.StartTimer(STEP_TIMER, ENTER_S))


@dataclass(frozen=True, slots=True)
class Entering(OwnState):
    """The live state is asked."""

    visit: Visit

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.visit.path.origin

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Let in, or not."""
        match event:
            case RoomEntered(RoomVerdict.IN, Room() as room):
                return self._let_in(call, room, facts)
            case RoomEntered(verdict) if verdict in _WORDS:
                return self._unlet(call, *_WORDS[verdict], facts)
            case RoomEntered(trouble=trouble):
                return self._unknown(call, trouble, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._unknown(call, "Redis has not answered in time", facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """Its worker died meanwhile: it is asked again."""
        return Confer(self.visit).start(call, facts)

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up."""
        return call, (in_room.LeaveRoom(self.visit.room), do.StopTimer(STEP_TIMER))

    def _let_in(self, call: Call, room: Room, facts: Facts) -> StepResult:
        switch = facts.settings.switches.get(room.switch)
        if naming.asks(call, self.visit, room, facts):
            return naming.ask(call, self.visit, room, facts)
        if room.switch == call.switch or (switch is not None and switch.sip is not None):
            return enter(call, self.visit, room, facts)
        return self._unlet(call, RoomPhrase.FAILED, f"the room is at switch {room.switch}, which has no `sip:`", facts)

    def _unknown(self, call: Call, trouble: str, facts: Facts) -> StepResult:
        """Without the live state the one switch there is has the room; with several it is not known which."""
        call = call.noting(Noted(facts.now, f"who is in {self.visit.party} is not known: {trouble}"))
        if len(facts.settings.switches) == 1:
            alone = Room(self.visit.room, call.switch, facts.now, members=(self.visit.member(call, facts),))
            return self._let_in(call, alone, facts)
        return self._unlet(call, RoomPhrase.FAILED, "Redis does not answer", facts)

    def _unlet(self, call: Call, phrase: RoomPhrase, why: str, facts: Facts) -> StepResult:
        quiet = do.StopTimer(STEP_TIMER), in_room.LeaveRoom(self.visit.room)
        return call, ThenDecide(quiet, unlet(self.visit.room, phrase, why, facts))
