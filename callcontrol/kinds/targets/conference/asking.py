"""Who enters a conference room is asked for the PIN: the members', or the moderators', which makes a moderator."""

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
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.room_events import RoomPinChecked
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.kinds.entering_pin import BETWEEN_KEYS_S, FIRST_KEY_S, KEY_TIMER, LONGEST_S
from callcontrol.kinds.targets.conference.entering import Confer
from callcontrol.kinds.targets.conference.settings import BLOCK, Conference, ConferenceTarget, is_hash
from callcontrol.kinds.targets.conference.visiting import Visit, unlet
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.pin import LONGEST
from callcontrol.vocabulary.room import role_of
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Noted, Passed

# Comparing a PIN with its hashes takes a tenth of a second, and some wait for their turn (seconds).
CHECK_S: Final = 10
_QUIET: Final[tuple[Command, ...]] = (do.StopTimer(KEY_TIMER), do.StopTimer(STEP_TIMER))


@dataclass(frozen=True, slots=True)
class AskRoomPin(OwnStep):
    """Ask for the PIN of a room; then enter it."""

    room: str
    path: Path

    def described(self) -> str:
        """Of which."""
        return f"ask for the PIN of conference {self.room}, then enter it"

    def wants_keys(self, facts: Facts) -> bool:
        """Those who know it press ahead."""
        return True

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Answer, for keys are heard in an answered call; then ask."""
        call, asking = _asks(caller_answered(call, facts.now), AskingRoomPin(self), _question(self.room, facts), facts)
        return call, (do.Answer(), *asking)


@dataclass(frozen=True, slots=True)
class AskingRoomPin(OwnState):
    """The caller is to press the PIN.

    Attributes:
        app_id: the question while it plays.
        wrongs: how many PINs were wrong in this call.
        checking: what was pressed is being compared.
    """

    step: AskRoomPin
    app_id: str = ""
    wrongs: int = 0
    checking: bool = False

    @property
    def keeps_keys(self) -> bool:
        """They are the PIN."""
        return True

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.step.path.origin

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Keys, the end of the question, and the end of waiting."""
        match event:
            case RoomPinChecked(moderator, trouble) if self.checking:
                return self._checked(call, moderator, trouble, facts)
            case TimerFired(name) if self.checking and name == STEP_TIMER:
                return self._checked(call, None, "it was not compared in time", facts)
            case KeyPressed() if not self.checking:
                return self._pressed(call, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                waiting = do.StopTimer(STEP_TIMER), do.StartTimer(KEY_TIMER, FIRST_KEY_S)
                return call.to(replace(self, app_id="")), waiting
            case TimerFired(name) if name in (KEY_TIMER, STEP_TIMER) and not self.checking:
                return self._entered(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The PIN does not stand here: it is asked for once more, wrong ones count."""
        return _asks(replace(call, pressed=""), replace(self, checking=False), _question(self.step.room, facts), facts)

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up."""
        return call, _QUIET

    def _pressed(self, call: Call, facts: Facts) -> StepResult:
        if call.pressed.endswith(("#", "*")) or len(call.pressed) > LONGEST:
            return self._entered(call, facts)
        quiet: tuple[Command, ...] = (do.StopPlaying(all=True),) if self.app_id else ()
        more = do.StopTimer(STEP_TIMER), do.StartTimer(KEY_TIMER, BETWEEN_KEYS_S)
        return call.to(replace(self, app_id="")), (*quiet, *more)

    def _entered(self, call: Call, facts: Facts) -> StepResult:
        room = BLOCK.of(facts.tenant).get(self.step.room)
        if room is None:
            passed = Passed(facts.now, text_of(ConferenceTarget(self.step.room)), "no such conference room")
            return call, ThenDecide(_QUIET, refuse(Outcome.UNAVAILABLE, passed))
        pin, call = call.pressed.rstrip("#*"), replace(call, pressed="")
        quiet = (*_QUIET, *((do.StopPlaying(all=True),) if self.app_id else ()))
        if is_hash(room.pin) or is_hash(room.moderator_pin):
            check = in_room.CheckRoomPin(pin, room.pin, room.moderator_pin)
            call = call.to(replace(self, app_id="", checking=True))
            return call, (*quiet, check, do.StartTimer(STEP_TIMER, CHECK_S))
        return self._known(call, role_of(pin, room.pin, room.moderator_pin), room, quiet, facts)

    def _checked(self, call: Call, moderator: bool | None, trouble: str, facts: Facts) -> StepResult:
        if trouble:
            call = call.noting(Noted(facts.now, f"the PIN of conference {self.step.room}: {trouble}"))
            return call, ThenDecide(_QUIET, unlet(self.step.room, RoomPhrase.FAILED, "no PIN can be compared", facts))
        room = BLOCK.of(facts.tenant).get(self.step.room, Conference())
        return replace(self, checking=False)._known(replace(call, pressed=""), moderator, room, _QUIET, facts)

    def _known(
        self, call: Call, moderator: bool | None, room: Conference, quiet: tuple[Command, ...], facts: Facts
    ) -> StepResult:
        if moderator is not None:
            return call, ThenDecide(quiet, Decision(Confer(Visit(self.step.room, moderator, self.step.path))))
        return self._wrong(call, room, quiet, facts)

    def _wrong(self, call: Call, room: Conference, quiet: tuple[Command, ...], facts: Facts) -> StepResult:
        wrongs = self.wrongs + 1
        call = call.noting(Noted(facts.now, f"wrong PIN of conference {self.step.room}, {wrongs} of {room.tries}"))
        quiet = (*quiet, in_room.NoteWrongPin(self.step.room))
        if wrongs >= room.tries:
            end = unlet(self.step.room, RoomPhrase.WRONG_TOO_OFTEN, "the PIN was wrong", facts)
            return call, ThenDecide(quiet, end)
        said = (*room_phrase(facts.language, RoomPhrase.WRONG_PIN), *_question(self.step.room, facts))
        call, asking = _asks(call, replace(self, wrongs=wrongs), said, facts)
        return call, (*quiet, *asking)


def asks(room: Conference) -> bool:
    """Whether who enters it may have to press something."""
    return room.pin is not None or room.moderator_pin is not None


def _question(name: str, facts: Facts) -> tuple[str, ...]:
    room = BLOCK.of(facts.tenant).get(name)
    has_none = room is not None and room.pin is None
    return room_phrase(facts.language, RoomPhrase.ENTER_PIN_OR_GO_ON if has_none else RoomPhrase.ENTER_PIN)


def _asks(call: Call, state: AskingRoomPin, said: tuple[str, ...], facts: Facts) -> PlainResult:
    call, app_id = call.next_app()
    play = do.Play(app_id, as_file_string(said))
    commands = (do.StopTimer(KEY_TIMER), play, do.StartTimer(STEP_TIMER, LONGEST_S))
    return call.to(replace(state, app_id=app_id)), commands
