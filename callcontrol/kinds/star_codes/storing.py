"""What a star code asks for is stored first; the tone then says what is true."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, Rearrived, Stored, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted, StepEnded

# Rising tones: done, or "yes, it is on". Falling ones: "no, it is off". One low tone: refused.
CONFIRM = "tone_stream://%(200,80,523);%(200,80,659);%(400,0,784)"
OFF = "tone_stream://%(200,80,659);%(400,0,440)"
REFUSE = "tone_stream://%(600,200,220);%(600,0,220)"
WAIT_S = 10
# Longer than the longest sentence that says it (seconds).
LONGEST_ANSWER_S = 30


class Answer(NamedTuple):
    """What the phone hears, a tone or words (""; the tone of the outcome), and the trail in words."""

    outcome: Outcome
    what: str
    heard: str = ""


@dataclass(frozen=True, slots=True)
class StoringStep(OwnStep):
    """What a star code asks for.

    Attributes:
        word: the name of such steps in the trail.
        too_late: what the trail says if it is not stored in time.
    """

    word: ClassVar[str]
    too_late: ClassVar[str]

    @property
    @abstractmethod
    def named(self) -> str:
        """What it changes, as the end of the step says it in the trail."""

    @abstractmethod
    def answer_at_once(self, facts: Facts) -> Answer | None:
        """The answer for which nothing is stored: a refusal, or what was asked. None: it has to be stored."""

    @abstractmethod
    def store(self) -> Command:
        """Have it stored."""

    @abstractmethod
    def stored(self, trouble: str) -> Answer:
        """It is stored, or there is trouble."""

    @abstractmethod
    def storing(self, app_id: str = "") -> Storing:
        """Its state; `app_id`: the tone that is played."""

    def start(self, call: Call, facts: Facts) -> PlainResult:
        """Answer the phone; have it stored, or tell at once what needs no storing."""
        answer = self.answer_at_once(facts)
        if answer is not None:
            return self.told(call, answer, facts)
        return call.to(self.storing()), (do.Answer(), self.store(), do.StartTimer(STEP_TIMER, WAIT_S))

    def told(self, call: Call, answer: Answer, facts: Facts) -> PlainResult:
        """Play the tone, or the words."""
        call, app_id = call.next_app()
        heard = answer.heard or (CONFIRM if answer.outcome is Outcome.CHANGED else REFUSE)
        ended = StepEnded(facts.now, self.word, answer.outcome, self.named)
        commands = (do.Answer(), do.Play(app_id, heard), do.StartTimer(STEP_TIMER, LONGEST_ANSWER_S))
        return call.noting(Noted(facts.now, answer.what), ended).to(self.storing(app_id)), commands


@dataclass(frozen=True, slots=True)
class Storing(OwnState):
    """It is being stored (`app_id` ""), then the tone that says how it went is played."""

    step: StoringStep
    app_id: str = ""

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """Stored or not, then the end of the tone."""
        match event:
            case Stored(trouble) if not self.app_id:
                return self.step.told(call, self.step.stored(trouble), facts)
            case TimerFired(name) if name == STEP_TIMER and not self.app_id:
                return self.step.told(call, Answer(Outcome.FAILED, self.step.too_late), facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return _hung_up(call, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return _hung_up(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """The tone was heard; without one it is stored once more, which changes nothing if it was stored before."""
        return _hung_up(call, facts) if self.app_id else self.step.start(call, facts)


def _hung_up(call: Call, facts: Facts) -> PlainResult:
    return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
