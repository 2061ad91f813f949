"""Leaving a message: the greeting that is in force, then a recording, which goes into the box."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, BoxFound, Event, KeyPressed, LegGone, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.kinds.targets.voicemail.by_phone.outside import owner_outside
from callcontrol.kinds.targets.voicemail.by_phone.visit import VisitBox
from callcontrol.kinds.targets.voicemail.settings import VoicemailTarget
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.mailbox import AddMessage, Box, GreetingKind, Message
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState, media_id_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Noted, Recorded, StepEnded

# Longer than any greeting (seconds); the recording has its own limit on the switch.
GREETING_S = 120
# How long the look at the box may take (seconds): then the greeting of the settings is heard.
LOOK_S = 2


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
        commands = (do.Answer(), do.LookAtBox(self.box), do.StartTimer(STEP_TIMER, LOOK_S))
        return call.to(OpeningBox(self)), commands

    def greet(self, call: Call, box: Box, facts: Facts) -> PlainResult:
        """Greet, record."""
        call, greeting_id = call.next_app()
        call, record_id = call.next_app()
        media_id = media_id_of(call.id, call.apps)
        # `record` makes no folders, so the name is flat.
        path = f"{facts.settings.recordings}/{media_id}.wav"
        state = TakingMessage(self, greeting_id, record_id, path, media_id=media_id)
        commands = (
            do.NoteMedia(state.change(call, MediaState.WANTED, facts)),
            do.Play(greeting_id, _recorded_greeting(box, call, facts) or self.greeting),
            do.Record(record_id, path, self.max_s, self.silence_s),
            do.StartTimer(STEP_TIMER, GREETING_S + self.max_s),
        )
        return call.to(state), commands


@dataclass(frozen=True, slots=True)
class OpeningBox(OwnState):
    """The caller is answered; how the box stands is looked up."""

    step: TakeMessage

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """It is known, or is not in time."""
        match event:
            case BoxFound(box, found, trouble) if box == self.step.box:
                noted = call.noting(Noted(facts.now, trouble)) if trouble else call
                return self.step.greet(noted, found or Box(), facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self.step.greet(call, Box(), facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """Nothing was heard yet."""
        return self.step.start(call, facts)


@dataclass(frozen=True, slots=True)
class TakingMessage(OwnState):
    """The greeting is played (`recording` False), then the caller speaks.

    Attributes:
        media_id: of the message; "": a version before took the call.
        began: when the recording began; 0: not known.
    """

    step: TakeMessage
    greeting_id: str
    record_id: str
    path: str
    recording: bool = False
    media_id: str = ""
    began: int = 0

    def change(self, call: Call, state: MediaState, facts: Facts, cause: str = "", length_ms: int = 0) -> MediaChange:
        """The message has come into this state."""
        return MediaChange(
            media_id=self._id(call),
            tenant=call.tenant,
            state=state,
            at=facts.now,
            cause=cause,
            kind=MediaKind.MESSAGE,
            call_id=call.id,
            channel=call.led,
            switch=call.switch,
            path=self.path,
            owner=text_of(VoicemailTarget(self.step.box)),
            caller=call.led_party.number,
            length_ms=length_ms or None,
        )

    def _id(self, call: Call) -> str:
        return self.media_id or media_id_of(call.id, call.apps)

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """The greeting ends, the message ends."""
        match event:
            case AppEnded(app_id) if app_id == self.greeting_id:
                running = self.change(call, MediaState.RUNNING, facts)
                return call.to(replace(self, recording=True, began=facts.now)), (do.NoteMedia(running),)
            case AppEnded(app_id) if app_id == self.record_id:
                call, commands = self._taken(call, event.recorded_ms, facts)
                return call.to(Ending()), (*commands, do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case TimerFired(name) if name == STEP_TIMER:
                return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case KeyPressed(key) if (owner := owner_outside(key, self.step.box, call, facts)) is not None:
                return self._opened(call, owner, facts)
            case _:
                return call, ()

    def _opened(self, call: Call, owner: VisitBox, facts: Facts) -> StepResult:
        """It is the box's owner who calls: no message is taken."""
        lost = self.change(call, MediaState.LOST, facts, f"{owner.who} listens to the box instead")
        return call, ThenDecide((do.StopPlaying(all=True), do.NoteMedia(lost)), Decision(owner))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """A message was recorded meanwhile, or the caller has not spoken yet and hears the greeting again."""
        if event.recorded_ms:
            return self.on(call, AppEnded(self.record_id, recorded_ms=event.recorded_ms), facts)
        begun, commands = self.step.start(call, facts)
        if not self.media_id:  # of before there were media
            return begun, commands
        lost = self.change(call, MediaState.LOST, facts, "nothing was recorded when its worker ended: asked for again")
        return begun, (do.NoteMedia(lost), *commands)

    @property
    def is_told_by_the_end(self) -> bool:
        """Who hangs up while speaking has left a message, if the switch wrote one."""
        return self.recording

    def ended(self, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The message the caller was speaking when they hung up."""
        return self._taken(call, event.recorded_ms, facts)

    def _taken(self, call: Call, recorded_ms: int, facts: Facts) -> PlainResult:
        """The call with its message noted, or with the reason why there is none: the switch wrote nothing."""
        box = self.step.box
        if not recorded_ms:
            why = f"nothing was recorded for voicemail:{box} into {self.path}"
            lost = self.change(call, MediaState.LOST, facts, why)
            ended = StepEnded(facts.now, "voicemail", Outcome.FAILED, box)
            return call.noting(Noted(facts.now, why), ended), (do.NoteMedia(lost),)
        closed = self.change(call, MediaState.CLOSED, facts, "recorded", recorded_ms)
        ended = StepEnded(facts.now, "voicemail", Outcome.VOICEMAIL, box)
        commands = (do.NoteMedia(closed), self._put_into_the_box(call, recorded_ms, facts))
        return call.noting(Recorded(facts.now, box, self.path), ended), commands

    def _put_into_the_box(self, call: Call, recorded_ms: int, facts: Facts) -> Command:
        caller = call.led_party
        message = Message(
            id=self._id(call),
            caller="" if caller.anonymous else caller.number,
            name="" if caller.anonymous else caller.name,
            at=Instant(self.began or facts.now - recorded_ms * SECOND_US // 1000),
            length_ms=recorded_ms,
            switch=call.switch,
            path=self.path,
        )
        return do.ChangeBox(self.step.box, AddMessage(message))


def _recorded_greeting(box: Box, call: Call, facts: Facts) -> str:
    """The file that the owner has recorded for now, "" if there is none on this switch."""
    for kind in (GreetingKind.AWAY, GreetingKind.NORMAL):
        greeting = box.greetings.get(kind)
        if greeting is not None and greeting.is_in_force(facts.now):
            return greeting.path if greeting.switch == call.switch else ""
    return ""
