"""Leaving a message: the greeting that is in force, the caller's keys, a recording, which goes into the box."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import BoxFound, SoundBrought
from callcontrol.control.call import Call, Deciding, Ending
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, KeyPressed, LegGone, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.kinds.targets.voicemail.by_phone.outside import owner_outside
from callcontrol.kinds.targets.voicemail.by_phone.visit import VisitBox
from callcontrol.kinds.targets.voicemail.greeting import BEEP, Heard, greeting_in_force
from callcontrol.kinds.targets.voicemail.recording import Recording
from callcontrol.kinds.targets.voicemail.settings import BLOCK, VoicemailTarget, settings_of
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Onward
from callcontrol.routing.speech import as_file_string
from callcontrol.routing.speech.leaving import LeavingPhrase, leaving_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import Box
from callcontrol.vocabulary.media import MediaState, media_id_of
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Noted, Routed, StepEnded

# Longer than any greeting (seconds); the recording has its own limit on the switch.
GREETING_S = 120
# How long the look at the box may take (seconds): then the greeting of the settings is heard.
LOOK_S = 2
# How long a greeting may take that is brought from another switch (seconds).
BRING_S = 4
# Longer than the sentence that says what the keys do, or that the box is full (seconds).
SENTENCE_S = 30
# So long a caller who has ended a message may think before it is sent (seconds).
REVIEW_S = 5
# A message can be recorded anew so often; then the next one is sent.
MAX_AGAIN = 5

END, OPERATOR, SEND, HEAR, AGAIN = "#", "0", "1", "2", "3"
# `record` also ends by this key, where the channel names no other (mod_dptools.c, playback_terminators).
ENDS = (END, "*")
_HUNG_UP: tuple[Command, ...] = (do.HangUp("NORMAL_CLEARING"),)


@dataclass(frozen=True, slots=True)
class TakeMessage(OwnStep):
    """Greeting, then a recording of at most `max_s` seconds, ended by `silence_s` of silence; queued at once.

    Attributes:
        greeting: the one of the settings; what the owner has recorded by phone wins.
    """

    box: str
    greeting: str
    max_s: int
    silence_s: int
    path: Path

    def described(self) -> str:
        """The box and its limits."""
        return f"voicemail {self.box}: greeting {self.greeting}, at most {self.max_s} s"

    def start(self, call: Call, facts: Facts) -> PlainResult:
        """Answer, and look which greeting is in force."""
        commands = (do.Answer(), in_box.LookAtBox(self.box), do.StartTimer(STEP_TIMER, LOOK_S))
        return call.to(OpeningBox(self)), commands

    def opened(self, call: Call, box: Box, facts: Facts) -> PlainResult:
        """Greet and record, unless the box is full."""
        room = settings_of(facts.tenant, self.box).messages
        if sum(box.counts) < room:
            return self.greet(call, box, facts)
        full = f"{text_of(VoicemailTarget(self.box))} is full: {room} messages"
        call, app_id = call.next_app()
        sentence = as_file_string(leaving_phrase(facts.language, LeavingPhrase.FULL))
        commands = (do.Play(app_id, sentence), do.StartTimer(STEP_TIMER, SENTENCE_S))
        ended = StepEnded(facts.now, "voicemail", Outcome.OVERFLOW, self.box)
        return call.noting(Noted(facts.now, full), ended).to(FullBox(self, app_id)), commands

    def greet(self, call: Call, box: Box, facts: Facts) -> PlainResult:
        """Greet, record; what was recorded at another switch is brought here first."""
        settings = settings_of(facts.tenant, self.box)
        heard = greeting_in_force(settings, self.greeting, box, self.path, call.switch, facts)
        if not heard.brings:
            return self.greets(call, heard, facts)
        bringing = BringingGreeting(self, heard.sound, heard.brings)
        return call.to(bringing), (in_box.BringSound(heard.brings), do.StartTimer(STEP_TIMER, BRING_S))

    def greets(self, call: Call, heard: Heard, facts: Facts) -> PlainResult:
        """Greet so, record."""
        call, greeting_id = call.next_app()
        call, beep_id = call.next_app() if heard.beep else (call, "")
        call, record_id = call.next_app()
        media_id = media_id_of(call.id, call.apps)
        # `record` makes no folders, so the name is flat.
        path = f"{facts.settings.recordings}/{media_id}.wav"
        state = TakingMessage(self, greeting_id, record_id, path, media_id=media_id, beep_id=beep_id)
        commands = (
            do.NoteMedia(state.spoken(call).change(call, MediaState.WANTED, facts)),
            do.Play(greeting_id, heard.sound),
            *((do.Play(beep_id, BEEP),) if heard.beep else ()),
            do.Record(record_id, path, self.max_s, self.silence_s),
            do.StartTimer(STEP_TIMER, GREETING_S + self.max_s),
        )
        return call.to(state), commands

    def leads_on(self, call: Call, target: Target, why: str, key: str, facts: Facts) -> PlainResult:
        """The call goes on to this target of the box, `key` in its settings."""
        place = facts.settings.source("tenants", facts.tenant_name, BLOCK.key, self.box, key)
        entry = Routed(facts.now, text_of(target), f"{text_of(VoicemailTarget(self.box))}: {why}", place)
        onward = Onward(target, self.path.ending_at(target), (entry,))
        return call.to(Deciding(onward)), (do.StopTimer(STEP_TIMER), do.LookUp(target))


@dataclass(frozen=True, slots=True)
class BeforeGreeting(OwnState):
    """The caller is answered, and hears nothing yet."""

    step: TakeMessage

    @property
    def is_told_by_the_end(self) -> bool:
        """Who hangs up here has left no message."""
        return True

    def ended(self, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The caller hung up before the greeting."""
        return call.noting(StepEnded(facts.now, "voicemail", Outcome.MISSED, self.step.box)), ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """Nothing was heard yet."""
        return self.step.start(call, facts)


@dataclass(frozen=True, slots=True)
class OpeningBox(BeforeGreeting):
    """How the box stands is looked up."""

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """It is known, or is not in time."""
        match event:
            case BoxFound(box, found, trouble) if box == self.step.box:
                noted = call.noting(Noted(facts.now, trouble)) if trouble else call
                return self.step.opened(noted, found or Box(), facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self.step.greet(call, Box(), facts)
            case _:
                return call, ()


@dataclass(frozen=True, slots=True)
class BringingGreeting(BeforeGreeting):
    """The recorded greeting, or the recorded name, is brought to the caller's switch."""

    sound: str
    media_id: str

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """It is there; or it is not, or not in time, and what the settings say is heard."""
        match event:
            case SoundBrought(media_id, path) if media_id == self.media_id and path:
                return self.step.greets(call, Heard(self.sound, True), facts)
            case SoundBrought(media_id, _, trouble) if media_id == self.media_id:
                return self.step.greet(call.noting(Noted(facts.now, trouble)), Box(), facts)
            case TimerFired(name) if name == STEP_TIMER:
                late = f"the greeting {self.media_id} was not brought to {call.switch} in time"
                return self.step.greet(call.noting(Noted(facts.now, late)), Box(), facts)
            case _:
                return call, ()


@dataclass(frozen=True, slots=True)
class FullBox(OwnState):
    """The caller is told that the box is full."""

    step: TakeMessage
    app_id: str

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Told."""
        told = isinstance(event, AppEnded) and event.app_id == self.app_id
        if not told and not (isinstance(event, TimerFired) and event.name == STEP_TIMER):
            return call, ()
        target = settings_of(facts.tenant, self.step.box).when_full
        if target is None:
            return call.to(Ending()), (*_HUNG_UP, *deadline(facts))
        return self.step.leads_on(call, target, "it is full", "when_full", facts)

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It was told."""
        return self.on(call, AppEnded(self.app_id), facts)


@dataclass(frozen=True, slots=True)
class TakingMessage(OwnState):
    """The greeting and the tone are played (`recording` False), then the caller speaks.

    Attributes:
        media_id: of the message; "": a version before took the call.
        began: when the recording began; 0: not known.
        beep_id: the tone after the greeting, "" if there is none.
        pressed: the key by which the caller ended the recording.
        again: how often the message was recorded anew.
    """

    step: TakeMessage
    greeting_id: str
    record_id: str
    path: str
    recording: bool = False
    media_id: str = ""
    began: int = 0
    beep_id: str = ""
    pressed: str = ""
    again: int = 0

    def spoken(self, call: Call) -> Recording:
        """What is recorded."""
        media_id = self.media_id or media_id_of(call.id, call.apps)
        return Recording(self.step.box, media_id, self.path, Instant(self.began))

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """The greeting ends, keys, the message ends."""
        match event:
            case AppEnded(app_id) if app_id == (self.beep_id or self.greeting_id):
                running = self.spoken(call).change(call, MediaState.RUNNING, facts)
                return call.to(replace(self, recording=True, began=facts.now)), (do.NoteMedia(running),)
            case AppEnded(app_id) if app_id == self.record_id:
                return self._spoken(call, event.recorded_ms, facts)
            case KeyPressed(key):
                in_greeting = not self.recording and not self.again
                owner = owner_outside(key, self.step.box, call, facts) if in_greeting else None
                return self._pressed(call, key, facts) if owner is None else self._opened(call, owner, facts)
            case TimerFired(name) if name == STEP_TIMER:
                call, commands = self.spoken(call).missed(call, "the greeting had no end", facts)
                return call.to(Ending()), (*commands, *_HUNG_UP, *deadline(facts))
            case _:
                return call, ()

    def _opened(self, call: Call, owner: VisitBox, facts: Facts) -> StepResult:
        """It is the box's owner who calls: no message is taken."""
        why = f"{owner.who} listens to the box instead"
        lost = self.spoken(call).change(call, MediaState.LOST, facts, why)
        return call, ThenDecide((do.StopPlaying(all=True), do.NoteMedia(lost)), Decision(owner))

    def _pressed(self, call: Call, key: str, facts: Facts) -> PlainResult:
        """`#` ends the greeting, or the message; 0 leads to the box's own target for it."""
        operator = settings_of(facts.tenant, self.step.box).operator
        if self.pressed or (key not in ENDS and (key != OPERATOR or operator is None)):
            return call, ()
        if self.recording:
            return call.to(replace(self, pressed=key)), (do.StopPlaying(),)
        if key != OPERATOR or operator is None:
            return call, (do.StopPlaying(),) if key == END else ()
        call, commands = self.spoken(call).missed(call, "pressed 0 during the greeting", facts)
        moved, onward = self.step.leads_on(call, operator, "pressed 0", "operator", facts)
        return moved, (*commands, do.StopPlaying(all=True), *onward)

    def _spoken(self, call: Call, recorded_ms: int, facts: Facts) -> PlainResult:
        """The recording is over: the caller may hear it, if a key ended it; else it is sent."""
        settings, spoken = settings_of(facts.tenant, self.step.box), self.spoken(call)
        if self.pressed in ENDS and recorded_ms >= max(settings.minimum_ms, 1) and self.again < MAX_AGAIN:
            return ReviewingMessage(self, recorded_ms).ask(call, facts)
        call, commands = spoken.over(call, recorded_ms, settings.minimum_ms, facts)
        if self.pressed == OPERATOR and settings.operator is not None:
            moved, onward = self.step.leads_on(call, settings.operator, "pressed 0", "operator", facts)
            return moved, (*commands, *onward)
        return call.to(Ending()), (*commands, *_HUNG_UP, *deadline(facts))

    def once_more(self, call: Call, facts: Facts) -> PlainResult:
        """The message is recorded anew, into the same file: it is one message, of which the last word counts."""
        call, beep_id = call.next_app()
        call, record_id = call.next_app()
        begun = replace(
            self,
            greeting_id="",
            beep_id=beep_id,
            record_id=record_id,
            recording=False,
            pressed="",
            again=self.again + 1,
        )
        commands = (
            do.Play(beep_id, BEEP),
            do.Record(record_id, self.path, self.step.max_s, self.step.silence_s),
            do.StartTimer(STEP_TIMER, GREETING_S + self.step.max_s),
        )
        return call.to(begun), commands

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """A message was recorded meanwhile, or the caller has not spoken yet and hears the greeting again."""
        if event.recorded_ms:
            return self.on(call, AppEnded(self.record_id, recorded_ms=event.recorded_ms), facts)
        begun, commands = self.step.start(call, facts)
        if not self.media_id:  # of before there were media
            return begun, commands
        why = "nothing was recorded when its worker ended: asked for again"
        lost = self.spoken(call).change(call, MediaState.LOST, facts, why)
        return begun, (do.NoteMedia(lost), *commands)

    @property
    def is_told_by_the_end(self) -> bool:
        """Who hangs up while speaking has left a message, if the switch wrote one."""
        return True

    def ended(self, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The message the caller was speaking when they hung up, or that there is none."""
        minimum_ms = settings_of(facts.tenant, self.step.box).minimum_ms
        return self.spoken(call).hung_up(call, event, self.recording, minimum_ms, facts)


@dataclass(frozen=True, slots=True)
class ReviewingMessage(OwnState):
    """The message was ended by key: the caller may send it, hear it, or record it again. Who hangs up sends it.

    Attributes:
        taken: the recording as it was.
        app_id: the sentence, or the message, that is played; "" while a key is awaited.
    """

    taken: TakingMessage
    recorded_ms: int
    app_id: str = ""

    def ask(self, call: Call, facts: Facts) -> PlainResult:
        """Say what the keys do."""
        return self._play(call, as_file_string(leaving_phrase(facts.language, LeavingPhrase.REVIEW)))

    def _play(self, call: Call, sound: str) -> PlainResult:
        call, app_id = call.next_app()
        longest_s = SENTENCE_S + self.recorded_ms // 1000
        return call.to(replace(self, app_id=app_id)), (do.Play(app_id, sound), do.StartTimer(STEP_TIMER, longest_s))

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """A key, or none in time."""
        match event:
            case KeyPressed(key) if key in (SEND, END):
                call, commands = self._sent(call, facts)
                quiet = (do.StopPlaying(all=True), do.StopTimer(STEP_TIMER))
                return call.to(Ending()), (*commands, *quiet, *_HUNG_UP, *deadline(facts))
            case KeyPressed(key) if key == HEAR:
                moved, commands = self._play(call, self.taken.path)
                return moved, (do.StopPlaying(all=True), *commands)
            case KeyPressed(key) if key == AGAIN:
                moved, commands = self.taken.once_more(call, facts)
                return moved, (do.StopPlaying(all=True), *commands)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return call.to(replace(self, app_id="")), (do.StartTimer(STEP_TIMER, REVIEW_S),)
            case TimerFired(name) if name == STEP_TIMER:
                call, commands = self._sent(call, facts)
                return call.to(Ending()), (*commands, *_HUNG_UP, *deadline(facts))
            case _:
                return call, ()

    def _sent(self, call: Call, facts: Facts) -> PlainResult:
        return self.taken.spoken(call).over(call, self.recorded_ms, 0, facts)

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The caller is asked once more."""
        return self.ask(call, facts)

    @property
    def is_told_by_the_end(self) -> bool:
        """Who hangs up sends the message."""
        return True

    def ended(self, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """Sent."""
        return self._sent(call, facts)
