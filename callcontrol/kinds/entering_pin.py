"""A caller enters a PIN before what is asked for is done: a dear number is dialled, calls are blocked.

It is the PIN of the extension's voicemail box, with its slow hash, its count of wrong ones and its lock.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Final

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import PinChecked
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, Event, KeyPressed, Rearrived, TimerFired
from callcontrol.control.legs import caller_answered
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.routing.speech import MailboxPhrase, as_file_string, mailbox_phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.pin import LONGEST, PinVerdict
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.trail import Passed

KEY_TIMER: Final = "key"
# Seconds for the first key after the question, between two keys, for the comparison, and for the longest sound.
FIRST_KEY_S: Final = 7
BETWEEN_KEYS_S: Final = 4
ANSWER_S: Final = 10
LONGEST_S: Final = 30
# How often a PIN may be wrong in one call.
TRIES: Final = 3
_QUIET: Final[tuple[Command, ...]] = (do.StopTimer(KEY_TIMER), do.StopTimer(STEP_TIMER))


@dataclass(frozen=True, slots=True)
class AskPin(OwnStep):
    """Ask the caller for the PIN of a box; then go on.

    Attributes:
        box: whose PIN it is.
    """

    box: str

    @property
    @abstractmethod
    def whereto(self) -> str:
        """What is not come to without the PIN, as the trail names it."""

    @abstractmethod
    def opened(self, facts: Facts) -> Decision:
        """What happens once the right PIN was entered."""

    def wants_keys(self, facts: Facts) -> bool:
        """Those who know it press ahead."""
        return True

    def start(self, call: Call, facts: Facts) -> PlainResult:
        """Answer, for keys are heard in an answered call; then ask."""
        call, commands = _asks(caller_answered(call, facts.now), self, 0, (MailboxPhrase.ENTER_PIN,), facts)
        return call, (do.Answer(), *commands)


@dataclass(frozen=True, slots=True)
class EnteringPin(OwnState):
    """The caller is asked for a PIN, or it is being compared.

    Attributes:
        app_id: the question while it plays.
        wrongs: how many PINs were wrong in this call.
    """

    step: AskPin
    app_id: str = ""
    wrongs: int = 0
    is_checking: bool = False

    @property
    def keeps_keys(self) -> bool:
        """They are the PIN."""
        return True

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Keys, the end of the question, the verdict, and the end of waiting."""
        match event:
            case KeyPressed() if not self.is_checking:
                return self._pressed(call, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return call.to(replace(self, app_id="")), (do.StopTimer(STEP_TIMER), _wait(FIRST_KEY_S))
            case TimerFired(name) if name == KEY_TIMER:
                return self._entered(call, facts)
            case PinChecked(box, verdict) if self.is_checking and box == self.step.box:
                return self._judged(call, verdict, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._judged(call, PinVerdict.UNKNOWN, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """The PIN does not stand here: it is asked for once more."""
        return _asks(replace(call, pressed=""), self.step, self.wrongs, (MailboxPhrase.ENTER_PIN,), facts)

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller hung up."""
        return call, _QUIET

    def _pressed(self, call: Call, facts: Facts) -> StepResult:
        if call.pressed.endswith(("#", "*")) or len(call.pressed) > LONGEST:
            return self._entered(call, facts)
        quiet: tuple[Command, ...] = (do.StopPlaying(all=True),) if self.app_id else ()
        return call.to(replace(self, app_id="")), (*quiet, do.StopTimer(STEP_TIMER), _wait(BETWEEN_KEYS_S))

    def _entered(self, call: Call, facts: Facts) -> StepResult:
        """Nothing pressed is no attempt, and ends the call."""
        pin, rules = call.pressed.rstrip("#*"), facts.tenant.mailboxes
        call = replace(call, pressed="")
        if not pin:
            return self._refused(call, MailboxPhrase.WRONG_PIN, "no PIN was entered", facts)
        check = in_box.CheckPin(self.step.box, pin, rules.wrong_pins, rules.locked_min * 60)
        checking = call.to(replace(self, app_id="", is_checking=True))
        return checking, (do.StopTimer(KEY_TIMER), check, do.StartTimer(STEP_TIMER, ANSWER_S))

    def _judged(self, call: Call, verdict: PinVerdict, facts: Facts) -> StepResult:
        match verdict:
            case PinVerdict.RIGHT:
                return call, ThenDecide(_QUIET, self.step.opened(facts))
            case PinVerdict.WRONG if self.wrongs + 1 < TRIES:
                again = (MailboxPhrase.WRONG_PIN, MailboxPhrase.ENTER_PIN)
                return _asks(call, self.step, self.wrongs + 1, again, facts)
            case PinVerdict.WRONG:
                return self._refused(call, MailboxPhrase.WRONG_PIN, "the PIN was wrong", facts)
            case PinVerdict.LOCKED:
                return self._refused(call, MailboxPhrase.LOCKED, "the PIN is locked after too many wrong ones", facts)
            case _:
                return self._refused(call, MailboxPhrase.FAILED, "the PIN could not be compared", facts)

    def _refused(self, call: Call, said: MailboxPhrase, why: str, facts: Facts) -> StepResult:
        entry = Passed(facts.now, self.step.whereto, why, reason=RefusalReason.PIN_NEEDED)
        heard = as_file_string(mailbox_phrase(facts.language, said))
        end = Refuse(RefusalReason.PIN_NEEDED.cause, Outcome.REJECTED, heard)
        return call, ThenDecide(_QUIET, Decision(end, (entry,)))


def _asks(call: Call, step: AskPin, wrongs: int, said: tuple[MailboxPhrase, ...], facts: Facts) -> PlainResult:
    call, app_id = call.next_app()
    heard = as_file_string(tuple(file for phrase in said for file in mailbox_phrase(facts.language, phrase)))
    commands = (do.StopTimer(KEY_TIMER), do.Play(app_id, heard), do.StartTimer(STEP_TIMER, LONGEST_S))
    return call.to(EnteringPin(step, app_id, wrongs)), commands


def _wait(seconds: int) -> Command:
    return do.StartTimer(KEY_TIMER, seconds)
