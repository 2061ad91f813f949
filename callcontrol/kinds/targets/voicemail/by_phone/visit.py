"""A person is in a voicemail box by phone: what is played, keys that are pressed, answers that come.

The switch only plays and records. A key stops what plays; the keys so far are the call's (`Call.pressed`), so that
those pressed ahead count, and the clocks are ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control.box_events import SoundBrought
from callcontrol.control.call import Call, Deciding, Ending
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, CallConnectionLost, Event, KeyPressed, LegGone, Rearrived, TimerFired
from callcontrol.control.legs import caller_answered
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult
from callcontrol.control.uncontrolled import fetched
from callcontrol.kinds.targets.voicemail.by_phone.boxes import own_box
from callcontrol.kinds.targets.voicemail.by_phone.bringing import Bringing
from callcontrol.kinds.targets.voicemail.by_phone.entering import AskBox, AskPin
from callcontrol.kinds.targets.voicemail.by_phone.menu import LookingIn
from callcontrol.kinds.targets.voicemail.by_phone.place import BACK_KEY, At, Elsewhere, Kept, Place, Turn, failed
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import MailboxPhrase, MenuPhrase, as_file_string, menu_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted, StepEnded

KEY_TIMER: Final = "key"
# Seconds for the first key after all was heard, between two keys of one input, for an answer of the stores, and for
# the longest sound.
FIRST_KEY_S: Final = 7
BETWEEN_KEYS_S: Final = 4
ANSWER_S: Final = 10
LONGEST_S: Final = 3_600
# How often nothing may be pressed, or something that leads nowhere, before the call ends.
TRIES: Final = 3
END_KEY: Final = "#"
_INPUT: Final = re.compile(r"([0-9]*)([*#])")
_QUIET: Final[tuple[Command, ...]] = (do.StopTimer(KEY_TIMER), do.StopTimer(STEP_TIMER))


@dataclass(frozen=True, slots=True)
class VisitBox(OwnStep):
    """A person listens to a voicemail box, and keeps it in order, by phone.

    Attributes:
        box: its name, "" to ask for its number first.
        who: who listens, as a target text: `extension:101`, `number:+48600100200`.
        extension: from whose phone the call comes, "" from outside.
        with_pin: whether its PIN is asked for.
        rejected: why the code is refused; the phone hears that there is no such box.
    """

    box: str
    who: str
    extension: str = ""
    with_pin: bool = True
    rejected: str = ""

    def described(self) -> str:
        """The box."""
        if self.rejected:
            return f"star code: refused: {self.rejected}"
        which = f"voicemail:{self.box}" if self.box else "a voicemail box"
        return f"{self.who} listens to {which} by phone, {'with' if self.with_pin else 'without'} its PIN"

    def wants_keys(self, facts: Facts) -> bool:
        """Those who know it press ahead."""
        return True

    def start(self, call: Call, facts: Facts) -> PlainResult:
        """Answer; then ask what has to be asked."""
        led = call.leg(call.led)
        answer: tuple[Command, ...] = () if led is not None and led.answered is not None else (do.Answer(),)
        state = InBox(self, AskBox() if not self.box else AskPin(), self.box)
        call, commands = state.goes(caller_answered(call, facts.now).to(state), self._first(state, call, facts), facts)
        return call, (*answer, do.HoldKeysBack(), *commands)

    def _first(self, state: InBox, call: Call, facts: Facts) -> Turn:
        if self.rejected:
            said = state.at(call, facts).say(MailboxPhrase.NO_SUCH_BOX)
            return Turn("gone", said, note=f"refused: {self.rejected}")
        return Turn("home") if self.box and not self.with_pin else Turn(state.place)


@dataclass(frozen=True, slots=True)
class SayingGoodbye(Place):
    """Goodbye."""

    def said(self, at: At) -> tuple[str, ...]:
        """So."""
        return (as_file_string(menu_phrase(at.language, MenuPhrase.GOODBYE)),)


@dataclass(frozen=True, slots=True)
class InBox(OwnState):
    """A person is in a box, or before it.

    Attributes:
        first: what is heard before anything else once something is said again.
        playing: the application that plays or records, "" if none does; sound: what plays; line: what follows it.
        is_open: the box was opened.
    """

    step: VisitBox
    place: Place
    box: str = ""
    first: tuple[str, ...] = ()
    playing: str = ""
    sound: str = ""
    line: tuple[str, ...] = ()
    silences: int = 0
    wrongs: int = 0
    is_open: bool = False

    @property
    def keeps_keys(self) -> bool:
        """They are for what comes next."""
        return True

    @property
    def is_told_by_the_end(self) -> bool:
        """What was spoken when the caller hung up."""
        return True

    def at(self, call: Call, facts: Facts) -> At:
        """What a place decides by."""
        at_home = bool(self.step.extension) and own_box(self.step.extension, facts.tenant) == self.box
        return At(call, facts, self.box, self.step.who, at_home)

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """Keys, the end of what is heard, answers, and the end of waiting."""
        match event:
            case KeyPressed():
                return self._pressed(call, facts)
            case AppEnded(app_id) if app_id and app_id == self.playing:
                return self._heard(call, event, facts)
            case SoundBrought(media_id) if isinstance(self.place, Bringing) and media_id == self.place.media_id:
                return self._brought(call, event, self.place, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._late(call, facts)
            case TimerFired(name) if name == KEY_TIMER:
                return self._waited(call, facts)
            case _:
                turn = self.place.answered(event, self.at(call, facts)) if self.place.waits else None
                return (call, ()) if turn is None else self.goes(call, turn, facts)

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """What was heard is heard again; keys that no worker heard are lost. What was spoken meanwhile is kept."""
        call, at = replace(call, pressed=""), self.at(call, facts)
        if self.place.take(at) is not None and event.recorded_ms:
            return self.goes(call, self.place.recorded(event.recorded_ms, at), facts)
        return self.goes(call, Turn(self.place.again(at)), facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult | None:
        """A recording goes on until its speaker ends it; else no worker hears the keys, and the channel is fetched."""
        if self.place.take(self.at(call, facts)) is not None:
            return None
        alone = call.noting(Noted(facts.now, event.reason)).to(replace(self, playing="", line=()))
        return alone, (*_QUIET, *fetched())

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up, or is elsewhere."""
        return call.noting(self._ended(facts)), _QUIET

    def ended(self, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """What was being spoken, or was not kept yet."""
        return call, self.place.left(event.recorded_ms, self.at(call, facts))

    def goes(self, call: Call, turn: Turn, facts: Facts) -> PlainResult:
        """Where a key or an answer leads."""
        call = call.noting(Noted(facts.now, turn.note)) if turn.note else call
        if turn.dial:
            called = call.noting(self._ended(facts)).to(Deciding())
            return called, (*self._quiet(), *turn.commands, do.FindFacts(turn.dial))
        state, quiet = replace(self._counting(turn), playing="", sound="", line=()), self._quiet()
        call, commands = state._comes_to(call.to(state), facts)
        return call, (*quiet, *turn.commands, *commands)

    def _counting(self, turn: Turn) -> InBox:
        """The state at the place where it leads; too often wrong, it leads out."""
        wrongs = self.wrongs + 1 if turn.is_wrong else 0 if self.is_open else self.wrongs
        place = "gone" if turn.is_wrong and wrongs >= TRIES else turn.place
        first = (*self.first, *(file for file in turn.first if file not in self.first))
        moved = replace(self, box=turn.box or self.box, first=first, wrongs=wrongs, silences=0)
        match place:
            case "home":
                return replace(moved, place=LookingIn(), is_open=True, wrongs=0)
            case "gone":
                return replace(moved, place=SayingGoodbye())
            case _:
                return replace(moved, place=place)

    def _comes_to(self, call: Call, facts: Facts) -> PlainResult:
        """The place begins: an answer is asked for, something is recorded, keys pressed ahead count, or it is said."""
        at = self.at(call, facts)
        begin, take = self.place.begin(at), self.place.take(at)
        if self.place.waits:
            return call.to(self), (*begin, do.StartTimer(STEP_TIMER, ANSWER_S))
        if take is not None:
            call, app_id = replace(call, pressed="").next_app()
            record = do.Record(app_id, take.path, take.max_s, take.silence_s)
            return call.to(replace(self, playing=app_id)), (*begin, record, do.StartTimer(STEP_TIMER, LONGEST_S))
        if call.pressed and not isinstance(self.place, SayingGoodbye):
            return self._read(call, facts)
        return self._says(call, self.place.said(at), facts)

    def _says(self, call: Call, sounds: tuple[str, ...], facts: Facts) -> PlainResult:
        """Play these, one after the other; first what was to be heard first."""
        first = (as_file_string(self.first),) if self.first else ()
        return replace(self, first=(), line=(*first, *sounds))._plays(call, facts)

    def _plays(self, call: Call, facts: Facts) -> PlainResult:
        """The next sound of the line; past the last one what follows, or a key is waited for."""
        if not self.line:
            return self._said(call, facts)
        kept = self.place.kept_file(self.line[0], self.at(call, facts))
        if kept is not None and kept.switch != call.switch:
            return self._bring(call, self.line[0], self.line[1:], kept, facts)
        call, app_id = call.next_app()
        state = replace(self, playing=app_id, sound=self.line[0], line=self.line[1:])
        noted = self.place.hears(state.sound, self.at(call, facts))
        return call.to(state), (*noted, do.Play(app_id, state.sound), do.StartTimer(STEP_TIMER, LONGEST_S))

    def _said(self, call: Call, facts: Facts) -> PlainResult:
        state = replace(self, playing="", sound="")
        if isinstance(self.place, SayingGoodbye):
            return call.noting(self._ended(facts)).to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        turn = self.place.over(self.at(call, facts))
        if turn is not None:
            return state.goes(call, turn, facts)
        return call.to(state), (do.StopTimer(STEP_TIMER), do.StartTimer(KEY_TIMER, FIRST_KEY_S))

    def _heard(self, call: Call, event: AppEnded, facts: Facts) -> PlainResult:
        """A sound was played, or is not there; or something was recorded."""
        at = self.at(call, facts)
        if self.place.take(at) is not None:
            return replace(self, playing="").goes(call, self.place.recorded(event.recorded_ms, at), facts)
        kept, instead = self.place.kept_file(self.sound, at), self.place.missing(at)
        if not event.missing or (kept is None and not instead):
            return self._plays(call, facts)
        call = call.noting(Noted(facts.now, f"voicemail:{self.box}: the switch does not have {self.sound}"))
        if kept is not None:
            return self._bring(call, self.sound, self.line, kept, facts)
        return replace(self, line=(as_file_string(instead), *self.line))._plays(call, facts)

    def _bring(self, call: Call, sound: str, rest: tuple[str, ...], kept: Kept, facts: Facts) -> PlainResult:
        """A kept file is not on this switch: it is brought here before it is played."""
        place = self.place.place if isinstance(self.place, Bringing) else self.place
        bringing = Bringing(place, sound, kept.media_id, rest, was_tried=sound == self.sound)
        at = self.at(call, facts)
        moved, commands = replace(self, place=bringing, playing="", sound="")._says(call, bringing.said(at), facts)
        return moved, (*bringing.begin(at), *commands)

    def _brought(self, call: Call, event: SoundBrought, place: Bringing, facts: Facts) -> PlainResult:
        """It follows the sentence that is being said; music is cut short."""
        at = self.at(call, facts)
        if event.trouble:
            call = call.noting(Noted(facts.now, f"voicemail:{self.box}: {event.trouble}"))
        is_saying, noted = bool(self.line), place.noted(event, at)
        state = replace(self, line=place.heard_next(event, at))
        if is_saying:
            return call.to(state), noted
        quiet = self._quiet()
        moved, commands = replace(state, playing="")._plays(call, facts)
        return moved, (*quiet, *noted, *commands)

    def _pressed(self, call: Call, facts: Facts) -> PlainResult:
        """One key more. While an answer is awaited it waits too; while it is spoken `#` ends that."""
        if self.place.waits or isinstance(self.place, SayingGoodbye):
            return call, ()
        if self.place.take(self.at(call, facts)) is not None:
            ends = call.pressed[-1:] == END_KEY
            return replace(call, pressed=""), (do.StopPlaying(all=True),) if ends else ()
        moved, commands = replace(self, playing="", sound="", line=())._read(call, facts)
        return moved, (*self._quiet(), *commands)

    def _read(self, call: Call, facts: Facts) -> PlainResult:
        """What the keys so far come to; those after it are for what follows."""
        keys = call.pressed
        if self.place.most == 1:
            return self._entered(replace(call, pressed=keys[1:]), keys[0], keys[0] == BACK_KEY, facts)
        found = _INPUT.match(keys)
        if found is not None:
            call = replace(call, pressed=keys[found.end() :])
            return self._entered(call, found[1], found[2] == BACK_KEY, facts)
        if len(keys) >= self.place.most:
            return self._entered(replace(call, pressed=keys[self.place.most :]), keys[: self.place.most], False, facts)
        return call.to(self), (do.StartTimer(KEY_TIMER, BETWEEN_KEYS_S),)

    def _entered(self, call: Call, keys: str, is_back: bool, facts: Facts) -> PlainResult:
        at = self.at(call, facts)
        turn = self.place.back(at) if is_back else self.place.entered(keys, at)
        if turn is None:
            turn = Turn(self.place, menu_phrase(at.language, MenuPhrase.WRONG_KEY), is_wrong=True)
        return self.goes(call, turn, facts)

    def _waited(self, call: Call, facts: Facts) -> PlainResult:
        """No key came, or none any more."""
        if call.pressed:
            keys, call = call.pressed, replace(call, pressed="")
            return self._entered(call, keys, False, facts)
        if self.silences + 1 >= TRIES:
            return self.goes(call, Turn("gone"), facts)
        state = replace(self, silences=self.silences + 1)
        return state._says(call, self.place.reminder(self.at(call, facts)), facts)

    def _late(self, call: Call, facts: Facts) -> PlainResult:
        """The stores do not answer, or the switch does not report the end of what it plays."""
        if self.place.waits:
            elsewhere: Elsewhere = "home" if self.is_open and not isinstance(self.place, LookingIn) else "gone"
            return self.goes(call, failed(self.at(call, facts), "no answer in time", elsewhere), facts)
        return (
            self._said(call, facts) if isinstance(self.place, SayingGoodbye) else self.goes(call, Turn("gone"), facts)
        )

    def _quiet(self) -> tuple[Command, ...]:
        stop: tuple[Command, ...] = (do.StopPlaying(all=True),) if self.playing else ()
        return (*stop, *_QUIET)

    def _ended(self, facts: Facts) -> StepEnded:
        outcome = Outcome.CHANGED if self.is_open else Outcome.REJECTED
        return StepEnded(facts.now, "mailbox", outcome, self.box)
