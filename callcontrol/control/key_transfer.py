"""A transfer by keys: what each event means while it goes on. What is done stands in `key_transfer_steps.py`.

    in a conversation   blind code, number, #       the party is sent there, if the transferor may, who is let go
                        attended code, number, #    the colleague is rung, and asked
    while asking        attended code, or hang up   party and colleague are connected
                        swap, together, back        one or the other; all three; the party back, the colleague let go

Whatever comes of it the party is not left alone: what is refused, not answered, or left by the colleague gives the
party back to the transferor; where that one has left the party is recalled (`transfers.given_back`).
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import key_transfer_steps as steps
from callcontrol.control import legs
from callcontrol.control.alone import still_there
from callcontrol.control.call import Call
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    Event,
    Joined,
    JoinFailed,
    LegAnswered,
    LegGone,
    LegHeard,
    LegKey,
    OriginateFailed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.key_transfer_state import HELD, KeyTransferState, Phase
from callcontrol.control.step_result import PlainResult
from callcontrol.control.transfer_commands import DialFor, KeepLeg
from callcontrol.control.transfer_events import CodePressed, DialFactsFound
from callcontrol.control.uncontrolled import fetched
from callcontrol.routing import arrival, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import outcome_of
from callcontrol.vocabulary.target import EmergencyTarget
from callcontrol.vocabulary.trail import Noted, Parted

# The longest number that is taken.
MAX_DIGITS = 32
# A join that fails in one of these leaves the party with none of the two.
_JOINS = frozenset({Phase.JOINING_BACK, Phase.CONNECTING, Phase.TOGETHER, Phase.WITH_PARTY, Phase.ASKING})


@dataclass(frozen=True, slots=True)
class KeyTransfer(KeyTransferState):
    """A transfer by keys goes on."""

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """What each event means."""
        match event:
            case CodePressed(leg, code, at=at) if leg == self.transferor and _is_news(call, leg, at):
                return _code(call, self, code, facts)
            case LegKey(leg, key) if leg == self.transferor and self.phase is Phase.DIALLING:
                return _typed(call, self, key, facts)
            case DialFactsFound(asked) if self.phase in (Phase.CHECKING, Phase.RINGING, Phase.RINGS_ALONE):
                return _known(call, self, asked, facts)
            case LegAnswered(leg) if leg in self.being_rung:
                return _answered(call, replace(self, colleague=leg, legs=()), facts)
            case OriginateFailed(failed) if set(failed) & set(self.being_rung):
                return _not_reached(call, self, event, facts)
            case Joined(_, leg):
                return _joined(call, self, leg, facts)
            case JoinFailed(_, leg, reason):
                return _not_joined(call, self, leg, reason, facts)
            case LegHeard(leg) if leg == self.transferor and self.phase is Phase.REFUSED:
                return steps.back_to_transferor(call, self)
            case AppEnded(app_id) if app_id and app_id == self.music:
                return steps.silenced(call, self, facts)
            case TimerFired(name):
                return _timer(call, self, name, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """The party's channel is ours: the conversation was parted, a worker has died, or who talked with it left."""
        state: KeyTransferState = replace(self, music="", fetched=False)
        if self.phase is Phase.PARTING and self.taker is not None:
            return steps.hand_over(call, state, self.taker)
        if self.phase is Phase.ASKING and not (call.is_there(self.transferor) and call.is_open(self.colleague)):
            return steps.connect(call, state, facts) if call.is_open(self.colleague) else _without(call, state, facts)
        if self.phase is Phase.CHECKING and not call.is_there(self.transferor):
            return _without(call, state, facts)
        if self.phase in (Phase.PARTING, Phase.DIALLING) and call.is_there(self.transferor):
            return steps.dialling(call, state, facts)
        if self.phase in (Phase.ASKING, Phase.CHECKING):
            call, state, music = steps.playing(call, state, facts)
            again = (DialFor(state.typed, state.by),) if self.phase is Phase.CHECKING else ()
            return call.to(state), (do.Answer(), *music, *again)
        if self.phase in (Phase.WITH_PARTY, Phase.CONNECTING) and call.is_open(self.colleague):
            return steps.connect(call, state, facts)
        return _without(call, state, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """Music never ends: the party is fetched. Where it talks, or is about to come, it is only watched."""
        noted = call.noting(Noted(facts.now, event.reason))
        stops = tuple(do.StopTimer(name) for name in steps.TIMERS)
        if self.phase not in HELD:
            return noted, (*stops, *still_there(call))
        return noted.to(replace(self, fetched=True)), (*stops, *fetched())

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The transferor, or the colleague, has left."""
        if self.fetched:
            return call, ()  # `resume`
        if event.leg_id == self.transferor and before.is_there(event.leg_id):
            return _transferor_gone(call, self, facts)
        if event.leg_id == self.colleague and before.is_open(event.leg_id):
            return _colleague_gone(call, self, facts)
        return call, ()

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The party leaves. Who talk with each other talk on, all others are let go."""
        stops = tuple(do.StopTimer(name) for name in steps.TIMERS)
        if self.phase is Phase.ASKING:
            return call, (*stops, KeepLeg(self.transferor, on=False), KeepLeg(self.colleague, on=False))
        left = (do.KillLeg(self.transferor, "NORMAL_CLEARING"),) if call.is_there(self.transferor) else ()
        return call, (*stops, *left, *steps.cancelled(call, self))


def _is_news(call: Call, leg: str, at: Instant) -> bool:
    """Whether it is not the code by which the transfer has begun, told twice: of a leg beside, two calls are told."""
    beside = call.beside
    return beside is None or beside.leg != leg or beside.heard is None or at > beside.heard


def _code(call: Call, state: KeyTransferState, code: str, facts: Facts) -> PlainResult:
    keys = facts.tenant.transfers.keys
    if state.phase is Phase.DIALLING:
        return steps.back_to_transferor(call, state)  # a code instead of a number: it was not meant
    if state.phase is Phase.RINGING:
        if code == keys.attended:
            return steps.alone(call, state, facts)
        return steps.back_to_transferor(call, state, *steps.cancelled(call, state)) if code == keys.back else (call, ())
    if state.phase not in (Phase.ASKING, Phase.WITH_PARTY, Phase.TOGETHER):
        return call, ()
    if code == keys.back:
        parted = call.noting(Parted(facts.now))
        return steps.back_to_transferor(parted, state, *steps.cancelled(call, state))
    return _among_three(call, state, code, facts)


def _among_three(call: Call, state: KeyTransferState, code: str, facts: Facts) -> PlainResult:
    keys = facts.tenant.transfers.keys
    if code == keys.attended:
        if state.phase is Phase.TOGETHER:
            return steps.connected(call, state, facts)
        return steps.connect(call, state, facts)
    if code == keys.swap:
        return steps.swap(call, state, facts)
    if code == keys.together and state.phase is not Phase.TOGETHER:
        return steps.together(call, state, facts)
    return call, ()


def _typed(call: Call, state: KeyTransferState, key: str, facts: Facts) -> PlainResult:
    """The dial tone ends with the first key. A `*` ends it by itself (mod_dptools.c, playback_terminators), and is told
    together with the key after it, as both may be a code: to play silence at once would lose that key
    (switch_core_session_reset flushes them).
    """
    if key == "#":
        return steps.look_up(call, state) if state.typed else steps.back_to_transferor(call, state)
    typed = state.typed + key
    if typed == facts.tenant.transfers.keys.back:
        return steps.back_to_transferor(call, state)
    if len(typed) > MAX_DIGITS:
        return steps.refused(call, state, "")
    quiet = (do.Whisper(state.transferor, steps.SILENCE),) if typed in (key, f"*{key}") and key != "*" else ()
    return call.to(replace(state, typed=typed)), (*quiet, do.StartTimer(STEP_TIMER, steps.BETWEEN_KEYS_S))


def _known(call: Call, state: KeyTransferState, asked: Facts, facts: Facts) -> PlainResult:
    """What follows if the transferor dials the number; or if the colleague's phones have not answered."""
    if state.phase is not Phase.CHECKING:
        return _further(call, state, asked, facts)
    decision = arrival.decide_for_another(asked)
    if isinstance(decision.step, Refuse):
        return steps.refused(call.noting(*decision.why), state, decision.step.said)
    if state.asks and isinstance(decision.step, Ring) and not isinstance(decision.step.target, EmergencyTarget):
        return _ring(call, state, decision, decision.step, facts)
    return steps.send(call, state, facts)


def _ring(call: Call, state: KeyTransferState, decision: Decision, step: Ring, facts: Facts) -> PlainResult:
    limit = facts.settings.limits.legs_per_call
    if call.sent + len(step.legs) > limit:
        why = Noted(facts.now, f"leg limit: {call.sent} phones were rung, at most {limit} may be")
        return steps.refused(call.noting(why), state, "")
    return steps.sent_out(call.noting(*decision.why), state, step, facts)


def _not_reached(call: Call, state: KeyTransferState, event: OriginateFailed, facts: Facts) -> PlainResult:
    """The next trunk may reach the colleague; who does not answer is not asked, whatever that one's rules say."""
    watched = legs.watched(tuple(leg for leg in event.legs if call.is_open(leg)), event.cause)
    again = DialFor(state.typed, state.by), do.StartTimer(STEP_TIMER, steps.LOOK_UP_S)
    return call.to(replace(state, legs=(), failed=event.cause)), (*watched, *again)


def _further(call: Call, state: KeyTransferState, asked: Facts, facts: Facts) -> PlainResult:
    """Another round of the same number, through the next trunk; else nothing is reached."""
    step = state.step
    if step is None or state.legs:
        return call, ()
    causes = dict.fromkeys(range(len(step.legs)), state.failed)
    following = router.after(step, RingResult(outcome_of(state.failed), causes), asked).step
    if isinstance(following, Ring) and following.target == step.target and following.round > step.round:
        return _ring(call, state, Decision(following), following, facts)
    return _not_asked(call, state, facts)


def _not_asked(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """No colleague is reached."""
    if state.phase is Phase.RINGS_ALONE:
        return steps.recall(call, state, f"{state.typed} was not reached", facts)
    return steps.refused(call.noting(Noted(facts.now, f"{state.typed} was not reached")), state, "")


def _answered(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    leg = call.leg(state.colleague)
    call = call if leg is None else call.with_leg(leg.answered_at(facts.now))
    return steps.connect(call, state, facts) if state.phase is Phase.RINGS_ALONE else steps.ask(call, state)


def _joined(call: Call, state: KeyTransferState, leg: str, facts: Facts) -> PlainResult:
    match state.phase:
        case Phase.JOINING_BACK if leg == state.transferor:
            return steps.talks_again(call, state, facts)
        case Phase.ASKING if leg == state.colleague:
            return steps.asks(call, state, facts)
        case Phase.WITH_PARTY if leg == state.transferor:
            return steps.talks_beside(call, state, facts)
        case Phase.TOGETHER if leg == state.colleague:
            return steps.third(call, state, facts)
        case Phase.CONNECTING if leg == state.colleague:
            return steps.connected(call, state, facts)
        case _:
            return call, ()


def _not_joined(call: Call, state: KeyTransferState, leg: str, reason: str, facts: Facts) -> PlainResult:
    """One of the two is gone, or the switch cannot: the party comes back to the one that is left. The end of
    a leg beside the call may not have been told to this worker.
    """
    if call.beside is not None and call.beside.leg == leg:
        call = replace(call, beside=None)
    if state.phase is Phase.JOINING_BACK and call.is_there(state.transferor):
        # Where the connection to the switch is down the answer comes at once: to ask at once would never end.
        return call, (do.StopTimer(STEP_TIMER), do.StartTimer(steps.AGAIN_TIMER, steps.AGAIN_S))
    call = call.noting(Noted(facts.now, f"not joined: {reason}"))
    return _without(call, state, facts) if state.phase in _JOINS else (call, ())


def _without(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """The party is with none of the two: the colleague is let go, the transferor has the party."""
    cancel = steps.cancelled(call, state)
    state = replace(state, legs=(), colleague="")
    if call.is_there(state.transferor):
        return steps.back_to_transferor(call, state, *cancel)
    call, commands = steps.recall(call, state, "the transferor has left", facts)
    return call, (*cancel, *commands)


def _transferor_gone(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    match state.phase:
        case Phase.RINGING:
            return steps.alone(call, state, facts)
        case Phase.ASKING:
            return steps.connect(call, state, facts)
        case Phase.TOGETHER:
            return steps.connected(call, state, facts)
        case Phase.DIALLING | Phase.CHECKING | Phase.REFUSED:
            return steps.recall(call, state, "the transferor has left", facts)
        case _:
            return call, ()  # the party is on its way to us: `resume`


def _colleague_gone(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    match state.phase:
        case Phase.ASKING:
            return steps.back_to_transferor(call.noting(Parted(facts.now)), replace(state, colleague=""))
        case Phase.WITH_PARTY:
            return steps.talks_again(call, replace(state, colleague=""), facts)
        case _:
            return call, ()  # the party is on its way to us: `resume`


def _timer(call: Call, state: KeyTransferState, name: str, facts: Facts) -> PlainResult:
    match name:
        case steps.MUSIC_TIMER if not state.music and state.phase in HELD:
            call, state, music = steps.playing(call, state, facts)
            return call.to(state), music
        case steps.RECALL_TIMER if state.phase is Phase.RINGS_ALONE:
            why = f"not answered for {facts.tenant.transfers.recall} s"
            cancel = steps.cancelled(call, state)
            call, commands = steps.recall(call, replace(state, legs=()), why, facts)
            return call, (*cancel, *commands)
        case steps.AGAIN_TIMER if state.phase is Phase.JOINING_BACK:
            return _back_again(call, state, facts)
        case steps.GIVE_UP_TIMER if state.phase is Phase.JOINING_BACK:
            return steps.given_up(call, state, facts)
        case _ if name != STEP_TIMER:
            return call, ()
    return _late(call, state, facts)


def _late(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    """What was awaited has not come."""
    match state.phase:
        case Phase.DIALLING if state.typed:
            return steps.look_up(call, state)
        case Phase.CHECKING:
            return steps.refused(call, state, "")
        case Phase.RINGING | Phase.RINGS_ALONE if not state.legs:
            return _not_asked(call, state, facts)
        case Phase.DIALLING | Phase.REFUSED | Phase.PARTING:
            return steps.back_to_transferor(call, state)
        case Phase.JOINING_BACK:
            return _back_again(call, state, facts)
        case Phase.CONNECTING:
            noted = call.noting(Noted(facts.now, "the switch has not joined both"))
            return _without(noted, state, facts)
        case _:
            return call, ()


def _back_again(call: Call, state: KeyTransferState, facts: Facts) -> PlainResult:
    if call.is_there(state.transferor):
        return steps.back_again(call, state)
    return _without(call, state, facts)
