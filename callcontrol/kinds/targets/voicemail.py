"""A voicemail box: greeting, then a message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import Field

from callcontrol.config.frozen import Frozen, Seconds
from callcontrol.config.kinds import Block
from callcontrol.config.prompt import PromptText
from callcontrol.config.settings import Tenant
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, LegGone, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState, media_id_of
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Noted, Passed, Recorded, StepEnded

# Longer than any greeting (seconds); the recording has its own limit on the switch.
GREETING_S = 120


@dataclass(frozen=True, slots=True)
class VoicemailTarget(Target):
    """A voicemail box: greeting, then a recording."""

    kind: ClassVar[str] = "voicemail"


class Voicemail(Frozen):
    """A voicemail box."""

    greeting: PromptText = Field(
        default="voicemail/greeting.wav", validate_default=True, description="what is heard first"
    )
    max: Seconds = Field(default=180, description="longest message in seconds")
    silence: Seconds = Field(default=5, description="seconds of silence that end the message")


BLOCK = Block("voicemail", Voicemail)


@dataclass(frozen=True, slots=True)
class TakeMessage(OwnStep):
    """Greeting, then a recording of at most `max_s` seconds, ended by `silence_s` of silence; queued at once."""

    box: str
    greeting: str
    max_s: int
    silence_s: int
    path: Path

    def described(self) -> str:
        """The box and its limits."""
        return f"voicemail {self.box}: greeting {self.greeting}, at most {self.max_s} s"

    def start(self, call: Call, facts: Facts) -> PlainResult:
        """Answer, greet, record."""
        call, greeting_id = call.next_app()
        call, record_id = call.next_app()
        media_id = media_id_of(call.id, call.apps)
        # `record` makes no folders, so the name is flat.
        path = f"{facts.settings.recordings}/{media_id}.wav"
        state = TakingMessage(self, greeting_id, record_id, path, media_id=media_id)
        commands = (
            do.NoteMedia(state.change(call, MediaState.WANTED, facts)),
            do.Answer(),
            do.Play(greeting_id, self.greeting),
            do.Record(record_id, path, self.max_s, self.silence_s),
            do.StartTimer(STEP_TIMER, GREETING_S + self.max_s),
        )
        return call.to(state), commands


@dataclass(frozen=True, slots=True)
class TakingMessage(OwnState):
    """The greeting is played (`recording` False), then the caller speaks."""

    step: TakeMessage
    greeting_id: str
    record_id: str
    path: str
    recording: bool = False
    media_id: str = ""

    def change(self, call: Call, state: MediaState, facts: Facts, cause: str = "", length_ms: int = 0) -> MediaChange:
        """The message has come into this state."""
        return MediaChange(
            media_id=self.media_id or media_id_of(call.id, call.apps),
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

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """The greeting ends, the message ends."""
        match event:
            case AppEnded(app_id) if app_id == self.greeting_id:
                running = self.change(call, MediaState.RUNNING, facts)
                return call.to(replace(self, recording=True)), (do.NoteMedia(running),)
            case AppEnded(app_id) if app_id == self.record_id:
                call, noted = self._taken(call, event.recorded_ms, facts)
                return call.to(Ending()), (*noted, do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case TimerFired(name) if name == STEP_TIMER:
                return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
            case _:
                return call, ()

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
        return call.noting(Recorded(facts.now, box, self.path), ended), (do.NoteMedia(closed),)


def decide(target: VoicemailTarget, path: Path, facts: Facts) -> Decision:
    """Greeting, then a message."""
    box = BLOCK.of(facts.tenant).get(target.name)
    if box is None:
        return refuse(Outcome.BUSY, Passed(facts.now, text_of(target), "no such voicemail box"))
    greeting = as_file_string(box.greeting.files(facts.language))
    return Decision(TakeMessage(target.name, greeting, box.max, box.silence, path))


def box_of(first: Target, tenant: Tenant) -> VoicemailTarget | None:
    """The box of the same name as the first target of a call, if there is one."""
    return VoicemailTarget(first.name) if first.name in BLOCK.of(tenant) else None


KIND = RoutedKind(
    target=VoicemailTarget,
    row="a greeting, then a message is recorded",
    block=BLOCK,
    is_last_resort=True,
    decide=decide,
    default_last_resort=box_of,
    step=TakeMessage,
    saved=(TakeMessage, TakingMessage),
)
