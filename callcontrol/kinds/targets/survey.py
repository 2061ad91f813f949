"""A survey: one question, answered by one key, 1 to 5. Most often what follows when an agent has hung up (`afterwards:`
of a queue).

The conversation is over: the agent's leg has ended, its charge and the wrap-up count from there. Only the caller's
channel goes on. Each survey leaves one entry in the trail (`Surveyed`), written in the step that ends it: a worker that
dies before leaves the question to be heard again, one that dies after it has nothing left to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field

from callcontrol.config.fields import Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.kinds import SOMETIMES, Block, Link
from callcontrol.config.prompt import Prompt, PromptText
from callcontrol.config.target_fields import TargetText
from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, CallConnectionLost, Event, KeyPressed, Rearrived, TimerFired
from callcontrol.control.legs import caller_answered
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.playing import Announce
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.uncontrolled import fetched
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Branch, Decision, Onward
from callcontrol.routing.speech import SurveyPhrase, as_file_string, survey_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import NO_TALK
from callcontrol.vocabulary.survey import SCORES, Surveyed, SurveyEnd
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Noted, Passed

ANSWER_TIMER: Final = "answer"
# No question is longer; one whose end the switch does not report is over after so many seconds.
LONGEST_S: Final = 120
_QUIET: Final[tuple[Command, ...]] = (do.StopTimer(ANSWER_TIMER), do.StopTimer(STEP_TIMER))


@dataclass(frozen=True, slots=True)
class SurveyTarget(Target):
    """A survey: the caller says by one key how good it was."""

    kind: ClassVar[str] = "survey"


class Survey(Frozen):
    """One question, answered by a key from 1 to 5; 5 is the best."""

    question: PromptText | None = Field(
        default=None, description="the question; 5 must be the best. Default: how satisfied the caller was, as spoken"
    )
    thanks: PromptText | None = Field(default=None, description="heard after an answer; default: the spoken prompt")
    goodbye: PromptText | None = Field(
        default=None, description="heard by callers who give no answer; default: the spoken prompt"
    )
    wait: Annotated[int, Field(ge=1, le=60), Whole] = Field(
        default=6, description="seconds for the key, from the end of the question"
    )
    tries: Annotated[int, Field(ge=1, le=5), Whole] = Field(
        default=2, description="how often it is asked in all, where nothing or a wrong key is pressed"
    )
    then: TargetText | None = Field(default=None, description="where the call goes afterwards; default: it ends")


BLOCK = Block("surveys", Survey, "surveys: one question after a conversation, answered by a key from 1 to 5")


@dataclass(frozen=True, slots=True)
class AskSurvey(OwnStep):
    """Ask the caller."""

    survey: str
    path: Path

    def described(self) -> str:
        """Which survey."""
        return f"survey {self.survey}: the caller answers by a key from 1 to 5"

    def wants_keys(self, facts: Facts) -> bool:
        """It waits for nothing else."""
        return True

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Answer, where that is not done; an answer that was pressed already counts, else the question is heard."""
        survey, led = BLOCK.of(facts.tenant)[self.survey], call.leg(call.led)
        answer: tuple[Command, ...] = () if led is not None and led.answered is not None else (do.Answer(),)
        about, ahead = call.talked_with, call.pressed
        state = Surveying(self, queue=about.queue, agent=about.agent)
        call = replace(caller_answered(call, facts.now), talked_with=NO_TALK, pressed="").to(state)
        score = next((SCORES[key] for key in ahead if key in SCORES), None)
        if score is not None:
            return _ended(call, state, SurveyEnd.ANSWERED, survey, facts, score, first=answer)
        call, asking = state.ask(call, survey, facts)
        return call, (*answer, *asking)


@dataclass(frozen=True, slots=True)
class Surveying(OwnState):
    """The caller hears the question, or is to answer it.

    Attributes:
        queue, agent: as of `Surveyed`.
        playing: what plays, "" if nothing does.
        asked: how often it was asked in vain.
    """

    step: AskSurvey
    queue: str = ""
    agent: str = ""
    playing: str = ""
    asked: int = 0

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.step.path.origin

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """A key, the question's end, and the end of waiting for a key."""
        survey = BLOCK.of(facts.tenant).get(self.step.survey)
        if survey is None:
            return self._is_no_more(call, facts)
        match event:
            case KeyPressed(key) if key in SCORES:
                return _ended(call, self, SurveyEnd.ANSWERED, survey, facts, SCORES[key])
            case KeyPressed(key):
                noted = call.noting(Noted(facts.now, f"survey {self.step.survey}: {key} is no answer"))
                return self._again(noted, SurveyEnd.WRONG, survey, facts)
            case AppEnded(app_id) if app_id and app_id == self.playing:
                return self._heard(call, survey)
            case TimerFired(name) if name == STEP_TIMER:
                moved, waiting = self._heard(call, survey)
                return moved, (do.StopPlaying(all=True), *waiting)
            case TimerFired(name) if name == ANSWER_TIMER and not self.playing:
                return self._again(call, SurveyEnd.SILENCE, survey, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """A key that was pressed in between is the answer; where none was, the question is heard again. No try is
        counted.
        """
        survey = BLOCK.of(facts.tenant).get(self.step.survey)
        if survey is None:
            return self._is_no_more(call, facts)
        if event.keys_follow:
            return call.to(replace(self, playing="")), (do.StartTimer(ANSWER_TIMER, survey.wait),)
        return self.ask(call, survey, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """No worker hears the key: the channel is fetched."""
        alone = call.noting(Noted(facts.now, event.reason)).to(replace(self, playing=""))
        return alone, (*_QUIET, *fetched())

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up, or is elsewhere."""
        how = SurveyEnd.GONE if why == "transferred" else SurveyEnd.HUNG_UP
        return call.noting(self.told(how, facts)), _QUIET

    def told(self, how: SurveyEnd, facts: Facts, score: int = 0) -> Surveyed:
        """The trail's entry: the survey is over."""
        return Surveyed(facts.now, self.step.survey, how, score, self.queue, self.agent)

    def ask(self, call: Call, survey: Survey, facts: Facts, *, again: bool = False) -> PlainResult:
        """The question is heard; `again`: first that it wants a key."""
        reminder = survey_phrase(facts.language, SurveyPhrase.AGAIN) if again else ()
        own = _files(survey.question, SurveyPhrase.QUESTION, facts)
        call, app_id = call.next_app()
        # Our own question says in other words what the reminder says: one of them is enough.
        play = do.Play(app_id, as_file_string(reminder if again and survey.question is None else (*reminder, *own)))
        commands = (do.StopTimer(ANSWER_TIMER), play, do.StartTimer(STEP_TIMER, LONGEST_S))
        return call.to(replace(self, playing=app_id)), commands

    def _heard(self, call: Call, survey: Survey) -> PlainResult:
        silent = call.to(replace(self, playing=""))
        return silent, (do.StopTimer(STEP_TIMER), do.StartTimer(ANSWER_TIMER, survey.wait))

    def _again(self, call: Call, why: SurveyEnd, survey: Survey, facts: Facts) -> StepResult:
        """It was asked in vain."""
        state = replace(self, asked=self.asked + 1)
        if state.asked >= survey.tries:
            return _ended(call, state, why, survey, facts)
        quiet = (do.StopPlaying(all=True),) if self.playing else ()
        call, asking = state.ask(call, survey, facts, again=True)
        return call, (*quiet, *asking)

    def _is_no_more(self, call: Call, facts: Facts) -> StepResult:
        """Another worker, with a later configuration, has the call: there is no such survey."""
        passed = Passed(facts.now, text_of(SurveyTarget(self.step.survey)), "no such survey")
        call = call.noting(self.told(SurveyEnd.GONE, facts))
        quiet = (*_QUIET, do.StopPlaying(all=True))
        return call, ThenDecide(quiet, refuse(Outcome.UNAVAILABLE, passed))


def _ended(
    call: Call,
    state: Surveying,
    how: SurveyEnd,
    survey: Survey,
    facts: Facts,
    score: int = 0,
    first: tuple[Command, ...] = (),
) -> StepResult:
    """The survey is over: the caller hears a word of thanks, then the call goes on, or ends."""
    own, phrase = (survey.thanks, SurveyPhrase.THANKS) if score else (survey.goodbye, SurveyPhrase.GOODBYE)
    said = as_file_string(_files(own, phrase, facts))
    path = state.step.path if survey.then is not None else state.step.path.falling_back_to(None)
    goodbye = Announce(f"survey {state.step.survey}", said, True, survey.then, path)
    quiet = (do.StopPlaying(all=True),) if state.playing else ()
    return call.noting(state.told(how, facts, score)), ThenDecide((*first, *_QUIET, *quiet), Decision(goodbye))


def _files(own: Prompt | None, phrase: SurveyPhrase, facts: Facts) -> tuple[str, ...]:
    return own.files(facts.language) if own is not None else survey_phrase(facts.language, phrase)


def decide(target: SurveyTarget, path: Path, facts: Facts) -> Decision:
    """Ask the caller."""
    if target.name not in BLOCK.of(facts.tenant):
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such survey"))
    return Decision(AskSurvey(target.name, path))


def links(_name: str, survey: Survey) -> Iterator[Link]:
    """Where the call goes when it has been asked."""
    if survey.then is not None:
        yield Link(survey.then, ("then",), SOMETIMES)


def branches(step: AskSurvey, facts: Facts) -> Iterator[Branch]:
    """The same, for `explain`."""
    then = BLOCK.of(facts.tenant)[step.survey].then
    if then is not None:
        yield Branch("", Onward(then, step.path.onward()))


KIND = RoutedKind(
    target=SurveyTarget,
    row="the caller says by a key from 1 to 5 how good the conversation was; most often `afterwards:` of a queue",
    block=BLOCK,
    links=links,
    decide=decide,
    step=AskSurvey,
    branches=branches,
    saved=(AskSurvey, Surveying),
)
