"""Transfers by phone (REFER): the party who is bridged with a channel of ours sends it elsewhere.

The switch does it by itself and tells us in two ways. A blind transfer brings the moved channel through the dialplan
to us again, in a context of its own (`freeswitch-xml/dialplan/transferred.xml`): the caller's, or one that we dialled,
which its call leads from then on. An attended transfer joins two channels of two calls.

The transferred party does not dial: rights and purse are the transferor's. A transfer that fails gives the caller back
to the transferor, and a caller whom the transferor does not take either goes to the last resort.
"""

from __future__ import annotations

from math import ceil

from callcontrol.control import commands as do
from callcontrol.control import ending
from callcontrol.control.call import UNTALKED_US, Call, Deciding, Talking, Transfer
from callcontrol.control.events import AloneChecked, LegBridged, Rearrived
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Onward
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.move import Manner, Transferred
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import JoinedOutside, Noted, Parted, Routed

# The bridge is over, and the switch neither hung up nor brought the caller back nor joined the caller with another
# party: music may play while the phone rings that the caller is transferred to. No phone rings longer (seconds).
PARTED_TIMER = "parted"
PARTED_S = 330

# A phone that rings for who was transferred rings for so long at least (seconds).
SHORTEST_RING_S = 1

# How often a transfer that came to nothing was taken care of.
TO_TRANSFEROR, TO_LAST_RESORT = 1, 2


def transferred(call: Call, event: Rearrived, by: str, at: Instant) -> Call:
    """The call one of whose channels was sent to this number by this extension, "" if that is not known."""
    return replace(call, transfer=Transfer(event.dialled, by, event.channel or call.led, at=at))


def strayed(call: Call, facts: Facts) -> Call:
    """The new call of a channel that was transferred here, and whose own call is not known any more."""
    noted = call.noting(note(facts, "", facts.dialled, ""))
    return replace(noted, transfer=Transfer(facts.dialled, "", call.caller_channel, at=facts.now))


def note(facts: Facts, whom: str, to: str, by: str, leg: str = "") -> Transferred:
    """What the trail says of a blind transfer.

    Args:
        whom: who was transferred, as a target text; "": the caller.
        leg: the transferor's, "" if it is not known.
    """
    return Transferred(facts.now, to, by, leg, whom)


def transferor(call: Call, leg: str, facts: Facts) -> str:
    """The extension that was on the line at this leg, "" if it is none of ours or not known.

    Args:
        leg: the channel the moved one was joined with last, as the switch says.
    """
    if leg and leg == call.caller_channel:
        return call.caller.extension
    to = whom(call, leg)
    if not to and isinstance(call.state, Talking) and call.state.leg_id == leg:
        to = call.state.who
    kind, _, name = to.partition(":")
    return name if kind == "extension" and facts.extension(name) is not None else ""


def whom(call: Call, leg: str) -> str:
    """What this leg rang, as a target text; "" if it is none of this call's."""
    found = call.leg(leg)
    return found.target if found is not None else ""


def joined_with_another(call: Call, talking: Talking, event: LegBridged, facts: Facts) -> PlainResult:
    """Attended transfer: the caller talks with a leg of the call by which the transferor asked a colleague. That leg
    stands in that call's record, once; this call ends with the caller's channel.
    """
    by = transferor(call, talking.leg_id, facts)
    who = _extension_at(event.account, facts) or event.account
    asked_us = 0 if event.answered is None else event.at - event.answered
    consulted = asked_us if asked_us >= UNTALKED_US else None  # else the phone rang when the transferor left
    told = Transferred(facts.now, who, by, talking.leg_id, "", Manner.ATTENDED, consulted)
    party = text_of(ExtensionTarget(who)) if facts.extension(who) else who
    until = talking.until or min(event.at, facts.now)
    call = call.noting(told, Parted(until), JoinedOutside(event.at, event.leg_id, party))
    call, over = ending.talk_over(call, until, facts)
    return call.to(Talking("", event.leg_id, party)), (do.StopTimer(PARTED_TIMER), *over)


def _extension_at(account: str, facts: Facts) -> str:
    """The extension this SIP account (`user%domain`) is a phone of, "" if there is none."""
    user = account.partition("%")[0]
    return next((name for name, extension in facts.tenant.extensions.items() if user in extension.accounts(name)), "")


def parted(call: Call, event: AloneChecked) -> PlainResult:
    """The bridge has long been over; a caller who is bridged to none is hung up, another goes on."""
    if event.alone:
        return call, (do.HangUp("NORMAL_CLEARING"),)
    return call, (do.StartTimer(PARTED_TIMER, PARTED_S),)


def deciding(call: Call, facts: Facts) -> Deciding:
    """Where the number leads is being looked up; in a queue the caller keeps the time already waited."""
    return Deciding(joined=Instant(facts.now - call.waited_us) if call.waited_us else None)


def rings_s(call: Call, facts: Facts) -> int | None:
    """How long phones may still ring for who was transferred (whole seconds, at least `SHORTEST_RING_S`); None: as long
    as what decided says. Who came back already, and one whose transferor is not known, does not come back.
    """
    last, recall_s = call.transfer, facts.tenant.transfers.recall
    if last is None or last.at is None or last.given_back or not recall_s or facts.extension(last.by) is None:
        return None
    return max(ceil(recall_s - (facts.now - last.at) / SECOND_US), SHORTEST_RING_S)


def recalled(call: Call, facts: Facts) -> StepResult | None:
    """Where who was transferred goes once phones have rung for so long without an answer; None: what follows an
    unanswered call follows.
    """
    left_s = rings_s(call, facts)
    if left_s is None or left_s > SHORTEST_RING_S:
        return None
    return given_back(call.noting(Noted(facts.now, f"not answered for {facts.tenant.transfers.recall} s")), facts)


def given_back(call: Call, facts: Facts) -> StepResult | None:
    """Where a transfer goes that nothing takes; None: this call was not transferred, or nothing is left."""
    last = call.transfer
    if last is None:
        return None
    if last.given_back < TO_TRANSFEROR and facts.extension(last.by) is not None:
        target: Target = ExtensionTarget(last.by)
        return _onward(call, replace(last, given_back=TO_TRANSFEROR), target, "back to the transferor", facts)
    if last.given_back < TO_LAST_RESORT:
        target = router.last_resort(Path(ExtensionTarget(last.by)), facts)
        if not facts.kinds.of(target).is_end:
            return _onward(call, replace(last, given_back=TO_LAST_RESORT), target, "last resort", facts)
    return None


def _onward(call: Call, transfer: Transfer, target: Target, why: str, facts: Facts) -> StepResult:
    routed = Routed(facts.now, text_of(target), why)
    onward = Onward(target, Path(first=target, payer=payer_of(transfer.by)), (routed,))
    return replace(call, transfer=transfer).to(Deciding(onward)), (do.LookUp(target),)
