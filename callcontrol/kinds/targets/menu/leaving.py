"""Where callers go from a menu: by what they press, or because they press nothing that leads on."""

from __future__ import annotations

from typing import Final, Literal, Protocol

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Deciding
from callcontrol.control.choices import said_by_key
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.step_result import StepResult, ThenDecide
from callcontrol.kinds.targets.menu.settings import BLOCK, Failing, MenuTarget, Way
from callcontrol.routing import router
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Onward, Refuse
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.inputs import Complete
from callcontrol.vocabulary.menu_visit import MenuLeft
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed, StepEnded

KEY_TIMER = "key"
QUIET: Final[tuple[Command, ...]] = (do.StopTimer(KEY_TIMER), do.StopTimer(STEP_TIMER))

# Why nothing was chosen, and what that makes of a call that nothing else follows for.
Reason = Literal["silence", "wrong"]
_OUTCOMES: Final = {"silence": Outcome.TIMEOUT, "wrong": Outcome.REJECTED}
_WORDS: Final = {"silence": "nothing was pressed", "wrong": "what was pressed leads nowhere"}


class Step(Protocol):
    """The step of a caller in a menu."""

    @property
    def menu(self) -> str:
        """The menu's name."""
        ...

    @property
    def path(self) -> Path:
        """The way into it."""
        ...


class State(Protocol):
    """A caller in a menu."""

    @property
    def step(self) -> Step:
        """Its step."""
        ...

    @property
    def silences(self) -> int:
        """How often nothing was pressed."""
        ...

    @property
    def wrongs(self) -> int:
        """How often something was that leads nowhere."""
        ...


def by_key(step: Step, choice: Complete[Way], facts: Facts) -> Onward:
    """Where an input leads. Among menus what a sequence says next stays in force: no choice is final there."""
    menu, here = BLOCK.of(facts.tenant)[step.menu], MenuTarget(step.menu)
    above = _above(here, step.path)
    target = _target(choice.meaning, here, above)
    path = replace(step.path.choosing(), asked=(*above, here))
    if not isinstance(target, MenuTarget):
        path = path.ending_at(target)
    is_key = choice.keys in menu.keys
    place = ("keys", choice.keys) if is_key else ("direct_dial",)
    why = f"{'key' if is_key else 'dialled'} {choice.keys} of {text_of(here)}"
    why += f": {choice.meaning}" if isinstance(choice.meaning, str) else ""
    said = menu.keys[choice.keys].described if is_key else ""
    why += f" ({said})" if said else ""
    source = facts.settings.source("tenants", facts.tenant_name, BLOCK.key, step.menu, *place)
    return Onward(target, path, (Routed(facts.now, text_of(target), why, source),))


def without_choice(step: Step, reason: Reason, failing: Failing, facts: Facts) -> Decision | Onward:
    """Where the call goes in the end; None is said: what a sequence says next, else it ends."""
    here = MenuTarget(step.menu)
    if failing.then is None:
        return Decision(Refuse("NORMAL_CLEARING", _OUTCOMES[reason]))
    path = replace(step.path.onward(), asked=(*_above(here, step.path), here))
    place = ("tenants", facts.tenant_name, BLOCK.key, step.menu, reason, "then")
    why = f"{text_of(here)}: {_WORDS[reason]}"
    return Onward(failing.then, path, (Routed(facts.now, text_of(failing.then), why, facts.settings.source(*place)),))


def _above(here: MenuTarget, path: Path) -> tuple[Target, ...]:
    """The menus on the way to this one, the nearest last; one that was come back to is at its old place."""
    return path.asked[: path.asked.index(here)] if here in path.asked else path.asked


def _target(way: Way, here: MenuTarget, above: tuple[Target, ...]) -> Target:
    """From the first menu `back` leads to itself."""
    if isinstance(way, Target):
        return way
    return above[-1] if way == "back" and above else here


def chosen(call: Call, state: State, choice: Complete[Way], facts: Facts) -> StepResult:
    """What was pressed is done; the keys after it are for what comes next."""
    onward = by_key(state.step, choice, facts)
    key = BLOCK.of(facts.tenant)[state.step.menu].keys.get(choice.keys)
    entry = left(state, "key" if key is not None else "dialled", facts, choice.keys, text_of(onward.target))
    call = replace(call.noting(entry), pressed=choice.rest)
    if key is None:
        return _go_on(call, onward, facts)
    why = f"key {choice.keys} of {text_of(MenuTarget(state.step.menu))}"
    call, facts, commands = said_by_key(call, key, why, facts, onward.why[0].source)
    return after(commands, _go_on(call, onward, facts))


def given_up(call: Call, state: State, reason: Reason, failing: Failing, facts: Facts) -> StepResult:
    """Nothing was chosen as often as the menu allows."""
    answer = without_choice(state.step, reason, failing, facts)
    to = text_of(answer.target) if isinstance(answer, Onward) else ""
    ended = StepEnded(facts.now, "menu", _OUTCOMES[reason], state.step.menu)
    call = call.noting(left(state, reason, facts, to=to), ended)
    if isinstance(answer, Onward):
        return _go_on(call, answer, facts)
    return call, ThenDecide(QUIET, router.follow(answer, facts, state.step.path))


def menu_is_gone(call: Call, state: State, facts: Facts) -> StepResult:
    """Another worker, with a later configuration, has the call: there is no such menu."""
    passed = Passed(facts.now, text_of(MenuTarget(state.step.menu)), "no such menu")
    decision = router.follow(refuse(Outcome.UNAVAILABLE, passed), facts, state.step.path)
    return call.noting(left(state, "gone", facts)), ThenDecide(QUIET, decision)


def _go_on(call: Call, onward: Onward, facts: Facts) -> StepResult:
    """To another menu at once if all is known that may follow; else the rules are looked up first."""
    is_menu = isinstance(onward.target, MenuTarget)
    if is_menu and not router.wanted(onward.target, facts):
        return call, ThenDecide(QUIET, router.follow(onward, facts))
    anew = onward.path.chosen == onward.target
    return call.to(Deciding(onward)), (*QUIET, do.LookUp(onward.target, anew))


Left = Literal["key", "dialled", "silence", "wrong", "hung_up", "gone"]


def left(state: State, how: Left, facts: Facts, pressed: str = "", to: str = "") -> MenuLeft:
    """The trail's entry: the caller is in the menu no more."""
    return MenuLeft(facts.now, state.step.menu, how, pressed, to, state.silences, state.wrongs)


def after(commands: tuple[Command, ...], result: StepResult) -> StepResult:
    """The result, with these commands first."""
    call, answer = result
    match answer:
        case ThenDecide(more, decision):
            return call, ThenDecide((*commands, *more), decision)
        case Decision():
            return call, ThenDecide(commands, answer)
        case _:
            return call, (*commands, *answer)
