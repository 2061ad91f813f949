"""Ring: one `bridge` on the caller's channel. The switch races, cancels and limits by itself, even when we are dead."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import picking_up, transfers
from callcontrol.control.call import Call, Deciding, Ringing, Talking
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER, never_were
from callcontrol.control.events import AppEnded, Event, FactsFound, LegBridged, LegGone, TimerFired
from callcontrol.control.legs import bridged, sent
from callcontrol.control.parked_events import PickedUp
from callcontrol.control.step_result import StepResult
from callcontrol.routing import redirect, router
from callcontrol.routing.carrier_loops import PASSED_HEADER, passed_header
from callcontrol.routing.diversion import diversion_header, history_info_header
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Onward, Ring, RingResult, SipAddress, TrunkNumber
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from callcontrol.vocabulary.target import EmergencyTarget, ExtensionTarget, text_of
from callcontrol.vocabulary.trail import Passed, StepEnded

# How much longer than its longest leg a bridge may take before we stop waiting for its end (seconds).
GRACE_S = 15


def start(call: Call, step: Ring, facts: Facts) -> StepResult:
    """Send the legs out; past the limit of a call's legs it ends, busy, unless it is an emergency call."""
    is_limited = not isinstance(step.target, EmergencyTarget)
    if is_limited and call.sent + len(step.legs) > facts.settings.limits.legs_per_call:
        why = f"leg limit: {call.sent} phones were rung, at most {facts.settings.limits.legs_per_call} may be"
        return call, refuse(Outcome.BUSY, Passed(facts.now, text_of(step.target), why))
    step = _until_the_recall(call, step, facts) if is_limited else step
    call, app_id = call.next_app()
    ids = call.next_legs(len(step.legs))
    call = sent(call, ids, step.legs, Role.CALLEE, facts)
    bridge = do.Bridge(app_id, tuple(zip(ids, step.legs, strict=True)), _headers(step, facts))
    return call.to(Ringing(step, app_id, ids)), (bridge, do.StartTimer(STEP_TIMER, _longest_s(step)))


def _until_the_recall(call: Call, step: Ring, facts: Facts) -> Ring:
    """Who was transferred comes back to the transferor in time: the switch itself ends the ringing by then."""
    left_s = transfers.rings_s(call, facts)
    if left_s is None:
        return step
    return replace(step, legs=tuple(replace(leg, ring_s=min(leg.ring_s, left_s)) for leg in step.legs))


def on(call: Call, event: Event, facts: Facts) -> StepResult:
    """The call was answered, or not, or the switch did not report it."""
    ringing = call.state
    assert isinstance(ringing, Ringing)
    match event:
        case LegBridged(leg_id, at) if leg_id in ringing.legs:
            talking = bridged(call, leg_id, at).to(Talking(ringing.app_id, leg_id))
            return talking, (do.StopTimer(STEP_TIMER),)
        case AppEnded(app_id) if app_id == ringing.app_id:
            return _failed(call, ringing, event, facts)
        case FactsFound() if not ringing.app_id:
            return call, _anew(ringing.step, facts)
        case PickedUp(taker):
            return picking_up.begin(call, ringing, taker, facts)
        case TimerFired(name) if name == STEP_TIMER:
            ended = StepEnded(facts.now, "ring", Outcome.TIMEOUT, "the switch did not report the end of the bridge")
            return call.noting(ended), (do.HangUp("RECOVERY_ON_TIMER_EXPIRE"),)
        case _:
            return call, ()


def _failed(call: Call, ringing: Ringing, event: AppEnded, facts: Facts) -> StepResult:
    result = _result(call, ringing, event)
    call = never_were(call, event, facts).noting(StepEnded(facts.now, "ring", result.outcome, event.disposition))
    match redirect.redirected(ringing.step, result, facts):
        case Onward() as onward:
            return call.to(Deciding(onward)), (do.StopTimer(STEP_TIMER), do.LookUp(onward.target))
        case redirect.RingAnew(moved, step, refused):
            look_up = do.NoteSentOn(moved), do.LookUp(step.path.first)
            return call.noting(*refused).to(Ringing(step, "", ())), (do.StopTimer(STEP_TIMER), *look_up)
        case Passed() as refused:
            call = call.noting(refused)
    if result.outcome is Outcome.NO_ANSWER and (back := transfers.recalled(call, facts)) is not None:
        return back
    return call, router.after(ringing.step, result, facts)


def sent_on(call: Call, event: LegGone, facts: Facts) -> tuple[Command, ...]:
    """A phone of several has sent the caller elsewhere: the bridge takes no further leg in, so the others are taken
    back and ring anew, with the forward beside them.
    """
    ringing, leg = call.state, call.leg(event.leg_id)
    if event.cause != redirect.MOVED or not isinstance(ringing, Ringing) or leg is None:
        return ()
    kind, _, extension = leg.target.partition(":")
    if kind != ExtensionTarget.kind or isinstance(ringing.step.target, ExtensionTarget):
        return ()
    said = redirect.sent_on(extension, event.sent_on_to, facts)
    is_followed = said.rule is not None and leg.id in ringing.legs
    others = (one for one in ringing.legs if one != leg.id and call.is_open(one)) if is_followed else ()
    return do.NoteSentOn({extension: said}), *(do.KillLeg(one, redirect.TAKEN_BACK) for one in others)


def _anew(step: Ring, facts: Facts) -> Decision:
    """Ring again, with the forwards of phones that have sent the caller on; where none can ring, what follows then."""
    return redirect.in_its_place(step, facts) or router.after(step, RingResult(Outcome.UNAVAILABLE), facts)


def _result(call: Call, ringing: Ringing, event: AppEnded) -> RingResult:
    """The cause of each leg: as its own end was told, else as the bridge says; a leg that never became a channel has
    the bridge's own disposition.
    """
    told = {leg.id: leg.end.cause for leg in call.legs if leg.end is not None}
    causes = {i: told.get(leg) or event.causes.get(leg, event.disposition) for i, leg in enumerate(ringing.legs)}
    outcome = outcome_of(event.disposition)
    # A leg that answered and pressed nothing, or hung up at the prompt, was not reached.
    return RingResult(Outcome.NO_ANSWER if outcome is Outcome.ANSWERED else outcome, causes, event.moved_to)


def _headers(step: Ring, facts: Facts) -> dict[str, str]:
    headers = {
        "Diversion": diversion_header(step.path, facts),
        "History-Info": history_info_header(step.path, facts),
    }
    if any(isinstance(leg.endpoint, TrunkNumber | SipAddress) for leg in step.legs):
        headers[PASSED_HEADER] = passed_header(facts)
    return {name: value for name, value in headers.items() if value}


def _longest_s(step: Ring) -> float:
    return max(leg.ring_s + (leg.acceptance.wait_s if leg.acceptance else 0) for leg in step.legs) + GRACE_S
