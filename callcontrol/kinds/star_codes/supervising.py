"""A supervisor's phone at a conversation: it listens at the leg of the tenant's own person, for only there a whisper is
on no recording of the caller's leg, and goes on at the next one when the caller is transferred.

The switch takes no keys while it listens: each key is told to us, and the right is asked for before the mode changes.
It is asked for again every LOOK_S, with the settings as they are then. The call of the conversation, at whichever
worker, is asked likewise where it stands: nothing has to be told to that call, and nothing is lost when a worker dies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from callcontrol.control import commands as do
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.call import Call, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    Event,
    KeyPressed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState
from callcontrol.control.parked_events import ParkedJoined
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.control.supervise_events import ModeAsked, TalkFound
from callcontrol.control.uncontrolled import fetched, still_there
from callcontrol.routing import supervision
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.supervision import KEYS, ListeningEnd, ListeningRecord, Mode, SupervisedTalk
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Noted, StepEnded

# How often it is asked where the conversation stands and whether the right is in force (seconds).
LOOK_TIMER: Final = "look"
LOOK_S: Final = 0.5
# So many questions in a row are not answered once the call has ended, or as long as its worker's death is not noticed:
# then the supervisor goes on only if the leg lives on.
UNANSWERED: Final = 6
# How long the worker of the conversation has to join both, and the switch to say whether they are (seconds).
TAKE_S: Final = 8
LOOK_LATE_S: Final = 3
# What a phone hears: one low tone, refused; falling ones, it is over.
REFUSE: Final = "tone_stream://%(600,200,220);%(600,0,220)"
OVER: Final = "tone_stream://%(200,80,659);%(400,0,440)"
STEP: Final = "supervision"


@dataclass(frozen=True, slots=True)
class AtTalk(OwnState):
    """The phone is at a conversation, or waits until the party it follows talks with someone again.

    Attributes:
        talk: the conversation as it was when the phone began to listen at its leg.
        noted: what the ledger knows.
        wanted: the mode, as the supervisor has chosen it.
        app_id: the listening; "": it is not under way.
        tone: the tone that is played.
        then: what follows the listening that was asked to end: `tone`, `over`, `take_over`, `again`; "": it was not.
        unanswered: how often in a row no worker has known of the conversation.
    """

    extension: str
    talk: SupervisedTalk
    noted: ListeningRecord
    wanted: Mode
    app_id: str = ""
    tone: str = ""
    then: str = ""
    unanswered: int = 0

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """A key, the end of what is heard, where the conversation stands."""
        match event:
            case KeyPressed(key) if key in KEYS and not self.then:
                return self._pressed(call, KEYS[key], facts)
            case ModeAsked():
                return self._asked(call, event, facts)
            case AppEnded(app_id) if app_id and app_id == self.tone:
                return self._after_tone(call, facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return self._stopped(call, facts)
            case TalkFound(talk) if talk.call == self.talk.call:
                return replace(self, unanswered=0)._looked(call, talk, facts)
            case TimerFired(name) if name == LOOK_TIMER:
                return self._look(call, facts)
            case _:
                return call, ()

    def begin(self, call: Call, facts: Facts) -> PlainResult:
        """Listen in the mode that was asked for."""
        call, commands = self._listen(call, self.wanted, self.talk, facts)
        return call, (at_talk.BindKeys(), *commands, do.StartTimer(LOOK_TIMER, LOOK_S))

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """Its worker died: the channel was fetched, and does not listen until the right was asked for again."""
        return call.to(replace(self, app_id="", tone="", then="", unanswered=0)), (at_talk.BindKeys(), *self._asking())

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """No worker would ask for the right any more: the channel is fetched."""
        return call.noting(Noted(facts.now, event.reason)), (do.StopTimer(LOOK_TIMER), *fetched())

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The supervisor hung up."""
        noted = self.noted.over(facts.now, ListeningEnd.HUNG_UP)
        return call.noting(*_spans(noted, facts)), (at_talk.NoteListening(noted), do.StopTimer(LOOK_TIMER))

    def _asking(self) -> tuple[Command, ...]:
        find = at_talk.FindTalk(call=self.talk.call, customer=self.talk.customer)
        return find, do.StartTimer(LOOK_TIMER, LOOK_S)

    def _look(self, call: Call, facts: Facts) -> StepResult:
        if self.unanswered >= UNANSWERED and not self.app_id:
            return self._over(call, ListeningEnd.CALL_ENDED, "the call has ended", facts)
        return call.to(replace(self, unanswered=self.unanswered + 1)), self._asking()

    def _looked(self, call: Call, talk: SupervisedTalk, facts: Facts) -> StepResult:
        """Whether it may go on, and at which leg."""
        if self.then or self.tone:
            return call.to(self), ()
        if not talk.leg:
            return self._apart(call, talk, facts)
        mode = self.wanted
        if why := supervision.refusal(self.extension, mode, talk, facts):
            if supervision.refusal(self.extension, Mode.LISTEN, talk, facts):
                return self._over(call, self._end_of(talk), why, facts)
            call, mode = call.noting(Noted(facts.now, f"listens only: {why}")), Mode.LISTEN
        if self.app_id and talk.leg != self.talk.leg:
            return call.to(self), ()  # the leg ends just now
        if self.app_id and talk.recorded not in ("", self.talk.recorded):
            return self._stop(call, "again")  # what is recorded at the leg since then would have the whisper
        return self._changed(call, mode, talk, facts) if self.app_id else self._listen(call, mode, talk, facts)

    def _apart(self, call: Call, talk: SupervisedTalk, facts: Facts) -> StepResult:
        if supervision.follows(self.extension, talk, facts):
            return call.to(self), ()
        return self._over(call, ListeningEnd.OUT_OF_SCOPE, f"the caller waits in queue:{talk.queue}", facts)

    def _end_of(self, talk: SupervisedTalk) -> ListeningEnd:
        return ListeningEnd.WITHDRAWN if talk.leg == self.talk.leg else ListeningEnd.OUT_OF_SCOPE

    def _listen(self, call: Call, mode: Mode, talk: SupervisedTalk, facts: Facts) -> PlainResult:
        call, app_id = call.next_app()
        state = replace(self, talk=talk, wanted=mode, app_id=app_id)
        listen = at_talk.OrderListening(talk.leg), at_talk.Eavesdrop(app_id, talk.leg, mode)
        return state._doing(call, mode, facts, *listen)

    def _changed(self, call: Call, mode: Mode, talk: SupervisedTalk, facts: Facts) -> PlainResult:
        if mode is self.noted.mode:
            return call.to(replace(self, wanted=mode)), ()
        return replace(self, wanted=mode)._doing(call, mode, facts, at_talk.ChangeMode(mode))

    def _doing(self, call: Call, mode: Mode, facts: Facts, *commands: Command) -> PlainResult:
        """From now on, in the ledger and the trail."""
        whom = whom_of(self.talk)
        noted = self.noted.doing(mode, whom, facts.now)
        call = call.noting(Noted(facts.now, f"{supervision.WORDS[mode]} {whom}"))
        return call.to(replace(self, noted=noted)), (*commands, at_talk.NoteListening(noted))

    def _pressed(self, call: Call, mode: Mode, facts: Facts) -> StepResult:
        if not self.app_id or mode is self.noted.mode:
            return call, ()
        if why := supervision.refusal(self.extension, mode, self.talk, facts):
            return self._stop(call.noting(_refused(mode, why, facts)), "tone")
        return self._goes_on(call, mode, facts)

    def _asked(self, call: Call, wish: ModeAsked, facts: Facts) -> PlainResult:
        """Another mode by the API or a command: who asks reads why not, and the phone hears nothing of it."""
        why = "" if self.app_id and not self.then else "nothing is heard at this moment"
        why = why or supervision.refusal(self.extension, wish.mode, self.talk, facts)
        answer = at_talk.AnswerMode(wish.request, why)
        if why:
            return call.noting(_refused(wish.mode, f"{why} ({wish.by})", facts)), (answer,)
        if wish.mode is self.noted.mode:
            return call, (answer,)
        asked = Noted(facts.now, f"to {supervision.WORDS[wish.mode]}: asked by {wish.by}")
        call, commands = self._goes_on(call.noting(asked), wish.mode, facts)
        return call, (*commands, answer)

    def _goes_on(self, call: Call, mode: Mode, facts: Facts) -> PlainResult:
        """In another mode, to which the right was looked at."""
        if mode is Mode.TAKE_OVER:
            return self._stop(call, "take_over")
        return self._changed(call, mode, self.talk, facts)

    def _stop(self, call: Call, then: str) -> PlainResult:
        return call.to(replace(self, then=then)), (at_talk.StopListening(),)

    def _stopped(self, call: Call, facts: Facts) -> StepResult:
        """The listening has ended, by us or with the leg."""
        noted = self.noted.paused(facts.now)
        state = replace(self, app_id="", then="", noted=noted)
        note = (at_talk.NoteListening(noted),)
        match self.then:
            case "take_over":
                taking, commands = begin_taking(call, state)
                return taking, (*note, *commands)
            case "tone":
                call, tone = call.next_app()
                return call.to(replace(state, tone=tone)), (*note, do.Play(tone, REFUSE))
            case "again":
                return call.to(state), (*note, *self._asking())
            case _:
                # a leg at which nothing can be heard is not asked for without end in between
                began = self.noted.spans[-1].began if self.noted.spans else facts.now
                at_once = self._asking() if facts.now - began >= SECOND_US else ()
                return call.to(state), (*note, *at_once)

    def _after_tone(self, call: Call, facts: Facts) -> StepResult:
        return call.to(replace(self, tone="")), self._asking()

    def _over(self, call: Call, how: ListeningEnd, why: str, facts: Facts) -> StepResult:
        noted = self.noted.over(facts.now, how)
        call = call.noting(Noted(facts.now, f"over: {why}"), *_spans(noted, facts))
        call, tone = call.next_app()
        stop = (at_talk.StopListening(),) if self.app_id else ()
        ended = (at_talk.NoteListening(noted), do.StopTimer(LOOK_TIMER), at_talk.BindKeys(on=False))
        patience = do.StartTimer(STEP_TIMER, LOOK_LATE_S)
        return call.to(LeavingTalk(tone)), (*stop, *ended, do.Play(tone, OVER), patience)


@dataclass(frozen=True, slots=True)
class LeavingTalk(OwnState):
    """The phone hears that it is over."""

    tone: str

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """The tone is over."""
        match event:
            case AppEnded(app_id) if app_id == self.tone:
                return _hung_up(call, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return _hung_up(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """It was heard while no worker was there."""
        return _hung_up(call, facts)


@dataclass(frozen=True, slots=True)
class TakingTalkOver(OwnState):
    """The call of the conversation joins the other party with the supervisor.

    Attributes:
        is_late: the switch is asked whether both are joined.
    """

    at_talk: AtTalk
    is_late: bool = False

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """They talk, or the listening goes on."""
        match event:
            case ParkedJoined(at, channel, party):
                return self._talks(call, at, channel, party, facts)
            case TimerFired(name) if name == STEP_TIMER and not self.is_late:
                late = call.to(replace(self, is_late=True))
                return late, (do.CheckAlone(), do.StartTimer(STEP_TIMER, LOOK_LATE_S))
            case AloneChecked(partner=other, since=at) if self.is_late and other == self.at_talk.talk.customer:
                return self._talks(call, at or facts.now, other, self.at_talk.talk.party, facts)
            case AloneChecked() if self.is_late:
                return self._listens_on(call, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._listens_on(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """They were not joined, or have talked: the listening goes on, where there is still something to hear."""
        return self.at_talk.resume(call, event, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The dialplan brings the phone back, unless both were joined."""
        return call.noting(Noted(facts.now, event.reason)), (do.StopTimer(STEP_TIMER), *still_there(call))

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The supervisor hung up."""
        return self.at_talk.released(call, why, facts)

    def _talks(self, call: Call, at: Instant, channel: str, party: str, facts: Facts) -> PlainResult:
        noted = self.at_talk.noted.over(at, ListeningEnd.TAKEN_OVER)
        took = Noted(facts.now, f"takes {party} over from {whom_of(self.at_talk.talk)}")
        call = call.noting(took, *_spans(noted, facts), JoinedOutside(at, channel, party))
        return call.to(Talking("", channel, party)), (do.StopTimer(STEP_TIMER), at_talk.NoteListening(noted))

    def _listens_on(self, call: Call, facts: Facts) -> PlainResult:
        state = replace(self.at_talk, wanted=Mode.LISTEN)
        call = call.noting(Noted(facts.now, "it could not be taken over in time"))
        return call.to(state), (do.StopTimer(STEP_TIMER), at_talk.BindKeys(), *state._asking())


def begin_taking(call: Call, state: AtTalk) -> PlainResult:
    """Have both joined; the phone listens to nothing, and its keys are its own again."""
    taker = Taker(call.id, call.led, call.switch, state.extension, call.worker)
    ask = at_talk.TakeOver(state.talk.call, state.talk.leg, taker)
    waits = (do.StopTimer(LOOK_TIMER), do.StartTimer(STEP_TIMER, TAKE_S))
    return call.to(TakingTalkOver(state)), (at_talk.BindKeys(on=False), ask, *waits)


def whom_of(talk: SupervisedTalk) -> str:
    """The tenant's own person, as a target text."""
    return text_of(ExtensionTarget(talk.extension)) if talk.extension else "an agent outside"


def _refused(mode: Mode, why: str, facts: Facts) -> Noted:
    return Noted(facts.now, f"may not {mode.value.replace('_', ' ')}: {why}")


def _spans(noted: ListeningRecord, facts: Facts) -> tuple[Any, ...]:
    """What the trail says of a listening that is over."""
    seconds = dict.fromkeys((span.mode for span in noted.spans), 0)
    for span in noted.spans:
        seconds[span.mode] += (span.ended or facts.now) - span.began
    told = ", ".join(f"{mode.value} {us / SECOND_US:.0f} s" for mode, us in seconds.items())
    return (Noted(facts.now, told or "nothing was heard"), StepEnded(facts.now, STEP, Outcome.CHANGED, noted.whom))


def _hung_up(call: Call, facts: Facts) -> PlainResult:
    return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
