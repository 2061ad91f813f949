"""An agent's star codes: the change is stored first, then a tone confirms it."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ending
from callcontrol.control.events import AppEnded, CallerHungUp, Stored, TimerFired
from callcontrol.kinds.star_codes.agent_code import ChangingAgent
from callcontrol.kinds.star_codes.storing import CONFIRM, REFUSE
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted, StepEnded
from tests.control.queue_story import QueueStory

ANNA = Caller("101", "Anna", extension="101")
NO_AGENT = Caller("102", extension="102")


def dialled(code: str, caller: Caller = ANNA) -> QueueStory:
    story = QueueStory(code, caller=caller)
    story.begin()
    return story


def last(story: QueueStory) -> tuple[str, Outcome, str]:
    """The tone, the outcome, and what was noted."""
    return story.command(do.Play).file, story.entries(StepEnded)[-1].outcome, story.entries(Noted)[-1].what


@pytest.mark.parametrize(
    ("code", "action", "detail"),
    [
        ("*50#", AgentAction.LOG_IN, ""),
        ("#50#", AgentAction.LOG_OUT, ""),
        ("*51#", AgentAction.PAUSE, "paused"),
        ("*51*1#", AgentAction.PAUSE, "lunch"),
        ("#51#", AgentAction.RESUME, ""),
        ("*52#", AgentAction.PROLONG_WRAP_UP, "60000000"),
        ("*52*90#", AgentAction.PROLONG_WRAP_UP, "90000000"),
        ("#52#", AgentAction.END_WRAP_UP, ""),
    ],
)
def test_a_change_is_stored_before_a_tone_is_played(code: str, action: AgentAction, detail: str) -> None:
    story = dialled(code)
    assert story.command(do.ActOnAgent) == do.ActOnAgent("anna", action, detail)
    assert story.has(do.Answer)
    assert not story.has(do.Play)
    story.then(Stored())
    assert last(story) == (CONFIRM, Outcome.CHANGED, f"agent anna: {action.value} {detail}".rstrip())
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"
    story.gone("caller-1", answered_s=2)
    assert story.state() is Closed


def test_a_change_that_redis_refuses_is_refused_with_the_reason() -> None:
    story = dialled("*52#").then(Stored("there is no wrap-up to prolong"))
    assert last(story) == (REFUSE, Outcome.REJECTED, "refused: there is no wrap-up to prolong")


@pytest.mark.parametrize(
    ("code", "caller", "why"),
    [
        ("*50#", NO_AGENT, "extension 102 is no agent's"),
        ("*51*7#", ANNA, "there is no pause reason 7"),
    ],
)
def test_an_impossible_change_is_refused_without_asking_redis(code: str, caller: Caller, why: str) -> None:
    story = dialled(code, caller)
    assert not story.has(do.ActOnAgent)
    assert last(story) == (REFUSE, Outcome.REJECTED, f"refused: {why}")


def test_a_change_not_stored_in_time_is_refused_and_a_late_answer_changes_nothing() -> None:
    story = dialled("*50#").then(TimerFired("step"), after_s=10)
    assert last(story) == (REFUSE, Outcome.FAILED, "it could not be stored in time")
    told = story.call
    assert story.then(Stored()).call == told
    assert story.commands == ()


def test_a_tone_that_never_ends_is_cut() -> None:
    story = dialled("*50#").then(Stored()).then(TimerFired("step"), after_s=10)
    assert story.has(do.HangUp)
    assert story.state() is Ending


def test_ends_of_other_applications_and_other_clocks_mean_nothing() -> None:
    story = dialled("*50#")
    before = story.call
    assert story.then(AppEnded("")).call == before
    assert story.then(TimerFired("poll")).call == before
    assert story.state() is ChangingAgent


def test_a_change_counts_even_if_the_agent_hangs_up_before_the_tone() -> None:
    story = dialled("*50#").then(CallerHungUp("NORMAL_CLEARING"))
    assert story.state() is Ending
    assert story.then(Stored()).commands == ()
