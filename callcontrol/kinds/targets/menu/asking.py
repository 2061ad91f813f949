"""In a menu: the prompt is heard, keys are pressed, and what they come to.

The switch only plays. A key stops the prompt (`uuid_break`); the keys so far are the call's (`Call.pressed`), the
clocks are ours. What is pressed acts as soon as no longer input can follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, CallConnectionLost, Event, KeyPressed, Rearrived, TimerFired
from callcontrol.control.legs import caller_answered
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.control.uncontrolled import fetched
from callcontrol.kinds.targets.menu import leaving
from callcontrol.kinds.targets.menu.leaving import KEY_TIMER
from callcontrol.kinds.targets.menu.settings import BLOCK, Failing, Menu
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.inputs import Begun, Complete, NoInput, read
from callcontrol.vocabulary.menu_visit import MenuEntered
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import Noted

# No prompt is longer; one whose end the switch does not report is over after so many seconds.
LONGEST_S = 600
NEVER = Instant(0)


@dataclass(frozen=True, slots=True)
class EnterMenu(OwnStep):
    """Ask the caller for a choice."""

    menu: str
    path: Path

    def described(self) -> str:
        """The menu."""
        return f"menu {self.menu}: the caller chooses by keys"

    @property
    def told_once(self) -> str:
        """Menus lead back to each other."""
        return f"menu {self.menu}"

    def wants_keys(self, facts: Facts) -> bool:
        """It waits for nothing else."""
        return True

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Answer; what was pressed already counts, else the prompt is heard."""
        menu = BLOCK.of(facts.tenant)[self.menu]
        led = call.leg(call.led)
        answer: tuple[Command, ...] = () if led is not None and led.answered is not None else (do.Answer(),)
        if not self.path.asked:  # the first menu of the call
            answer += (do.HoldKeysBack(),)
        call = caller_answered(call, facts.now).noting(MenuEntered(facts.now, self.menu))
        state = InMenu(self)
        heard = state.read(call.to(state), menu, facts) if call.pressed else state.ask(call, menu, facts)
        return leaving.after(answer, heard)


@dataclass(frozen=True, slots=True)
class InMenu(OwnState):
    """The caller is to choose; the keys of the input that has begun are those kept with the call.

    Attributes:
        playing: what plays, "" if nothing does.
        silences, wrongs: how often nothing was pressed, and something that leads nowhere.
        spoiled_until: keys until then belong to what was pressed and leads nowhere.
    """

    step: EnterMenu
    playing: str = ""
    silences: int = 0
    wrongs: int = 0
    spoiled_until: Instant = NEVER

    @property
    def keeps_keys(self) -> bool:
        """They are those of the choice."""
        return True

    @property
    def origin(self) -> Target:
        """The rules of what follows were looked up from there."""
        return self.step.path.origin

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Keys, the prompt's end, and the end of waiting for a key."""
        menu = BLOCK.of(facts.tenant).get(self.step.menu)
        if menu is None:
            return leaving.menu_is_gone(call, self, facts)
        match event:
            case KeyPressed():
                return self._pressed(call, menu, facts)
            case AppEnded(app_id) if app_id and app_id == self.playing:
                return self._heard(call, menu)
            case TimerFired(name) if name == STEP_TIMER:
                return leaving.after((do.StopPlaying(all=True),), self._heard(call, menu))
            case TimerFired(name) if name == KEY_TIMER:
                return self._waited(call, menu, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The input goes on with the keys that were pressed in between. Where none were, the menu is heard again, and
        the input begins anew, unless the caller goes on with it at once. No try is counted.
        """
        menu = BLOCK.of(facts.tenant).get(self.step.menu)
        if menu is None:
            return leaving.menu_is_gone(replace(call, pressed=""), self, facts)
        if event.keys_follow:
            return call.to(replace(self, playing="")), (do.StartTimer(KEY_TIMER, menu.first_key_s),)
        last, now = call.heard_key, event.at
        if last is None or now is None or now - last.at >= menu.between_keys_s * SECOND_US:
            return self.ask(replace(call, pressed=""), menu, facts)
        moved, asked = self.ask(call, menu, facts)
        return moved, (*asked, do.StartTimer(KEY_TIMER, menu.between_keys_s)) if call.pressed else asked

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """No worker hears the keys: the channel is fetched."""
        alone = call.noting(Noted(facts.now, event.reason)).to(replace(self, playing=""))
        return alone, (do.StopTimer(KEY_TIMER), do.StopTimer(STEP_TIMER), *fetched())

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up, or is elsewhere."""
        how: leaving.Left = "gone" if why == "transferred" else "hung_up"
        return call.noting(leaving.left(self, how, facts)), leaving.QUIET

    def ask(self, call: Call, menu: Menu, facts: Facts, first: Failing | None = None) -> PlainResult:
        """The prompt is heard, after what is to be heard first."""
        own = first.prompt.files(facts.language) if first is not None and first.prompt else ()
        call, app_id = call.next_app()
        play = do.Play(app_id, as_file_string((*own, *menu.prompt.files(facts.language))))
        return call.to(replace(self, playing=app_id)), (play, do.StartTimer(STEP_TIMER, LONGEST_S))

    def read(self, call: Call, menu: Menu, facts: Facts) -> StepResult:
        """What the keys so far come to."""
        match read(call.pressed, menu.inputs(facts.tenant)):
            case Complete() as choice:
                return leaving.chosen(call, self, choice, facts)
            case Begun():
                return call.to(self), (do.StartTimer(KEY_TIMER, menu.between_keys_s),)
            case NoInput():
                return self._wrong(call, menu, facts, until=self._pause_after(menu, facts))

    def _pressed(self, call: Call, menu: Menu, facts: Facts) -> StepResult:
        """One key more. Those that follow at once upon a wrong one are no choice: they are the rest of a number that
        leads nowhere.
        """
        if facts.now < self.spoiled_until:
            spoiled = replace(self, spoiled_until=self._pause_after(menu, facts))
            return replace(call, state=spoiled, pressed=""), ()
        quiet: tuple[Command, ...] = (do.StopPlaying(all=True), do.StopTimer(STEP_TIMER)) if self.playing else ()
        return leaving.after(quiet, replace(self, playing="").read(call, menu, facts))

    @staticmethod
    def _pause_after(menu: Menu, facts: Facts) -> Instant:
        return Instant(facts.now + menu.between_keys_s * SECOND_US)

    def _heard(self, call: Call, menu: Menu) -> PlainResult:
        silent = call.to(replace(self, playing=""))
        return silent, (do.StopTimer(STEP_TIMER), do.StartTimer(KEY_TIMER, menu.first_key_s))

    def _waited(self, call: Call, menu: Menu, facts: Facts) -> StepResult:
        """No key came, or none any more. While the menu is heard again an input that was begun is given up."""
        if self.playing:
            return replace(call, pressed=""), ()
        if not call.pressed:
            return self._silent(call, menu, facts)
        match read(call.pressed, menu.inputs(facts.tenant)):
            case Begun(Complete() as choice):
                return leaving.chosen(call, self, choice, facts)
            case _:
                return self._wrong(call, menu, facts)

    def _silent(self, call: Call, menu: Menu, facts: Facts) -> StepResult:
        state = replace(self, silences=self.silences + 1)
        if state.silences >= menu.silence.tries:
            return leaving.given_up(call, state, "silence", menu.silence, facts)
        return state.ask(call, menu, facts, menu.silence)

    def _wrong(self, call: Call, menu: Menu, facts: Facts, until: Instant = NEVER) -> StepResult:
        """What was pressed leads nowhere, and so do keys until that moment."""
        noted = call.noting(Noted(facts.now, f"menu {self.step.menu}: {call.pressed} leads nowhere"))
        state, call = replace(self, wrongs=self.wrongs + 1, spoiled_until=until), replace(noted, pressed="")
        if state.wrongs >= menu.wrong.tries:
            return leaving.given_up(call, state, "wrong", menu.wrong, facts)
        return leaving.after((do.StopTimer(KEY_TIMER),), state.ask(call, menu, facts, menu.wrong))
