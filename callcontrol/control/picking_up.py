"""A call that rings is picked up at another phone: those that ring are told that it was answered elsewhere, and as soon
as the switch has ended its bridge the caller is joined with the phone that takes the call.

Until then a phone that rang may answer: it has the call. A phone that is gone when both are to be joined changes
nothing but that the others have stopped ringing: what follows an unanswered call follows.

A phone at another switch cannot be joined: it is told that it will be rung, hangs up, and rings from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import parked_commands as at_place
from callcontrol.control.alone import still_there
from callcontrol.control.call import Call, Engagement, Ringing, Talking
from callcontrol.control.ending import STEP_TIMER, never_were
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    Event,
    JoinFailed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import phones
from callcontrol.routing.plan import Decision, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import PickedUp
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, NumberTarget, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Noted, Parted

# How long the switch may take to end the ringing, and to join both (seconds).
OVER_S = 5
# A phone at another switch is rung once it has heard that it will be, and was hung up (seconds); and for how long.
RING_BACK_S = 2.5
RING_S = 15


def begin(call: Call, ringing: Ringing, taker: Taker, facts: Facts) -> PlainResult:
    """Those that ring stop; an emergency call, and one whose ringing has not begun, is not picked up."""
    if not ringing.app_id or isinstance(ringing.step.target, EmergencyTarget):
        return refused(call, taker)
    rang = tuple(dict.fromkeys(leg.to for leg in ringing.step.legs))
    call = call.noting(PickedUp(facts.now, _phone(taker), rang, ringing.legs))
    kills = tuple(do.KillLeg(leg, "LOSE_RACE") for leg in ringing.legs if call.is_open(leg))
    state = BeingPickedUp(ringing.step, ringing.app_id, ringing.legs, taker)
    return call.to(state), (*kills, do.StartTimer(STEP_TIMER, OVER_S))


def refused(call: Call, taker: Taker) -> PlainResult:
    """The phone may have another call: this one was answered, is picked up by another phone, or is over."""
    return call, (at_place.RefuseTaker(taker),)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedUpBy(Engagement):
    """The phone that has picked the call up."""

    def over(self, call: Call, parted: Instant, facts: Facts) -> PlainResult:
        """No agent was reserved for it."""
        return replace(call, serving=None), ()


@dataclass(frozen=True, slots=True)
class BeingPickedUp(OwnState):
    """The bridge of those that rang ends, then both are joined.

    Attributes:
        app_id: the bridge; "": it is over.
        opening: silence that is played once the caller is answered: of two channels the switch tells of their bridge at
            the first one only if that is answered by then.
        unwatched: no worker directs the channel.
        rings_back: the phone is at another switch, and about to be rung.
    """

    step: Ring
    app_id: str
    legs: tuple[str, ...]
    taker: Taker
    unwatched: bool = False
    opening: str = ""
    rings_back: bool = False

    @property
    def being_rung(self) -> tuple[str, ...]:
        """Until the bridge is over."""
        return self.legs if self.app_id else ()

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Joined, or not; or a phone that rang was faster."""
        match event:
            case AppEnded(app_id) if app_id and app_id == self.app_id and self.taker.switch != call.switch:
                return self._to_be_rung(never_were(call, event, facts), facts)
            case AppEnded(app_id) if app_id and app_id == self.app_id:
                return self._answer(legs.caller_answered(never_were(call, event, facts), facts.now))
            case TimerFired(name) if name == STEP_TIMER and self.rings_back:
                return self._rung(call, facts)
            case AppEnded(app_id) if app_id and app_id == self.opening:
                return call, (do.Join(call.led, self.taker.channel),)
            case LegBridged(leg, at) if leg in self.legs:
                talks = legs.bridged(call, leg, at).to(Talking(self.app_id, leg))
                return talks, (do.StopTimer(STEP_TIMER), at_place.RefuseTaker(self.taker))
            case LegBridged(leg, at) if leg == self.taker.channel:
                return self._talks(call, at, facts)
            case AloneChecked(partner=other, since=at) if self.unwatched and other == self.taker.channel:
                return self._talks(call, at or facts.now, facts)
            case JoinFailed(_, leg) if leg == self.taker.channel:
                return self._failed(call, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return self._failed(call, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """Its worker died, and both were not joined: the phones ring once more."""
        return call, Decision(self.step)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The dialplan brings the caller back, unless both were joined already."""
        state = BeingPickedUp(self.step, "", self.legs, self.taker, unwatched=True)
        watch = (do.StopTimer(STEP_TIMER), do.CheckAlone(), *still_there(call))
        return call.noting(Noted(facts.now, event.reason)).to(state), watch

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller has left."""
        return call, (at_place.RefuseTaker(self.taker),)

    def _to_be_rung(self, call: Call, facts: Facts) -> PlainResult:
        """The phone hears that it will be; where it is registered is looked up meanwhile."""
        told = at_place.TellTaker(self.taker, facts.now, "", party_of(call))
        target = ExtensionTarget(self.taker.extension)
        waits = do.LookUp(target, anew=False), do.StartTimer(STEP_TIMER, RING_BACK_S)
        return call.to(replace(self, app_id="", rings_back=True)), (told, *waits)

    def _rung(self, call: Call, facts: Facts) -> StepResult:
        """All its phones; where none answers, what would follow where it rang first."""
        rung = phones(self.taker.extension, RING_S, facts)
        return (call, Decision(replace(self.step, legs=rung))) if rung else self._failed(call, facts)

    def _answer(self, call: Call) -> PlainResult:
        call, opening = call.next_app()
        answering = do.Answer(), do.Play(opening, "silence_stream://20"), do.StartTimer(STEP_TIMER, OVER_S)
        return call.to(BeingPickedUp(self.step, "", self.legs, self.taker, opening=opening)), answering

    def _talks(self, call: Call, at: Instant, facts: Facts) -> PlainResult:
        who = _phone(self.taker)
        told = at_place.TellTaker(self.taker, at, call.led, party_of(call))
        talking = Talking("", self.taker.channel, who, before=replace(self, app_id="", opening="", unwatched=False))
        joined = call.noting(JoinedOutside(at, self.taker.channel, who))
        joined = replace(joined, serving=PickedUpBy(leg=self.taker.channel, joined=at))
        return joined.to(talking), (do.StopTimer(STEP_TIMER), told)

    def untalked(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The phone that took the call was gone at once: those that rang ring once more."""
        return self.resume(replace(call.noting(Parted(facts.now)), serving=None), event, facts)

    def _failed(self, call: Call, facts: Facts) -> StepResult:
        why = Noted(facts.now, f"{_phone(self.taker)} was not joined")
        following = router.after(self.step, RingResult(Outcome.NO_ANSWER), facts)
        return call.noting(why), ThenDecide((do.StopTimer(STEP_TIMER), at_place.RefuseTaker(self.taker)), following)


def _phone(taker: Taker) -> str:
    return text_of(ExtensionTarget(taker.extension))


def party_of(call: Call) -> str:
    """Who is picked up, as a target text where there is one."""
    caller = call.led_party
    if caller.extension:
        return text_of(ExtensionTarget(caller.extension))
    return text_of(NumberTarget(caller.number)) if caller.number.startswith("+") else caller.number
