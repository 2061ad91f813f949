"""A supervisor listens to a conversation of the tenant's people.

*53*EXTENSION#                 listen
*53*EXTENSION*MODE#            1 listen, 2 whisper, 3 barge in, 4 take over
*53*EXTENSION*MODE*REASON#     a number of the tenant's `supervision: reasons:`

The same digits as keys change the mode, each time if the right allows it. A reason of more than three digits names one
that `callcontrol supervise` has kept in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.call import Call
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.supervise_events import ReasonFound, TalkFound
from callcontrol.kinds.star_codes.supervising import AtTalk, LeavingTalk, TakingTalkOver, begin_taking, whom_of
from callcontrol.kinds.targets.parking.tones import CONFIRM, refused
from callcontrol.routing import supervision
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role, RoleTaken
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.supervision import KEYS, ListeningRecord, Mode, ModeSpan, SupervisedTalk
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import Noted, StepEnded

_FORM: Final = re.compile(
    r"\*53\*(?P<extension>[0-9]{1,8})(?:\*(?P<mode>[1-4])(?:\*(?P<reason>[1-9][0-9]{0,11}))?)?\#?"
)
# The longest number of a reason that a person dials.
REASON_DIGITS: Final = 3
# Digits of what the reason of a command is kept by.
TOKEN_DIGITS: Final = 10
# How long the workers have to find the conversation (seconds).
FOUND_S: Final = 3


@dataclass(frozen=True, slots=True)
class Supervise(OwnStep):
    """Listen to the conversation of this extension.

    Attributes:
        by: the supervisor's extension.
        reason: in words, "" for none. reason_token: what it is kept by.
        rejected: why that is not done.
    """

    extension: str
    by: str
    mode: Mode
    reason: str = ""
    reason_token: str = ""
    rejected: str = ""

    def described(self) -> str:
        """What the code asks for."""
        return f"star code: refused: {self.rejected}" if self.rejected else f"{supervision.WORDS[self.mode]} {self._at}"

    @property
    def _at(self) -> str:
        return text_of(ExtensionTarget(self.extension))

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Every worker is asked for the conversation."""
        if self.rejected:
            return call, refused(self._at, self.rejected, facts)
        look = at_talk.FindReason(self.reason_token) if self.reason_token else self.find
        ask = (do.Answer(), look, do.StartTimer(STEP_TIMER, FOUND_S))
        return legs.caller_answered(call, facts.now).to(SeekingTalk(self)), ask

    @property
    def find(self) -> at_talk.FindTalk:
        """Asks for the conversation."""
        return at_talk.FindTalk(extension=self.extension)


@dataclass(frozen=True, slots=True)
class SeekingTalk(OwnState):
    """The conversation is looked for.

    Attributes:
        app_id: the tone that says that the phone will be rung, as the conversation is at another switch.
    """

    step: Supervise
    app_id: str = ""

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """It is found, and the right asked for, or there is none."""
        match event:
            case ReasonFound(reason) if not self.app_id:
                return call.to(SeekingTalk(replace(self.step, reason=reason))), (self.step.find,)
            case TalkFound(talk) if not self.app_id:
                return self._found(call, talk, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return LeavingTalk(app_id).on(call, event, facts)
            case TimerFired(name) if name == STEP_TIMER and not self.app_id:
                return self._refused(call, f"extension {self.step.extension} does not talk", facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It is asked for again."""
        return self.step.start(call, facts)

    def _refused(self, call: Call, why: str, facts: Facts) -> StepResult:
        decision = refused(text_of(ExtensionTarget(self.step.extension)), why, facts)
        return call, ThenDecide((do.StopTimer(STEP_TIMER),), decision)

    def _found(self, call: Call, talk: SupervisedTalk, facts: Facts) -> StepResult:
        step = self.step
        if why := supervision.refusal(step.by, step.mode, talk, facts):
            return self._refused(call, why, facts)
        if facts.tenant.supervision.reason_needed and not step.reason:
            return self._refused(call, "a reason is needed, and none is known", facts)
        if talk.switch != call.switch:
            return self._elsewhere(call, talk, facts)
        noted = ListeningRecord(
            call.tenant,
            call.id,
            text_of(ExtensionTarget(step.by)),
            whom_of(talk),
            talk.call,
            talk.switch,
            facts.now,
            talk.queue,
            step.reason,
        )
        state = AtTalk(step.by, talk, noted, Mode.LISTEN if step.mode is Mode.TAKE_OVER else step.mode)
        call = call.noting(RoleTaken(facts.now, call.led, Role.SUPERVISOR))
        stop = do.StopTimer(STEP_TIMER)
        if step.mode is Mode.TAKE_OVER:
            call, commands = begin_taking(call, state)
            return call, (stop, at_talk.NoteListening(noted), *commands)
        call, commands = state.begin(call, facts)
        return call, (stop, *commands)

    def _elsewhere(self, call: Call, talk: SupervisedTalk, facts: Facts) -> PlainResult:
        """Channels of different switches cannot hear each other: the phone is rung from the other one."""
        call, app_id = call.next_app()
        ended = StepEnded(facts.now, "supervision", Outcome.CHANGED, whom_of(talk))
        call = call.noting(Noted(facts.now, f"the conversation is at switch {talk.switch}, which rings here"), ended)
        ring = at_talk.RingAtSwitch(talk.switch, self.step.by, call.dialled)
        return call.to(SeekingTalk(self.step, app_id)), (do.StopTimer(STEP_TIMER), do.Play(app_id, CONFIRM), ring)


def code_for(extension: str, mode: Mode, token: str = "") -> str:
    """What is dialled for it; `token`: what the reason is kept by."""
    digit = next(key for key, known in KEYS.items() if known is mode)
    return f"*53*{extension}*{digit}*{token}#" if token else f"*53*{extension}*{digit}#"


def _decide(found: re.Match[str], facts: Facts) -> Supervise:
    by, extension = facts.caller.extension, found["extension"]
    mode, digits = KEYS[found["mode"] or "1"], found["reason"] or ""
    chosen = facts.tenant.supervision
    token = digits if len(digits) > REASON_DIGITS else ""
    reason = "" if token else chosen.reasons.get(digits, "")
    why = supervision.refusal_before(by, extension, mode, facts)
    if not why and digits and not (token or reason):
        why = f"there is no reason {digits} (supervision: reasons)"
    if not why and chosen.reason_needed and not digits:
        why = "a reason is needed: it is dialled behind the mode"
    return Supervise(extension, by, mode, reason, token, why)


CODE = StarCode(
    _FORM,
    "extensions with a right of `supervision: rights:`",
    (
        Usage("`*53*extension#`", "listen to the extension's conversation"),
        Usage(
            "`*53*extension*mode#`, `*53*extension*mode*reason#`",
            "1 listen, 2 whisper to the extension, 3 barge in, 4 take over; then 1 to 4 change it",
        ),
    ),
    _decide,
    saved=(Supervise, SeekingTalk, AtTalk, LeavingTalk, TakingTalkOver, SupervisedTalk, ListeningRecord, ModeSpan),
)
