"""Playing: a recording, then another target or the end."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import keys_ahead
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, KeyPressed, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import StepResult, ThenDecide
from callcontrol.routing import fallbacks, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Onward
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import StepEnded

# No recording for callers is longer; one that loops for ever ends here (seconds).
LONGEST_S = 600


@dataclass(frozen=True, slots=True)
class Announce(OwnStep):
    """Play a recording, then go on to `then` (None: the call ends).

    Attributes:
        whole: it is heard to its end, whatever is pressed.
    """

    name: str
    file: str
    answer: bool
    then: Target | None
    path: Path
    whole: bool = False

    def described(self) -> str:
        """What is played."""
        return f"play {self.file}" + ("" if self.answer else " before answering")

    def following(self, facts: Facts) -> Onward | None:
        """What follows the recording; None: the call ends."""
        if self.then is not None:
            return Onward(self.then, self.path.onward())
        return fallbacks.next_on(self.path, Outcome.ANNOUNCED.value, facts)

    def wants_keys(self, facts: Facts) -> bool:
        """Whether what follows at once does, and this need not be heard."""
        following = None if self.whole else self.following(facts)
        return following is not None and keys_ahead.are_wanted(router.follow(following, facts), facts)

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Answer (or open early media) and play."""
        call, app_id = call.next_app()
        opening = do.Answer() if self.answer else do.OpenEarlyMedia()
        commands = (opening, do.Play(app_id, self.file), do.StartTimer(STEP_TIMER, LONGEST_S))
        return call.to(Announcing(self, app_id)), commands


@dataclass(frozen=True, slots=True)
class Announcing(OwnState):
    """A recording is being played."""

    step: Announce
    app_id: str

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.step.path.origin

    @property
    def keeps_keys(self) -> bool:
        """A key is for what follows."""
        return True

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Played to its end, or as far as the caller wants to hear it."""
        if isinstance(event, KeyPressed):
            return self._cut_short(call, facts)
        played = isinstance(event, AppEnded) and event.app_id == self.app_id
        if not played and not (isinstance(event, TimerFired) and event.name == STEP_TIMER):
            return call, ()
        call = call.noting(StepEnded(facts.now, "announcement", Outcome.ANNOUNCED, self.step.name))
        following = self.step.following(facts)
        if following is None or not played:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        return call, router.follow(following, facts)

    def _cut_short(self, call: Call, facts: Facts) -> StepResult:
        """A key is pressed: where what follows asks for keys it begins now."""
        following = self.step.following(facts)
        if following is None or not self.step.wants_keys(facts):
            return call, ()
        call = call.noting(StepEnded(facts.now, "announcement", Outcome.ANNOUNCED, self.step.name))
        quiet = (do.StopPlaying(all=True), do.StopTimer(STEP_TIMER))
        return call, ThenDecide(quiet, router.follow(following, facts))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """It was played to its end while no worker was there."""
        return self.on(call, AppEnded(self.app_id), facts)
