"""Announcement: a recording, then another target or the end."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Announcing, Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, TimerFired
from callcontrol.control.step_result import StepResult
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Announce
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import StepEnded

# No recording for callers is longer; one that loops for ever ends here (seconds).
LONGEST_S = 600


def start(call: Call, step: Announce, facts: Facts) -> StepResult:
    """Answer (or open early media) and play."""
    call, app_id = call.next_app()
    opening = do.Answer() if step.answer else do.OpenEarlyMedia()
    commands = (opening, do.Play(app_id, step.file), do.StartTimer(STEP_TIMER, LONGEST_S))
    return call.to(Announcing(step, app_id)), commands


def on(call: Call, event: Event, facts: Facts) -> StepResult:
    """Played to its end."""
    announcing = call.state
    assert isinstance(announcing, Announcing)
    played = isinstance(event, AppEnded) and event.app_id == announcing.app_id
    if not played and not (isinstance(event, TimerFired) and event.name == STEP_TIMER):
        return call, ()
    call = call.noting(StepEnded(facts.now, "announcement", Outcome.ANNOUNCED, announcing.step.name))
    if announcing.step.then is None or not played:
        return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
    return call, router.decide(announcing.step.then, announcing.step.path.onward(), facts)
